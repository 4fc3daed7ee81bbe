// Policies as data: what is refused, and that a stricter one never gives a laxer verdict.
#include "verify/policy.h"

#include <gtest/gtest.h>

namespace mohr::verify {
namespace {

constexpr Check kChecks[] = {
#define CHECK(tag, id, params, names, en, fa) Check::tag,
#include "pki/core/checks.def"
#undef CHECK
};

Result<PolicyPtr> parse(const std::string& text) { return Policy::parse(as_bytes(text), "test"); }

std::string policy_text(const std::string& checks, const std::string& more = "") {
  return R"({"version": 1, "id": "t", "name": {"en": "t", "fa": "t"}, "checks": {)" + checks +
         R"(}, "revocation": {"next_update": "required"}, "algorithms": {"review_before": "2027-01-01T00:00:00Z"})" + more + "}";
}

std::string level_of(Check check, std::string_view level) {
  return "\"" + std::string(row(check).id) + "\": \"" + std::string(level) + "\"";
}

// accept, hold, reject: what a finding of the check makes of a verdict.
int outcome_of(const Rule& rule) { return rule.warning ? 0 : rule.outcome == Outcome::hold ? 1 : 2; }

TEST(Policy, BuiltInOnesAreWhatTheyPrint) {
  for (const std::string_view name : Policy::built_in_names()) {
    const PolicyPtr policy = Policy::built_in(name);
    ASSERT_TRUE(policy) << name;
    EXPECT_EQ(policy->id(), name);
    const auto again = parse(json::write(policy->json()));
    ASSERT_TRUE(again) << render(again.error(), Language::en);
    EXPECT_EQ((*again)->identity(), policy->identity());
    EXPECT_TRUE(compare(*policy, **again).empty());
  }
  const PolicyPtr strict = Policy::built_in("strict");
  for (const Check check : kChecks) EXPECT_EQ(outcome_of(strict->rule(check)), outcome_of(rule(check))) << row(check).id;
  EXPECT_FALSE(Policy::built_in("lax"));
}

TEST(Policy, AStricterOneNeverGivesALaxerVerdict) {
  constexpr Level kLevels[] = {Level::warn, Level::hold, Level::reject};
  for (const Check check : kChecks) {
    if (!has_rule(check)) continue;
    int before = -1;
    for (const Level level : kLevels) {
      const auto policy = parse(policy_text(level_of(check, level_word(level))));
      const bool relaxes = static_cast<int>(level) < outcome_of(rule(check));
      ASSERT_EQ(policy.has_value(), !relaxes || may_be_relaxed(check)) << row(check).id;
      if (!policy) continue;
      const int outcome = outcome_of((*policy)->rule(check));
      EXPECT_EQ(outcome, static_cast<int>(level)) << row(check).id;
      EXPECT_GT(outcome, before) << row(check).id;
      before = outcome;
      for (const Check other : kChecks) {
        EXPECT_TRUE(other == check || outcome_of((*policy)->rule(other)) == outcome_of(rule(other))) << row(other).id;
      }
      // Nobody is left without a next step, and only what holds has an owner who can mend it.
      const Rule& meaning = (*policy)->rule(check);
      EXPECT_TRUE(meaning.warning || meaning.step != Step::none) << row(check).id;
    }
    EXPECT_GE(before, 0) << row(check).id;
  }
}

std::string with_table(const std::string& members) {
  std::string text = policy_text("");
  text.insert(text.find("2027-01-01T00:00:00Z\"") + 21, ", " + members);
  return text;
}

TEST(Policy, ItsOwnTableOfAlgorithmsHolds) {
  const auto policy = parse(with_table(R"("digests": {"SHA-256": null, "SHA-1": "2030-01-01"}, "keys": [
      {"type": "rsa", "least_bits": 1024, "until": "2012-01-01"}, {"type": "rsa", "least_bits": 3072, "until": null}])"));
  ASSERT_TRUE(policy) << render(policy.error(), Language::en);
  const pki::AlgorithmTable& table = (*policy)->algorithms();
  EXPECT_EQ(table.usable_until(crypto::DigestAlgorithm::sha256), pki::kNoEnd);
  EXPECT_EQ(table.usable_until(crypto::DigestAlgorithm::sha1), *from_iso8601("2030-01-01"));
  EXPECT_EQ(table.usable_until(crypto::DigestAlgorithm::sha512), Instant{});  // in no row
  EXPECT_EQ(table.usable_until(crypto::KeyType::rsa, 2048), *from_iso8601("2012-01-01"));
  EXPECT_EQ(table.usable_until(crypto::KeyType::rsa, 3072), pki::kNoEnd);
  EXPECT_EQ(table.usable_until(crypto::KeyType::rsa, 1023), Instant{});
  EXPECT_EQ(table.usable_until(crypto::KeyType::ec, 256), Instant{});
  const auto again = parse(json::write((*policy)->json()));
  ASSERT_TRUE(again) << render(again.error(), Language::en);
  EXPECT_EQ((*again)->identity(), (*policy)->identity());

  const auto usual = parse(policy_text("")),
             only_keys = parse(with_table(R"("keys": [{"type": "rsa", "least_bits": 3072, "until": null}])"));
  ASSERT_TRUE(usual && only_keys);
  EXPECT_EQ((*usual)->algorithms(), pki::default_algorithms());
  EXPECT_EQ((*only_keys)->algorithms().usable_until(crypto::DigestAlgorithm::sha384), pki::kNoEnd);
  std::vector<PolicyDifference> differences = compare(**usual, **only_keys);
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(differences.front().member, "algorithms.keys");
  EXPECT_EQ(differences.front().stricter, 1);
  differences = compare(**usual, **policy);
  ASSERT_EQ(differences.size(), 2U);
  EXPECT_EQ(differences.front().stricter, 0);  // SHA-1 lives longer, SHA-512 does not live
}

TEST(Policy, RefusesWhatItDoesNotKnow) {
  const std::string cases[] = {
      policy_text("\"no.such.check\": \"warn\""),
      policy_text("\"signature.value-bad\": \"warn\""),
      policy_text("\"signature.value-bad\": \"hold\""),
      policy_text("\"signature.issuer-not-trusted\": \"warn\""),
      policy_text("\"signature.certificate-revoked\": \"warn\""),
      policy_text("\"pki.certificate.wrong-usage\": \"ignore\""),
      policy_text("", R"(, "more": 1)"),
      policy_text("", R"(, "authorities": [])"),
      policy_text("", R"(, "authorities": [{"organisation": ["1"]}])"),
      policy_text("", R"(, "authorities": [{"roles": ["king"]}])"),
      policy_text("", R"(, "id": "twice")"),
      with_table(R"("digests": {"SHA-257": null})"),
      with_table(R"("digests": {"SHA-256": "soon"})"),
      with_table(R"("digests": {"SHA-256": "1970-01-01"})"),
      with_table(R"("keys": [{"type": "rsa", "least_bits": 2048}])"),
      with_table(R"("keys": [{"type": "steel", "least_bits": 1, "until": null}])"),
      with_table(R"("keys": [{"type": "rsa", "least_bits": -1, "until": null}])"),
      with_table(R"("curves": [])"),
      R"({"version": 2})",
      "[]",
      "",
  };
  for (const std::string& text : cases) EXPECT_FALSE(parse(text)) << text;
  std::string late = policy_text("");
  late.replace(late.find("2027-01-01"), 10, "2999-01-01");
  EXPECT_FALSE(parse(late));
}

}  // namespace
}  // namespace mohr::verify
