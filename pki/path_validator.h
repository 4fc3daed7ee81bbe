// Certification paths (RFC 5280 section 6.1): built from candidates to a configured anchor, then validated.
#pragma once

#include "pki/crypto_policy.h"
#include "pki/evidence.h"
#include "pki/name_constraints.h"
#include "pki/policy_graph.h"
#include "pki/trust.h"

namespace mohr::pki {

// What the certificate of an anchor says of itself.
enum class AnchorRules : std::uint8_t {
  name_and_key,  // nothing: RFC 5280 6.1.1 d
  constraints,   // what it carries binds the path (RFC 5937)
  authority,     // the same, and one of version 3 must say that it is an authority
};

struct PathInputs {  // RFC 5280 6.1.1, beside path and anchors
  Purpose purpose = Purpose::signing;
  Instant time;
  PolicyInputs policies = {};
  AnchorRules anchor_rules = AnchorRules::authority;
  bool anchor_expires = false;  // its dates bind too; otherwise they are worth a warning
  // What RFC 5280 asks of those who issue (section 4) is asked of every certificate: pki/profile.h.
  bool strict_profile = false;
  LegacyNames legacy_names = LegacyNames::without_alternative_names;
  const AlgorithmTable* algorithms = &default_algorithms();
  // When its rows must hold, if it is not `time`.
  std::optional<Instant> algorithms_at = {};
  // Least strength of keys and digests in bits, in place of those rows. Only the material of tests needs it.
  std::optional<int> least_strength = {};
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
  // Other candidates that reached an anchor and failed, with their findings; at most kMostRejected. They have no rejected ones themselves.
  std::vector<Path> rejected;
  static constexpr std::size_t kMostRejected = 20;
};

// The best path: valid when there is one, otherwise the candidate that came furthest, with its findings. Revocation is not looked at here.
// Each signature is verified once per call and counted in the budget. Names, signatures, validity at `time`, basic constraints, path
// length, key usage, name constraints, policies (RFC 5280 6.1), unknown critical extensions, algorithm and key-size rows. The purpose
// checks the target's key usage: signing wants digitalSignature or contentCommitment when keyUsage is there (national.md 1.4).
Result<Path> find_path(const CertificatePtr& target, const PathInputs& inputs, const Trust& trust, const Evidence& evidence,
                       Budget& budget);

// It has a critical extension that this library does not process (RFC 5280 4.2); the caller processes `further` too.
bool has_unprocessed_critical(const Certificate& certificate, asn1::Oid further = asn1::Oid::unknown);

// Others rely on its key for time or status, and on nothing else (extendedKeyUsage).
bool is_for_services_only(const Certificate& certificate);

// Findings of a path that say something without making it invalid.
bool is_warning(Check check);

// Whether `issuer`'s key verifies `certificate`'s signature.
crypto::SignatureCheck verify_signature(const Certificate& certificate, const Certificate& issuer);

}  // namespace mohr::pki
