// What may stand behind a signed revision of a PDF: evidence, and nothing that shows. Each row is one later revision, or several.
#include <algorithm>

#include "format/pades.h"
#include "tests/sign/signed_pdf.h"
#include "tests/support/pdf_maker.h"

namespace mohr::sign {
namespace {

using Revision = std::vector<test::PdfObject>;

std::string stream(const std::string& data) { return "<</Length " + std::to_string(data.size()) + ">>\nstream\n" + data + "\nendstream"; }

// The objects to 9 are those of the document (`own` replaces some of these), 10 is the signature, 11 its field, 12 the form when there was
// none.
std::string original_pdf(const std::vector<test::PdfObject>& own, const std::string& information) {
  std::vector<test::PdfObject> objects = {{3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 5 0 R>>"},
                                          {4, "<</Title(Letter)/ModDate(D:2026)>>"},
                                          {5, stream("0 0 9 9 re f")},
                                          {9, "null"}};
  objects.insert(objects.end(), own.begin(), own.end());
  return test::make_pdf(test::pdf_objects(objects), test::PdfReferences::table, information);
}

// The catalog as the signer wrote it, with `more` in it.
std::string catalog_with(const std::string& pdf, const std::string& more) {
  const std::size_t at = pdf.rfind("\n1 0 obj"), begin = pdf.find("<<", at), end = pdf.find("endobj", begin);
  std::string body = pdf.substr(begin, end - begin);
  return body.insert(2, more);
}

std::string kind_after(std::string pdf, const std::vector<Revision>& revisions, const std::string& information) {
  for (Revision revision : revisions) {
    for (test::PdfObject& object : revision)
      if (object.body.starts_with("catalog")) object.body = catalog_with(pdf, object.body.substr(7));
    pdf = test::append_revision(pdf, revision, information);
  }
  Budget budget;
  const auto document = format::read_pades(MemorySource(as_bytes(pdf)), nullptr, budget);
  if (!document) return render(document.error(), Language::en);
  const format::Signature& signature = document->signatures.at(0);
  if (signature.uncovered.size() != 1) return "covers everything";
  const bool told = std::any_of(signature.findings.begin(), signature.findings.end(),
                                [](const Finding& finding) { return finding.check == Check::pdf_changed_after_signing; });
  return signature.uncovered[0].kind + (told ? ", told" : "");
}

TEST(PdfChanges, EvidenceIsExplainedAndNothingElse) {
  const std::string store = "catalog/DSS 90 0 R", own = "/Info 4 0 R", good = "validation-data", bad = "later-revision, told";
  const struct {
    const char* what;
    std::vector<Revision> revisions;
    std::string expected;
    std::string information = "/Info 4 0 R", later_information = "/Info 4 0 R";
  } rows[] = {
      {"a store", {{{1, store}, {90, "<</Certs[91 0 R]>>"}, {91, stream("certificate")}}}, good},
      {"a store that grows under its own number",
       {{{1, store}, {90, "<</Certs[91 0 R]>>"}, {91, stream("certificate")}},
        {{90, "<</Certs[91 0 R]/CRLs[92 0 R]>>"}, {92, stream("list")}}},
       good},
      {"when it was written last, and by what", {{{4, "<</Title(Letter)/ModDate(D:2027)/Producer(Archive)>>"}}}, good},
      {"the same in a file that had nothing of it", {{{94, "<</ModDate(D:2027)>>"}}}, good, "", "/Info 94 0 R"},
      {"another title", {{{4, "<</Title(Another letter)/ModDate(D:2026)>>"}}}, bad},
      {"a title where there was none", {{{94, "<</Title(Letter)>>"}}}, bad, "", "/Info 94 0 R"},
      {"no information any more", {{{90, "<</Certs[]>>"}, {1, store}}}, bad, own, ""},
      {"another object as information", {{{94, "<</Title(Letter)/ModDate(D:2026)>>"}}}, bad, own, "/Info 94 0 R"},
      {"a time of writing that is no text", {{{4, "<</Title(Letter)/ModDate 5 0 R>>"}}}, bad},
      {"a page's content under the name of information", {{{5, stream("9 9 9 9 re f")}}}, bad, "/Info 5 0 R", "/Info 5 0 R"},
      {"a page's content", {{{5, stream("9 9 9 9 re f")}}}, bad},
      {"a page's size", {{{3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents 5 0 R>>"}}}, bad},
      {"a store with something that is no evidence", {{{1, store}, {90, "<</Certs[]/JS(x)>>"}}}, bad},
      {"a page through the store",
       {{{1, store}, {90, "<</Certs[3 0 R]>>"}, {3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents 5 0 R>>"}}},
       bad},
      {"a page's content in a later store",
       {{{1, store}, {90, "<</Certs[]>>"}}, {{90, "<</Certs[5 0 R]>>"}, {5, stream("9 9 9 9 re f")}}},
       bad},
      {"another stream in the trailer, which is missing",
       {{{50, "<<>>"}, {1, "catalog/DSS 50 0 R"}}},
       good,
       own + "/Streams[50 0 R]",
       own + "/Streams[60 0 R]"},
      {"a stream in the trailer", {{{50, "<</Type/ObjStm/Length 1>>\nstream\nx\nendstream"}}}, bad, own, own + "/Streams[/x 50 0 R]"},
      {"the same behind an array", {{{1, store}, {90, "<</Certs[91 0 R]>>"}, {91, "[5 0 R]"}}}, bad, own, own + "/Streams 91 0 R"},
      {"one that was missing",
       {{{50, "<</Type/ObjStm/Length 1>>\nstream\nx\nendstream"}}},
       bad,
       own + "/Streams[50 0 R]",
       own + "/Streams[50 0 R]"},
      {"an object that nothing leads to", {{{95, "<</Anything 1>>"}}}, bad},
      {"an action at opening", {{{1, "catalog/OpenAction<</S/JavaScript/JS(x)>>"}}}, bad},
  };
  for (const auto& row : rows)
    EXPECT_EQ(kind_after(signed_pdf(original_pdf({}, row.information)), row.revisions, row.later_information), row.expected) << row.what;
}

// Each document was prepared before it was signed, so that what may change is shown too.
TEST(PdfChanges, WhatMayChangeIsShownNowhere) {
  const std::string page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]", info = "/Info 4 0 R";
  const std::string overlay = "<</Subtype/Form/BBox[0 0 9 9]/Length 12>>\nstream\n0 0 9 9 re f\nendstream";
  const std::string held = "<</Type/ObjStm/N 0/First 0/Length 12>>\nstream\n9 9 9 9 re f\nendstream", store = "catalog/DSS 90 0 R";
  const std::string field = "<</FT/Sig/Subtype/Widget/T(Stamp)/Rect[0 0 0 0]/V 61 0 R", good = "validation-data",
                    bad = "later-revision, told";
  const test::PdfObject stamp = {61, "<</Type/DocTimeStamp/SubFilter/ETSI.RFC3161/ByteRange[0 0 0 0]/Contents<00>>>"};
  const test::PdfObject fields = {12, "<</Fields[11 0 R 60 0 R]/SigFlags 3>>"},
                        with_form = {1, "<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R>>"};
  const struct {
    const char* what;
    std::vector<test::PdfObject> prepared;
    Revision revision;
    std::string expected;
  } rows[] = {
      {"an object stream", {}, {{50, held}}, good},
      {"content that was missing, as an object stream", {{3, page + "/Contents[5 0 R 50 0 R]>>"}}, {{50, held}}, bad},
      {"the same in the store",
       {{3, page + "/Contents[5 0 R 50 0 R]>>"}},
       {{1, store}, {90, "<</Certs[50 0 R]>>"}, {50, stream("x")}},
       bad},
      {"a new field", {}, {fields, stamp, {60, field + "/AP<</N 50 0 R>>>>"}, {50, overlay}}, good},
      {"the same, its appearance missing before",
       {{3, page + "/Contents 5 0 R/Resources<</XObject<</X 50 0 R>>>>>>"}},
       {fields, stamp, {60, field + "/AP<</N 50 0 R>>>>"}, {50, overlay}},
       bad},
      {"a field on a page that others lead to",
       {{1, "<</Type/Catalog/Pages 2 0 R/OpenAction[3 0 R/Fit]>>"}, {9, "<</Pg 3 0 R>>"}},
       {fields, stamp, {60, field + "/P 3 0 R>>"}, {3, page + "/Contents 5 0 R/Annots[11 0 R 60 0 R]>>"}},
       good},
      {"the same, the page its own resources",
       {{3, page + "/Contents 5 0 R/Resources 3 0 R>>"}},
       {fields, stamp, {60, field + "/P 3 0 R>>"}, {3, page + "/Contents 5 0 R/Resources 3 0 R/Annots[11 0 R 60 0 R]>>"}},
       bad},
      {"content that says it is a page",
       {{5, "<</Type/Page/Length 12>>\nstream\n0 0 9 9 re f\nendstream"}},
       {fields, stamp, {60, field + "/P 5 0 R>>"}, {5, "<</Type/Page/Length 12>>\nstream\n9 9 9 9 re f\nendstream"}},
       bad},
      {"a form that is resources",
       {with_form, {3, page + "/Contents 5 0 R/Resources<</XObject 6 0 R>>>>"}, {6, "<</Fields[]/SigFlags 0>>"}},
       {{6, "<</Fields[11 0 R]/SigFlags 1>>"}},
       bad},
      {"flags of a form that are an overlay",
       {with_form, {6, "<</Fields[]/SigFlags 0>>"}, {7, overlay}},
       {{6, "<</Fields[11 0 R]/SigFlags 7 0 R>>"}},
       bad},
      {"fields that become the list of a page's annotations",
       {with_form, {2, "<</Type/Pages/Count 2/Kids[3 0 R 8 0 R]>>"}, {6, "<</Fields[]>>"}, {7, "[9 0 R]"}, {8, page + "/Annots 7 0 R>>"}},
       {{6, "<</Fields 7 0 R/SigFlags 3>>"}, {7, "[11 0 R]"}},
       bad},
      {"information that is resources",
       {{3, page + "/Contents 5 0 R/Resources<</XObject 4 0 R>>>>"}},
       {{4, "<</Title(Letter)/ModDate(D:2027)>>"}},
       bad},
      {"a producer that was an overlay", {{4, "<</Producer 7 0 R>>"}, {7, overlay}}, {{4, "<</Producer(x)>>"}}, bad},
      {"a catalog that is resources", {{3, page + "/Contents 5 0 R/Resources<</XObject 1 0 R>>>>"}}, {{1, store}, {90, "<<>>"}}, bad},
      {"a store that was an overlay", {{1, "<</Type/Catalog/Pages 2 0 R/DSS 7 0 R>>"}, {7, overlay}}, {{7, "<</Certs[]>>"}}, bad},
      {"a length through the store",
       {{1, "<</Type/Catalog/Pages 2 0 R/DSS<</Certs[7 0 R]>>>>"}, {5, "<</Length 7 0 R>>\nstream\n0 0 9 9 re f\nendstream"}, {7, "12"}},
       {{7, stream("x")}},
       bad},
  };
  for (const auto& row : rows)
    EXPECT_EQ(kind_after(signed_pdf(original_pdf(row.prepared, info)), {row.revision}, info), row.expected) << row.what;
}

// The object stream of the page tree stands in the store: what it holds is shown all the same.
TEST(PdfChanges, AnObjectStreamThroughTheStore) {
  const std::string pdf = signed_pdf(test::make_compressed_pdf("/DSS<</Certs[4 0 R]>>"));
  const std::string objects = "1 0 2 5 null <</Type/Pages/Count 0/Kids[]>>";
  const std::string other =
      "<</Type/ObjStm/N 2/First 8/Length " + std::to_string(objects.size()) + ">>\nstream\n" + objects + "\nendstream";
  EXPECT_EQ(kind_after(pdf, {{{90, other}}}, ""), "validation-data");
  EXPECT_EQ(kind_after(pdf, {{{4, other}}}, ""), "later-revision, told");
}

}  // namespace
}  // namespace mohr::sign
