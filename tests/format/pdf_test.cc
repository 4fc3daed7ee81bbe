#include <gtest/gtest.h>

#include "format/pades.h"
#include "format/pdf_document.h"
#include "tests/support/pdf_maker.h"

namespace mohr::format::pdf {
namespace {

using test::make_pdf;
using test::pdf_objects;
using test::PdfReferences;

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// Everything that reading and signing looks at: the form, and the page tree's root.
Result<void> read_through(const std::string& pdf, const Limits& limits = {}) {
  Budget budget(limits);
  const MemorySource source(as_bytes(pdf));
  MOHR_TRY([[maybe_unused]] const auto facts, read_pades(source, nullptr, budget));
  MOHR_TRY(Document document, Document::open(source, budget));
  MOHR_TRY(const Loaded catalog, document.catalog());
  MOHR_TRY([[maybe_unused]] const Loaded pages, document.resolve(catalog, catalog.value().find("Pages")));
  return {};
}

std::string id_of(const Result<void>& result) { return result ? "read" : std::string(row(result.error().code).id); }

TEST(PdfObject, ValuesOfEveryKind) {
  const struct {
    std::string_view text;
    Kind kind;
    std::string_view decoded;
    std::int64_t number;
  } rows[] = {
      {"/A#42#20c ", Kind::name, "AB c", 0},
      {"/ ", Kind::name, "", 0},
      {"(a(b)\\)\\101\\\n\\n\r\nz)", Kind::string, "a(b))A\n\nz", 0},
      {"<41 4> ", Kind::string, "A@", 0},
      {"-12 ", Kind::integer, "", -12},
      {"00000017 ", Kind::integer, "", 17},
      {"-.5 ", Kind::real, "-.5", 0},
      {"12 3 R ", Kind::reference, "", 12},
      {"12 3 Rx ", Kind::integer, "", 12},
      {"true ", Kind::boolean, "", 1},
      {"null ", Kind::null, "", 0},
      {" % note\n[1 2 R (x) 3] ", Kind::array, "", 0},
      {"<</A 1/B[/C]>> ", Kind::dictionary, "", 0},
  };
  for (const auto& row : rows) {
    Budget budget;
    Parser parser(as_bytes(row.text), 0, true, budget);
    const auto value = parser.value();
    ASSERT_TRUE(value) << row.text;
    EXPECT_EQ(value->kind, row.kind) << row.text;
    EXPECT_EQ(value->text, row.decoded) << row.text;
    EXPECT_EQ(value->number, row.number) << row.text;
  }
  for (const std::string_view text : {"",
                                      "(a",
                                      "<4",
                                      "<4g>",
                                      "[1",
                                      "<</A>>",
                                      "<</A 1",
                                      "<</A 1>",
                                      "<<1 2>>",
                                      "--1",
                                      "1.2.3",
                                      ".",
                                      "+",
                                      "1e5",
                                      "tru",
                                      "nulls",
                                      "/A#4",
                                      "/A#00",
                                      "99999999999999999999",
                                      ">>",
                                      "<</A 1/#41 2>>",
                                      "{",
                                      ")"}) {
    Budget budget;
    Parser parser(as_bytes(text), 7, true, budget);
    const auto value = parser.value();
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, ErrorCode::pdf_invalid) << text;
    EXPECT_TRUE(value.error().place.starts_with("byte ")) << text;
  }
}

TEST(PdfObject, APieceThatEndsTooEarlySaysSo) {
  const std::string_view text = "<</A(b)/C[1 2 R]/D<4142>>> ";
  for (std::size_t length = 0; length + 1 < text.size(); ++length) {
    Budget budget;
    Parser parser(as_bytes(text.substr(0, length)), 0, false, budget);
    (void)parser.value().has_value();
    EXPECT_TRUE(parser.starved()) << length;
  }
}

TEST(PdfObject, TextAndDates) {
  const auto string = [](std::string text) {
    Object object;
    object.kind = Kind::string;
    object.text = std::move(text);
    return object;
  };
  EXPECT_EQ(text_string(string(std::string("\xfe\xff\x06\x45\xd8\x3d\xde\x00", 8))), "م😀");
  EXPECT_EQ(text_string(string("\xef\xbb\xbfم")), "م");
  EXPECT_EQ(text_string(string("caf\xe9 \x80")), "café •");
  const auto at = [](std::string_view iso) { return from_iso8601(iso); };
  EXPECT_EQ(date(string("D:20261125093000Z")), at("2026-11-25T09:30:00Z"));
  EXPECT_EQ(date(string("D:20261125093000+03'30'")), at("2026-11-25T06:00:00Z"));
  EXPECT_EQ(date(string("D:20261125093000-01'00")), at("2026-11-25T10:30:00Z"));
  EXPECT_EQ(date(string("2026")), at("2026-01-01T00:00:00Z"));
  for (const char* wrong : {"", "D:", "D:202", "D:20261325", "D:2026112509x", "D:20261125093000+25'00'"})
    EXPECT_FALSE(date(string(wrong))) << wrong;
}

TEST(PdfReader, ReadsTablesStreamsAndObjectStreams) {
  for (const PdfReferences kind : {PdfReferences::table, PdfReferences::stream, PdfReferences::predicted_stream})
    EXPECT_EQ(id_of(read_through(make_pdf(pdf_objects(), kind))), "read");
  EXPECT_EQ(id_of(read_through(test::make_compressed_pdf())), "read");
  const std::string longer = test::append_revision(make_pdf(pdf_objects()), {{3, "<</Type/Page/Parent 2 0 R>>"}});
  Budget budget;
  const MemorySource source(as_bytes(longer));
  auto document = Document::open(source, budget);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->references().revisions.size(), 2U);
  EXPECT_EQ(document->references().revisions[0].end, longer.size());
  EXPECT_EQ(document->references().all(3).size(), 2U);
  EXPECT_TRUE(document->load({3, 0})->value().find("MediaBox").is(Kind::null));
  EXPECT_EQ(document->load({77, 0})->entry, nullptr);
}

TEST(PdfReader, RefusesWhatOthersRepair) {
  const std::string good = make_pdf(pdf_objects({{4, "(spare)"}}));
  const std::string start = std::to_string(good.find("xref\n"));
  const struct {
    std::string from, to, id;
  } rows[] = {
      {"%PDF-1.7", "%PDF-1.9", "pdf.invalid"},
      {"%PDF-1.7", " %PDF-1.7", "pdf.invalid"},
      {"startxref\n" + start, "startxref\n" + std::to_string(std::stoi(start) + 1), "pdf.invalid"},
      {"startxref\n" + start, "startxref\n99999999", "pdf.invalid"},
      {"startxref\n", "startxerf\n", "pdf.invalid"},
      {"%%EOF", "%EOF", "pdf.invalid"},
      {"0000000015 00000 n \n", "0000000015 00000 n\n", "pdf.invalid"},
      {"0000000015 00000 n \n", "        15 00000 n \n", "pdf.invalid"},
      {"0000000015 00000 n \n", "0000000014 00000 n \n", "pdf.invalid"},
      {"0000000015 00000 n \n", "0000999999 00000 n \n", "pdf.invalid"},
      {"0000000015 00000 n \n", "0000000015 00007 n \n", "pdf.invalid"},
      {"\n2 1\n", "\n1 1\n", "pdf.invalid"},
      {"\n2 1\n", "\n9 1\n", "pdf.invalid"},
      {"1 0 obj", "9 0 obj", "pdf.invalid"},
      {"endobj", "endobx", "pdf.invalid"},
      {"/Type/Catalog", "/Type/Catalox", "pdf.invalid"},
      {"/Type/Catalog", "/Type/Catalog/Type/Catalog", "pdf.invalid"},
      {"/Size 5", "/Size 4", "pdf.invalid"},
      {"/Size 5", "/Size 5/Prev " + start, "pdf.invalid"},
      {"/Size 5", "/Size 5/Prev 3", "pdf.invalid"},
      {"/Size 5", "/Size 5/XRefStm 15", "pdf.invalid"},
      {"/Size 5", "/Size 5/Encrypt<</Filter/Standard>>", "pdf.encrypted"},
      {"/Root 1 0 R", "/Root 1 1 R", "pdf.invalid"},
      {"/Root 1 0 R", "", "pdf.invalid"},
      {"/Root 1 0 R", "/Root 4 0 R", "pdf.invalid"},
  };
  ASSERT_EQ(id_of(read_through(good)), "read");
  for (const auto& row : rows) EXPECT_EQ(id_of(read_through(replaced(good, row.from, row.to))), row.id) << row.from << " -> " << row.to;
  for (std::size_t length = 0; length < good.size(); length += 7) EXPECT_NE(id_of(read_through(good.substr(0, length))), "read") << length;
  const std::string smaller = replaced(test::append_revision(good, {{4, "()"}}), "/Size 100", "/Size 05");
  EXPECT_EQ(id_of(read_through(replaced(smaller, "/Size 5", "/Size 6"))), "pdf.invalid");
}

TEST(PdfReader, StreamsAreStrictToo) {
  const std::string good = test::make_compressed_pdf();
  const struct {
    std::string_view from, to, id;
  } rows[] = {
      {"/N 2", "/N 1", "pdf.invalid"},
      {"/N 2", "/N 9", "pdf.invalid"},
      {"/First ", "/First 9", "pdf.invalid"},
      {"/Type/ObjStm", "/Type/ObjStn", "pdf.invalid"},
      {"/FlateDecode/Length", "/LZWDecode  /Length", "input.unsupported"},
      {"/Predictor 12", "/Predictor 02", "input.unsupported"},
      {"/Columns 4", "/Columns 5", "pdf.invalid"},
      {"/W[1 2 1]", "/W[1 2]", "pdf.invalid"},
      {"/W[1 2 1]", "/W[1 9 1]", "pdf.invalid"},
      {"/Index[1 1", "/Index[1 2", "pdf.invalid"},
      {"endstream", "endstraem", "pdf.invalid"},
      {"/Type/XRef", "/Type/XReg", "pdf.invalid"},
  };
  for (const auto& row : rows) EXPECT_EQ(id_of(read_through(replaced(good, row.from, row.to))), row.id) << row.from << " -> " << row.to;
}

TEST(PdfReader, Budgets) {
  const std::string nested =
      make_pdf(pdf_objects({{1, "<</Type/Catalog/Pages 2 0 R/X " + std::string(300, '[') + std::string(300, ']') + ">>"}}));
  EXPECT_EQ(id_of(read_through(nested)), "budget.exceeded");
  EXPECT_EQ(id_of(read_through(make_pdf(pdf_objects()), Limits().set(Limit::nodes, 10))), "budget.exceeded");
  EXPECT_EQ(id_of(read_through(make_pdf(pdf_objects()), Limits().set(Limit::memory_bytes, 100))), "budget.exceeded");
  EXPECT_EQ(id_of(read_through(make_pdf(pdf_objects()), Limits().set(Limit::document_bytes, 100))), "budget.exceeded");
  EXPECT_EQ(id_of(read_through(make_pdf(pdf_objects()), Limits().set(Limit::seconds, 0))), "budget.exceeded");
  // A stream that grows more than 200 times.
  const std::string bomb = test::deflate_text(std::string(4 << 20, '\0'));
  const std::string body = "<</Type/XRef/W[1 2 1]/Size 9/Root 1 0 R/Filter/FlateDecode/Length " + std::to_string(bomb.size()) +
                           ">>\nstream\n" + bomb + "\nendstream";
  const std::string start = "%PDF-1.7\n";
  EXPECT_EQ(id_of(read_through(start + "8 0 obj\n" + body + "\nendobj\nstartxref\n9\n%%EOF\n")), "budget.exceeded");
}

TEST(PadesReader, FormsAndKindsOfSignatures) {
  const auto with_form = [](const std::string& form, const std::string& field = "null", const std::string& value = "null") {
    return make_pdf(pdf_objects({{1, "<</Type/Catalog/Pages 2 0 R/AcroForm 4 0 R>>"}, {4, form}, {5, field}, {6, value}}));
  };
  const std::string one = "<</Fields[5 0 R]>>", field = "<</FT/Sig/T(S)/V 6 0 R>>";
  const struct {
    std::string what, pdf, id;
  } rows[] = {
      {"no signature yet", with_form(one, "<</FT/Sig/T(S)>>"), "read"},
      {"field deleted", with_form(one), "read"},
      {"value deleted", with_form(one, field), "read"},
      {"form of another kind", with_form("(x)"), "pdf.invalid"},
      {"fields of another kind", with_form("<</Fields 3>>"), "pdf.invalid"},
      {"field in place", with_form("<</Fields[<</T(a)>>]>>"), "pdf.invalid"},
      {"field twice", with_form("<</Fields[5 0 R 5 0 R]>>", "<</T(a)>>"), "pdf.invalid"},
      {"field in itself", with_form(one, "<</T(a)/Kids[5 0 R]>>"), "pdf.invalid"},
      {"value of another kind", with_form(one, field, "(x)"), "pdf.invalid"},
      {"old kind of signature", with_form(one, field, "<</SubFilter/adbe.x509.rsa_sha1>>"), "input.unsupported"},
      {"no kind of signature", with_form(one, field, "<</Type/Sig>>"), "input.unsupported"},
      {"document time-stamp", with_form(one, field, "<</Type/DocTimeStamp/SubFilter/ETSI.RFC3161>>"), "input.unsupported"},
      {"inherited type", with_form(one, "<</FT/Sig/T(S)/Kids[6 0 R]>>", "<</T(k)/V 7 0 R>>"), "read"},
      {"contents elsewhere", with_form(one, field, "<</SubFilter/ETSI.CAdES.detached/Contents 5 0 R/ByteRange[0 1 2 3]>>"),
       "input.unsupported"},
      {"contents as text", with_form(one, field, "<</SubFilter/ETSI.CAdES.detached/Contents(0)/ByteRange[0 1 2 3]>>"), "input.unsupported"},
      {"range elsewhere", with_form(one, field, "<</SubFilter/ETSI.CAdES.detached/Contents<00>/ByteRange 5 0 R>>"), "input.unsupported"},
      {"contents empty", with_form(one, field, "<</SubFilter/ETSI.CAdES.detached/Contents<>/ByteRange[0 1 2 3]>>"), "asn1.invalid"},
  };
  for (const auto& row : rows) EXPECT_EQ(id_of(read_through(row.pdf)), row.id) << row.what;
}

}  // namespace
}  // namespace mohr::format::pdf
