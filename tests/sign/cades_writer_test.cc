#include "format/cades.h"
#include "sign/signer.h"
#include "tests/support/issuing.h"

namespace mohr::sign {
namespace {

constexpr std::string_view kText = "نامهٔ شمارهٔ ۱۲";

Request request_of(const test::Party& by) {
  Request request;
  request.now = test::kNow;
  request.key = by.key.get();
  request.certificate = by.certificate;
  request.identity.receiver = "10320166911";
  request.identity.request_digest = crypto::DigestAlgorithm::sha256;
  request.identity.request = Bytes(32, 7);
  request.media_type = "text/plain";
  request.stamp = [](ByteView) -> Result<Bytes> { return Bytes{0x30, 0x00}; };
  return request;
}

Result<Bytes> write(const Request& request, std::string_view text = kText) {
  Budget budget;
  MemorySink out;
  MOHR_CHECK(write_cades(MemorySource(as_bytes(text)), request, out, budget));
  return out.take();
}

TEST(CadesWriter, WhatItWritesIsReadBack) {
  using crypto::NewKey;
  const MemorySource content(as_bytes(kText));
  using crypto::DigestAlgorithm;
  for (const auto& [kind, digest] :
       {std::pair{NewKey::rsa2048, DigestAlgorithm::sha256}, std::pair{NewKey::p256, DigestAlgorithm::sha256},
        std::pair{NewKey::p384, DigestAlgorithm::sha384}, std::pair{NewKey::ed25519, DigestAlgorithm::sha512}}) {
    const test::Party by = test::make_party(kind);
    for (const Packaging packaging : {Packaging::by_format, Packaging::detached, Packaging::attached}) {
      Request request = request_of(by);
      request.packaging = packaging;
      request.level = packaging == Packaging::detached ? Level::b : Level::t;
      request.chain = {test::p256_party().certificate};
      const auto octets = write(request);
      ASSERT_TRUE(octets) << render(octets.error(), Language::en);
      Budget budget;
      const bool attached = packaging == Packaging::attached;
      const auto document = format::read_cades(MemorySource(*octets), attached ? nullptr : &content, budget);
      ASSERT_TRUE(document) << render(document.error(), Language::en);
      const format::Signature& signature = document->signatures.at(0);
      for (const Finding& finding : signature.findings) ADD_FAILURE() << render(finding, Language::en);
      EXPECT_TRUE(signature.references.at(0).matches());
      EXPECT_EQ((*by.certificate->key())->verify(signature.algorithm, signature.signed_octets, signature.value),
                crypto::SignatureCheck::good);
      ASSERT_EQ(signature.certificates.size(), 2U);
      EXPECT_EQ(signature.certificates[0]->fingerprint(), by.certificate->fingerprint());
      EXPECT_EQ(signature.identity, request.identity);
      EXPECT_EQ(signature.claimed_time, test::kNow);
      EXPECT_EQ(signature.timestamps.size(), request.level == Level::t ? 1U : 0U);
      EXPECT_EQ(signature.references[0].digest, digest);
    }
  }
}

TEST(CadesWriter, PadesLeavesTheTimeOut) {
  Request request = request_of(test::p256_party());
  const crypto::Hash hash = crypto::sha256(as_bytes(kText));
  CmsInput input;
  input.content_digest = hash.view();
  input.pades = true;
  const auto octets = write_cms(input, request);
  ASSERT_TRUE(octets);
  Budget budget;
  const auto data = pki::parse_signed_data(*octets, budget);
  EXPECT_EQ(data->signers[0].signed_attribute(asn1::Oid::signing_time), nullptr);
  EXPECT_EQ(data->signers[0].signed_attribute(asn1::Oid::mime_type), nullptr);
  EXPECT_NE(data->signers[0].signed_attribute(asn1::Oid::signing_certificate_v2), nullptr);
}

TEST(CadesWriter, Refusals) {
  Request request = request_of(test::p256_party());
  request.packaging = Packaging::enveloped;
  EXPECT_EQ(write(request).error().code, ErrorCode::packaging_unsupported);
  request.packaging = Packaging::detached;
  request.level = Level::t;
  request.stamp = nullptr;
  EXPECT_EQ(write(request).error().code, ErrorCode::stamp_needed);
  request.stamp = [](ByteView) -> Result<Bytes> { return errors::timestamp_refused(Code{"closed"}); };
  EXPECT_EQ(write(request).error().code, ErrorCode::timestamp_refused);
}

}  // namespace
}  // namespace mohr::sign
