// Catalogues of cryptographic suites: what is published, and that no table made from one is laxer than it.
#include "verify/catalogue.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <random>

#include "pki/core/source.h"

namespace mohr::verify {
namespace {

using crypto::DigestAlgorithm;
using crypto::KeyType;
using crypto::SignatureScheme;

Instant date(const char* text) { return *from_iso8601(text); }

Instant end_of(const pki::AlgorithmTable& table, SignatureScheme scheme, DigestAlgorithm digest) {
  return table.usable_until(crypto::SignatureAlgorithm{.scheme = scheme, .digest = digest, .mgf_digest = digest});
}

Result<Catalogue> read(const std::string& text) { return read_catalogue(as_bytes(text), "test"); }

class Published : public testing::Test {
 protected:
  void SetUp() override {
    const char* given = std::getenv("MOHR_CORPORA");  // NOLINT(concurrency-mt-unsafe): one thread
    folder_ = given != nullptr ? given : MOHR_SOURCE_DIR "/../shared/corpora";
    folder_ += "/trusted-lists/dss/crypto-suites/";
    if (!std::filesystem::exists(folder_)) GTEST_SKIP() << "no corpora: set MOHR_CORPORA";
  }
  Catalogue read(const std::string& name) {
    const auto text = read_file(folder_ + name, 1 << 20);
    auto catalogue = read_catalogue(*text, name);
    EXPECT_TRUE(catalogue) << render(catalogue.error(), Language::en);
    return catalogue ? *std::move(catalogue) : Catalogue{};
  }
  std::string folder_;
};

TEST_F(Published, BothFormsSayTheSame) {
  const Catalogue xml = read("dss-crypto-suite.xml"), json = read("dss-crypto-suite.json");
  EXPECT_EQ(xml.algorithms, json.algorithms);
  EXPECT_EQ(xml.name, "ETSI ESI Cryptographic Suites 1.5.1");
  const pki::AlgorithmTable& table = xml.algorithms;
  EXPECT_EQ(table.usable_until(DigestAlgorithm::sha1), date("2012-08-01"));
  EXPECT_EQ(table.usable_until(DigestAlgorithm::sha384), pki::kNoEnd);  // its object identifier is wrong there
  EXPECT_EQ(table.usable_until(DigestAlgorithm::shake256), Instant{});
  EXPECT_EQ(table.usable_until(KeyType::rsa, 1023), date("2010-08-01"));
  EXPECT_EQ(table.usable_until(KeyType::rsa, 2048), date("2029-01-01"));
  EXPECT_EQ(table.usable_until(KeyType::rsa, 4096), pki::kNoEnd);
  EXPECT_EQ(table.usable_until(KeyType::ec, 256), pki::kNoEnd);
  EXPECT_EQ(table.usable_until(KeyType::ec, 159), Instant{});
  EXPECT_EQ(table.usable_until(KeyType::dsa, 2048), date("2029-01-01"));
  EXPECT_EQ(table.usable_until(KeyType::ed25519, 256), Instant{});
  EXPECT_EQ(end_of(table, SignatureScheme::rsa_pkcs1, DigestAlgorithm::sha256), date("2029-01-01"));
  EXPECT_EQ(end_of(table, SignatureScheme::rsa_pss, DigestAlgorithm::sha256), pki::kNoEnd);
  EXPECT_EQ(end_of(table, SignatureScheme::ecdsa, DigestAlgorithm::sha224), date("2029-01-01"));
  EXPECT_EQ(end_of(table, SignatureScheme::ecdsa, DigestAlgorithm::sha1), date("2012-08-01"));  // by the row of ECDSA itself
  EXPECT_EQ(std::count(xml.unknown.begin(), xml.unknown.end(), "WHIRLPOOL"), 1);
}

TEST_F(Published, ACatalogueMakesAPolicy) {
  for (const char* name : {"dss-crypto-suite.xml", "dss-crypto-suite.json", "19312MachineReadable.xml"}) {
    const Catalogue catalogue = read(name);
    for (const std::string_view base : Policy::built_in_names()) {
      const std::string text = json::write(policy_with(*Policy::built_in(base), catalogue));
      const auto policy = Policy::parse(as_bytes(text), name);
      ASSERT_TRUE(policy) << render(policy.error(), Language::en);
      EXPECT_EQ((*policy)->algorithms(), catalogue.algorithms);
      EXPECT_EQ((*policy)->review_algorithms_before(), Policy::built_in("strict")->review_algorithms_before());
    }
  }
  // Its curves give the least size of keys; SHA-224 bears the object identifier of another algorithm.
  const pki::AlgorithmTable table = read("19312MachineReadable.xml").algorithms;
  EXPECT_EQ(table.usable_until(KeyType::ec, 256), pki::kNoEnd);
  EXPECT_EQ(table.usable_until(KeyType::ec, 224), Instant{});
  EXPECT_EQ(table.usable_until(DigestAlgorithm::sha224), date("2028-12-31T22:59:59Z"));
}

std::string suite(const std::string& algorithms, const std::string& more = "") {
  return R"({"SecuritySuitabilityPolicy": {"PolicyName": {"Name": "T"}, "Algorithm": [)" + algorithms + "]" + more + "}}";
}
std::string algorithm(const std::string& oid, const std::string& evaluations) {
  return R"({"AlgorithmIdentifier": {"Name": "x", "ObjectIdentifier": ")" + oid + R"("}, "Evaluation": [)" + evaluations + "]}";
}

// Random catalogues with gaps: at no time does the table let pass what no evaluation covers.
TEST(Catalogue, NoTableIsLaxer) {
  constexpr std::pair<const char*, DigestAlgorithm> kDigests[] = {{"2.16.840.1.101.3.4.2.1", DigestAlgorithm::sha256},
                                                                  {"2.16.840.1.101.3.4.2.3", DigestAlgorithm::sha512}};
  constexpr std::pair<const char*, DigestAlgorithm> kSignatures[] = {{"1.2.840.113549.1.1.11", DigestAlgorithm::sha256},
                                                                     {"1.2.840.113549.1.1.13", DigestAlgorithm::sha512}};
  constexpr int kSizes[] = {1024, 2048, 3072, 4096};
  std::mt19937 random(5);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same ones each time
  const auto year = [&] { return 2015 + static_cast<int>(random() % 20); };
  const auto end = [](int of) { return std::to_string(of) + "-01-01"; };
  int passed = 0;
  for (int round = 0; round < 300; ++round) {
    std::string rows;
    std::map<DigestAlgorithm, int> digests;
    std::map<std::pair<DigestAlgorithm, int>, int> evaluated;
    for (const auto& [oid, digest] : kDigests) {
      digests[digest] = year();
      rows += (rows.empty() ? "" : ", ") + algorithm(oid, R"({"Validity": {"End": ")" + end(digests[digest]) + R"("}})");
    }
    for (const auto& [oid, digest] : kSignatures) {
      std::string list;
      for (const int size : kSizes) {
        if (random() % 3 == 0) continue;
        const int until = evaluated[{digest, size}] = year();
        list += (list.empty() ? "" : ", ") + (R"({"Parameter": [{"name": "moduluslength", "Min": )" + std::to_string(size)) +
                R"(}], "Validity": {"End": ")" + end(until) + R"("}})";
      }
      if (!list.empty()) rows += ", " + algorithm(oid, list);
    }
    const auto catalogue = read(suite(rows));
    ASSERT_TRUE(catalogue) << render(catalogue.error(), Language::en);
    for (const auto& [oid, digest] : kSignatures) {
      Instant allowed{};
      for (const int size : kSizes) {
        if (const auto one = evaluated.find({digest, size}); one != evaluated.end()) allowed = date(end(one->second).c_str());
        const Instant until = std::min(end_of(catalogue->algorithms, SignatureScheme::rsa_pkcs1, digest),
                                       catalogue->algorithms.usable_until(KeyType::rsa, size));
        EXPECT_LE(until, std::max(std::min(allowed, date(end(digests[digest]).c_str())), Instant{1})) << rows;
        passed += until > Instant{1} ? 1 : 0;
      }
    }
  }
  EXPECT_GT(passed, 500);  // and not by letting nothing pass
}

TEST(Catalogue, NextUpdateIsWhenItIsReviewed) {
  const std::string sha256 = algorithm("2.16.840.1.101.3.4.2.1", R"({"Validity": {}})");
  const auto catalogue = read(suite(sha256, R"(, "NextUpdate": "2031-05-01T00:00:00.000+03:30")"));
  ASSERT_TRUE(catalogue);
  const auto policy = Policy::parse(as_bytes(json::write(policy_with(*Policy::built_in("strict"), *catalogue))), "t");
  ASSERT_TRUE(policy) << render(policy.error(), Language::en);
  EXPECT_EQ((*policy)->review_algorithms_before(), date("2031-04-30T20:30:00Z"));
  EXPECT_EQ((*policy)->algorithms().usable_until(KeyType::rsa, 4096), Instant{});  // no signature algorithm: no key
}

TEST(Catalogue, BadOnesAreNamedErrors) {
  const std::string good = R"({"Validity": {}})", sha256 = "2.16.840.1.101.3.4.2.1", rsa = "1.2.840.113549.1.1.11";
  const auto with = [&](const std::string& parameter) {
    return suite(algorithm(rsa, R"({"Validity": {}, "Parameter": )" + parameter + "}"));
  };
  const std::pair<std::string, std::string> cases[] = {
      {"", "XML"},
      {"{", "JSON"},
      {"{}", "no SecuritySuitabilityPolicy"},
      {R"({"SecuritySuitabilityPolicy": []})", "no SecuritySuitabilityPolicy"},
      {R"({"SecuritySuitabilityPolicy": {}})", "PolicyName"},
      {R"({"SecuritySuitabilityPolicy": {"PolicyName": {"Name": "T"}}})", "Algorithm is missing"},
      {suite("7"), "AlgorithmIdentifier"},
      {suite(algorithm(sha256, "")), "Evaluation"},
      {suite(algorithm(sha256, "7")), "Evaluation"},
      {suite(algorithm(sha256, R"({"Validity": 7})")), "Validity"},
      {suite(algorithm(sha256, R"({"Validity": {"End": "soon"}})")), "soon is no time"},
      {suite(algorithm(sha256, good), R"(, "NextUpdate": "")"), "is no time"},
      {with(R"([{"name": "moduluslength", "Min": -1}])"), "Min"},
      {with(R"([{"name": "moduluslength", "Min": "2048 bits"}])"), "Min"},
      {with(R"([{"name": "moduluslength", "Min": 99999999999}])"), "Min"},
      {with(R"([{"name": "moduluslength", "Min": 1024, "Max": 2048}])"), "Max"},
      {with(R"([{"name": "publicexponent", "Min": 3}])"), "publicexponent"},
      {"<a/>", "no SecuritySuitabilityPolicy"},
      {"<SecuritySuitabilityPolicy/>", "no SecuritySuitabilityPolicy"},
      {"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "XML"},
  };
  for (const auto& [text, words] : cases) {
    const auto catalogue = read(text);
    ASSERT_FALSE(catalogue) << text;
    EXPECT_NE(render(catalogue.error(), Language::en).find(words), std::string::npos)
        << text << ": " << render(catalogue.error(), Language::en);
  }
}

}  // namespace
}  // namespace mohr::verify
