#include "sign/signer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/issuing.h"

namespace mohr::sign {
namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "mohr-sign-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string at(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_;
};

Request request_of(const test::Party& by) {
  Request request;
  request.now = test::kNow;
  request.key = by.key.get();
  request.certificate = by.certificate;
  return request;
}

test::PartyOptions options(Instant from, Instant to, std::uint32_t usage = pki::kDigitalSignature) {
  test::PartyOptions made;
  made.from = from;
  made.to = to;
  made.key_usage = usage;
  return made;
}

TEST(Signer, CertificateReview) {
  using crypto::NewKey;
  const Instant now = test::kNow;
  struct Row {
    const char* what;
    test::Party party;
    std::optional<ErrorCode> error;
    std::size_t warnings;
  };
  const Row rows[] = {
      {"fine", test::make_party(NewKey::p256, options(now - kDay, now + 31 * kDay)), {}, 0},
      {"last day", test::make_party(NewKey::p256, options(now - kDay, now)), {}, 1},
      {"30 days", test::make_party(NewKey::p256, options(now - kDay, now + 30 * kDay)), {}, 1},
      {"expired", test::make_party(NewKey::p256, options(now - kDay, now - 1)), ErrorCode::certificate_expired_for_signing, 0},
      {"tomorrow", test::make_party(NewKey::p256, options(now + 1, now + kDay)), ErrorCode::certificate_not_yet_valid_for_signing, 0},
      {"encipherment", test::make_party(NewKey::p256, options(now - kDay, now + kDay, pki::kKeyEncipherment)),
       ErrorCode::certificate_not_for_signing, 0},
      {"non-repudiation", test::make_party(NewKey::p256, options(now - kDay, now + 99 * kDay, pki::kContentCommitment)), {}, 0},
      {"no usage", test::make_party(NewKey::p256, options(now - kDay, now + 99 * kDay, 0)), {}, 0},
  };
  for (const Row& row : rows) {
    const auto review = review_certificate(request_of(row.party));
    ASSERT_EQ(review.has_value(), !row.error) << row.what;
    if (row.error) {
      EXPECT_EQ(mohr::row(review.error().code).id, mohr::row(*row.error).id) << row.what;
      EXPECT_EQ(failure(review.error()), Failure::environment) << row.what;
    } else {
      EXPECT_EQ(review->warnings.size(), row.warnings) << row.what;
    }
  }
  Request other = request_of(test::p256_party());
  other.key = test::rsa_party().key.get();
  EXPECT_EQ(review_certificate(other).error().code, ErrorCode::key_certificate_mismatch);
}

TEST(Signer, FormatAndNameOfTheOutput) {
  const std::pair<std::string_view, format::Format> contents[] = {
      {"%PDF-1.7", format::Format::pades}, {"<a/>", format::Format::xades}, {"{}", format::Format::jades}, {"text", format::Format::cades}};
  for (const auto& [octets, format] : contents) EXPECT_EQ(*format_for(MemorySource(as_bytes(octets))), format) << octets;
  using format::Format;
  EXPECT_EQ(default_output("a/letter.pdf", Format::pades), "a/letter.signed.pdf");
  EXPECT_EQ(default_output("a.b/letter", Format::xades), "a.b/letter.signed.xml");
  EXPECT_EQ(default_output("inquiry.json", Format::jades), "inquiry.jws.json");
  EXPECT_EQ(default_output("photo.jpg", Format::cades), "photo.jpg.p7s");
  EXPECT_EQ(default_output(".hidden", Format::jades), ".hidden.jws.json");
}

TEST(Signer, AFileAppearsWholeOrNotAtAll) {
  const Folder folder;
  const MemorySource document(as_bytes("text"), "letter.txt");
  Budget budget;
  Request request = request_of(test::p256_party());
  const std::string output = folder.at("letter.txt.p7s");
  ASSERT_TRUE(sign_file(document, request, output, false, budget));
  EXPECT_EQ(folder.entries(), 1U);
  EXPECT_EQ(sign_file(document, request, output, false, budget).error().code, ErrorCode::file_exists);
  EXPECT_TRUE(sign_file(document, request, output, true, budget));
  std::filesystem::remove(output);

  request.level = Level::t;
  EXPECT_EQ(sign_file(document, request, output, false, budget).error().code, ErrorCode::stamp_needed);
  request.stamp = [](ByteView) -> Result<Bytes> { return errors::timestamp_refused(Code{"closed"}); };
  EXPECT_EQ(sign_file(document, request, output, false, budget).error().code, ErrorCode::timestamp_refused);
  EXPECT_EQ(sign_file(document, request, folder.at("none/x"), false, budget).error().code, ErrorCode::file_not_writable);
  EXPECT_EQ(folder.entries(), 0U);  // nothing half-written, no temporary file
}

// A key that makes wrong values: a token with a defect, or a memory fault.
class BrokenKey final : public crypto::SigningKey {
 public:
  explicit BrokenKey(const crypto::SigningKey& key) : key_(key) {}
  [[nodiscard]] const crypto::PublicKey& public_key() const override { return key_.public_key(); }
  Result<Bytes> sign(const crypto::SignatureAlgorithm& algorithm, ByteView, crypto::EcdsaForm form) const override {
    return key_.sign(algorithm, as_bytes("something else"), form);
  }

 private:
  const crypto::SigningKey& key_;
};

TEST(Signer, OwnSignatureIsCheckedBeforeItAppears) {
  const Folder folder;
  const MemorySource document(as_bytes("text"), "letter.txt");
  const BrokenKey broken(*test::p256_party().key);
  Request request = request_of(test::p256_party());
  request.key = &broken;
  for (const Packaging packaging : {Packaging::detached, Packaging::attached}) {
    request.packaging = packaging;
    Budget budget;
    const auto done = sign_file(document, request, folder.at("x.p7s"), false, budget);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::own_signature_wrong);
    EXPECT_EQ(sign_bytes(as_bytes("text"), request, budget).error().code, ErrorCode::own_signature_wrong);
  }
  EXPECT_EQ(folder.entries(), 0U);
}

TEST(Signer, WhatIsSignedIsNotSignedAgain) {
  Budget budget;
  Request request = request_of(test::p256_party());
  for (const Packaging packaging : {Packaging::detached, Packaging::attached}) {
    request.packaging = packaging;
    const auto signature = sign_bytes(as_bytes("text"), request, budget);
    ASSERT_TRUE(signature) << render(signature.error(), Language::en);
    EXPECT_EQ(sign_bytes(*signature, request, budget).error().code, ErrorCode::already_signed);
  }
  EXPECT_EQ(sign_bytes({}, request, budget).error().code, ErrorCode::file_empty);
}

}  // namespace
}  // namespace mohr::sign
