// One question about one signed document, as the tables of documents ask it.
#pragma once

#include "format/signed_document.h"
#include "suite.h"
#include "verify/verifier.h"

namespace mohr::conformance {

// "ACCEPT", "HOLD", "REJECT", "NO_SIGNATURE", or why it cannot be judged.
std::string outcome_of(const verify::Verifier& verifier, const Bytes& octets, Instant time);
// Also trusts the roots that the document brings: then a root of another series cannot be what stops an attack.
pki::Trust with_roots_of(pki::Trust trust, const Bytes& octets);
// "" when the signature value verifies and every reference fits. `given`: the signer where the signature names none.
std::string break_in(const format::Signature& signature, const pki::CertificatePtr& given = nullptr);

}  // namespace mohr::conformance
