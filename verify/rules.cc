#include <array>
#include <initializer_list>

#include "verify/policy.h"

namespace mohr::verify {
namespace {

struct CheckedRule {
  Check check;
  Rule rule;
};

constexpr CheckedRule kRows[] = {
#define RULE(check, clause, indication, sub_indication, outcome, owner, step) \
  {Check::check, {false, clause, Indication::indication, SubIndication::sub_indication, Outcome::outcome, Owner::owner, Step::step}},
#define WARNING(check, clause) {Check::check, {true, clause, {}, {}, Outcome::accept, Owner::nobody, Step::none}},
#include "verify/rules.def"
#undef RULE
#undef WARNING
};

constexpr std::size_t kChecks = 0
#define CHECK(tag, id, params, names, en, fa) +1
#include "pki/core/checks.def"
#undef CHECK
    ;

// Index into kRows by check; kNone where there is no row.
constexpr std::uint16_t kNone = 0xffff;
constexpr auto kIndex = [] {
  std::array<std::uint16_t, kChecks> index{};
  index.fill(kNone);
  for (std::uint16_t i = 0; i < std::size(kRows); ++i) index[static_cast<std::size_t>(kRows[i].check)] = i;
  return index;
}();

constexpr Rule kMissing{};

}  // namespace

bool has_rule(Check check) { return kIndex[static_cast<std::size_t>(check)] != kNone; }

const Rule& rule(Check check) { return has_rule(check) ? kRows[kIndex[static_cast<std::size_t>(check)]].rule : kMissing; }

const Rule& rule_of(Check check, const Policy* policy) { return policy == nullptr ? rule(check) : policy->rule(check); }

}  // namespace mohr::verify
