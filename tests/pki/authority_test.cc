// The demonstration national CA: the folder, the profiles of its certificates, the answers it gives.
#include "pki/authority.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "pki/core/json.h"
#include "pki/demonstration.h"
#include "pki/key_file.h"
#include "pki/trust.h"

namespace mohr::pki {
namespace {

namespace fs = std::filesystem;
constexpr Instant kNow{1'790'000'000};
constexpr int kPort = 23456;

// Made once for all cases: 4096-bit keys take a second.
class Authority : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::string pattern = (fs::temp_directory_path() / "mohr-authority-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    parent_ = pattern;
    const auto made = make_demonstration(directory(), kPort, kNow);
    ASSERT_TRUE(made) << render(made.error(), Language::en);
    auto opened = DemonstrationAuthority::open(directory());
    ASSERT_TRUE(opened) << render(opened.error(), Language::en);
    authority_ = std::move(*opened).release();
  }
  static void TearDownTestSuite() {
    delete authority_;
    fs::remove_all(parent_);
  }
  static std::string directory() { return parent_ + "/demo"; }
  static CertificatePtr certificate(std::string_view name) {
    const auto file = read_file(directory() + "/" + std::string(name) + ".pem", 100'000);
    EXPECT_TRUE(file);
    const auto all = parse_certificates(*file);
    EXPECT_TRUE(all);
    return all->front();
  }
  static OcspResponsePtr ask(const Certificate& subject, const Certificate& issuer) {
    Budget budget;
    auto response = OcspResponse::parse(authority_->answer_ocsp(write_ocsp_request(subject, issuer, Bytes{1, 2, 3, 4}), kNow), budget);
    EXPECT_TRUE(response) << render(response.error(), Language::en);
    return response ? *response : nullptr;
  }
  inline static std::string parent_;
  inline static DemonstrationAuthority* authority_ = nullptr;
};

TEST_F(Authority, HasItsFilesAndModes) {
  std::set<std::string> listed;
  for (const auto& entry : fs::directory_iterator(directory())) listed.insert(entry.path().filename());
  for (const demonstration::Row& row : demonstration::kRows) {
    for (const char* ending : {".pem", ".p12", ".pass"}) {
      const std::string name = std::string(row.file) + ending;
      EXPECT_EQ(listed.erase(name), 1U) << name;
      struct stat status {};
      ASSERT_EQ(::stat((directory() + "/" + name).c_str(), &status), 0);
      EXPECT_EQ(status.st_mode & 0777, ending == std::string_view(".pem") ? 0644U : 0600U) << name;
    }
  }
  EXPECT_EQ(listed, (std::set<std::string>{"README", "authority.json", "trust.json", "root.crl", "silver.crl", "p256.crl"}));
  const auto readme = read_file(directory() + "/README", 100'000);
  ASSERT_TRUE(readme);
  for (const demonstration::Row& row : demonstration::kRows) EXPECT_NE(as_text(*readme).find(row.file), std::string_view::npos);
  // Nothing half-made stays beside it.
  EXPECT_EQ(std::distance(fs::directory_iterator(parent_), {}), 1);
}

TEST_F(Authority, IsNeverMadeOverSomethingElse) {
  const auto again = make_demonstration(directory() + "/", kPort, kNow);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::authority_exists);
  const auto over_file = make_demonstration(directory() + "/README", kPort, kNow);
  ASSERT_FALSE(over_file);
  EXPECT_EQ(over_file.error().code, ErrorCode::authority_exists);
  EXPECT_FALSE(make_demonstration(parent_ + "/no/such/place", kPort, kNow));
  EXPECT_FALSE(DemonstrationAuthority::open(parent_));
}

TEST_F(Authority, CertificatesFollowTheNationalProfile) {
  using asn1::Oid;
  for (const demonstration::Row& row : demonstration::kRows) {
    SCOPED_TRACE(row.file);
    const CertificatePtr c = certificate(row.file);
    const CertificatePtr issuer = certificate(demonstration::kAuthorityFiles[static_cast<std::size_t>(row.issuer)]);
    EXPECT_EQ((*issuer->key())->verify(c->signature_algorithm(), c->tbs(), c->signature()), crypto::SignatureCheck::good);
    EXPECT_EQ(c->subject().first(Oid::country), "IR");
    EXPECT_NE(c->subject().first(Oid::common_name).find("Demonstration"), std::string::npos);
    EXPECT_NE(c->subject().first(Oid::organizational_unit).find("نمایشی"), std::string::npos);
    EXPECT_TRUE(c->oddities().empty());
    for (const ByteView policy : c->policies())
      EXPECT_TRUE(asn1::dotted(policy).starts_with("2.999.") || asn1::known_oid(policy) == Oid::any_policy);
  }
  const CertificatePtr officer = certificate("officer");
  EXPECT_EQ(signer_role(officer->subject()), SignerRole::person);
  EXPECT_EQ(officer->subject().first(Oid::serial_number), "0076229645");
  EXPECT_EQ(officer->subject().first(Oid::organization_identifier), "10380284790");
  EXPECT_EQ(officer->subject().first(Oid::organization), "Governmental");
  EXPECT_EQ(signer_role(certificate("seal")->subject()), SignerRole::seal);
  EXPECT_EQ(certificate("wrong-usage")->key_usage(), std::uint32_t{kKeyEncipherment});
  EXPECT_EQ((*certificate("weak-key")->key())->bits(), 1024);
  EXPECT_EQ(certificate("weak-digest")->signature_algorithm().digest, crypto::DigestAlgorithm::sha1);
  EXPECT_LT(certificate("expired")->not_after(), kNow);
  EXPECT_GT(certificate("not-yet-valid")->not_before(), kNow);
  EXPECT_EQ((*certificate("root")->key())->bits(), 4096);
}

TEST_F(Authority, KeysOpenOnlyWithTheirPassphrase) {
  for (const char* name : {"officer", "seal-p256"}) {
    const auto file = read_file(directory() + "/" + name + ".p12", 100'000);
    auto pass = read_file(directory() + "/" + name + ".pass", 100);
    ASSERT_TRUE(file && pass);
    ASSERT_EQ(pass->back(), '\n');
    pass->pop_back();
    const auto opened = open_pkcs12(*file, Secret(*pass));
    ASSERT_TRUE(opened) << render(opened.error(), Language::en);
    EXPECT_EQ(opened->certificate->fingerprint(), certificate(name)->fingerprint());
    EXPECT_EQ(opened->chain.size(), 1U);
    const auto refused = open_pkcs12(*file, Secret(std::string_view("wrong")));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::key_wrong_passphrase);
  }
}

TEST_F(Authority, FolderIsItsOwnTrust) {
  Trust trust;
  const auto loaded = trust.load(directory());
  ASSERT_TRUE(loaded) << render(loaded.error(), Language::en);
  ASSERT_EQ(trust.anchors().size(), 1U);
  EXPECT_TRUE(trust.anchors()[0].demonstration);
  EXPECT_TRUE(trust.anchors()[0].revocation_required);
  EXPECT_EQ(trust.intermediates().size(), 2U);
  ASSERT_EQ(trust.allowed_hosts().size(), 1U);
  EXPECT_EQ(trust.allowed_hosts()[0], "127.0.0.1:23456");
}

TEST_F(Authority, OcspKnowsEachCertificate) {
  const CertificatePtr silver = certificate("silver-ca"), p256 = certificate("p256-ca"), root = certificate("root");
  struct Case {
    const char* name;
    CertificatePtr issuer;
    OcspStatus status;
    std::optional<int> reason;
    const char* responder;
  };
  const Case cases[] = {
      {"officer", silver, OcspStatus::good, {}, "ocsp-silver"},   {"officer-p256", p256, OcspStatus::good, {}, "ocsp-p256"},
      {"revoked", silver, OcspStatus::revoked, 1, "ocsp-silver"}, {"on-hold", silver, OcspStatus::revoked, 6, "ocsp-silver"},
      {"silver-ca", root, OcspStatus::good, {}, "root"},          {"officer", p256, OcspStatus::unknown, {}, "ocsp-p256"},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    const auto response = ask(*certificate(one.name), *one.issuer);
    ASSERT_NE(response, nullptr);
    ASSERT_EQ(response->responses().size(), 1U);
    EXPECT_EQ(response->responses()[0].status, one.status);
    EXPECT_EQ(response->responses()[0].reason, one.reason);
    EXPECT_TRUE(equal(response->nonce(), Bytes{1, 2, 3, 4}));
    EXPECT_LE(response->produced_at(), kNow);
    EXPECT_EQ(response->certificates()[0]->fingerprint(), certificate(one.responder)->fingerprint());
  }
  Budget budget;
  const auto garbage = OcspResponse::parse(authority_->answer_ocsp(as_bytes("garbage"), kNow), budget);
  ASSERT_FALSE(garbage);
  const auto stranger =
      OcspResponse::parse(authority_->answer_ocsp(write_ocsp_request(*silver, *certificate("officer"), {}), kNow), budget);
  ASSERT_FALSE(stranger);  // unauthorized: no authority here issued it
}

TEST_F(Authority, CrlsAreFresh) {
  for (const auto& [name, issuer, revoked] :
       {std::tuple{"root.crl", "root", 0U}, {"silver.crl", "silver-ca", 2U}, {"p256.crl", "p256-ca", 0U}}) {
    SCOPED_TRACE(name);
    const Instant later = kNow + 30 * kDay;
    const auto file = authority_->file(name, later);
    ASSERT_TRUE(file);
    Budget budget;
    const auto crl = Crl::parse(*file, budget);
    ASSERT_TRUE(crl);
    EXPECT_EQ((*crl)->entries(), revoked);
    EXPECT_GT(*(*crl)->next_update(), later);
    EXPECT_LE((*crl)->this_update(), later);
    EXPECT_EQ((*certificate(issuer)->key())->verify((*crl)->signature_algorithm(), (*crl)->tbs(), (*crl)->signature()),
              crypto::SignatureCheck::good);
  }
  EXPECT_TRUE(authority_->file("silver-ca.cer", kNow));
  for (const char* name : {"", "silver.crl/", "../root.crl", "officer.p12", "officer.pass", "silver-ca", ".cer"})
    EXPECT_FALSE(authority_->file(name, kNow)) << name;
}

TEST_F(Authority, TimestampsWhatItShould) {
  using crypto::DigestAlgorithm;
  for (const auto& [digest, granted] : {std::pair{DigestAlgorithm::sha256, true},
                                        {DigestAlgorithm::sha384, true},
                                        {DigestAlgorithm::sha512, true},
                                        {DigestAlgorithm::sha1, false},
                                        {DigestAlgorithm::md5, false}}) {
    TimestampRequest request;
    request.digest = digest;
    request.imprint = to_bytes(crypto::digest(digest, as_bytes("x")).view());
    request.nonce = {0x05};
    const Bytes response = authority_->answer_timestamp(write_timestamp_request(request), Bytes{0x17}, kNow);
    const auto token = token_from_response(response);
    EXPECT_EQ(token.has_value(), granted) << crypto::digest_name(digest);
    if (!token) continue;
    Budget budget;
    const auto parsed = parse_timestamp_token(*token, budget);
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(answers(*parsed, request));
    const TokenCheck check = check_token(*parsed, {});
    ASSERT_NE(check.signer, nullptr);
    EXPECT_TRUE(check.findings.empty());
    EXPECT_EQ(check.signer->fingerprint(), certificate("tsa")->fingerprint());
  }
  TimestampRequest foreign;
  foreign.imprint = to_bytes(crypto::sha256(as_bytes("x")).view());
  foreign.policy = *asn1::contents_from_dotted("1.2.3.4");
  EXPECT_FALSE(token_from_response(authority_->answer_timestamp(write_timestamp_request(foreign), Bytes{0x17}, kNow)));
  EXPECT_FALSE(token_from_response(authority_->answer_timestamp(as_bytes("not a request"), Bytes{0x17}, kNow)));
}

}  // namespace
}  // namespace mohr::pki
