// Document time-stamps of a PDF prove what stands before them, and only what does.
#include <algorithm>

#include "format/pades.h"
#include "tests/sign/signed_pdf.h"
#include "tests/support/pdf_maker.h"

namespace mohr::sign {
namespace {

// 4 is the signature, 5 its field, 6 the form.
std::string signed_letter() { return signed_pdf(test::make_pdf(test::pdf_objects())); }

std::string range_of(const std::string& pdf) {
  const std::size_t gap = pdf.rfind("/Contents<") + 9, after = pdf.find('>', gap) + 1;
  return "0 " + std::to_string(gap) + " " + std::to_string(after) + " " + std::to_string(pdf.size() - after);
}

std::string field_of(int value) {
  return "<</FT/Sig/Subtype/Widget/T(Stamp" + std::to_string(value) + ")/Rect[0 0 0 0]/V " + std::to_string(value) + " 0 R>>";
}

std::string stamp_with(const std::string& range, const std::string& contents) {
  return "<</Type/DocTimeStamp/SubFilter/ETSI.RFC3161/ByteRange[" + range + "]/Contents<" + contents + ">>>";
}

const std::string kRoom = stamp_with(std::string(40, ' '), std::string(8000, '0'));

// Puts a token into the room at the end; `range`: what it claims to be over, else what it is.
std::string stamped(std::string pdf, std::string range = {}) {
  static const test::Party authority = test::timestamp_party();
  if (range.empty()) range = range_of(pdf);
  pdf.replace(pdf.rfind("/ByteRange[") + 11, range.size(), range);
  const std::size_t gap = pdf.rfind("/Contents<") + 9, after = pdf.find('>', gap) + 1;
  const std::string token = hex(test::timestamp_token(authority, as_bytes(pdf.substr(0, gap) + pdf.substr(after))));
  return pdf.replace(gap + 1, token.size(), token);
}

// A revision with a time-stamp in object `number`, its field before that.
std::string append_stamp(const std::string& pdf, int number, const std::string& fields, std::vector<test::PdfObject> more = {},
                         const std::string& range = {}) {
  more.push_back({6, "<</Fields[" + fields + "]/SigFlags 3>>"});
  more.push_back({number - 1, field_of(number)});
  more.push_back({number, kRoom});
  return stamped(test::append_revision(pdf, more), range);
}

std::vector<format::TimestampCarrier> stamps_of(const std::string& pdf, crypto::Hash* signature = nullptr) {
  Budget budget;
  const auto document = format::read_pades(MemorySource(as_bytes(pdf)), nullptr, budget);
  EXPECT_TRUE(document) << render(document.error(), Language::en);
  if (!document) return {};
  if (signature != nullptr) *signature = document->signatures.at(0).hash;
  return document->signatures.at(0).timestamps;
}

bool covers(const format::TimestampCarrier& stamp, const crypto::Hash& object) {
  return std::find(stamp.covers.begin(), stamp.covers.end(), object) != stamp.covers.end();
}

TEST(DocumentStamps, ProveWhatStandsBeforeThem) {
  crypto::Hash signature;
  const std::string once = append_stamp(signed_letter(), 11, "5 0 R 10 0 R");
  const auto stamps = stamps_of(append_stamp(once, 13, "5 0 R 10 0 R 12 0 R"), &signature);
  ASSERT_EQ(stamps.size(), 2U);
  for (const auto& stamp : stamps) EXPECT_TRUE(stamp.findings.empty() && covers(stamp, signature));
  EXPECT_TRUE(covers(stamps[1], crypto::sha256(stamps[0].encoding)));
  EXPECT_FALSE(covers(stamps[0], crypto::sha256(stamps[1].encoding)));
}

TEST(DocumentStamps, AFalseRangeDoesNotMakeATokenOlder) {
  const std::string once = append_stamp(signed_letter(), 11, "5 0 R 10 0 R");
  const auto stamps = stamps_of(append_stamp(once, 13, "5 0 R 10 0 R 12 0 R", {}, "0 10 20 30"));
  ASSERT_EQ(stamps.size(), 1U);  // the other ends before the signature
  EXPECT_EQ(stamps[0].covers.size(), 1U);
  const std::string within = "0 10 20 " + std::to_string(signed_letter().size());
  const auto both = stamps_of(append_stamp(once, 13, "5 0 R 10 0 R 12 0 R", {}, within));
  ASSERT_EQ(both.size(), 2U);
  EXPECT_TRUE(both[0].covers.empty() && !both[0].findings.empty());
  EXPECT_FALSE(covers(both[1], crypto::sha256(both[0].encoding)));
}

TEST(DocumentStamps, BelongToTheRevisionThatTheyEnd) {
  std::string pdf = stamped(test::append_revision(signed_letter(), {{7, "null\nendobj\n11 0 obj\n" + kRoom}}));
  const auto place = [&] {
    const std::string digits = std::to_string(pdf.rfind("11 0 obj"));
    return std::string(10 - digits.size(), '0') + digits;
  };
  const std::string earlier = place();
  pdf = test::append_revision(pdf, {{6, "<</Fields[5 0 R 10 0 R]>>"}, {10, field_of(11)}, {11, "null"}});
  pdf.replace(pdf.rfind(place()), 10, earlier);
  const auto stamps = stamps_of(pdf);
  ASSERT_EQ(stamps.size(), 1U);
  EXPECT_FALSE(stamps[0].findings.empty());
}

// Its place is one in the decoded data, and tells nothing about the document.
TEST(DocumentStamps, AnObjectStreamIsNoPlace) {
  const std::string pdf = signed_letter(), range = range_of(pdf),
                    digits(pdf.find('>', pdf.rfind("/Contents<")) - pdf.rfind("/Contents<") - 10, '0');
  const std::size_t gap = pdf.rfind("/Contents<") + 9;
  std::string head = "10 0 11 " + std::to_string(field_of(11).size() + 1);
  head.resize(20, ' ');
  const std::string before = head + field_of(11) + " ", stamp = stamp_with(range, digits);
  ASSERT_LT(before.size() + stamp.find("/Contents<") + 9, gap);
  std::string data = before + stamp;
  data.insert(data.rfind("/Contents<"), gap - (data.rfind("/Contents<") + 9), ' ');
  const std::vector<test::PdfObject> objects = {
      {6, "<</Fields[5 0 R 10 0 R]/SigFlags 3>>"},
      {12, "<</Type/ObjStm/N 2/First 20/Length " + std::to_string(data.size()) + ">>\nstream\n" + data + "\nendstream"}};
  crypto::Hash signature;
  const auto stamps = stamps_of(test::append_revision(pdf, objects, "", {{10, 12, 0}, {11, 12, 1}}), &signature);
  ASSERT_EQ(stamps.size(), 1U);
  EXPECT_TRUE(stamps[0].covers.empty());
  EXPECT_FALSE(stamps[0].findings.empty());
}

// Evidence whose length was changed later, so that it goes on after what was stamped.
TEST(DocumentStamps, EvidenceEndsBeforeThemToo) {
  const std::vector<test::PdfObject> store = {{1, "<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R/DSS<</Certs[20 0 R]>>>>"},
                                              {20, "<</Length 21 0 R>>\nstream\nshort\nendstream"},
                                              {21, "5"}};
  const std::string pdf = append_stamp(signed_letter(), 11, "5 0 R 10 0 R", store);
  EXPECT_TRUE(covers(stamps_of(pdf).at(0), crypto::sha256(as_bytes("short"))));
  const std::size_t data = pdf.rfind("short\nendstream");
  const std::string longer = pdf + "and more\nendstream\nendobj\n", item = longer.substr(data, pdf.size() + 8 - data);
  const auto stamps = stamps_of(test::append_revision(longer, {{21, std::to_string(item.size())}}));
  ASSERT_EQ(stamps.size(), 1U);
  EXPECT_EQ(stamps[0].findings.size(), 0U);
  EXPECT_FALSE(covers(stamps[0], crypto::sha256(as_bytes(item))));
}

}  // namespace
}  // namespace mohr::sign
