// Certificate policies along a path (RFC 5280 6.1 as RFC 9618 computes it: level by level, so that no tree can explode), with anyPolicy as
// the initial set.
#pragma once

#include <set>

#include "pki/certificate.h"

namespace mohr::pki {

class PolicyState {
 public:
  explicit PolicyState(std::size_t certificates);
  // 6.1.3 d to f, then 6.1.4 a, b, h to j when it is not the last. Certificates come from below the anchor down to the target.
  void take(const Certificate& certificate, bool last);
  // 6.1.5 g: a policy is demanded and none holds for the whole path.
  [[nodiscard]] bool fails() const;

 private:
  void take_policies(const Certificate& certificate, bool last);
  void map_policies(const Certificate& certificate);

  std::set<Bytes> expected_;  // what the next certificate's policies are compared with
  bool any_ = true;           // anyPolicy is among them
  std::size_t explicit_policy_, inhibit_any_policy_, policy_mapping_;
  bool failed_ = false;
};

}  // namespace mohr::pki
