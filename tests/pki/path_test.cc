// Certification paths over certificates made here: what makes one good, what breaks it, and the limits of the search.
#include "pki/path_validator.h"
#include "tests/support/issuing.h"

namespace mohr::pki {
namespace {

using test::kNow;
using test::Party;

struct Hierarchy {
  Party root, authority, leaf;
  Trust trust;
  Evidence evidence;

  explicit Hierarchy(bool authority_is_ca = true, std::uint32_t leaf_usage = kDigitalSignature) {
    test::PartyOptions options;
    options.name = "Root";
    options.ca = true;
    options.key_usage = kKeyCertSign | kCrlSign;
    root = test::make_party(crypto::NewKey::p256, options);
    options.name = "Issuing";
    options.ca = authority_is_ca;
    authority = test::make_party(crypto::NewKey::p256, options, &root);
    leaf = test::make_party(crypto::NewKey::p256, {.name = "Leaf [Sign]", .key_usage = leaf_usage, .extended_key_usages = {}}, &authority);
    EXPECT_TRUE(trust.add_anchor({root.certificate, false, true, "test"}));
    evidence.add(authority.certificate, Origin::given);
  }
  [[nodiscard]] Result<Path> find(Instant time = kNow, const Limits& limits = {}, Purpose purpose = Purpose::signing) const {
    Budget budget(limits);
    return find_path(leaf.certificate, {purpose, time}, trust, evidence, budget);
  }
};

bool has(const Path& path, Check check) {
  for (const Finding& finding : path.findings)
    if (finding.check == check) return true;
  return false;
}

TEST(Paths, AGoodOneReachesItsAnchor) {
  const Hierarchy h;
  const auto path = h.find();
  ASSERT_TRUE(path);
  EXPECT_TRUE(path->findings.empty()) << render(path->findings.front(), Language::en);
  ASSERT_EQ(path->certificates.size(), 3U);
  EXPECT_EQ(path->anchor, &h.trust.anchors().front());
}

TEST(Paths, DatesUsageAndAuthorityAreChecked) {
  const Hierarchy h;
  EXPECT_TRUE(has(*h.find(h.leaf.certificate->not_after() + 1), Check::certificate_expired));
  EXPECT_TRUE(has(*h.find(h.leaf.certificate->not_before() - 1), Check::certificate_not_yet_valid));
  EXPECT_TRUE(has(*h.find(kNow, {}, Purpose::time_stamping), Check::certificate_wrong_usage));
  EXPECT_TRUE(has(*Hierarchy(true, kKeyEncipherment).find(), Check::certificate_wrong_usage));
  const auto no_authority = Hierarchy(false).find();
  ASSERT_TRUE(no_authority);
  EXPECT_TRUE(has(*no_authority, Check::issuer_not_authority) || no_authority->anchor == nullptr);
}

TEST(Paths, AnotherKeyOfTheSameNameDoesNotSign) {
  Hierarchy h;
  const Hierarchy other;
  Evidence swapped;
  swapped.add(other.authority.certificate, Origin::given);
  Budget budget;
  const auto path = find_path(h.leaf.certificate, {Purpose::signing, kNow}, h.trust, swapped, budget);
  ASSERT_TRUE(path);
  EXPECT_TRUE(path->anchor == nullptr || !path->findings.empty());
}

TEST(Paths, TheSearchKeepsItsLimits) {
  const Hierarchy h;
  for (const Limit limit : {Limit::path_steps, Limit::raw_verifications, Limit::seconds}) {
    const auto path = h.find(kNow, Limits().set(limit, 0));
    ASSERT_FALSE(path) << limit_id(limit);
    EXPECT_EQ(path.error().code, ErrorCode::budget_exceeded);
  }
  const auto cut = h.find(kNow, Limits().set(Limit::path_length, 2));
  EXPECT_TRUE(!cut || cut->anchor == nullptr);
}

}  // namespace
}  // namespace mohr::pki
