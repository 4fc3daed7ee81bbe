// Certification paths (RFC 5280 section 6.1): built from candidates to a configured anchor, then validated.
#pragma once

#include "pki/evidence.h"
#include "pki/policy_graph.h"
#include "pki/trust.h"

namespace mohr::pki {

// What the target is for. `any` asks nothing of it; server and client authentication also bind every authority of the path that names
// purposes of its own (as the CA/Browser Forum reads RFC 5280 4.2.1.12).
enum class Purpose : std::uint8_t { signing, time_stamping, ocsp_signing, crl_signing, server_authentication, client_authentication, any };

struct PathInputs {  // RFC 5280 6.1.1, beside path and anchors
  Purpose purpose = Purpose::signing;
  Instant time;
  PolicyInputs policies = {};
  // When the rows of algorithms and keys (crypto_policy.def) must hold, if it is not `time`.
  std::optional<Instant> algorithms_at = {};
  bool dsa = false;  // DSA counts as an algorithm at all: only the material of tests asks for it
};

struct Path {
  std::vector<CertificatePtr> certificates;  // target first, anchor last
  const Anchor* anchor = nullptr;            // null: no path to any anchor
  Findings findings;                         // of the best candidate; empty when it is valid
  // When this result stops being true by dates alone: the latest notBefore and the earliest notAfter of the certificates below the anchor.
  Instant valid_from, valid_until;
  // The policies that hold for the whole path (user-constrained-policy-set, RFC 5280 6.1.6): contents octets of identifiers, sorted.
  // anyPolicy stands for itself.
  std::vector<Bytes> policies;
  // Candidates that reached an anchor and failed, in the order they were tried, with their findings; at most kMostRejected. They have no
  // rejected ones themselves. The best one is among them when no path is valid.
  std::vector<Path> rejected;
  static constexpr std::size_t kMostRejected = 20;
};

// The best path: valid when there is one, otherwise the candidate that came furthest, with its findings. Revocation is not looked at here.
// Each signature is verified once per call and counted in the budget. Names, signatures, validity at `time`, basic constraints, path
// length, key usage, name constraints, policies (RFC 5280 6.1), unknown critical extensions, algorithm and key-size rows
// (crypto_policy.def). The purpose checks the target's key usage: signing wants digitalSignature or contentCommitment when keyUsage is
// there (national.md 1.4).
Result<Path> find_path(const CertificatePtr& target, const PathInputs& inputs, const Trust& trust, const Evidence& evidence,
                       Budget& budget);

// Findings of a path that say something without making it invalid.
bool is_warning(Check check);

// Whether `issuer`'s key verifies `certificate`'s signature.
crypto::SignatureCheck verify_signature(const Certificate& certificate, const Certificate& issuer);

}  // namespace mohr::pki
