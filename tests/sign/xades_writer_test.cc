#include <gtest/gtest.h>

#include "format/xades.h"
#include "sign/writer.h"
#include "tests/support/issuing.h"

namespace mohr::sign {
namespace {

Request request_of(const test::Party& by) {
  Request request;
  request.format = format::Format::xades;
  request.now = test::kNow;
  request.key = by.key.get();
  request.certificate = by.certificate;
  request.identity.service_id = "10100302746";
  request.identity.tracking_id = "IR-<1405>&\r\"1\"";
  request.identity.receiver = "سازمان نمونه";
  request.identity.expires = test::kNow + kHour;
  request.identity.request_digest = crypto::DigestAlgorithm::sha256;
  request.identity.request = to_bytes(crypto::sha256(as_bytes("?")).view());
  request.stamp = [](ByteView stamped) -> Result<Bytes> { return to_bytes(stamped); };
  return request;
}

Result<Bytes> sign_text(std::string_view text, const Request& request) {
  Budget budget;
  MemorySink out;
  MOHR_CHECK(write_xades(MemorySource(as_bytes(text)), request, out, budget));
  return out.take();
}

TEST(XadesWriter, WhatItWritesIsReadBackAndTheRestStays) {
  struct Case {
    std::string_view before, behind;  // around the signature
    std::string_view original;        // empty: before + behind
  };
  const Case cases[] = {
      {"<?xml version=\"1.0\"?>\r\n<!-- </r> -->\n<r xmlns=\"urn:d\" a='\"'>\n <b/><![CDATA[</r>]]>\n", "</r>\n<!-- end </r> --><?pi?>\n",
       ""},
      {"\xef\xbb\xbf<p:r xmlns:p=\"urn:p\" xml:lang=\"fa\" xml:space=\"preserve\">متن", "</p:r >", ""},
      {"<r a=\"/>\" >", "</r><!-- x -->", "<r a=\"/>\" /><!-- x -->"},
      {"<ds:r xmlns:ds=\"urn:other\" xmlns:xades=\"urn:other2\">", "</ds:r>", "<ds:r xmlns:ds=\"urn:other\" xmlns:xades=\"urn:other2\"/>"},
  };
  for (const test::Party* by : {&test::rsa_party(), &test::p256_party()}) {
    for (const Case& c : cases) {
      Request request = request_of(*by);
      request.level = by == &test::p256_party() ? Level::t : Level::b;
      request.digest = by == &test::p256_party() ? crypto::DigestAlgorithm::sha512 : crypto::DigestAlgorithm::sha256;
      const std::string original = c.original.empty() ? std::string(c.before) + std::string(c.behind) : std::string(c.original);
      const auto out = sign_text(original, request);
      ASSERT_TRUE(out) << original << render(out.error(), Language::en);
      const std::string_view text = as_text(*out);
      EXPECT_TRUE(text.starts_with(c.before)) << text;
      EXPECT_TRUE(text.ends_with(c.behind)) << text;
      Budget budget;
      const auto facts = format::read_xades(MemorySource(*out), nullptr, budget);
      ASSERT_TRUE(facts) << render(facts.error(), Language::en);
      ASSERT_EQ(facts->signatures.size(), 1U);
      const format::Signature& signature = facts->signatures.front();
      ASSERT_EQ(signature.references.size(), 2U);
      for (const format::Reference& reference : signature.references) EXPECT_TRUE(reference.matches()) << reference.name << text;
      ASSERT_TRUE(signature.signer);
      EXPECT_TRUE(pki::refers_to(signature.signing_certificate.at(0), *by->certificate));
      EXPECT_EQ((*by->certificate->key())->verify(signature.algorithm, signature.signed_octets, signature.value, signature.ecdsa_form),
                crypto::SignatureCheck::good);
      EXPECT_EQ(signature.identity, request.identity);
      EXPECT_EQ(signature.claimed_time, test::kNow);
      EXPECT_EQ(signature.content_type, "application/xml");
      EXPECT_TRUE(signature.findings.empty());
      ASSERT_EQ(signature.timestamps.size(), request.level == Level::t ? 1U : 0U);
      for (const format::TimestampCarrier& carrier : signature.timestamps)
        EXPECT_NE(as_text(carrier.encoding).find(base64(signature.value).substr(0, 60)), std::string_view::npos);
      // Signed once: no second time.
      const auto again = sign_text(text, request);
      ASSERT_FALSE(again);
      EXPECT_EQ(again.error().code, ErrorCode::already_signed);
    }
  }
}

TEST(XadesWriter, Refusals) {
  struct Case {
    std::string text;
    std::function<void(Request&)> change;
    ErrorCode code;
  };
  const auto nothing = [](Request&) {};
  for (const Case& c : {
           Case{"<!DOCTYPE a><a/>", nothing, ErrorCode::xml_has_dtd},
           Case{"<a>", nothing, ErrorCode::xml_invalid},
           Case{std::string("\xff\xfe<\0a\0/\0>\0", 10), nothing, ErrorCode::xml_not_utf8_for_signing},
           Case{"<a/>", [](Request& r) { r.packaging = Packaging::detached; }, ErrorCode::packaging_unsupported},
           Case{"<a/>", [](Request& r) { r.identity.sender = "a\x01"; }, ErrorCode::usage_invalid},
           Case{"<a/>", [](Request& r) { r.level = Level::t, r.stamp = nullptr; }, ErrorCode::stamp_needed},
           Case{"<a/>",
                [](Request& r) {
                  r.level = Level::t, r.stamp = [](ByteView) -> Result<Bytes> { return errors::timestamp_refused(Code{"x"}); };
                },
                ErrorCode::timestamp_refused},
       }) {
    Request request = request_of(test::p256_party());
    c.change(request);
    const auto out = sign_text(c.text, request);
    ASSERT_FALSE(out) << c.text;
    EXPECT_EQ(out.error().code, c.code) << render(out.error(), Language::en);
  }
}

}  // namespace
}  // namespace mohr::sign
