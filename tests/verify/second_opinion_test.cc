// The second opinion in verdicts: Botan itself, and stand-ins that contradict us.
#include <gtest/gtest.h>

#include "sign/signer.h"
#include "tests/support/issuing.h"
#include "verify/report.h"
#include "verify/verifier.h"

namespace mohr::verify {
namespace {

using crypto::Opinion;
using test::kNow;
using test::Party;

std::string no_version() { return "0"; }
bool knows_all(const crypto::SignatureAlgorithm&, crypto::KeyType, crypto::Curve) { return true; }
bool knows_nothing(const crypto::SignatureAlgorithm&, crypto::KeyType, crypto::Curve) { return false; }
Opinion good_value(ByteView, const crypto::SignatureAlgorithm&, ByteView, ByteView) { return {Opinion::Answer::good, {}}; }
Opinion bad_value(ByteView, const crypto::SignatureAlgorithm&, ByteView, ByteView) { return {Opinion::Answer::bad, "no"}; }
Opinion good_chain(std::span<const ByteView>, Instant) { return {Opinion::Answer::good, {}}; }
Opinion bad_chain(std::span<const ByteView>, Instant) { return {Opinion::Answer::bad, "no"}; }
Opinion unreadable_chain(std::span<const ByteView>, Instant) { return {Opinion::Answer::unreadable, "no"}; }

constexpr Instant kNever{INT64_MIN};
constexpr crypto::OpinionModule kAgrees{"Other", no_version, kNever, Instant{INT64_MAX}, knows_all, good_value, good_chain};
constexpr crypto::OpinionModule kValueBad{"Other", no_version, kNever, Instant{INT64_MAX}, knows_all, bad_value, good_chain};
constexpr crypto::OpinionModule kChainBad{"Other", no_version, kNever, Instant{INT64_MAX}, knows_all, good_value, bad_chain};
constexpr crypto::OpinionModule kChainUnreadable{"Other", no_version, kNever, Instant{INT64_MAX}, knows_all, good_value, unreadable_chain};
constexpr crypto::OpinionModule kLacksAll{"Other", no_version, kNever, Instant{INT64_MAX}, knows_nothing, bad_value, bad_chain};

Opinion bad_token_value(ByteView, const crypto::SignatureAlgorithm& algorithm, ByteView, ByteView) {
  return {algorithm.digest == crypto::DigestAlgorithm::sha384 ? Opinion::Answer::bad : Opinion::Answer::good, "no"};
}
constexpr crypto::OpinionModule kTokenBad{"Other", no_version, kNever, Instant{INT64_MAX}, knows_all, bad_token_value, good_chain};

Party make_root() {
  test::PartyOptions options;
  options.name = "Test Root";
  options.ca = true;
  options.key_usage = pki::kKeyCertSign | pki::kCrlSign;
  options.from = kNow - 100 * kDay;
  return test::make_party(crypto::NewKey::p256, options);
}

struct World {
  Party root = make_root(), signer, authority;

  explicit World(crypto::NewKey kind = crypto::NewKey::p256, Instant signer_until = kNow + 365 * kDay) {
    test::PartyOptions options;
    options.to = signer_until;
    signer = test::make_party(kind, options, &root);
    options.name = "Test TSA";
    options.to = kNow + 365 * kDay;
    options.extended_key_usages = {asn1::Oid::kp_time_stamping};
    options.critical = true;
    authority = test::make_party(crypto::NewKey::p384, options, &root);
  }

  [[nodiscard]] Bytes signed_cms(bool stamped = false, crypto::DigestAlgorithm of_token = crypto::DigestAlgorithm::sha384) const {
    sign::Request request;
    request.packaging = sign::Packaging::attached;
    request.now = kNow;
    request.key = signer.key.get();
    request.certificate = signer.certificate;
    if (stamped) request.level = sign::Level::t;
    request.stamp = [&](ByteView value) -> Result<Bytes> {
      pki::TimestampRequest asked;
      asked.imprint = to_bytes(crypto::sha256(value).view());
      pki::TimestampProfile profile;
      profile.policy = "2.999.1";
      profile.now = kNow;
      profile.serial = {1};
      profile.digest = of_token;
      MOHR_TRY(const Bytes response, pki::issue_timestamp_response(asked, profile, *authority.key, authority.certificate, {}));
      MOHR_TRY(const ByteView token, pki::token_from_response(response));
      return to_bytes(token);
    };
    Budget budget;
    auto octets = sign::sign_bytes(as_bytes("letter"), request, budget);
    EXPECT_TRUE(octets) << (octets ? "" : render(octets.error(), Language::en));
    return octets ? *octets : Bytes{};
  }

  [[nodiscard]] Verdict judge(const Bytes& octets, const crypto::OpinionModule* second, int opinions = 2, Instant now = kNow) const {
    pki::Trust trust;
    EXPECT_TRUE(trust.add_anchor({root.certificate, false, false, "test"}));
    Options options;
    options.second = second;
    options.opinions = opinions;
    Question question;
    question.now = now;
    const MemorySource source(octets);
    auto verdict = Verifier(std::move(trust), std::move(options)).verify(source, nullptr, {}, question, nullptr);
    EXPECT_TRUE(verdict) << (verdict ? "" : render(verdict.error(), Language::en));
    return verdict ? *std::move(verdict) : Verdict{};
  }
};

Bytes with_bad_value(Bytes octets) {
  octets.back() ^= 1;
  return octets;
}

struct Row {
  const char* what;
  const crypto::OpinionModule* second;
  bool stamped, changed;
  Outcome outcome;
  Check reason;
};

TEST(SecondOpinion, ADifferenceHoldsAndIsADefect) {
  const World world;
  const Row rows[] = {
      {"both good", &kAgrees, true, false, Outcome::accept, Check::signature_good_at},
      {"we accept a value, it refuses", &kValueBad, false, false, Outcome::hold, Check::opinion_on_value_differs},
      {"we accept a chain, it refuses", &kChainBad, false, false, Outcome::hold, Check::opinion_on_chain_differs},
      {"we read a chain, it does not", &kChainUnreadable, false, false, Outcome::hold, Check::opinion_on_chain_differs},
      {"we accept a token, it refuses", &kTokenBad, true, false, Outcome::hold, Check::opinion_on_value_differs},
      {"we refuse a value, it accepts", &kAgrees, false, true, Outcome::hold, Check::opinion_on_value_differs},
      {"both refuse", &kValueBad, false, true, Outcome::reject, Check::signature_value_bad},
      {"what it lacks is not asked", &kLacksAll, true, false, Outcome::accept, Check::signature_good_at},
  };
  for (const Row& row : rows) {
    const Bytes octets = world.signed_cms(row.stamped);
    const Verdict verdict = world.judge(row.changed ? with_bad_value(octets) : octets, row.second);
    ASSERT_EQ(verdict.signatures.size(), 1U) << row.what;
    const SignatureVerdict& signature = verdict.signatures.front();
    EXPECT_EQ(verdict.outcome, row.outcome) << row.what;
    EXPECT_EQ(signature.reason->check, row.reason) << row.what << ": " << render(*signature.reason, Language::en);
    ASSERT_EQ(verdict.opinions.size(), 1U) << row.what;
    EXPECT_EQ(verdict.opinions.front().agrees, row.outcome != Outcome::hold) << row.what;
    EXPECT_EQ(verdict.opinions.front().asked.empty(), row.second == &kLacksAll) << row.what;
    if (row.outcome != Outcome::hold) continue;
    EXPECT_EQ(signature.owner, Owner::defect) << row.what;
    const std::string en = render(*signature.reason, Language::en);
    EXPECT_NE(en.find("accepts it"), std::string::npos) << en;
    EXPECT_NE(en.find("refuses it"), std::string::npos) << en;
    EXPECT_EQ(signature.next->step, Step::administrator_reports_defect) << row.what;
  }
}

// A document that is refused for a reason of its own stays refused.
TEST(SecondOpinion, ADifferenceSavesNothing) {
  const World world;
  const Bytes octets = test::replaced(world.signed_cms(), as_bytes("letter"), as_bytes("LETTER"));
  const Verdict verdict = world.judge(octets, &kValueBad);
  EXPECT_EQ(verdict.outcome, Outcome::reject);
  EXPECT_EQ(verdict.signatures.front().reason->check, Check::content_changed);
  EXPECT_FALSE(verdict.opinions.front().agrees);
}

// Botan 2.19 has neither Ed448 nor ML-DSA, Botan 3 both: asked or not, the verdict is the same.
TEST(SecondOpinion, BotanAgreesWithEveryKindOfKey) {
  using crypto::NewKey;
  for (const NewKey kind : {NewKey::rsa2048, NewKey::p256, NewKey::p384, NewKey::p521, NewKey::brainpool256, NewKey::ed25519, NewKey::ed448,
                            NewKey::ml_dsa_44}) {
    if (kind == NewKey::ml_dsa_44 && !crypto::generate_key(kind)) continue;  // before OpenSSL 3.5
    const World world(kind);
    const Bytes octets = world.signed_cms(true);
    const Verdict verdict = world.judge(octets, nullptr);
    const int number = static_cast<int>(kind);
    ASSERT_EQ(verdict.opinions.size(), 1U);
    const OpinionSummary& opinion = verdict.opinions.front();
    EXPECT_EQ(verdict.outcome, Outcome::accept) << number << ": " << json::write(report_json(verdict, "x"));
    EXPECT_EQ(opinion.library, "Botan");
    EXPECT_FALSE(opinion.version.empty());
    EXPECT_TRUE(opinion.agrees);
    const bool lacks = kind == NewKey::ed448 || kind == NewKey::ml_dsa_44;
    const bool asked = std::find(opinion.asked.begin(), opinion.asked.end(), "signature-value") != opinion.asked.end();
    EXPECT_EQ(asked, !lacks || !opinion.version.starts_with("2.")) << number;
    const Verdict changed = world.judge(with_bad_value(world.signed_cms()), nullptr);
    EXPECT_EQ(changed.signatures.front().reason->check, Check::signature_value_bad) << number;
  }
}

// What the national profile's certificates have and the standard does not allow (national.md 1.4), and dates that have no end, must not
// hold a document: Botan reads them, or is not asked.
TEST(SecondOpinion, OddCertificatesAreNotADefect) {
  const Instant no_end = *instant({9999, 12, 31, 23, 59, 59});
  for (const bool odd : {false, true}) {
    World world(crypto::NewKey::p256, no_end);
    if (odd) {
      pki::CertificateProfile profile;
      const std::array parts = {pki::NamePart{asn1::Oid::country, "IR"}, pki::NamePart{asn1::Oid::serial_number, "ZZ"},
                                pki::NamePart{asn1::Oid::common_name, std::string(100, 'x')}};
      profile.subject = test::replaced(pki::write_name(parts), as_bytes("ZZ"), as_bytes("\xdb\xb1"));  // ۱ in a PrintableString
      profile.spki = to_bytes(world.signer.key->public_key().spki());
      profile.serial = Bytes(24, 0x41);
      profile.not_before = kNow - kDay;
      profile.not_after = no_end;
      profile.key_usage = pki::kDigitalSignature;
      const auto der = pki::issue_certificate(profile, *world.root.key, world.root.certificate.get(),
                                              crypto::preferred_algorithm(world.root.key->public_key()));
      ASSERT_TRUE(der);
      const auto certificate = pki::Certificate::parse(*der);
      ASSERT_TRUE(certificate) << render(certificate.error(), Language::en);
      world.signer.certificate = *certificate;
      EXPECT_EQ(world.signer.certificate->oddities().size(), 2U);
    }
    const Verdict verdict = world.judge(world.signed_cms(), nullptr);
    EXPECT_EQ(verdict.outcome, Outcome::accept) << odd << json::write(report_json(verdict, "x"));
  }
}

TEST(SecondOpinion, CanBeSwitchedOff) {
  const World world;
  const Verdict verdict = world.judge(world.signed_cms(), &kValueBad, 1);
  EXPECT_EQ(verdict.outcome, Outcome::accept);
  EXPECT_TRUE(verdict.opinions.empty());
}

// RFC 3161 tokens whose own signature is weak prove no time: the signature is judged now, when its certificate has expired.
TEST(TimestampToken, OfAWeakAlgorithmCountsForNothing) {
  World world(crypto::NewKey::p256, kNow + kDay);
  const Instant later = kNow + 30 * kDay;
  EXPECT_EQ(world.judge(world.signed_cms(true), nullptr, 2, later).outcome, Outcome::accept);
  const Verdict weak = world.judge(world.signed_cms(true, crypto::DigestAlgorithm::sha1), nullptr, 2, later);
  const SignatureVerdict& signature = weak.signatures.front();
  EXPECT_EQ(weak.outcome, Outcome::reject);
  EXPECT_EQ(signature.reason->check, Check::certificate_expired);
  EXPECT_FALSE(signature.timestamps.front().good);
  EXPECT_EQ(signature.timestamps.front().findings.front().check, Check::signature_digest_weak);
  EXPECT_FALSE(signature.best_signature_time);
}

}  // namespace
}  // namespace mohr::verify
