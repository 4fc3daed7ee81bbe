#include "format/pades.h"
#include "sign/signer.h"
#include "tests/support/issuing.h"
#include "tests/support/pdf_maker.h"

namespace mohr::sign {
namespace {

using test::make_pdf;
using test::pdf_objects;
using test::PdfReferences;

Request request_of(const test::Party& by) {
  Request request;
  request.format = format::Format::pades;
  request.now = test::kNow;
  request.key = by.key.get();
  request.certificate = by.certificate;
  request.reason = "تأیید";
  request.location = "Tehran (center) \\";
  request.stamp = [](ByteView) -> Result<Bytes> { return Bytes{0x30, 0x00}; };
  return request;
}

Result<std::string> sign_text(const std::string& pdf, const Request& request) {
  Budget budget;
  MemorySink out;
  MOHR_CHECK(write_pades(MemorySource(as_bytes(pdf)), request, out, budget));
  return std::string(as_text(out.bytes()));
}

Result<format::SignedDocument> read(const std::string& pdf) {
  Budget budget;
  return format::read_pades(MemorySource(as_bytes(pdf)), nullptr, budget);
}

bool has(const format::Signature& signature, Check check) {
  return std::any_of(signature.findings.begin(), signature.findings.end(), [&](const Finding& finding) { return finding.check == check; });
}

bool is_good(const format::Signature& signature) {
  return signature.references.size() == 1 && signature.references[0].matches() && signature.signer &&
         (*signature.signer->key())->verify(signature.algorithm, signature.signed_octets, signature.value) == crypto::SignatureCheck::good;
}

std::string changed(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::vector<std::string> documents() {
  const std::string field = "<</FT/Tx/T(Signature1)/Type/Annot/Subtype/Widget/Rect[0 0 9 9]>>";
  std::string trailing = make_pdf(pdf_objects());
  return {
      make_pdf(pdf_objects(), PdfReferences::table, "/ID[<41><42>]/Info 3 0 R"),
      make_pdf(pdf_objects(), PdfReferences::predicted_stream),
      test::make_compressed_pdf(),
      make_pdf(pdf_objects({{1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/SigFlags 1>>>>"},
                            {3, "<</Type/Page/Parent 2 0 R/Annots[4 0 R]>>"},
                            {4, field}})),
      make_pdf(pdf_objects({{1, "<</AcroForm 5 0 R/Type/Catalog/Pages 2 0 R>>"},
                            {3, "<</Type/Page/Annots 6 0 R/Parent 2 0 R>>"},
                            {4, field},
                            {5, "<</Fields 6 0 R>>"},  // one array for both
                            {6, "[4 0 R]"}})),
      trailing.substr(0, trailing.size() - 1),  // no end of line after %%EOF
      trailing + "\r\n\r\n",
      test::append_revision(trailing, {{3, "<</Type/Page/Parent 2 0 R/Annots 77 0 R>>"}}),
  };
}

TEST(PadesWriter, WhatItWritesIsReadBack) {
  for (const crypto::NewKey kind : {crypto::NewKey::rsa2048, crypto::NewKey::p256, crypto::NewKey::p384, crypto::NewKey::ed25519}) {
    const test::Party by = test::make_party(kind);
    int number = 0;
    for (const std::string& pdf : documents()) {
      SCOPED_TRACE(number);
      Request request = request_of(by);
      request.level = number++ % 2 == 0 ? Level::b : Level::t;
      const auto signed_pdf = sign_text(pdf, request);
      ASSERT_TRUE(signed_pdf) << render(signed_pdf.error(), Language::en);
      EXPECT_TRUE(signed_pdf->starts_with(pdf));
      const auto document = read(*signed_pdf);
      ASSERT_TRUE(document) << render(document.error(), Language::en);
      ASSERT_EQ(document->signatures.size(), 1U);
      const format::Signature& signature = document->signatures[0];
      EXPECT_TRUE(is_good(signature));
      EXPECT_TRUE(signature.findings.empty()) << render(signature.findings.at(0), Language::en);
      EXPECT_TRUE(signature.uncovered.empty());
      EXPECT_EQ(signature.claimed_time, test::kNow);
      EXPECT_EQ(signature.name, pdf.find("(Signature1)") == std::string::npos ? "Signature1" : "Signature2");
      EXPECT_EQ(signature.timestamps.size(), request.level == Level::t ? 1U : 0U);
    }
  }
}

TEST(PadesWriter, AFurtherSignatureLeavesTheFirstWithAFinding) {
  for (const std::string& pdf : documents()) {
    const auto once = sign_text(pdf, request_of(test::rsa_party()));
    ASSERT_TRUE(once);
    const auto twice = sign_text(*once, request_of(test::p256_party()));
    ASSERT_TRUE(twice);
    const auto document = read(*twice);
    ASSERT_TRUE(document);
    ASSERT_EQ(document->signatures.size(), 2U);
    const format::Signature &first = document->signatures[0], &second = document->signatures[1];
    EXPECT_TRUE(is_good(first) && is_good(second));
    EXPECT_NE(first.name, second.name);
    ASSERT_EQ(first.findings.size(), 1U);
    EXPECT_EQ(first.findings[0], findings::pdf_changed_after_signing(first.name, static_cast<std::int64_t>(twice->size() - once->size())));
    ASSERT_EQ(first.uncovered.size(), 1U);
    EXPECT_EQ(first.uncovered[0].kind, "later-revision");
    EXPECT_TRUE(second.findings.empty());
  }
}

TEST(PadesWriter, AStampLargerThanItsRoomTakesASecondTurn) {
  Request request = request_of(test::p256_party());
  request.level = Level::t;
  int asked = 0;
  request.stamp = [&](ByteView) -> Result<Bytes> {
    ++asked;
    Bytes token{0x04, 0x82, 0x75, 0x30};  // OCTET STRING of 30,000 octets
    token.resize(30'004, 7);
    return token;
  };
  const auto signed_pdf = sign_text(documents()[0], request);
  ASSERT_TRUE(signed_pdf);
  EXPECT_EQ(asked, 2);
  const auto document = read(*signed_pdf);
  ASSERT_TRUE(document);
  EXPECT_TRUE(is_good(document->signatures.at(0)));
  EXPECT_TRUE(document->signatures[0].findings.empty());
  request.stamp = [](ByteView) -> Result<Bytes> { return errors::unsupported(Code{"no answer"}); };
  EXPECT_FALSE(sign_text(documents()[0], request));
}

TEST(PadesWriter, RefusesWhatMustNotBeSigned) {
  const Request request = request_of(test::p256_party());
  const auto id = [&](const std::string& pdf) {
    const auto signed_pdf = sign_text(pdf, request);
    return signed_pdf ? "signed" : std::string(row(signed_pdf.error().code).id);
  };
  EXPECT_EQ(id(make_pdf(pdf_objects(), PdfReferences::table, "/Encrypt 3 0 R")), "pdf.encrypted");
  EXPECT_EQ(id(make_pdf(pdf_objects({{2, "<</Type/Pages/Count 0/Kids[]>>"}}))), "pdf.invalid");
  EXPECT_EQ(id(make_pdf(pdf_objects({{2, "<</Type/Pages/Count 1/Kids[2 0 R]>>"}}))), "pdf.invalid");
  EXPECT_EQ(id(make_pdf(pdf_objects({{2, "<</Type/Pages/Count 1/Kids[<</Type/Page>>]>>"}}))), "pdf.invalid");
  EXPECT_EQ(id(make_pdf(pdf_objects({{3, "<</Type/Page/Annots 4 0 R>>"}, {4, "(x)"}}))), "pdf.invalid");
  const std::string certified = "<</Type/Catalog/Pages 2 0 R/Perms<</DocMDP 4 0 R>>>>";
  const auto permission = [&](const std::string& p) {
    return make_pdf(pdf_objects({{1, certified}, {4, "<</Reference[<</TransformMethod/DocMDP/TransformParams<</P " + p + ">>>>]>>"}}));
  };
  EXPECT_EQ(id(permission("1")), "pdf.changes-forbidden");
  EXPECT_EQ(id(permission("2")), "signed");
}

TEST(PadesReader, ChangesAfterSigning) {
  const std::string original = make_pdf(pdf_objects());
  const auto written = sign_text(original, request_of(test::p256_party()));
  ASSERT_TRUE(written);
  const std::string& pdf = *written;
  const auto first = [](const std::string& text) {
    const auto document = read(text);
    EXPECT_TRUE(document) << render(document.error(), Language::en);
    return document && !document->signatures.empty() ? document->signatures[0] : format::Signature{};
  };
  EXPECT_FALSE(is_good(first(changed(pdf, "[0 0 300 300]", "[0 0 300 301]"))));
  EXPECT_FALSE(is_good(first(changed(pdf, "Tehran", "Teheam"))));
  const format::Signature tail = first(pdf + "x");
  EXPECT_TRUE(is_good(tail) && has(tail, Check::pdf_changed_after_signing));
  ASSERT_EQ(tail.uncovered.size(), 1U);
  EXPECT_EQ(tail.uncovered[0].kind, "trailing-bytes");
  EXPECT_EQ(tail.uncovered[0].octets, 1U);
  EXPECT_TRUE(has(first(pdf + "\n"), Check::pdf_changed_after_signing));
  EXPECT_TRUE(has(first(test::append_revision(pdf, {{3, "<</Type/Page/Parent 2 0 R>>"}})), Check::pdf_changed_after_signing));
  // The signature's own objects in a later revision: another value, a second field with the same value.
  const std::string copy =
      pdf.substr(pdf.find("<</Type/Sig"), pdf.find(">>\nendobj", pdf.find("<</Type/Sig")) + 2 - pdf.find("<</Type/Sig"));
  EXPECT_TRUE(has(first(test::append_revision(pdf, {{4, copy}})), Check::pdf_signature_replaced));
  EXPECT_TRUE(has(first(test::append_revision(pdf, {{4, copy}})), Check::pdf_range_wrong));
  const std::string shared = test::append_revision(pdf, {{6, "<</Fields[5 0 R 9 0 R]>>"}, {9, "<</FT/Sig/T(Other)/V 4 0 R>>"}});
  EXPECT_TRUE(has(first(shared), Check::pdf_signature_shared));
}

TEST(PadesReader, RangesThatDoNotFit) {
  const auto written = sign_text(make_pdf(pdf_objects()), request_of(test::p256_party()));
  ASSERT_TRUE(written);
  const std::size_t at = written->find("/ByteRange") + 10, end = written->find(']', at) + 1;
  const std::string range = written->substr(at, end - at);
  const std::size_t gap = written->find("/Contents<") + 9, after = written->find('>', gap) + 1, size = written->size();
  const auto text = [](std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
    return "[" + std::to_string(a) + " " + std::to_string(b) + " " + std::to_string(c) + " " + std::to_string(d) + "]";
  };
  ASSERT_EQ(range, text(0, gap, after, size - after));
  const std::string wrong[] = {
      text(0, gap, after + 1, size - after - 1),
      text(0, gap - 1, after, size - after),
      text(1, gap - 1, after, size - after),
      text(0, gap + 1, after - 1, size - after + 1),
      text(0, gap, after, size - after - 2),
      text(0, gap, after, size),
      text(0, after, gap, 9),
      "[0 " + std::to_string(size) + "]",
      "[0 9 9 -9]",
      text(0, size, size, 0),
      "[]",
  };
  for (const std::string& other : wrong) {
    std::string padded = other;
    padded.resize(range.size() + 3, ' ');  // the room for the range is wider than the range
    const auto document = read(std::string(*written).replace(at, padded.size(), padded));
    ASSERT_TRUE(document) << other << ": " << render(document.error(), Language::en);
    EXPECT_TRUE(has(document->signatures.at(0), Check::pdf_range_wrong)) << other;
    EXPECT_FALSE(is_good(document->signatures[0])) << other;
  }
  // Octets between the digits and the end of /Contents would be signed by nobody.
  const std::size_t zero = written->rfind("00>", after);
  const auto spaced = read(std::string(*written).replace(zero, 2, "  "));
  ASSERT_TRUE(spaced);
  EXPECT_TRUE(has(spaced->signatures.at(0), Check::pdf_range_wrong));
  EXPECT_EQ(row(read(changed(*written, "/ETSI.CAdES.detached", "/ETSI.CAdES.detachee")).error().code).id, "input.unsupported");
}

TEST(Signer, SignsAPdfAndLooksAtItsOwnWork) {
  Budget budget;
  const std::string pdf = make_pdf(pdf_objects());
  const auto octets = sign_bytes(as_bytes(pdf), request_of(test::p256_party()), budget);
  ASSERT_TRUE(octets) << render(octets.error(), Language::en);
  EXPECT_TRUE(sign_bytes(*octets, request_of(test::rsa_party()), budget));
}

}  // namespace
}  // namespace mohr::sign
