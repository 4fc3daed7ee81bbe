#include "pki/policy_state.h"

#include <algorithm>
#include <map>

namespace mohr::pki {
namespace {

void lower_to(std::size_t& counter, const std::optional<std::int64_t>& value) {
  if (value && static_cast<std::uint64_t>(*value) < counter) counter = static_cast<std::size_t>(*value);
}

void count_down(std::size_t& counter) {
  if (counter > 0) --counter;
}

}  // namespace

PolicyState::PolicyState(std::size_t certificates)
    : explicit_policy_(certificates + 1), inhibit_any_policy_(certificates + 1), policy_mapping_(certificates + 1) {}

void PolicyState::take_policies(const Certificate& certificate, bool last) {
  if (certificate.extension(asn1::Oid::certificate_policies) == nullptr) {
    expected_.clear();
    any_ = false;
    return;
  }
  std::set<Bytes> next;
  bool any = false;
  for (const ByteView policy : certificate.policies()) {
    if (asn1::known_oid(policy) == asn1::Oid::any_policy) {
      any = inhibit_any_policy_ > 0 || (!last && certificate.is_self_issued());
    } else if (any_ || expected_.contains(to_bytes(policy))) {
      next.insert(to_bytes(policy));
    }
  }
  if (any) next.insert(expected_.begin(), expected_.end());
  any_ = any && any_;
  expected_ = std::move(next);
}

void PolicyState::map_policies(const Certificate& certificate) {
  std::map<Bytes, std::vector<Bytes>> mappings;
  for (const PolicyMapping& mapping : certificate.policy_mappings()) {
    if (asn1::known_oid(mapping.issuer_policy) == asn1::Oid::any_policy ||
        asn1::known_oid(mapping.subject_policy) == asn1::Oid::any_policy) {
      failed_ = true;  // 6.1.4 a
      return;
    }
    mappings[to_bytes(mapping.issuer_policy)].push_back(to_bytes(mapping.subject_policy));
  }
  std::set<Bytes> mapped;
  for (const auto& [from, to] : mappings) {
    const bool held = expected_.erase(from) != 0 || any_;
    if (held && policy_mapping_ > 0) mapped.insert(to.begin(), to.end());
  }
  expected_.insert(mapped.begin(), mapped.end());
}

void PolicyState::take(const Certificate& certificate, bool last) {
  take_policies(certificate, last);
  if (explicit_policy_ == 0 && expected_.empty() && !any_) failed_ = true;
  if (last) {
    count_down(explicit_policy_);  // 6.1.5 a, b
    const PolicyConstraints* constraints = certificate.policy_constraints();
    if (constraints != nullptr && constraints->require_explicit_policy == std::int64_t{0}) explicit_policy_ = 0;
    return;
  }
  map_policies(certificate);
  if (!certificate.is_self_issued()) {
    count_down(explicit_policy_);
    count_down(policy_mapping_);
    count_down(inhibit_any_policy_);
  }
  if (const PolicyConstraints* constraints = certificate.policy_constraints()) {
    lower_to(explicit_policy_, constraints->require_explicit_policy);
    lower_to(policy_mapping_, constraints->inhibit_policy_mapping);
  }
  lower_to(inhibit_any_policy_, certificate.inhibit_any_policy());
}

bool PolicyState::fails() const { return failed_ || (explicit_policy_ == 0 && expected_.empty() && !any_); }

}  // namespace mohr::pki
