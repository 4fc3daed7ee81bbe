#include "verify/rules.h"

#include <gtest/gtest.h>

#include "pki/path_validator.h"

namespace mohr::verify {
namespace {

constexpr Check kChecks[] = {
#define CHECK(tag, id, params, names, en, fa) Check::tag,
#include "pki/core/checks.def"
#undef CHECK
};

// Said when a verdict is good; the only rows that need no rule.
bool says_good(Check check) {
  return check == Check::signature_good || check == Check::signature_good_at || check == Check::countersignature_good;
}

TEST(Rules, EveryCheckHasOne) {
  for (const Check check : kChecks) EXPECT_TRUE(has_rule(check) || says_good(check)) << row(check).id;
}

TEST(Rules, ACheckWithoutRuleWouldReject) {
  const Rule& missing = rule(Check::signature_good);
  EXPECT_FALSE(has_rule(Check::signature_good));
  EXPECT_EQ(missing.outcome, Outcome::reject);
  EXPECT_FALSE(missing.warning);
}

TEST(Rules, HoldIsOwnedBySomebodyWithinReach) {
  for (const Check check : kChecks) {
    const Rule& r = rule(check);
    if (r.warning || !has_rule(check)) continue;
    EXPECT_NE(r.outcome, Outcome::accept) << row(check).id;
    EXPECT_NE(r.owner, Owner::nobody) << row(check).id;
    EXPECT_NE(r.step, Step::none) << row(check).id;
  }
}

// What a path calls a warning must be one here too, else a good path would never be accepted.
TEST(Rules, WarningsOfPathsAgree) {
  for (const Check check : kChecks) EXPECT_TRUE(rule(check).warning || !pki::is_warning(check)) << row(check).id;
}

TEST(Rules, TextsOfBothLanguagesAreThere) {
  for (const Check check : kChecks) {
    EXPECT_FALSE(row(check).en.empty() || row(check).fa.empty()) << row(check).id;
    for (const char* arabic : {"\u064a", "\u0643"})  // ye and kaf of Arabic keyboards
      EXPECT_EQ(row(check).fa.find(arabic), std::string_view::npos) << row(check).id;
  }
}

}  // namespace
}  // namespace mohr::verify
