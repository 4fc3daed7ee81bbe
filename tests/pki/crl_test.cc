#include "pki/crl.h"

#include "x509_vectors.h"

namespace mohr::pki {
namespace {

using asn1::context;
using vectors::bytes;
using vectors::extension;

const Instant kDate = {1'767'323'045};  // 2026-01-02T03:04:05Z

bool parses(const Bytes& der) {
  Budget budget;
  return Crl::parse(der, budget).has_value();
}

TEST(Crl, ReadsWhatOpensslWrote) {
  Budget budget;
  const auto lists = parse_crls(vectors::file("list.pem"), budget);
  ASSERT_TRUE(lists) << render(lists.error(), Language::en);
  const Crl& crl = *lists->front();
  EXPECT_EQ(crl.issuer().rfc4514(), "CN=x509 vectors root,O=Governmental,C=IR");
  EXPECT_EQ(*crl.next_update() - crl.this_update(), 7300 * kDay);
  EXPECT_EQ(hex(crl.number()), "1f");
  EXPECT_EQ(crl.entries(), 4U);
  EXPECT_FALSE(crl.is_delta());
  EXPECT_FALSE(crl.has_unknown_critical_extension());
  EXPECT_TRUE(equal(crl.authority_key_identifier(), vectors::certificate("root.pem")->subject_key_identifier()));
  ASSERT_TRUE(crl.distribution_point());
  EXPECT_TRUE(crl.distribution_point()->only_user_certificates);
  EXPECT_FALSE(crl.distribution_point()->only_ca_certificates || crl.distribution_point()->indirect);
  EXPECT_EQ(crl.distribution_point()->only_some_reasons, 0b110U);
  EXPECT_EQ(crl.distribution_point()->urls, std::vector<std::string>{"http://example.ir/a.crl"});

  const auto leaf = crl.find(vectors::certificate("leaf.pem")->serial(), crl.issuer());
  ASSERT_TRUE(leaf && *leaf);
  EXPECT_EQ((*leaf)->revocation_date, kDate);
  EXPECT_EQ((*leaf)->reason, 1);
  EXPECT_EQ((*crl.find(bytes("00f0e1"), crl.issuer()))->reason, std::nullopt);
  EXPECT_EQ((*crl.find(bytes("77"), crl.issuer()))->reason, 6);
  EXPECT_EQ((*crl.find(bytes("78"), crl.issuer()))->invalidity_date, (Instant{1'767'225'600}));
  for (const char* absent : {"79", "f0e1", "001234", "12", ""}) EXPECT_FALSE(crl.find(bytes(absent), crl.issuer())->has_value()) << absent;
}

TEST(Crl, ReadsTheIndirectDeltaThatPythonWrote) {
  Budget budget;
  const auto lists = parse_crls(vectors::file("indirect.pem"), budget);
  ASSERT_TRUE(lists) << render(lists.error(), Language::en);
  const Crl& crl = *lists->front();
  EXPECT_EQ(hex(crl.number()), "012c");
  EXPECT_EQ(hex(crl.base_number()), "0101");
  EXPECT_TRUE(is_less_number(crl.base_number(), crl.number()) && is_less_number(bytes("ff"), crl.base_number()));
  EXPECT_TRUE(crl.is_delta() && crl.is_indirect() && !crl.has_unknown_critical_extension());
  EXPECT_EQ(crl.distribution_point()->only_some_reasons, 0b10010U);
  ASSERT_EQ(crl.freshest().size(), 1U);
  EXPECT_EQ(crl.freshest()[0].urls, std::vector<std::string>{"http://lists.example.ir/delta.crl"});
  EXPECT_EQ(crl.ca_issuer_urls()[0], "http://lists.example.ir/signer.cer");
  const auto name_of = [](std::string_view common_name) {
    const auto part = [](std::string_view oid, asn1::Tag tag, std::string_view value) {
      return asn1::element(asn1::kSet, vectors::attribute(oid, tag, as_bytes(value)));
    };
    return asn1::sequence({part("2.5.4.6", asn1::kPrintableString, "IR"), part("2.5.4.3", asn1::kUtf8String, common_name)});
  };
  const Bytes own = name_of("list  ISSUER"), first = name_of("First authority"), second = name_of("Second authority");
  const auto reason = [&](const char* serial, const Bytes& issuer) {
    const auto found = crl.find(bytes(serial), *Name::parse(issuer));
    return found && *found ? (*found)->reason : std::nullopt;
  };
  EXPECT_EQ(reason("10", own), 1);
  EXPECT_EQ(reason("10", second), 8);
  EXPECT_EQ(reason("11", first), 4);
  EXPECT_EQ(reason("12", first), 6);  // inherits the issuer of the entry before
  EXPECT_EQ(reason("13", second), 1);
  for (const char* serial : {"11", "12", "13"}) EXPECT_EQ(reason(serial, own), std::nullopt) << serial;
  EXPECT_EQ(reason("10", first), std::nullopt);
}

TEST(Crl, SurvivesEveryCutAndChange) { vectors::cut_and_change(vectors::der("list.pem"), parses); }

struct Pieces {
  Bytes version = asn1::integer(1);
  Bytes algorithm = asn1::sequence({asn1::oid("1.2.840.10045.4.3.2")}), outer_algorithm = algorithm;
  Bytes dates = asn1::utc_or_generalized_time(kDate);
  std::vector<Bytes> entries;
  Bytes raw_entries;
  Bytes extensions;  // in their [0]
  Bytes after_extensions, after_signature;
};
Bytes assemble(const Pieces& p) {
  Bytes entries;
  for (const Bytes& e : p.entries) append(entries, e);
  const Bytes list = p.entries.empty() ? p.raw_entries : asn1::element(asn1::kSequence, entries);
  const Bytes tbs = asn1::sequence({p.version, p.algorithm, vectors::name("issuer"), p.dates, list, p.extensions, p.after_extensions});
  return asn1::sequence({tbs, p.outer_algorithm, asn1::bit_string(bytes("00")), p.after_signature});
}
Bytes entry(ByteView serial, Instant date = kDate, ByteView extensions = {}) {
  return asn1::sequence({asn1::element(asn1::kInteger, serial), asn1::utc_or_generalized_time(date), extensions});
}
Bytes list_extensions(ByteView extensions) { return asn1::element(context(0), asn1::sequence({extensions})); }

// Forms that the quick scan leaves to the reader: long serial numbers, other dates, more extensions, long entries.
TEST(Crl, FindsEntriesOfEveryForm) {
  const Bytes reason = extension("2.5.29.21", bytes("0a0104")), invalidity = extension("2.5.29.24", asn1::generalized_time(kDate));
  const Bytes large = extension("2.999.1", asn1::octet_string(Bytes(70'000, 7)));
  Pieces p;
  p.entries = {entry(bytes("01")),
               entry(Bytes(130, 1)),
               entry(bytes("02"), {1'782'777'600}),
               entry(bytes("03"), {2'600'000'000}),
               entry(bytes("04"), kDate, asn1::sequence({reason, invalidity})),
               entry(bytes("05"), kDate, asn1::sequence({large, reason})),
               entry(bytes("ff")),
               entry(bytes("06"), kDate, asn1::sequence({extension("2.5.29.21", bytes("0a0108"), asn1::boolean(true))}))};
  Budget budget;
  const auto crl = Crl::parse(assemble(p), budget);
  ASSERT_TRUE(crl) << render(crl.error(), Language::en);
  EXPECT_EQ((*crl)->entries(), p.entries.size());
  EXPECT_FALSE((*crl)->has_unknown_critical_extension());
  for (const char* serial : {"01", "02", "03", "04", "05", "06", "ff"})
    EXPECT_TRUE((*crl)->find(bytes(serial), (*crl)->issuer())->has_value()) << serial;
  EXPECT_TRUE((*crl)->find(Bytes(130, 1), (*crl)->issuer())->has_value());
  EXPECT_EQ((*(*crl)->find(bytes("02"), (*crl)->issuer()))->revocation_date, (Instant{1'782'777'600}));
  EXPECT_EQ((*(*crl)->find(bytes("03"), (*crl)->issuer()))->revocation_date, (Instant{2'600'000'000}));
  EXPECT_EQ((*(*crl)->find(bytes("05"), (*crl)->issuer()))->reason, 4);
  EXPECT_FALSE((*crl)->find(bytes("07"), (*crl)->issuer())->has_value());
}

TEST(Crl, MarksWhatItCannotJudge) {
  Budget budget;
  Pieces p;
  p.entries = {entry(
      bytes("01"), kDate,
      asn1::sequence({extension("2.5.29.29", asn1::sequence({asn1::element(context(4), vectors::name("other"))}), asn1::boolean(true))}))};
  EXPECT_TRUE((*Crl::parse(assemble(p), budget))->has_unknown_critical_extension());
  Pieces list;
  list.extensions = list_extensions(extension("2.999.1", bytes("0500"), asn1::boolean(true)));
  EXPECT_TRUE((*Crl::parse(assemble(list), budget))->has_unknown_critical_extension());
  list.extensions = list_extensions(extension("2.5.29.27", asn1::integer(3), asn1::boolean(true)));
  EXPECT_TRUE((*Crl::parse(assemble(list), budget))->is_delta());
  list.extensions = list_extensions(extension("2.5.29.28", asn1::sequence({bytes("8401ff")}), asn1::boolean(true)));
  EXPECT_TRUE((*Crl::parse(assemble(list), budget))->distribution_point()->indirect);
}

TEST(Crl, RefusesBrokenOnes) {
  ASSERT_TRUE(parses(assemble(Pieces{})));
  const Bytes good_reason = asn1::sequence({extension("2.5.29.21", bytes("0a0101"))});
  const std::vector<void (*)(Pieces&)> spoilers = {
      [](Pieces& p) { p.version = asn1::integer(0); },
      [](Pieces& p) { p.version = asn1::integer(2); },
      [](Pieces& p) { p.outer_algorithm = asn1::sequence({asn1::oid("1.2.840.10045.4.3.3")}); },
      [](Pieces& p) { p.dates = {}; },
      [](Pieces& p) { p.dates = asn1::element(asn1::kUtcTime, as_bytes("260230000000Z")); },
      [](Pieces& p) { append(p.dates, asn1::utc_or_generalized_time(kDate)), append(p.dates, asn1::utc_or_generalized_time(kDate)); },
      [](Pieces& p) { p.raw_entries = bytes("30023000"); },
      [](Pieces& p) {
        p.entries = {entry(bytes("01")), bytes("0500")};
      },
      [](Pieces& p) { p.entries = {entry({})}; },
      [](Pieces& p) { p.entries = {entry(bytes("0001"))}; },
      [](Pieces& p) { p.entries = {asn1::sequence({asn1::integer(1)})}; },
      [](Pieces& p) {
        p.entries = {asn1::sequence({asn1::integer(1), asn1::element(asn1::kUtcTime, as_bytes("260230000000Z"))})};
      },
      [](Pieces& p) {
        p.entries = {asn1::sequence({asn1::integer(1), asn1::element(asn1::kUtcTime, as_bytes("260101006000Z"))})};
      },
      [](Pieces& p) { p.entries = {entry(bytes("01"), kDate, bytes("3000"))}; },
      [](Pieces& p) { p.entries = {entry(bytes("01"), kDate, asn1::null())}; },
      [](Pieces& p) { p.entries = {entry(bytes("01"), kDate, asn1::sequence({extension("2.5.29.21", bytes("0a0107"))}))}; },
      [](Pieces& p) {
        p.entries = {
            entry(bytes("01"), kDate, asn1::sequence({extension("2.5.29.21", bytes("0a0101")), extension("2.5.29.21", bytes("0a0106"))}))};
      },
      [](Pieces& p) { p.version = {}, p.entries = {entry(bytes("01"), kDate, asn1::sequence({extension("2.5.29.21", bytes("0a0101"))}))}; },
      [](Pieces& p) { p.version = {}, p.extensions = list_extensions(extension("2.5.29.20", asn1::integer(1))); },
      [](Pieces& p) { p.extensions = asn1::element(context(0), bytes("3000")); },
      [](Pieces& p) { p.extensions = list_extensions(extension("2.5.29.20", bytes("0500"))); },
      [](Pieces& p) { p.extensions = list_extensions(extension("2.5.29.28", bytes("3003810100"))); },  // a default written out
      [](Pieces& p) {
        Bytes twice = extension("2.5.29.20", asn1::integer(1));
        append(twice, extension("2.5.29.20", asn1::integer(2)));
        p.extensions = list_extensions(twice);
      },
      [](Pieces& p) { p.after_extensions = asn1::null(); },
      [](Pieces& p) { p.after_signature = asn1::null(); },
  };
  for (std::size_t i = 0; i < spoilers.size(); ++i) {
    Pieces p;
    spoilers[i](p);
    Budget budget;
    const auto crl = Crl::parse(assemble(p), budget);
    ASSERT_FALSE(crl) << i;
    EXPECT_EQ(crl.error().code, ErrorCode::crl_invalid) << i;
  }
  EXPECT_FALSE(parses({}));
  Budget small(Limits().set(Limit::crl_bytes, 10));
  EXPECT_EQ(failure(Crl::parse(assemble(Pieces{}), small).error()), Failure::budget);
  Budget budget;
  EXPECT_FALSE(parse_crls(vectors::file("root.pem"), budget));
}

}  // namespace
}  // namespace mohr::pki
