// Certificate policies along a path (RFC 5280 6.1 as RFC 9618 computes it): one level of nodes for each certificate, every policy once in
// its level, so that what grows exponentially as a tree stays as large as the certificates.
#pragma once

#include <string_view>
#include <unordered_map>

#include "pki/certificate.h"

namespace mohr::pki {

// What RFC 5280 6.1.1 lets the caller say about policies.
struct PolicyInputs {
  std::vector<Bytes> acceptable;    // user-initial-policy-set: contents octets of identifiers; empty: anyPolicy
  bool require_explicit = false;    // initial-explicit-policy
  bool inhibit_mapping = false;     // initial-policy-mapping-inhibit
  bool inhibit_any_policy = false;  // initial-any-policy-inhibit
};

class PolicyGraph {
 public:
  // `certificates`: how many the path has below its anchor.
  PolicyGraph(const PolicyInputs& inputs, std::size_t certificates);
  // The conditions that the anchor's own certificate sets (RFC 5937 3.2); before any other.
  void take_anchor(const Certificate& anchor);
  // 6.1.3 d to f, then 6.1.4 a, b, h to j or 6.1.5 a, b. Certificates come from below the anchor down to the target (`last`); they outlive
  // the graph. Errors: budget_exceeded (Limit::nodes).
  Result<void> take(const Certificate& certificate, bool last, Budget& budget);

  struct Outcome {
    bool fails = false;           // a policy is demanded and none holds for the whole path, or anyPolicy was mapped
    std::vector<Bytes> policies;  // the user-constrained-policy-set, sorted: contents octets; empty when none holds
  };
  [[nodiscard]] Outcome finish() const;  // 6.1.5 g

 private:
  using Policy = std::string_view;  // contents octets
  using Index = std::uint32_t;      // of a node in its level
  struct Node {
    Policy policy;
    std::vector<Index> parents;
  };
  using Level = std::vector<Node>;
  using Expected = std::unordered_map<Policy, std::vector<Index>>;  // which nodes of the newest level expect that policy

  Result<void> take_policies(const Certificate& certificate, bool last, Budget& budget);
  void map_policies(const Certificate& certificate);
  void lower_counters(const Certificate& certificate);
  [[nodiscard]] std::vector<Policy> constrained_by_authorities() const;

  const PolicyInputs& inputs_;
  std::vector<Level> levels_;
  Expected expected_;
  std::size_t explicit_policy_, policy_mapping_, inhibit_any_policy_;
  bool failed_ = false;
};

}  // namespace mohr::pki
