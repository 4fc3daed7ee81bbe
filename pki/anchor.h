// One trusted authority, and what this office trusts it for: domain, purposes, window, constraints (RFC 5937 lets configuration say them),
// and the assurance levels that its policies stand for.
#pragma once

#include <map>

#include "pki/core/budget.h"
#include "pki/root.h"

namespace mohr::pki {

// What a signature below the anchor is in law (national.md 1.6): a secure signature of the national PKI, or one that counts only within its
// institution. The weaker comes last; what nobody called national is internal.
enum class Domain : std::uint8_t { national, internal };
std::string_view domain_id(Domain domain);  // "national", "internal"

// Levels of the national certificate policy (national.md 1.3), the lowest first.
enum class AssuranceLevel : std::uint8_t { bronze, silver, gold, platinum };
std::string_view level_id(AssuranceLevel level);  // "silver"
std::optional<AssuranceLevel> level_from(std::string_view id);
using LevelTable = std::map<Bytes, AssuranceLevel>;  // by policy, OID contents

// What the target of a path is for. `any` asks nothing of it; server and client authentication also bind every authority of the path that
// names purposes of its own (as the CA/Browser Forum reads RFC 5280 4.2.1.12).
enum class Purpose : std::uint8_t { signing, time_stamping, ocsp_signing, crl_signing, server_authentication, client_authentication, any };

// What paths to an anchor may be used for. Status: lists and answers signed by others than the issuer itself.
struct AnchorPurposes {
  bool sign = true, timestamp = true, status = true;
};
bool allows(const AnchorPurposes& purposes, Purpose purpose);

// Names that an anchor may or may not stand for, as in a nameConstraints extension; owns the octets that its names point into.
struct AnchorNames {
  std::vector<Bytes> octets;
  NameConstraints names;
};

struct AnchorConstraints {
  std::optional<std::int64_t> path_length;     // authorities below the anchor, self-issued ones not counted
  std::optional<std::vector<Bytes>> policies;  // OID contents: one of them must hold from the target up to the anchor; absent: no demand
  std::vector<std::shared_ptr<const AnchorNames>> names;  // each of them holds
};

// The authorities of `mohr authority demo` are known by their names wherever they are configured: no verdict under them looks like another.
inline constexpr std::string_view kDemonstrationNames = "Mohr Demonstration ";
bool is_demonstration(const Name& subject);

struct Anchor {
  Root certificate;
  bool demonstration = false;       // every report of a verdict under it says DEMONSTRATION; never national
  bool revocation_required = true;  // for the certificates below it
  std::string source{};             // file it came from
  Domain domain = Domain::internal;
  AnchorPurposes purposes{};
  Instant from{INT64_MIN}, until{INT64_MAX};  // this office trusts it for times in here, whatever its own dates are
  AnchorConstraints constraints{};
  std::shared_ptr<const LevelTable> levels{};
};

// Configured twice: what both allow.
void restrict_to(Anchor& anchor, const Anchor& other);

// What the configuration of `anchor` says against relying on `path` (target first, anchor last) for `purpose` at `time`; empty: nothing.
// Errors: budget_exceeded.
Result<Findings> find_objections(const Anchor& anchor, std::span<const CertificatePtr> path, Purpose purpose, Instant time, Budget& budget);

// The lowest level among the policies that hold for the whole path, by the table of its anchor. Nothing when no policy has a row, or when
// the anchor is an internal one: the levels are those of the national policy.
std::optional<AssuranceLevel> level_of(const Anchor& anchor, std::span<const CertificatePtr> path);

}  // namespace mohr::pki
