#include "pki/general_name.h"
#include "x509_vectors.h"

namespace mohr::pki {
namespace {

using asn1::Oid;
using vectors::attribute;
using vectors::bytes;

Bytes rdn(std::initializer_list<Bytes> attributes) {
  Bytes contents;
  for (const Bytes& a : attributes) append(contents, a);
  return asn1::element(asn1::kSet, contents);
}
Bytes wide(std::string_view ascii, std::size_t width) {  // BMPString, UniversalString
  Bytes out;
  for (const char c : ascii) {
    out.insert(out.end(), width - 1, Byte{0});
    out.push_back(static_cast<Byte>(c));
  }
  return out;
}
Name parse(const Bytes& encoding) {
  auto name = Name::parse(encoding);
  EXPECT_TRUE(name) << render(name.error(), Language::en);
  return name ? *name : Name{};
}

TEST(Name, ComparesAfterPreparation) {
  const std::string_view plain = "Tehran  University";
  const Bytes reference = vectors::name("tehran university");
  const std::vector<std::pair<Bytes, bool>> cases = {
      {vectors::name(plain), true},
      {vectors::name("  TEHRAN \t UNIVERSITY "), true},
      {vectors::name(plain, asn1::kPrintableString), true},
      {vectors::name(plain, asn1::kT61String), true},
      {vectors::name(plain, asn1::kIa5String), true},
      {asn1::sequence({rdn({attribute("2.5.4.3", asn1::kBmpString, wide(plain, 2))})}), true},
      {asn1::sequence({rdn({attribute("2.5.4.3", asn1::kUniversalString, wide(plain, 4))})}), true},
      {vectors::name("tehranuniversity"), false},
      {vectors::name("tehran university", asn1::kOctetString), false},  // no string type: only octets count
      {asn1::sequence({rdn({attribute("2.5.4.10", asn1::kUtf8String, as_bytes(plain))})}), false},
      {asn1::sequence(
           {rdn({attribute("2.5.4.3", asn1::kUtf8String, as_bytes(plain)), attribute("2.5.4.3", asn1::kUtf8String, as_bytes(plain))})}),
       false},
      {asn1::sequence({}), false},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(parse(cases[i].first).equals(parse(reference)), cases[i].second) << i;
    EXPECT_EQ(parse(reference).equals(parse(cases[i].first)), cases[i].second) << i;
  }
  // Kaf and yeh of the two alphabets stay different letters; the same letters in two string types are equal.
  EXPECT_FALSE(parse(vectors::name("علی")).equals(parse(vectors::name("علي"))));
  const Bytes persian = bytes("0639064406cc");
  EXPECT_TRUE(parse(vectors::name("علی")).equals(parse(asn1::sequence({rdn({attribute("2.5.4.3", asn1::kBmpString, persian)})}))));
  EXPECT_TRUE(Name{}.equals(parse(asn1::sequence({}))));
}

TEST(Name, ComparesPartsInAnyOrderInsideOneRdn) {
  const Bytes c = attribute("2.5.4.6", asn1::kPrintableString, as_bytes("IR")),
              o = attribute("2.5.4.10", asn1::kUtf8String, as_bytes("A b"));
  const Bytes o2 = attribute("2.5.4.10", asn1::kPrintableString, as_bytes("a B"));
  EXPECT_TRUE(parse(asn1::sequence({rdn({c, o})})).equals(parse(asn1::sequence({rdn({o2, c})}))));
  EXPECT_FALSE(parse(asn1::sequence({rdn({c}), rdn({o})})).equals(parse(asn1::sequence({rdn({o}), rdn({c})}))));
  EXPECT_FALSE(parse(asn1::sequence({rdn({c, o})})).equals(parse(asn1::sequence({rdn({c}), rdn({o})}))));
}

TEST(Name, KnowsItsSubtree) {
  const Bytes c = attribute("2.5.4.6", asn1::kPrintableString, as_bytes("IR")), o = attribute("2.5.4.10", asn1::kUtf8String, as_bytes("x"));
  const Bytes base = asn1::sequence({rdn({c})}), below = asn1::sequence({rdn({c}), rdn({o})}), other = asn1::sequence({rdn({o}), rdn({c})});
  EXPECT_TRUE(parse(below).is_within(parse(base)));
  EXPECT_TRUE(parse(base).is_within(parse(base)));
  EXPECT_TRUE(parse(below).is_within(Name{}));
  EXPECT_FALSE(parse(base).is_within(parse(below)));
  EXPECT_FALSE(parse(other).is_within(parse(base)));
}

TEST(Name, RefusesBrokenOnes) {
  const Bytes good = attribute("2.5.4.3", asn1::kUtf8String, as_bytes("x"));
  const std::vector<Bytes> cases = {
      {},
      bytes("3100"),
      bytes("3080000000"),
      asn1::sequence({rdn({})}),
      asn1::sequence({asn1::sequence({good})}),
      asn1::sequence({rdn({asn1::sequence({})})}),
      asn1::sequence({rdn({asn1::sequence({asn1::oid("2.5.4.3")})})}),
      asn1::sequence({rdn({asn1::sequence({asn1::oid("2.5.4.3"), asn1::null(), asn1::null()})})}),
      asn1::sequence({rdn({asn1::element(asn1::kSet, good)})}),
      asn1::sequence({rdn({attribute("2.5.4.3", asn1::kUtf8String, bytes("c328"))})}),    // no UTF-8
      asn1::sequence({rdn({attribute("2.5.4.3", asn1::kUtf8String, bytes("eda080"))})}),  // a surrogate
      asn1::sequence({rdn({attribute("2.5.4.3", asn1::kBmpString, bytes("004100"))})}),   // half a character
      asn1::sequence({rdn({attribute("2.5.4.3", asn1::kUniversalString, bytes("000041"))})}),
      asn1::sequence({rdn({attribute("2.5.4.3", asn1::kPrintableString, bytes("426fe96e"))})}),  // Latin-1 in ASCII's place
  };
  for (std::size_t i = 0; i < cases.size(); ++i) EXPECT_FALSE(Name::parse(cases[i])) << i;
  vectors::cut_and_change(asn1::sequence({rdn({good}), rdn({good, good})}), [](ByteView b) { return Name::parse(b).has_value(); });
}

TEST(Name, ReadsCharactersOutsideTheAlphabet) {
  EXPECT_TRUE(parse(vectors::name("Sara Ahmadi [Sign]", asn1::kPrintableString)).has_odd_characters());
  EXPECT_TRUE(parse(vectors::name("مهر", asn1::kPrintableString)).has_odd_characters());
  EXPECT_TRUE(parse(vectors::name("مهر", asn1::kIa5String)).has_odd_characters());
  EXPECT_FALSE(parse(vectors::name("Sara Ahmadi [Sign]")).has_odd_characters());
  EXPECT_FALSE(parse(vectors::name("Aa0 '()+,-./:=?", asn1::kPrintableString)).has_odd_characters());
  EXPECT_FALSE(parse(vectors::name("a@b", asn1::kIa5String)).has_odd_characters());
}

TEST(Name, ShowsItself) {
  const Bytes encoding = asn1::sequence(
      {rdn({attribute("2.5.4.6", asn1::kPrintableString, as_bytes("IR"))}),
       rdn({attribute("2.5.4.10", asn1::kT61String, bytes("e9746f696c65")), attribute("2.999.1", asn1::kUtf8String, as_bytes("z"))}),
       rdn({attribute("2.5.4.3", asn1::kUtf8String, as_bytes(" #a,\"b\"+<c>;=\\ "))})});
  const Name name = parse(encoding);
  EXPECT_EQ(name.rfc4514(), R"(CN=\ #a\,\"b\"\+\<c\>\;\=\\\ ,O=étoile+2.999.1=z,C=IR)");
  EXPECT_EQ(name.first(Oid::organization), "étoile");
  EXPECT_EQ(name.first(Oid::title), "");
  EXPECT_EQ(parse(asn1::sequence({rdn({attribute("2.5.4.6", asn1::kPrintableString, as_bytes("IR"))})})).display(), "IR");
  EXPECT_EQ(Name{}.display(), "");
  // A name cannot write over the sentence around it.
  EXPECT_EQ(parse(vectors::name("a\u202eb\nc")).display(), "a\ufffdb\ufffdc");
  EXPECT_EQ(parse(asn1::sequence({rdn({attribute("2.5.4.3", asn1::kBmpString, bytes("d8000041"))})})).display(), "\ufffdA");
}

TEST(Name, TellsTheRoleOfTheNationalProfile) {
  const std::vector<std::pair<std::string, SignerRole>> cases = {{"Sara Ahmadi [Sign]", SignerRole::person},
                                                                 {"Ministry of Example [Stamp]", SignerRole::seal},
                                                                 {"Office.RA [0012345679]", SignerRole::registration_office},
                                                                 {"Sara [Sign] Ahmadi", SignerRole::unknown},
                                                                 {"", SignerRole::unknown},
                                                                 {"x]", SignerRole::unknown}};
  for (const auto& [cn, role] : cases) EXPECT_EQ(signer_role(parse(vectors::name(cn))), role) << cn;
}

TEST(GeneralName, ReadsAndRefuses) {
  const auto read = [](const Bytes& encoding, GeneralNameUse use) {
    asn1::Reader reader(encoding);
    return read_general_name(reader, use);
  };
  struct Case {
    Bytes encoding;
    const char* as_name;  // null: refused
    const char* as_constraint;
  };
  const std::vector<Case> cases = {
      {asn1::element(asn1::context(2, false), as_bytes("a.ir")), "DNS:a.ir", "DNS:a.ir"},
      {asn1::element(asn1::context(7, false), bytes("0a000001")), "IP:10.0.0.1", nullptr},
      {asn1::element(asn1::context(7, false), bytes("0a000000ff000000")), nullptr, "IP:10.0.0.0/255.0.0.0"},
      {asn1::element(asn1::context(7, false), bytes("0a000000ff00ff00")), nullptr, nullptr},  // no CIDR mask
      {asn1::element(asn1::context(7, false), bytes("0a0000")), nullptr, nullptr},
      {asn1::element(asn1::context(6, false), as_bytes("http://example.ir/ریشه.crl")), "URI:http://example.ir/ریشه.crl",
       "URI:http://example.ir/ریشه.crl"},
      {asn1::element(asn1::context(6, false), bytes("68ff")), nullptr, nullptr},
      {asn1::element(asn1::context(2, false), bytes("612e697200622e6972")), nullptr, nullptr},  // a NUL inside
      {asn1::element(asn1::context(1, false), as_bytes("کاربر@example.ir")), nullptr, nullptr},
      {asn1::element(asn1::context(8, false), bytes("80")), nullptr, nullptr},
      {asn1::element(asn1::context(8, false), bytes("8837")), "OID:2.999", "OID:2.999"},
      {asn1::element(asn1::context(4), vectors::name("x")), "directory:CN=x", "directory:CN=x"},
      {asn1::element(asn1::context(4), bytes("3100")), nullptr, nullptr},
      {asn1::element(asn1::context(0), asn1::oid("2.999")), nullptr, nullptr},
      {asn1::element(asn1::context(9, false), {}), nullptr, nullptr},
      {asn1::utf8_string("a"), nullptr, nullptr},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto name = read(cases[i].encoding, GeneralNameUse::name), constraint = read(cases[i].encoding, GeneralNameUse::constraint);
    EXPECT_EQ(name.has_value(), cases[i].as_name != nullptr) << i;
    EXPECT_EQ(constraint.has_value(), cases[i].as_constraint != nullptr) << i;
    if (name && cases[i].as_name) {
      EXPECT_EQ(display(*name), cases[i].as_name);
    }
    if (constraint && cases[i].as_constraint) {
      EXPECT_EQ(display(*constraint), cases[i].as_constraint);
    }
  }
}

}  // namespace
}  // namespace mohr::pki
