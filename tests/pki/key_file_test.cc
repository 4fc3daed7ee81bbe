// PKCS#12: ours, and those of the openssl program in its new and its old encodings.
#include "pki/key_file.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/issuing.h"

namespace mohr::pki {
namespace {

const test::Party& authority() {
  static const test::Party party = [] {
    test::PartyOptions options;
    options.name = "Test CA";
    options.ca = true;
    options.key_usage = kKeyCertSign | kCrlSign;
    return test::make_party(crypto::NewKey::p256, options);
  }();
  return party;
}
const test::Party& holder() {
  static const test::Party party = test::make_party(crypto::NewKey::p256, {}, &authority());
  return party;
}

TEST(KeyFile, GoesRound) {
  for (const char* word : {"secret", "گذرواژهٔ من", ""}) {
    const Secret passphrase{std::string_view(word)};
    const CertificatePtr chain[] = {authority().certificate};
    const auto file = write_pkcs12(*holder().key, *holder().certificate, chain, passphrase, "کلید آزمون");
    ASSERT_TRUE(file);
    const auto opened = open_pkcs12(*file, passphrase);
    ASSERT_TRUE(opened) << render(opened.error(), Language::en);
    EXPECT_TRUE(equal(opened->certificate->der(), holder().certificate->der()));
    ASSERT_EQ(opened->chain.size(), 1U);
    EXPECT_TRUE(equal(opened->chain[0]->der(), authority().certificate->der()));
    const auto algorithm = crypto::preferred_algorithm(opened->key->public_key());
    const auto signature = opened->key->sign(algorithm, as_bytes("m"));
    ASSERT_TRUE(signature);
    EXPECT_EQ((*holder().certificate->key())->verify(algorithm, as_bytes("m"), *signature), crypto::SignatureCheck::good);
    const auto refused = open_pkcs12(*file, Secret(std::string_view("wrong")));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::key_wrong_passphrase);
    EXPECT_EQ(failure(refused.error()), Failure::environment);
  }
}

TEST(KeyFile, Refused) {
  const Secret passphrase{std::string_view("secret")};
  const Bytes good = *write_pkcs12(*holder().key, *holder().certificate, {}, passphrase, "key");
  Bytes longer = good;
  longer.push_back(0);
  const std::vector<std::pair<const char*, Bytes>> rows = {
      {"empty", {}},
      {"text", to_bytes(as_bytes("-----BEGIN CERTIFICATE-----"))},
      {"a certificate", to_bytes(holder().certificate->der())},
      {"cut short", to_bytes(ByteView(good).first(good.size() / 2))},
      {"one octet short", to_bytes(ByteView(good).first(good.size() - 1))},
      {"one octet more", longer},
  };
  for (const auto& [what, file] : rows) {
    const auto opened = open_pkcs12(file, passphrase);
    ASSERT_FALSE(opened) << what;
    EXPECT_EQ(opened.error().code, ErrorCode::key_file_invalid) << what;
  }
}

class Openssl : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("openssl version >/dev/null 2>&1") != 0) GTEST_SKIP() << "the openssl program is not installed";
    folder_ = testing::TempDir() + "/key_file." + std::to_string(::getpid());
    std::filesystem::create_directories(folder_);
    for (const auto& [name, party] : {std::pair{"own", &holder()}, std::pair{"other", &authority()}}) {
      put(std::string(name) + ".crt", as_bytes(pem(*party->certificate)));
      const auto key = crypto::pkcs8_from_signing_key(*party->key);
      put(std::string(name) + ".key", key->view());
    }
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  void put(const std::string& name, ByteView octets) const {
    auto file = NewFile::create(folder_ + "/" + name, true);
    ASSERT_TRUE(file && file->write(octets) && file->commit());
  }
  [[nodiscard]] Bytes made(const std::string& arguments) const {
    const std::string path = folder_ + "/made.p12";
    const std::string command =
        "cd '" + folder_ +
        "' && openssl pkey -inform DER -in own.key -out own.pem && openssl pkey -inform DER -in other.key -out other.pem && "
        "openssl pkcs12 -export -passout pass:secret -out made.p12 " +
        arguments + " 2>/dev/null";
    if (std::system(command.c_str()) != 0) return {};
    auto octets = read_file(path, 1 << 20);
    return octets ? *std::move(octets) : Bytes{};
  }
  std::string folder_;
};

TEST_F(Openssl, ItsFilesAreOpened) {
  for (const char* arguments : {"-inkey own.pem -in own.crt -certfile other.crt", "-inkey own.pem -in own.crt -certfile other.crt -legacy",
                                "-inkey own.pem -in own.crt -certfile other.crt -legacy -certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES"}) {
    const Bytes file = made(arguments);
    ASSERT_FALSE(file.empty()) << arguments;
    const auto opened = open_pkcs12(file, Secret(std::string_view("secret")));
    ASSERT_TRUE(opened) << arguments << ": " << render(opened.error(), Language::en);
    EXPECT_TRUE(equal(opened->certificate->der(), holder().certificate->der()));
    EXPECT_EQ(opened->chain.size(), 1U);
    EXPECT_TRUE(opened->key->sign(crypto::preferred_algorithm(opened->key->public_key()), as_bytes("m")));
    const auto refused = open_pkcs12(file, Secret(std::string_view("wrong")));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::key_wrong_passphrase) << arguments;
  }
}

TEST_F(Openssl, KeyAndCertificateThatDoNotBelongTogether) {
  const Bytes unrelated = made("-nokeys -in own.crt");
  ASSERT_FALSE(unrelated.empty());
  const auto no_key = open_pkcs12(unrelated, Secret(std::string_view("secret")));
  ASSERT_FALSE(no_key);
  EXPECT_EQ(no_key.error().code, ErrorCode::key_file_invalid);
  const Bytes ours = *write_pkcs12(*holder().key, *holder().certificate, {}, Secret(std::string_view("secret")), "key");
  put("ours.p12", ours);
  EXPECT_EQ(
      std::system(("cd '" + folder_ + "' && openssl pkcs12 -in ours.p12 -passin pass:secret -nodes -out ours.pem 2>/dev/null").c_str()), 0);
  const auto mixed = write_pkcs12(*holder().key, *authority().certificate, {}, Secret(std::string_view("secret")), "key");
  if (mixed) {  // OpenSSL may refuse to write it
    const auto opened = open_pkcs12(*mixed, Secret(std::string_view("secret")));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::key_certificate_mismatch);
  }
}

}  // namespace
}  // namespace mohr::pki
