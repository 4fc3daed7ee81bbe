// What may stand behind a signed revision of a PDF: evidence, and nothing that shows. Each row is one later revision, or several.
#include <algorithm>

#include "format/pades.h"
#include "sign/signer.h"
#include "tests/support/issuing.h"
#include "tests/support/pdf_maker.h"

namespace mohr::sign {
namespace {

using Revision = std::vector<test::PdfObject>;

std::string stream(const std::string& data) { return "<</Length " + std::to_string(data.size()) + ">>\nstream\n" + data + "\nendstream"; }

std::string signed_pdf(const std::string& information) {
  const std::string pdf = test::make_pdf(test::pdf_objects({{3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 5 0 R>>"},
                                                            {4, "<</Title(Letter)/ModDate(D:2026)>>"},
                                                            {5, stream("0 0 9 9 re f")}}),
                                         test::PdfReferences::table, information);
  Request request;
  request.format = format::Format::pades;
  request.now = test::kNow;
  request.key = test::p256_party().key.get();
  request.certificate = test::p256_party().certificate;
  Budget budget;
  MemorySink out;
  EXPECT_TRUE(write_pades(MemorySource(as_bytes(pdf)), request, out, budget));
  return std::string(as_text(out.bytes()));
}

// The catalog as the signer wrote it, with `more` in it.
std::string catalog_with(const std::string& pdf, const std::string& more) {
  const std::size_t at = pdf.rfind("\n1 0 obj"), begin = pdf.find("<<", at), end = pdf.find("endobj", begin);
  std::string body = pdf.substr(begin, end - begin);
  return body.insert(2, more);
}

std::string kind_after(const std::string& information, const std::vector<Revision>& revisions, const std::string& later_information) {
  std::string pdf = signed_pdf(information);
  for (Revision revision : revisions) {
    for (test::PdfObject& object : revision)
      if (object.body.starts_with("catalog")) object.body = catalog_with(pdf, object.body.substr(7));
    pdf = test::append_revision(pdf, revision, later_information);
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
      {"an object that nothing leads to", {{{95, "<</Anything 1>>"}}}, bad},
      {"an action at opening", {{{1, "catalog/OpenAction<</S/JavaScript/JS(x)>>"}}}, bad},
  };
  for (const auto& row : rows) EXPECT_EQ(kind_after(row.information, row.revisions, row.later_information), row.expected) << row.what;
}

}  // namespace
}  // namespace mohr::sign
