#include <gtest/gtest.h>

#include "format/jades.h"
#include "format/jws.h"
#include "pki/issue.h"
#include "sign/writer.h"

namespace mohr::sign {
namespace {

constexpr Instant kNow{1795600000};

struct Signer {
  std::unique_ptr<crypto::SigningKey> key;
  pki::CertificatePtr certificate;
};
Signer signer(crypto::NewKey kind) {
  auto key = crypto::generate_key(kind);
  const std::array name = {pki::NamePart{asn1::Oid::common_name, "Test [Sign]"}};
  pki::CertificateProfile profile;
  profile.subject = pki::write_name(name);
  profile.spki = to_bytes((*key)->public_key().spki());
  profile.serial = crypto::random_bytes(9);
  profile.not_before = kNow - kDay;
  profile.not_after = kNow + kDay;
  profile.key_usage = pki::kDigitalSignature;
  auto der = pki::issue_certificate(profile, **key, nullptr, crypto::preferred_algorithm((*key)->public_key()));
  return {*std::move(key), *pki::Certificate::parse(*der)};
}

constexpr std::string_view kInquiry = "{\"کد\": \"0076229645\",\r\n \"n\": 1.50}";

Request request_of(const Signer& by) {
  Request request;
  request.format = format::Format::jades;
  request.now = kNow;
  request.key = by.key.get();
  request.certificate = by.certificate;
  request.identity.tracking_id = "IR-1405-1";
  request.identity.expires = kNow + kHour;
  request.stamp = [](ByteView stamped) -> Result<Bytes> { return to_bytes(stamped); };
  return request;
}

Result<Bytes> sign_text(std::string_view text, const Request& request) {
  Budget budget;
  MemorySink out;
  MOHR_CHECK(write_jades(MemorySource(as_bytes(text)), request, out, budget));
  return out.take();
}

TEST(JadesWriter, WhatItWritesIsReadBack) {
  const MemorySource content(as_bytes(kInquiry));
  for (const auto& [kind, algorithm] : {std::pair{crypto::NewKey::rsa2048, "RS256"}, std::pair{crypto::NewKey::p256, "ES256"},
                                        std::pair{crypto::NewKey::p384, "ES384"}, std::pair{crypto::NewKey::ed25519, "EdDSA"}}) {
    const Signer by = signer(kind);
    for (const Packaging packaging : {Packaging::by_format, Packaging::compact, Packaging::detached}) {
      Request request = request_of(by);
      request.packaging = packaging;
      request.level = packaging == Packaging::compact ? Level::b : Level::t;
      const auto octets = sign_text(kInquiry, request);
      ASSERT_TRUE(octets) << render(octets.error(), Language::en);
      Budget budget;
      const auto document = format::read_jades(MemorySource(*octets), packaging == Packaging::detached ? &content : nullptr, budget);
      ASSERT_TRUE(document) << render(document.error(), Language::en);
      ASSERT_EQ(document->signatures.size(), 1U);
      const format::Signature& signature = document->signatures[0];
      EXPECT_EQ(signature.algorithm_name, algorithm);
      EXPECT_EQ((*signature.signer->key())->verify(signature.algorithm, signature.signed_octets, signature.value, signature.ecdsa_form),
                crypto::SignatureCheck::good);
      EXPECT_TRUE(pki::refers_to(signature.signing_certificate.at(0), *by.certificate));
      EXPECT_EQ(signature.references.at(0).actual, to_bytes(crypto::sha256(as_bytes(kInquiry)).view()));
      EXPECT_EQ(signature.claimed_time, kNow);
      EXPECT_EQ(signature.content_type, "application/json");
      EXPECT_EQ(signature.identity, request.identity);
      EXPECT_TRUE(signature.uncovered.empty());
      ASSERT_EQ(signature.timestamps.size(), request.level == Level::t ? 1U : 0U);
      for (const auto& carrier : signature.timestamps) EXPECT_EQ(carrier.encoding, to_bytes(as_bytes(base64url(signature.value))));
    }
  }
}

TEST(JadesWriter, RefusesWithTheNextStep) {
  const Signer by = signer(crypto::NewKey::p256);
  Request request = request_of(by);
  EXPECT_EQ(sign_text("{\"a\":1,\"a\":2}", request).error().code, ErrorCode::json_duplicate_member);
  EXPECT_EQ(sign_text("plain text", request).error().code, ErrorCode::json_invalid);
  const auto once = sign_text(kInquiry, request);
  ASSERT_TRUE(once);
  EXPECT_EQ(sign_text(as_text(*once), request).error().code, ErrorCode::already_signed);
  request.packaging = Packaging::enveloped;
  EXPECT_EQ(sign_text(kInquiry, request).error().code, ErrorCode::packaging_unsupported);
  request.packaging = Packaging::compact;
  request.level = Level::t;
  EXPECT_EQ(sign_text(kInquiry, request).error().code, ErrorCode::packaging_unsupported);
  request.packaging = Packaging::by_format;
  request.stamp = [](ByteView) -> Result<Bytes> { return errors::timestamp_refused(Code{"busy"}); };
  EXPECT_EQ(sign_text(kInquiry, request).error().code, ErrorCode::timestamp_refused);
  request.stamp = {};
  EXPECT_EQ(sign_text(kInquiry, request).error().code, ErrorCode::stamp_needed);
}

}  // namespace
}  // namespace mohr::sign
