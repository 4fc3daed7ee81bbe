#include "pki/policy_graph.h"

#include <algorithm>
#include <map>

namespace mohr::pki {
namespace {

std::string_view any_policy() { return as_text(asn1::contents(asn1::Oid::any_policy)); }

void lower_to(std::size_t& counter, const std::optional<std::int64_t>& value) {
  if (value && static_cast<std::uint64_t>(*value) < counter) counter = static_cast<std::size_t>(*value);
}

void count_down(std::size_t& counter) {
  if (counter > 0) --counter;
}

}  // namespace

PolicyGraph::PolicyGraph(const PolicyInputs& inputs, std::size_t certificates)
    : inputs_(inputs),
      explicit_policy_(inputs.require_explicit ? 0 : certificates + 1),
      policy_mapping_(inputs.inhibit_mapping ? 0 : certificates + 1),
      inhibit_any_policy_(inputs.inhibit_any_policy ? 0 : certificates + 1) {
  levels_.reserve(certificates + 1);
  levels_.push_back({Node{any_policy(), {}}});
  expected_[any_policy()] = {0};
}

Result<void> PolicyGraph::take_policies(const Certificate& certificate, bool last, Budget& budget) {
  Expected before;
  std::swap(before, expected_);
  Level level;
  const auto any_before = before.find(any_policy());
  bool any = false;
  const auto add = [&](Policy policy, const std::vector<Index>& parents) -> Result<void> {
    MOHR_CHECK(budget.spend(Limit::nodes, parents.size() + 1));
    if (expected_.try_emplace(policy, 1, static_cast<Index>(level.size())).second) level.push_back({policy, parents});
    return {};
  };
  for (const ByteView octets : certificate.policies()) {  // 6.1.3 d 1
    const Policy policy = as_text(octets);
    if (policy == any_policy()) {
      any = inhibit_any_policy_ > 0 || (!last && certificate.is_self_issued());
    } else if (const auto wanted = before.find(policy); wanted != before.end()) {
      MOHR_CHECK(add(policy, wanted->second));
    } else if (any_before != before.end()) {
      MOHR_CHECK(add(policy, any_before->second));
    }
  }
  if (any)  // 6.1.3 d 2
    for (const auto& [policy, parents] : before) MOHR_CHECK(add(policy, parents));
  levels_.push_back(std::move(level));
  return {};
}

void PolicyGraph::map_policies(const Certificate& certificate) {
  if (certificate.policy_mappings().empty()) return;
  std::map<Policy, std::vector<Policy>> mappings;
  for (const PolicyMapping& mapping : certificate.policy_mappings()) {
    const Policy from = as_text(mapping.issuer_policy), to = as_text(mapping.subject_policy);
    mappings[from].push_back(to);
  }
  std::vector<std::pair<Index, const std::vector<Policy>*>> mapped;
  Level& level = levels_.back();
  const auto any = expected_.find(any_policy());
  for (const auto& [from, to] : mappings) {
    if (const auto held = expected_.find(from); held != expected_.end()) {
      mapped.emplace_back(held->second.front(), &to);
      expected_.erase(held);
    } else if (any != expected_.end() && policy_mapping_ > 0) {  // only anyPolicy covered it: it gets a node of its own
      mapped.emplace_back(static_cast<Index>(level.size()), &to);
      level.push_back({from, level[any->second.front()].parents});
    }
  }
  if (policy_mapping_ == 0) return;  // 6.1.4 b 2: what may not be mapped is gone
  for (const auto& [index, to] : mapped)
    for (const Policy policy : *to) expected_[policy].push_back(index);
}

Result<void> PolicyGraph::take(const Certificate& certificate, bool last, Budget& budget) {
  MOHR_CHECK(take_policies(certificate, last, budget));
  if (explicit_policy_ == 0 && levels_.back().empty()) failed_ = true;  // 6.1.3 f
  const PolicyConstraints* constraints = certificate.policy_constraints();
  const auto maps_any = [](const PolicyMapping& mapping) {
    return as_text(mapping.issuer_policy) == any_policy() || as_text(mapping.subject_policy) == any_policy();
  };
  const auto mappings = certificate.policy_mappings();
  if (std::any_of(mappings.begin(), mappings.end(), maps_any)) failed_ = true;  // 6.1.4 a; nothing may map it, a target neither
  if (last) {
    count_down(explicit_policy_);  // 6.1.5 a, b
    if (constraints != nullptr && constraints->require_explicit_policy == std::int64_t{0}) explicit_policy_ = 0;
    return {};
  }
  map_policies(certificate);
  if (!certificate.is_self_issued()) {
    count_down(explicit_policy_);
    count_down(policy_mapping_);
    count_down(inhibit_any_policy_);
  }
  lower_counters(certificate);
  return {};
}

void PolicyGraph::lower_counters(const Certificate& certificate) {  // 6.1.4 i, j
  if (const PolicyConstraints* constraints = certificate.policy_constraints()) {
    lower_to(explicit_policy_, constraints->require_explicit_policy);
    lower_to(policy_mapping_, constraints->inhibit_policy_mapping);
  }
  lower_to(inhibit_any_policy_, certificate.inhibit_any_policy());
}

void PolicyGraph::take_anchor(const Certificate& anchor) { lower_counters(anchor); }

// The policies of nodes that hold down to the target and stand below anyPolicy: what the authorities' own domains call them.
std::vector<PolicyGraph::Policy> PolicyGraph::constrained_by_authorities() const {
  std::vector<Policy> found;
  std::vector<bool> alive(levels_.back().size(), true);
  for (std::size_t depth = levels_.size() - 1; depth > 0; --depth) {
    const Level& level = levels_[depth];
    const Level& above = levels_[depth - 1];
    std::vector<bool> alive_above(above.size(), false);
    for (std::size_t i = 0; i < level.size(); ++i) {
      if (!alive[i]) continue;
      bool below_any = false;
      for (const Index parent : level[i].parents) {
        alive_above[parent] = true;
        below_any = below_any || above[parent].policy == any_policy();
      }
      const bool is_any = level[i].policy == any_policy();
      if (below_any && (!is_any || depth + 1 == levels_.size())) found.push_back(level[i].policy);
    }
    alive = std::move(alive_above);
  }
  if (levels_.size() == 1) found.push_back(any_policy());
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

PolicyGraph::Outcome PolicyGraph::finish() const {
  Outcome outcome;
  const std::vector<Policy> held = constrained_by_authorities();
  const auto holds = [&](Policy policy) { return std::binary_search(held.begin(), held.end(), policy); };
  const auto is_any = [](const Bytes& policy) { return as_text(policy) == any_policy(); };
  const std::vector<Bytes>& wanted = inputs_.acceptable;
  if (wanted.empty() || std::any_of(wanted.begin(), wanted.end(), is_any)) {
    for (const Policy policy : held) outcome.policies.push_back(to_bytes(as_bytes(policy)));
  } else {
    for (const Bytes& policy : wanted)
      if (holds(as_text(policy)) || holds(any_policy())) outcome.policies.push_back(policy);
    std::sort(outcome.policies.begin(), outcome.policies.end());
  }
  outcome.fails = failed_ || (explicit_policy_ == 0 && outcome.policies.empty());
  return outcome;
}

}  // namespace mohr::pki
