// Certification paths (RFC 5280 section 6.1): built from candidates to a configured anchor, then validated.
#pragma once

#include "pki/evidence.h"
#include "pki/trust.h"

namespace mohr::pki {

struct Path {
  std::vector<CertificatePtr> certificates;  // target first, anchor last
  const Anchor* anchor = nullptr;            // null: no path to any anchor
  Findings findings;                         // of the best candidate; empty when it is valid
  // When this result stops being true by dates alone: the latest notBefore and the earliest notAfter of the certificates below the anchor.
  Instant valid_from, valid_until;
};

// The best path: valid when there is one, otherwise the candidate that came furthest, with its findings. Revocation is not looked at here.
// Each signature is verified once per call and counted in the budget. Names, signatures, validity at `time`, basic constraints, path
// length, key usage, name constraints, policies (RFC 5280 6.1), unknown critical extensions, algorithm and key-size rows
// (crypto_policy.def). `purpose` checks the target's key usage: signing wants digitalSignature or contentCommitment when keyUsage is there
// (national.md 1.4).
Result<Path> find_path(const CertificatePtr& target, Purpose purpose, Instant time, const Trust& trust, const Evidence& evidence,
                       Budget& budget);

// Findings of a path that say something without making it invalid.
bool is_warning(Check check);

// Whether `issuer`'s key verifies `certificate`'s signature.
crypto::SignatureCheck verify_signature(const Certificate& certificate, const Certificate& issuer);

}  // namespace mohr::pki
