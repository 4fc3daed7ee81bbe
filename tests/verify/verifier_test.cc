// Verdicts end to end in memory: signed here, judged here, in every state that a clerk meets.
#include "verify/verifier.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "sign/signer.h"
#include "tests/support/issuing.h"
#include "verify/report.h"

namespace mohr::verify {
namespace {

using test::kNow;
using test::Party;

struct World {
  Party root, signer;
  pki::CrlPtr crl;

  explicit World(std::vector<pki::Revocation> revoked = {}, test::PartyOptions signer_options = {}) {
    test::PartyOptions authority;
    authority.name = "Test Root";
    authority.ca = true;
    authority.key_usage = pki::kKeyCertSign | pki::kCrlSign;
    authority.from = kNow - 100 * kDay;
    root = test::make_party(crypto::NewKey::p256, authority);
    signer = test::make_party(crypto::NewKey::p256, signer_options, &root);
    for (pki::Revocation& one : revoked) one.serial = to_bytes(signer.certificate->serial());
    make_crl(revoked, kNow - kHour, kNow + 2 * kDay);
  }
  void make_crl(std::span<const pki::Revocation> revoked, Instant from, Instant until) {
    const auto der =
        pki::issue_crl(revoked, 1, from, until, *root.key, *root.certificate, crypto::preferred_algorithm(root.key->public_key()));
    Budget budget;
    crl = *pki::Crl::parse(*der, budget);
  }
  [[nodiscard]] sign::Request request(format::Format format) const {
    sign::Request request;
    request.format = format;
    request.packaging = sign::Packaging::attached;
    request.now = kNow;
    request.key = signer.key.get();
    request.certificate = signer.certificate;
    return request;
  }
  [[nodiscard]] Bytes signed_cms(const format::Identity& identity = {}) const {
    sign::Request r = request(format::Format::cades);
    r.identity = identity;
    Budget budget;
    auto octets = sign::sign_bytes(as_bytes("نامهٔ آزمایشی"), r, budget);
    EXPECT_TRUE(octets) << (octets ? "" : render(octets.error(), Language::en));
    return octets ? *octets : Bytes{};
  }
  [[nodiscard]] Verifier verifier(bool trusted = true, bool cache = true, PolicyPtr policy = nullptr) const {
    pki::Trust trust;
    const Party other = test::make_party(crypto::NewKey::p256);
    EXPECT_TRUE(trust.add_anchor({trusted ? root.certificate : other.certificate, true, true, "test"}));
    Options options;
    options.cache = cache;
    if (policy) options.policy = std::move(policy);
    return {std::move(trust), std::move(options)};
  }
  [[nodiscard]] Verdict judge(const Bytes& octets, Question question = {}, bool with_crl = true, bool trusted = true,
                              PolicyPtr policy = nullptr) const {
    if (question.now == Instant{}) question.now = kNow;
    pki::Evidence evidence;
    if (with_crl) evidence.add(crl, pki::Origin::given);
    const MemorySource source(octets);
    auto verdict = verifier(trusted, true, std::move(policy)).verify(source, nullptr, evidence, question, nullptr);
    EXPECT_TRUE(verdict) << (verdict ? "" : render(verdict.error(), Language::en));
    return verdict ? *std::move(verdict) : Verdict{};
  }
};

void expect(const Verdict& verdict, Outcome outcome, Check reason, Owner owner) {
  ASSERT_EQ(verdict.signatures.size(), 1U);
  const SignatureVerdict& signature = verdict.signatures.front();
  ASSERT_TRUE(signature.reason);
  EXPECT_EQ(signature.reason->check, reason) << render(*signature.reason, Language::en);
  EXPECT_EQ(verdict.outcome, outcome);
  EXPECT_EQ(signature.owner, owner);
}

TEST(Verifier, AcceptsAGoodSignatureAndSaysDemonstration) {
  const World world;
  const Verdict verdict = world.judge(world.signed_cms());
  expect(verdict, Outcome::accept, Check::signature_good, Owner::nobody);
  EXPECT_TRUE(verdict.demonstration);
  EXPECT_EQ(verdict.signatures.front().indication, Indication::total_passed);
}

TEST(Verifier, HoldsWhatThisOfficeCanSupply) {
  const World world;
  const Bytes octets = world.signed_cms();
  expect(world.judge(octets, {}, false), Outcome::hold, Check::revocation_unknown, Owner::this_office);
  expect(world.judge(octets, {}, true, false), Outcome::hold, Check::issuer_not_trusted, Owner::this_office);
}

TEST(Verifier, RejectsRevokedAndWaitsForHeld) {
  const World revoked({{{}, kNow - kDay, 1}});
  const Verdict verdict = revoked.judge(revoked.signed_cms());
  expect(verdict, Outcome::reject, Check::certificate_revoked, Owner::sender);
  EXPECT_EQ(verdict.signatures.front().sub_indication, SubIndication::revoked_no_poe);
  const World held({{{}, kNow - kDay, 6}});
  const Verdict waiting = held.judge(held.signed_cms());
  expect(waiting, Outcome::hold, Check::certificate_on_hold, Owner::wait);
  ASSERT_TRUE(waiting.signatures.front().next);
  EXPECT_EQ(std::get<Instant>(waiting.signatures.front().next->params.front()), kNow + 2 * kDay);  // the next list
}

TEST(Verifier, APolicyThatRejectsIsNotSoftenedByWaiting) {
  const World held({{{}, kNow - kDay, 6}});
  const std::string text =
      R"({"version": 1, "id": "t", "name": {"en": "t", "fa": "t"}, "checks": {"signature.certificate-on-hold": "reject"},
      "revocation": {"next_update": "required"}, "algorithms": {"review_before": "2028-01-01T00:00:00Z"}})";
  expect(held.judge(held.signed_cms(), {}, true, true, *Policy::parse(as_bytes(text), "test")), Outcome::reject, Check::certificate_on_hold,
         Owner::sender);
}

TEST(Verifier, RejectsExpiredAndStaleListsAreMissingOnes) {
  World world;
  const Bytes octets = world.signed_cms();
  Question later;
  later.now = world.signer.certificate->not_after() + kDay;
  EXPECT_EQ(world.judge(octets, later).outcome, Outcome::reject);
  world.make_crl({}, kNow - 10 * kDay, kNow - 3 * kDay);
  expect(world.judge(octets), Outcome::hold, Check::revocation_outdated, Owner::this_office);
}

TEST(Verifier, ChangedBitsAreRefused) {
  const World world;
  const Bytes octets = world.signed_cms();
  const ByteView name = world.root.certificate->subject().encoding();
  // The certificate's own issuer comes before it, the signed binding's after it.
  const std::size_t name_begin = as_text(octets).find(as_text(name), as_text(octets).find(as_text(name)) + 1);
  const char* long_run = std::getenv("MOHR_LONG");  // ./check --long: every bit
  const bool all = long_run != nullptr && std::string_view(long_run) == "1";
  for (std::size_t bit = 0; bit < octets.size() * 8; bit += all ? 1 : 59) {
    const std::size_t i = bit / 8;
    Bytes changed = octets;
    changed[i] = static_cast<Byte>(changed[i] ^ (1U << (bit % 8)));
    const MemorySource source(changed);
    Question question;
    question.now = kNow;
    pki::Evidence evidence;
    evidence.add(world.crl, pki::Origin::given);
    const auto verdict = world.verifier().verify(source, nullptr, evidence, question, nullptr);
    if (!verdict || verdict->outcome != Outcome::accept) continue;
    // Parts of a CMS message that are not signed and decide nothing: digestAlgorithms of the SignedData, the version of the SignerInfo, and
    // letter case and string type in the name by which SignerInfo points at the certificate (RFC 5280 7.1 compares without them).
    const format::Signature& signature = verdict->document.signatures.front();
    EXPECT_TRUE(i < 48 || (i + 16 >= name_begin && i < name_begin + name.size())) << "octet " << i << ", bit " << bit % 8;
    EXPECT_TRUE(signature.signer && equal(signature.signer->der(), world.signer.certificate->der()));
    EXPECT_TRUE(equal(signature.references.front().actual, crypto::sha256(as_bytes("نامهٔ آزمایشی")).view()));
  }
}

TEST(Verifier, ComparesWithWhatTheCallerExpects) {
  const World world;
  format::Identity identity;
  identity.receiver = "10320166911";
  identity.tracking_id = "T-1";
  identity.expires = kNow + kHour;
  const Bytes octets = world.signed_cms(identity);
  Question question;
  question.expect_receiver = "10320166911";
  EXPECT_EQ(world.judge(octets, question).outcome, Outcome::accept);
  question.expect_receiver = "10380284790";
  expect(world.judge(octets, question), Outcome::reject, Check::receiver_differs, Owner::sender);
  Question sender;
  sender.expect_sender = "10380284790";
  expect(world.judge(octets, sender), Outcome::reject, Check::sender_missing, Owner::sender);
  Question answer;
  answer.expect_request = crypto::sha256(as_bytes("other"));
  expect(world.judge(octets, answer), Outcome::reject, Check::answers_no_request, Owner::sender);
  Question late;
  late.now = kNow + 2 * kHour;
  expect(world.judge(octets, late), Outcome::reject, Check::message_expired, Owner::sender);
}

TEST(Verifier, AlgorithmsAreJudgedByTheirTable) {
  const World world;
  sign::Request request = world.request(format::Format::cades);
  request.digest = crypto::DigestAlgorithm::sha1;  // usable until 2012 (crypto_policy.def)
  Budget budget;
  const auto octets = sign::sign_bytes(as_bytes("x"), request, budget);
  ASSERT_TRUE(octets) << render(octets.error(), Language::en);
  expect(world.judge(*octets), Outcome::reject, Check::signature_digest_weak, Owner::sender);
}

TEST(Verifier, ThePolicysTableOfAlgorithmsDecides) {
  const World world;
  const Bytes octets = world.signed_cms();
  const struct {
    const char* algorithms;
    Outcome outcome;
    Check reason;
    Owner owner;
  } cases[] = {
      {R"("digests": {"SHA-256": null}, "keys": [{"type": "ec", "least_bits": 256, "until": null}])", Outcome::accept,
       Check::signature_good, Owner::nobody},
      {R"("digests": {"SHA-256": "2026-01-01"})", Outcome::reject, Check::certificate_algorithm_weak, Owner::sender},
      {R"("digests": {"SHA-512": null})", Outcome::reject, Check::certificate_algorithm_weak, Owner::sender},
      {R"("keys": [{"type": "ec", "least_bits": 256, "until": "2026-01-01"}])", Outcome::reject, Check::certificate_key_weak,
       Owner::sender},
      {R"("keys": [{"type": "ec", "least_bits": 384, "until": null}])", Outcome::reject, Check::certificate_key_weak, Owner::sender},
      {R"("keys": [])", Outcome::reject, Check::certificate_key_weak, Owner::sender},
      {R"("review_before": "2026-01-01")", Outcome::hold, Check::algorithms_not_reviewed, Owner::this_office},
      {R"("review_before": "2026-01-01", "digests": {"SHA-256": null}, "keys": [{"type": "ec", "least_bits": 256, "until": null}])",
       Outcome::hold, Check::algorithms_not_reviewed, Owner::this_office},
      {R"("review_before": "2026-01-01", "digests": {})", Outcome::reject, Check::certificate_algorithm_weak, Owner::sender},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.algorithms);
    std::string algorithms = one.algorithms;
    if (!algorithms.starts_with("\"review")) algorithms += R"(, "review_before": "2028-01-01")";
    const std::string text =
        R"({"version": 1, "id": "t", "name": {"en": "t", "fa": "t"}, "checks": {}, "revocation": {"next_update": "required"},
        "algorithms": {)" +
        algorithms + "}}";
    const auto policy = Policy::parse(as_bytes(text), "test");
    ASSERT_TRUE(policy) << render(policy.error(), Language::en);
    expect(world.judge(octets, {}, true, true, *policy), one.outcome, one.reason, one.owner);
  }
}

// An empty cache and a warm one give identical octets; so does none.
TEST(Verifier, CacheChangesNothing) {
  const World world;
  const Bytes octets = world.signed_cms();
  const MemorySource source(octets);
  pki::Evidence evidence;
  evidence.add(world.crl, pki::Origin::given);
  Question question;
  question.now = kNow;
  const Verifier cached = world.verifier(), plain = world.verifier(true, false);
  const auto report = [&](const Verifier& verifier) {
    const auto verdict = verifier.verify(source, nullptr, evidence, question, nullptr);
    return verdict ? json::write(report_json(*verdict, "x")) : std::string();
  };
  const std::string cold = report(cached), warm = report(cached);
  EXPECT_FALSE(cold.empty());
  EXPECT_EQ(cold, warm);
  EXPECT_EQ(cold, report(plain));
  // What was kept is not served past what it was built on.
  question.now = kNow + 3 * kDay;
  const auto later = cached.verify(source, nullptr, evidence, question, nullptr);
  ASSERT_TRUE(later);
  EXPECT_EQ(later->outcome, Outcome::hold);
}

// Authorities of one name and one key, each of which says that its issuer is to be had at a further address; the circle is closed after
// `length` of them.
class IssuerLoop final : public pki::Fetcher {
 public:
  explicit IssuerLoop(int length) : length_(length) { signer = certificate(true); }
  Result<Bytes> fetch(const pki::FetchRequest&, Budget& budget) override {
    MOHR_CHECK(budget.spend(Limit::fetches));
    ++requests;
    return to_bytes(certificate(false)->der());
  }
  std::unique_ptr<crypto::SigningKey> key = *crypto::generate_key(crypto::NewKey::p256);
  pki::CertificatePtr signer;
  int requests = 0;

 private:
  pki::CertificatePtr certificate(bool leaf) {
    const int number = made_++ % length_;
    const std::array name = {pki::NamePart{asn1::Oid::common_name, "Loop"}};
    pki::CertificateProfile profile;
    profile.subject = pki::write_name(name);
    profile.spki = to_bytes(key->public_key().spki());
    profile.serial = Bytes(9, static_cast<Byte>(leaf ? 0x40 : 1 + number));
    profile.not_before = kNow - kDay;
    profile.not_after = kNow + kDay;
    profile.ca = !leaf;
    profile.key_usage = leaf ? pki::kDigitalSignature : pki::kKeyCertSign;
    profile.ca_issuer_urls = {"http://loop.example.ir/" + std::to_string(number)};
    const auto der = pki::issue_certificate(profile, *key, nullptr, crypto::preferred_algorithm(key->public_key()));
    return *pki::Certificate::parse(*der);
  }
  int length_, made_ = 0;
};

TEST(Verifier, LoopsOfIssuerAddressesEnd) {
  const World world;
  for (const auto& [length, most] : {std::pair{1, 1}, std::pair{3, 4}, std::pair{1000, 20}}) {
    IssuerLoop loop(length);
    sign::Request request = world.request(format::Format::cades);
    request.key = loop.key.get();
    request.certificate = loop.signer;
    Budget budget;
    const auto octets = sign::sign_bytes(as_bytes("x"), request, budget);
    ASSERT_TRUE(octets);
    pki::Trust trust;
    ASSERT_TRUE(trust.add_anchor({world.root.certificate, true, true, "test"}));
    Options options;
    options.allowed_hosts = {"loop.example.ir"};
    Question question;
    question.now = kNow;
    const MemorySource source(*octets);
    const auto verdict = Verifier(std::move(trust), std::move(options)).verify(source, nullptr, {}, question, &loop);
    EXPECT_GT(loop.requests, 0);
    EXPECT_LE(loop.requests, most);
    ASSERT_TRUE(verdict);
    expect(*verdict, Outcome::hold, Check::issuer_not_trusted, Owner::this_office);
  }
}

TEST(Verifier, NoAnchorIsTheEnvironmentsFault) {
  const World world;
  const Bytes octets = world.signed_cms();
  const MemorySource source(octets);
  Question question;
  question.now = kNow;
  const auto verdict = Verifier(pki::Trust{}, Options{}).verify(source, nullptr, {}, question, nullptr);
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().code, ErrorCode::no_anchor);
}

TEST(Reports, EscapeAndIsolateNames) {
  test::PartyOptions options;
  options.name = "<i>\u202eEvil</i> & Co";
  const World world({}, options);
  const Verdict verdict = world.judge(world.signed_cms());
  const std::string html = report_html(verdict, "a<i>.p7m", Language::fa);
  EXPECT_EQ(html.find("<i>"), std::string::npos);
  EXPECT_EQ(html.find("\u202e"), std::string::npos);
  EXPECT_NE(html.find("dir=rtl"), std::string::npos);
  EXPECT_NE(html.find("۱۴۰۵"), std::string::npos);
  const std::string text = report_text(verdict, "x", Language::fa, false);
  EXPECT_EQ(text.find("\u202e"), std::string::npos);
  EXPECT_NE(text.find("نمایشی"), std::string::npos);
}

}  // namespace
}  // namespace mohr::verify
