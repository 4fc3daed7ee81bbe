// Suites about revocation lists and OCSP responses: what their files hold, and the words for a status.
#pragma once

#include "pki/asn1/pem.h"
#include "pki/revocation.h"
#include "suite.h"

namespace mohr::conformance {

// The contents of the first block of that label; empty when there is none.
Bytes block(const std::vector<asn1::PemBlock>& blocks, std::string_view label);
// "GOOD", "REVOKED" or "UNKNOWN". A certificate on hold is not good: it is called revoked, as there.
std::string state_word(const pki::RevocationStatus& status);
// Why a status is unknown.
std::string reasons(const pki::RevocationStatus& status);

struct StatusCase {
  pki::CertificatePtr target, issuer;
  std::vector<pki::CertificatePtr> others;
  pki::Evidence evidence;
  Instant time;
  pki::StatusRules rules;
};
// Trusts the issuer, or the one above it among the others.
Result<pki::RevocationStatus> status_of(const StatusCase& one);

}  // namespace mohr::conformance
