#include "pki/anchor.h"

#include <algorithm>
#include <array>

#include "pki/name_constraints.h"

namespace mohr::pki {
namespace {

constexpr std::array<std::string_view, 4> kLevels = {"bronze", "silver", "gold", "platinum"};

std::string name(const Certificate& certificate) { return certificate.subject().display(); }

std::string_view purpose_id(Purpose purpose) {
  switch (purpose) {
    case Purpose::time_stamping: return "time-stamp";
    case Purpose::ocsp_signing:
    case Purpose::crl_signing: return "status";
    default: return "sign";
  }
}

bool asserts(const Certificate& certificate, ByteView policy) {
  return std::any_of(certificate.policies().begin(), certificate.policies().end(), [&](ByteView held) { return equal(held, policy); });
}

// The policies of the target that every authority below the anchor has too, or has anyPolicy for. Mapped policies are not among them: a
// table of this office names policies by their own identifiers.
std::vector<ByteView> policies_of(std::span<const CertificatePtr> path) {
  std::vector<ByteView> held;
  const ByteView any = asn1::contents(asn1::Oid::any_policy);
  for (const ByteView policy : path.front()->policies()) {
    if (equal(policy, any)) continue;
    const bool everywhere = path.size() < 3 || std::all_of(path.begin() + 1, path.end() - 1, [&](const CertificatePtr& authority) {
                              return asserts(*authority, policy) || asserts(*authority, any);
                            });
    if (everywhere) held.push_back(policy);
  }
  return held;
}

bool has_policy_among(std::span<const CertificatePtr> path, const std::vector<Bytes>& wanted) {
  const std::vector<ByteView> held = policies_of(path);
  return std::any_of(held.begin(), held.end(), [&](ByteView policy) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const Bytes& one) { return equal(one, policy); });
  });
}

bool is_too_long(std::span<const CertificatePtr> path, std::int64_t most) {
  if (path.size() < 3) return false;
  return std::count_if(path.begin() + 1, path.end() - 1, [](const CertificatePtr& c) { return !c->is_self_issued(); }) > most;
}

// As RFC 5280 6.1.3 b and c: self-issued authorities are exempt.
Result<void> check_names(const AnchorNames& names, const std::string& authority, std::span<const CertificatePtr> path, Budget& budget,
                         Findings& findings) {
  for (std::size_t i = 0; i + 1 < std::max<std::size_t>(path.size(), 2); ++i) {
    if (i != 0 && path[i]->is_self_issued()) continue;
    MOHR_TRY(const std::optional<std::string> forbidden,
             find_forbidden_name(*path[i], names.names, LegacyNames::without_alternative_names, budget));
    if (forbidden) findings.push_back(findings::anchor_not_for_name(authority, name(*path[i]), Code{*forbidden}));
  }
  return {};
}

}  // namespace

std::string_view domain_id(Domain domain) { return domain == Domain::national ? "national" : "internal"; }
std::string_view level_id(AssuranceLevel level) { return kLevels[static_cast<std::size_t>(level)]; }

std::optional<AssuranceLevel> level_from(std::string_view id) {
  const auto found = std::find(kLevels.begin(), kLevels.end(), id);
  if (found == kLevels.end()) return std::nullopt;
  return static_cast<AssuranceLevel>(found - kLevels.begin());
}

bool is_demonstration(const Name& subject) {  // once for each root of a store: not by reading the name
  const ByteView name = subject.encoding(), wanted = as_bytes(kDemonstrationNames);
  return std::search(name.begin(), name.end(), wanted.begin(), wanted.end()) != name.end();
}

bool allows(const AnchorPurposes& purposes, Purpose purpose) {
  switch (purpose) {
    case Purpose::time_stamping: return purposes.timestamp;
    case Purpose::ocsp_signing:
    case Purpose::crl_signing: return purposes.status;
    case Purpose::any: return true;
    default: return purposes.sign;
  }
}

void restrict_to(Anchor& anchor, const Anchor& other) {
  anchor.demonstration |= other.demonstration;
  anchor.revocation_required |= other.revocation_required;
  anchor.domain = std::max(anchor.domain, other.domain);
  anchor.purposes.sign &= other.purposes.sign;
  anchor.purposes.timestamp &= other.purposes.timestamp;
  anchor.purposes.status &= other.purposes.status;
  anchor.from = std::max(anchor.from, other.from);
  anchor.until = std::min(anchor.until, other.until);
  AnchorConstraints& ours = anchor.constraints;
  const AnchorConstraints& theirs = other.constraints;
  if (theirs.path_length) ours.path_length = std::min(ours.path_length.value_or(*theirs.path_length), *theirs.path_length);
  if (!ours.policies) ours.policies = theirs.policies;
  else if (theirs.policies)
    std::erase_if(*ours.policies, [&](const Bytes& policy) {
      return std::find(theirs.policies->begin(), theirs.policies->end(), policy) == theirs.policies->end();
    });
  ours.names.insert(ours.names.end(), theirs.names.begin(), theirs.names.end());
  if (!anchor.levels) anchor.levels = other.levels;
}

Result<Findings> find_objections(const Anchor& anchor, std::span<const CertificatePtr> path, Purpose purpose, Instant time,
                                 Budget& budget) {
  Findings found;
  const std::string authority = anchor.certificate.subject().display();
  if (time < anchor.from) found.push_back(findings::anchor_not_trusted_yet(authority, anchor.from));
  if (time > anchor.until) found.push_back(findings::anchor_no_longer_trusted(authority, anchor.until));
  if (!allows(anchor.purposes, purpose))
    found.push_back(findings::anchor_not_for_purpose(authority, Code{std::string(purpose_id(purpose))}));
  const AnchorConstraints& constraints = anchor.constraints;
  if (constraints.path_length && is_too_long(path, *constraints.path_length)) found.push_back(findings::anchor_path_too_long(authority));
  if (constraints.policies && !has_policy_among(path, *constraints.policies))
    found.push_back(findings::anchor_not_for_policy(authority, name(*path.front())));
  for (const auto& names : constraints.names) MOHR_CHECK(check_names(*names, authority, path, budget, found));
  return found;
}

std::optional<AssuranceLevel> level_of(const Anchor& anchor, std::span<const CertificatePtr> path) {
  if (!anchor.levels || path.empty() || (anchor.domain == Domain::internal && !anchor.demonstration)) return std::nullopt;
  std::optional<AssuranceLevel> lowest;
  for (const ByteView policy : policies_of(path)) {
    const auto row = anchor.levels->find(to_bytes(policy));
    if (row != anchor.levels->end() && (!lowest || row->second < *lowest)) lowest = row->second;
  }
  return lowest;
}

}  // namespace mohr::pki
