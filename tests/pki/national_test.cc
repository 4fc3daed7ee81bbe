// The identifiers of national.md: published vectors, and what must be refused. No real person's data.
#include "pki/national.h"

#include <gtest/gtest.h>

#include "pki/core/finding.h"
#include "pki/core/text.h"
#include "pki/issue.h"

namespace mohr::pki {
namespace {

using Kind = IdentifierKind;
using asn1::Oid;

TEST(National, PublishedIdentifiersAreTaken) {
  struct Row {
    Kind kind;
    const char* text;
    const char* form;
  };
  const Row rows[] = {
      {Kind::national_code, "0959744487", "0959744487"},
      {Kind::national_code, "0076229645", "0076229645"},
      {Kind::national_code, "1583250689", "1583250689"},
      {Kind::national_code, "11537027", "0011537027"},
      {Kind::national_code, "۰۹۵۹۷۴۴۴۸۷", "0959744487"},
      {Kind::national_code, "٠٩٥٩٧٤٤٤٨٧", "0959744487"},
      {Kind::national_code, "095-974448-7", "0959744487"},
      {Kind::national_code, " 0959 744487\u200f", "0959744487"},
      {Kind::legal_id, "10380284790", "10380284790"},
      {Kind::legal_id, "14003778990", "14003778990"},
      {Kind::legal_id, "10100302746", "10100302746"},
      {Kind::legal_id, "10320166911", "10320166911"},
      {Kind::legal_id, "10660111880", "10660111880"},
      {Kind::legal_id, "10320874334", "10320874334"},
      {Kind::legal_id, "10100834460", "10100834460"},
      {Kind::legal_id, "۱۰۳۸۰۲۸۴۷۹۰", "10380284790"},
      {Kind::service_id, "13011561100", "13011561100"},
      {Kind::service_id, "۱۳۰۱۱۵۶۳۰۰۰", "13011563000"},
      {Kind::economic_code, "14003778990", "14003778990"},
      {Kind::economic_code, "14003778990001", "14003778990001"},
      {Kind::tax_id, "a1121604c220002f095011", "A1121604C220002F095011"},
  };
  for (const Row& row : rows) EXPECT_EQ(parse_identifier(row.kind, row.text), row.form) << row.text;
}

TEST(National, OthersAreRefused) {
  const std::pair<Kind, const char*> rows[] = {
      {Kind::national_code, ""},
      {Kind::national_code, "0959744486"},
      {Kind::national_code, "1111111111"},
      {Kind::national_code, "959744"},
      {Kind::national_code, "09597444870"},
      {Kind::national_code, "O959744487"},
      {Kind::national_code, "0959744487;"},
      {Kind::legal_id, "10380284792"},
      {Kind::legal_id, "1038028479"},
      {Kind::legal_id, "10300000000"},
      {Kind::service_id, "1301156110"},
      {Kind::service_id, "130115611000"},
      {Kind::service_id, "13011561x00"},
      {Kind::economic_code, "140037789900"},
      {Kind::tax_id, "A1121604C220002F095012"},
      {Kind::tax_id, "A1121604C220002F09501"},
      {Kind::tax_id, "A112!604C220002F095011"},
      {Kind::tax_id, "A1121604C22000GF095011"},
  };
  for (const auto& [kind, text] : rows) EXPECT_FALSE(parse_identifier(kind, text)) << text;
}

// Every single wrong digit is seen.
TEST(National, CheckDigitsCatchOneWrongDigit) {
  for (const auto& [kind, good] : {std::pair{Kind::national_code, "0959744487"}, std::pair{Kind::tax_id, "A1121604C220002F095011"}}) {
    for (std::size_t at = kind == Kind::tax_id ? 6 : 0; at < std::string_view(good).size(); ++at)
      for (char c = '0'; c <= '9'; ++c) {
        std::string wrong = good;
        if (wrong[at] == c || wrong[at] > '9') continue;
        wrong[at] = c;
        if (kind == Kind::national_code) {
          EXPECT_FALSE(parse_identifier(kind, wrong)) << wrong;
        } else if (at == 21) {
          EXPECT_FALSE(read_tax_id(wrong)) << wrong;
        }
      }
  }
}

TEST(National, TaxIdsOfTheOfficialDocument) {
  struct Row {
    const char* id;
    std::int64_t days;
    std::uint64_t serial;
  };
  const Row rows[] = {
      {"A1121604C220002F095011", 0x04C22, 49321217},     {"A111OK04D361200E8DB214", 0x04D36, 0x1200E8DB21},
      {"A111OK04D36722D396C463", 0x04D36, 0x722D396C46}, {"A111OK04D3AEB35201A757", 0x04D3A, 0xEB35201A75},
      {"A111DW04E8300004349008", 0x04E83, 0x0000434900}, {"A111DW04E8300003CC4EA5", 0x04E83, 0x00003CC4EA},
      {"A1112K04D1271489087018", 0x04D12, 0x7148908701}, {"A111220E1B9155CB1F18C7", 0x0E1B9, 0x155CB1F18C},
      {"DEF5GH0481F000000000C2", 0x0481F, 12},           {"DEF5GH0481F0000001FED8", 0x0481F, 0x1FED},
      {"DEF5GH0481F009956F7211", 0x0481F, 0x09956F721},
  };
  for (const Row& row : rows) {
    const auto read = read_tax_id(row.id);
    ASSERT_TRUE(read) << row.id;
    EXPECT_EQ(read->days, row.days) << row.id;
    EXPECT_EQ(read->serial, row.serial) << row.id;
    EXPECT_EQ(write_tax_id(*read), row.id);
  }
  EXPECT_FALSE(write_tax_id({"A1121", 1, 1}));
  EXPECT_FALSE(write_tax_id({"A11216", 1 << 20, 1}));
  EXPECT_FALSE(write_tax_id({"A11216", 1, std::uint64_t{1} << 40}));
}

TEST(National, JalaliDates) {
  for (const char* text : {"1405/09/01", "1405-9-1", "۱۴۰۵/۰۹/۰۱", "١٤٠٥/٠٩/٠١"}) {
    const auto date = parse_jalali(text);
    ASSERT_TRUE(date) << text;
    EXPECT_EQ(days_from_jalali(*date), 20779) << text;  // 2026-11-22
    EXPECT_EQ(format_jalali(*date, Language::en), "1405/09/01");
    EXPECT_EQ(format_jalali(*date, Language::fa), "۱۴۰۵/۰۹/۰۱");
  }
  EXPECT_TRUE(parse_jalali("1403/12/30"));  // a leap year, though the 2820-year rule says otherwise
  for (const char* text : {"1404/12/30", "1405/13/01", "1405/00/01", "1405/07/31", "1405/09", "1405/09/01/", "+1405/09/01", ""})
    EXPECT_FALSE(parse_jalali(text)) << text;
}

TEST(National, EveryNumberOfSecondsHasADateInBothCalendars) {
  for (int year = 1; year < 3000; ++year)
    for (const std::int64_t off : {0, 1, 364}) {  // from the first day of the year to the last
      const auto first = days_from_jalali({year, 1, 1});
      ASSERT_TRUE(first);
      ASSERT_EQ(jalali_from_days(*first + off).year, year) << off;
      ASSERT_EQ(jalali_from_days(*first - 1).year, year - 1);
    }
  EXPECT_EQ(display(*from_iso8601("9999-12-31T23:59:59Z"), Language::fa), "۹۳۷۸/۱۰/۱۱ ساعت ۰۳:۲۹");
  for (const std::int64_t seconds : {INT64_MIN, INT64_MIN / 2, std::int64_t{-9'000'000'000'000'000}}) {
    EXPECT_EQ(civil({seconds}).year, civil({INT64_MIN}).year);
    EXPECT_EQ(civil({-(seconds + 1)}).year, civil({INT64_MAX}).year);
    for (const Instant time : {Instant{seconds}, Instant{-(seconds + 1)}})
      EXPECT_EQ(display(time, Language::fa).substr(0, 12), display({time.seconds < 0 ? INT64_MIN : INT64_MAX}, Language::fa).substr(0, 12));
  }
  EXPECT_GT(civil({INT64_MAX}).year, 9999);
  EXPECT_LT(civil({INT64_MIN}).year, 0);
}

TEST(National, RoleAndSerialNumberAreCompared) {
  struct Row {
    const char *name, *serial, *organization;
    SignerRole role;
    std::vector<Check> findings;
  };
  const Row rows[] = {
      {"Test Person [Sign]", "0959744487", "10380284790", SignerRole::person, {}},
      {"Test Agency [Stamp]", "10380284790", "", SignerRole::seal, {}},
      {"Test Person [Sign]", "10380284790", "", SignerRole::person, {Check::national_role_differs}},
      {"Test Agency [Stamp]", "0959744487", "", SignerRole::seal, {Check::national_role_differs}},
      {"Test Person [Sign]", "0959744486", "", SignerRole::person, {Check::national_identifier_wrong}},
      {"Test Person [Sign]", "", "", SignerRole::person, {Check::national_identifier_missing}},
      {"Test Person [Sign]", "0959744487", "10380284792", SignerRole::person, {Check::national_identifier_wrong}},
      {"Office.RA [0959744487]", "17", "", SignerRole::registration_office, {}},
      {"Foreign Signer", "X-12", "", SignerRole::unknown, {}},
  };
  for (const Row& row : rows) {
    std::vector<NamePart> parts = {{Oid::common_name, row.name}};
    if (*row.serial != 0) parts.push_back({Oid::serial_number, row.serial});
    if (*row.organization != 0) parts.push_back({Oid::organization_identifier, row.organization});
    const Bytes encoding = write_name(parts);
    const auto name = Name::parse(encoding);
    ASSERT_TRUE(name);
    const NationalIdentity identity = national_identity(*name);
    EXPECT_EQ(identity.role, row.role) << row.name;
    EXPECT_EQ(identity.identifier, row.serial) << row.name;
    std::vector<Check> found;
    for (const Finding& finding : identity.findings) found.push_back(finding.check);
    EXPECT_EQ(found, row.findings) << row.name << " " << row.serial;
  }
}

TEST(National, FoldingIsForComparisonOnly) {
  EXPECT_EQ(fold_persian("علي كاظمى ١٢٣ ۴۵"), "علی کاظمی 123 45");
  EXPECT_EQ(fold_persian("می\u200cشود"), "میشود");
}

}  // namespace
}  // namespace mohr::pki
