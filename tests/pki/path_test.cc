// Certification paths over certificates made here: what makes one good, what breaks it, and the limits of the search.
#include "pki/name_constraints.h"
#include "pki/path_validator.h"
#include "tests/support/issuing.h"
#include "x509_vectors.h"

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

// Two installations whose authorities have the same names: the other one is not known here, and nobody changed anything.
TEST(Paths, AnotherAuthorityOfTheSameNameIsUnknown) {
  Hierarchy h;
  const Hierarchy other;
  h.trust = other.trust;
  const auto path = h.find();
  ASSERT_TRUE(path);
  EXPECT_EQ(path->anchor, nullptr);
  EXPECT_EQ(path->certificates.size(), 2U);
  EXPECT_FALSE(has(*path, Check::certificate_signature_bad));
  ASSERT_EQ(path->rejected.size(), 1U);
  EXPECT_TRUE(has(path->rejected.front(), Check::certificate_signature_bad));
}

// Of a trusted certificate only the frame is read when trust is loaded; one that is broken inside is told of where a path needs it.
TEST(Paths, AnAnchorThatIsBrokenInsideIsNamed) {
  const Hierarchy h;
  Bytes der = to_bytes(h.root.certificate->der());
  const Bytes is_authority = *from_hex("30030101ff");
  const auto place = std::search(der.begin(), der.end(), is_authority.begin(), is_authority.end());
  ASSERT_NE(place, der.end());
  *(place + 4) = 0x77;  // no BOOLEAN of DER
  ASSERT_FALSE(Certificate::parse(der));
  const auto root = Root::outline(der);
  ASSERT_TRUE(root);
  EXPECT_FALSE(root->whole());
  Trust trust;
  ASSERT_TRUE(trust.add_anchor({*root, false, true, "broken.pem"}));
  Budget budget;
  const auto path = find_path(h.leaf.certificate, {Purpose::signing, kNow}, trust, h.evidence, budget);
  ASSERT_TRUE(path);
  EXPECT_EQ(path->anchor, nullptr);
  EXPECT_TRUE(has(*path, Check::anchor_unreadable));
  der[0] = 0x31;
  EXPECT_FALSE(Root::outline(der));
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

// Authorities that all certify each other, and a target under the first of them.
std::vector<CertificatePtr> make_mesh(std::size_t count, CertificatePtr& target) {
  std::vector<Party> authorities;
  std::vector<CertificatePtr> mesh;
  test::PartyOptions options;
  options.ca = true;
  options.key_usage = kKeyCertSign;
  for (std::size_t i = 0; i < count; ++i) {
    options.name = "Bridge " + std::to_string(i);
    authorities.push_back(test::make_party(crypto::NewKey::p256, options));
  }
  target = test::make_party(crypto::NewKey::p256, {.name = "Leaf [Sign]", .extended_key_usages = {}}, &authorities[0]).certificate;
  for (const Party& subject : authorities)
    for (const Party& issuer : authorities) {
      if (&subject == &issuer) continue;
      CertificateProfile profile;
      profile.subject = to_bytes(subject.certificate->subject().encoding());
      profile.spki = to_bytes(subject.certificate->spki());
      profile.serial = crypto::random_bytes(9);
      profile.serial[0] = 0x41;
      profile.not_before = kNow - kDay;
      profile.not_after = kNow + kDay;
      profile.ca = true;
      const auto der =
          issue_certificate(profile, *issuer.key, issuer.certificate.get(), crypto::preferred_algorithm(issuer.key->public_key()));
      auto parsed = der ? Certificate::parse(*der) : Result<CertificatePtr>(der.error());
      EXPECT_TRUE(parsed);
      mesh.push_back(*parsed);
    }
  return mesh;
}

TEST(Paths, ManyCrossCertificatesEndWithinTheBudget) {
  const Hierarchy h;
  CertificatePtr target;
  Evidence evidence;
  for (const CertificatePtr& one : make_mesh(24, target)) evidence.add(one, Origin::given);
  Budget budget(Limits().set(Limit::seconds, 30));
  const auto lost = find_path(target, {Purpose::signing, kNow}, h.trust, evidence, budget);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, ErrorCode::budget_exceeded);
  evidence.add(h.authority.certificate, Origin::given);
  Budget other;  // a good path beside all of them is found
  const auto found = find_path(h.leaf.certificate, {Purpose::signing, kNow}, h.trust, evidence, other);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->anchor != nullptr && found->findings.empty());
}

TEST(Paths, ACircleOfAuthoritiesEnds) {
  const Hierarchy h;
  CertificatePtr target;
  Evidence evidence;
  for (const CertificatePtr& one : make_mesh(2, target)) evidence.add(one, Origin::given);
  Budget budget;
  const auto path = find_path(target, {Purpose::signing, kNow}, h.trust, evidence, budget);
  ASSERT_TRUE(path);
  EXPECT_EQ(path->anchor, nullptr);
}

TEST(Paths, AnEmptyListOfAlternativeNamesBreaksOne) {  // RFC 5280 4.2.1.6
  const Hierarchy h;
  for (const auto& [names, empty] : {std::pair{"3000", true}, std::pair{"3003820161", false}}) {
    vectors::Pieces pieces;
    pieces.issuer = to_bytes(h.authority.certificate->subject().encoding());
    pieces.extensions = {vectors::extension("2.5.29.17", vectors::bytes(names))};
    const auto target = Certificate::parse(vectors::assemble(pieces));
    ASSERT_TRUE(target);
    Budget budget;
    const auto path = find_path(*target, {Purpose::any, kNow}, h.trust, h.evidence, budget);
    ASSERT_TRUE(path);
    EXPECT_EQ(has(*path, Check::certificate_profile_departure), empty) << names;
  }
}

TEST(Paths, NameConstraintsByTheThousandEndWithinTheBudget) {
  const Hierarchy h;
  const Bytes elsewhere = write_name(std::array{NamePart{asn1::Oid::country, "XX"}});
  NameConstraints constraints;
  constraints.excluded.assign(5000, GeneralName{GeneralName::Kind::directory, elsewhere});
  Budget enough(Limits().set(Limit::name_comparisons, 5000)), less(Limits().set(Limit::name_comparisons, 4999));
  const auto allowed = find_forbidden_name(*h.leaf.certificate, constraints, LegacyNames::without_alternative_names, enough);
  ASSERT_TRUE(allowed);
  EXPECT_FALSE(*allowed);
  const auto ended = find_forbidden_name(*h.leaf.certificate, constraints, LegacyNames::without_alternative_names, less);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::budget_exceeded);
}

}  // namespace
}  // namespace mohr::pki
