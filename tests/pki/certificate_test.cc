#include "pki/extensions.h"
#include "x509_vectors.h"

namespace mohr::pki {
namespace {

using asn1::context;
using asn1::Oid;
using vectors::assemble;
using vectors::bytes;
using vectors::extension;
using vectors::Pieces;

std::vector<std::string> shown(std::span<const GeneralName> names) {
  std::vector<std::string> out;
  for (const GeneralName& name : names) out.push_back(display(name));
  return out;
}
std::vector<std::string> dotted(std::span<const ByteView> oids) {
  std::vector<std::string> out;
  for (const ByteView oid : oids) out.push_back(asn1::dotted(oid));
  return out;
}
using Texts = std::vector<std::string>;

TEST(Certificate, ReadsEveryFieldThatOpensslWrote) {
  const CertificatePtr c = vectors::certificate("rich.pem"), root = vectors::certificate("root.pem");
  EXPECT_EQ(c->version(), 3);
  EXPECT_EQ(hex(c->serial()), "00f0e1d2c3b4a5968778695a4b3c2d1e0f");
  EXPECT_EQ(c->issuer().rfc4514(), "CN=x509 vectors root,O=Governmental,C=IR");
  EXPECT_EQ(c->subject().display(), "مرکز میانی، \"Q\" <#>");
  EXPECT_EQ(c->not_after() - c->not_before(), 7300 * kDay);
  EXPECT_EQ(c->signature_algorithm(), (crypto::SignatureAlgorithm{crypto::SignatureScheme::ecdsa, crypto::DigestAlgorithm::sha384, {}, 0}));
  EXPECT_TRUE(c->is_ca());
  EXPECT_EQ(c->basic_constraints()->path_length, 3);
  EXPECT_EQ(c->key_usage(), kKeyCertSign | kCrlSign | kEncipherOnly | kDecipherOnly);
  EXPECT_TRUE(c->has_extended_key_usage(Oid::kp_ocsp_signing));
  EXPECT_FALSE(c->has_extended_key_usage(Oid::kp_time_stamping));
  EXPECT_EQ(dotted(c->extended_key_usages()), (Texts{"1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.9", "2.999.7"}));
  EXPECT_EQ(dotted(c->policies()), (Texts{"2.999.1", "2.999.2"}));
  ASSERT_EQ(c->policy_mappings().size(), 1U);
  EXPECT_EQ(asn1::dotted(c->policy_mappings()[0].issuer_policy) + asn1::dotted(c->policy_mappings()[0].subject_policy), "2.999.12.999.2");
  ASSERT_TRUE(c->policy_constraints());
  EXPECT_EQ(c->policy_constraints()->require_explicit_policy, 2);
  EXPECT_EQ(c->policy_constraints()->inhibit_policy_mapping, 0);
  EXPECT_EQ(c->inhibit_any_policy(), 1);
  ASSERT_TRUE(c->name_constraints());
  EXPECT_EQ(shown(c->name_constraints()->permitted),
            (Texts{"DNS:.example.ir", "email:example.ir", "IP:10.0.0.0/255.0.0.0", "directory:O=Governmental,C=IR"}));
  EXPECT_EQ(shown(c->name_constraints()->excluded), (Texts{"URI:.evil.example"}));
  EXPECT_FALSE(c->name_constraints()->has_distances);
  const Texts names = shown(c->subject_alt_names());
  ASSERT_EQ(names.size(), 8U);
  EXPECT_EQ((Texts{names.begin(), names.begin() + 7}),
            (Texts{"DNS:a.example.ir", "email:a@example.ir", "URI:http://example.ir/", "IP:10.0.0.1",
                   "IP:2001:0db8:0000:0000:0000:0000:0000:0001", "OID:2.999.9", "directory:O=Governmental,C=IR"}));
  EXPECT_TRUE(equal(c->authority_key_identifier(), root->subject_key_identifier()));
  EXPECT_EQ(c->subject_key_identifier().size(), 20U);
  EXPECT_EQ((Texts{c->ocsp_urls().begin(), c->ocsp_urls().end()}), (Texts{"http://ocsp.example.ir/"}));
  EXPECT_EQ((Texts{c->ca_issuer_urls().begin(), c->ca_issuer_urls().end()}), (Texts{"http://example.ir/ca.crt"}));
  ASSERT_EQ(c->crl_distribution_points().size(), 2U);
  const DistributionPoint& point = c->crl_distribution_points()[0];
  EXPECT_EQ(point.urls, (Texts{"http://example.ir/a.crl", "ldap://example.ir/b"}));
  EXPECT_EQ(point.reasons, 0b110U);
  EXPECT_FALSE(point.crl_issuer.empty());
  EXPECT_FALSE(c->crl_distribution_points()[1].reasons);
  EXPECT_TRUE(c->oddities().empty());
  EXPECT_FALSE(c->is_self_issued());
  EXPECT_TRUE(root->is_self_issued());
  EXPECT_EQ(c->fingerprint(), crypto::sha256(c->der()));
  EXPECT_TRUE(c->key());
  const Extension* kept = nullptr;
  for (const Extension& e : c->extensions())
    if (asn1::dotted(e.oid) == "2.999.77") kept = &e;
  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept->critical);
  EXPECT_EQ(hex(kept->value), "0c046b657074");
  EXPECT_EQ(c->extension(Oid::unknown), nullptr);
}

TEST(Certificate, SurvivesEveryCutAndChange) {
  for (const char* file : {"rich.pem", "leaf.pem"})
    vectors::cut_and_change(vectors::der(file), [](const Bytes& b) { return Certificate::parse(b).has_value(); });
}

TEST(Certificate, ReadsUnknownAlgorithmsAndKeys) {
  Pieces p;
  p.inner_algorithm = p.outer_algorithm = asn1::sequence({asn1::oid("2.999.5"), bytes("bf8500")});  // parameters of whatever form
  const auto c = Certificate::parse(assemble(p));
  ASSERT_TRUE(c) << render(c.error(), Language::en);
  EXPECT_FALSE((*c)->signature_algorithm_known());
  EXPECT_FALSE((*c)->key());
  Pieces version_1;
  version_1.version = {};
  EXPECT_TRUE(Certificate::parse(assemble(version_1)));
  version_1.version = asn1::element(context(0), asn1::integer(1));
  version_1.unique_ids = asn1::element(context(1, false), bytes("0001"));
  const auto second = Certificate::parse(assemble(version_1));
  ASSERT_TRUE(second);
  EXPECT_EQ((*second)->version(), 2);
  Pieces unwhole;
  unwhole.signature = asn1::bit_string(bytes("f0"), 4);
  const auto third = Certificate::parse(assemble(unwhole));
  ASSERT_TRUE(third);
  EXPECT_TRUE((*third)->signature().empty());
}

TEST(Certificate, TellsWhatItReadLeniently) {
  struct Case {
    void (*spoil)(Pieces&);
    Check expected;
  };
  const std::vector<Case> cases = {
      {[](Pieces& p) { p.subject = vectors::name("Sara [Sign]", asn1::kPrintableString); }, Check::certificate_odd_characters},
      {[](Pieces& p) { p.issuer = vectors::name("Office_1", asn1::kPrintableString); }, Check::certificate_odd_characters},
      {[](Pieces& p) { p.serial = asn1::integer(0); }, Check::certificate_odd_serial},
      {[](Pieces& p) { p.serial = asn1::integer(-3); }, Check::certificate_odd_serial},
      {[](Pieces& p) { p.serial = asn1::unsigned_integer(Bytes(21, 0x11)); }, Check::certificate_odd_serial},
      {[](Pieces& p) { p.serial = asn1::unsigned_integer(Bytes(64, 0x11)); }, Check::certificate_odd_serial},
      {[](Pieces& p) { p.extensions = {extension("2.5.29.15", bytes("03020006"))}; }, Check::certificate_odd_encoding},
      {[](Pieces& p) { p.extensions = {extension("2.999.1", bytes("0500"), asn1::boolean(false))}; }, Check::certificate_odd_encoding},
      {[](Pieces& p) { p.extensions = {extension("2.5.29.17", bytes("3000"))}; }, Check::certificate_odd_encoding},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    Pieces p;
    cases[i].spoil(p);
    const auto c = Certificate::parse(assemble(p));
    ASSERT_TRUE(c) << i << " " << render(c.error(), Language::en);
    ASSERT_EQ((*c)->oddities().size(), 1U) << i;
    EXPECT_EQ((*c)->oddities()[0].check, cases[i].expected) << i;
  }
  Pieces p;
  p.serial = asn1::unsigned_integer(Bytes(20, 0x11));
  p.extensions = {extension("2.5.29.19", bytes("3003010100"))};  // cA FALSE
  const auto plain = Certificate::parse(assemble(p));
  ASSERT_TRUE(plain);
  EXPECT_TRUE((*plain)->oddities().empty());
  EXPECT_FALSE((*plain)->is_ca());
}

TEST(Certificate, RefusesWrongFields) {
  ASSERT_TRUE(Certificate::parse(assemble(Pieces{})));
  const std::vector<void (*)(Pieces&)> spoilers = {
      [](Pieces& p) { p.version = asn1::element(context(0), asn1::integer(0)); },  // the default written out
      [](Pieces& p) { p.version = asn1::element(context(0), asn1::integer(3)); },
      [](Pieces& p) { p.version = asn1::element(context(0), asn1::integer(-1)); },
      [](Pieces& p) { p.version = asn1::integer(2); },
      [](Pieces& p) { p.version = {}, p.extensions = {extension("2.999.1", bytes("0500"))}; },
      [](Pieces& p) { p.version = {}, p.unique_ids = asn1::element(context(1, false), bytes("0001")); },
      [](Pieces& p) { p.serial = {}; },
      [](Pieces& p) { p.serial = bytes("0200"); },
      [](Pieces& p) { p.serial = bytes("02020001"); },
      [](Pieces& p) { p.serial = asn1::unsigned_integer(Bytes(65, 0x11)); },
      [](Pieces& p) { p.outer_algorithm = asn1::sequence({asn1::oid("1.2.840.10045.4.3.3")}); },
      [](Pieces& p) {
        p.outer_algorithm = asn1::sequence({asn1::oid("1.2.840.10045.4.3.2"), asn1::null()});
      },
      [](Pieces& p) { p.inner_algorithm = p.outer_algorithm = asn1::sequence({}); },
      [](Pieces& p) { p.issuer = asn1::element(asn1::kSet, {}); },
      [](Pieces& p) { p.subject = asn1::sequence({asn1::element(asn1::kSet, {})}); },
      [](Pieces& p) { p.not_before = asn1::element(asn1::kUtcTime, as_bytes("2601010000Z")); },
      [](Pieces& p) { p.not_before = asn1::element(asn1::kUtcTime, as_bytes("260101000000+0330")); },
      [](Pieces& p) { p.not_after = asn1::element(asn1::kUtcTime, as_bytes("260230000000Z")); },
      [](Pieces& p) { p.not_after = asn1::element(asn1::kGeneralizedTime, as_bytes("20260101000000.5Z")); },
      [](Pieces& p) { p.not_after = {}; },
      [](Pieces& p) { p.spki = asn1::sequence({asn1::bit_string(bytes("01"))}); },
      [](Pieces& p) {
        p.spki = asn1::sequence({asn1::sequence({asn1::oid("2.999")}), asn1::bit_string(bytes("01")), asn1::null()});
      },
      [](Pieces& p) { p.signature = asn1::octet_string(bytes("01")); },
      [](Pieces& p) { p.signature = bytes("0300"); },
      [](Pieces& p) { p.signature = bytes("03020800"); },
      [](Pieces& p) { p.after_extensions = asn1::null(); },
      [](Pieces& p) { p.after_signature = asn1::null(); },
      [](Pieces& p) { p.after_all = bytes("00"); },
      [](Pieces& p) { p.after_extensions = asn1::element(context(3), asn1::sequence({})); },  // no extension in the list
      [](Pieces& p) { p.subject = asn1::sequence({}), p.extensions = {extension("2.5.29.17", bytes("3003820161"))}; },
  };
  for (std::size_t i = 0; i < spoilers.size(); ++i) {
    Pieces p;
    spoilers[i](p);
    const auto c = Certificate::parse(assemble(p));
    ASSERT_FALSE(c) << i;
    EXPECT_EQ(c.error().code, ErrorCode::certificate_invalid) << i;
  }
}

TEST(Certificate, RefusesBrokenExtensions) {
  const Bytes null = bytes("0500");
  const auto sequence = [](std::initializer_list<ByteView> parts) { return asn1::sequence(parts); };
  const std::vector<std::vector<Bytes>> cases = {
      {extension("2.999.1", null), extension("2.999.2", null), extension("2.999.1", null)},
      {extension("2.999.1", null, bytes("010101"))},
      {sequence({asn1::oid("2.999.1")})},
      {sequence({asn1::oid("2.999.1"), asn1::octet_string(null), asn1::null()})},
      {extension("2.5.29.19", bytes("30060101ff0201ff"))},  // a negative path length
      {extension("2.5.29.19", bytes("30060201010101ff"))},
      {extension("2.5.29.19", bytes("30000500"))},
      {extension("2.5.29.15", bytes("030100"))},    // no use at all
      {extension("2.5.29.15", bytes("030205a1"))},  // padding set
      {extension("2.5.29.15", bytes("0406"))},
      {extension("2.5.29.37", bytes("3000"))},
      {extension("2.5.29.37", sequence({asn1::oid("2.999"), asn1::null()}))},
      {extension("2.5.29.32", bytes("3000"))},
      {extension("2.5.29.32", sequence({sequence({asn1::oid("2.999.1")}), sequence({asn1::oid("2.999.1")})}))},
      {extension("2.5.29.32", sequence({sequence({asn1::oid("2.999.1"), sequence({})})}))},
      {extension("2.5.29.32",
                 sequence({sequence({asn1::oid("2.5.29.32.0"), sequence({sequence({asn1::oid("2.999.4"), asn1::null()})})})}))},
      {extension("2.5.29.33", bytes("3000"))},
      {extension("2.5.29.33", sequence({sequence({asn1::oid("2.999.1")})}))},
      {extension("2.5.29.36", bytes("3000"))},
      {extension("2.5.29.36", bytes("30038001ff"))},
      {extension("2.5.29.36", bytes("300480020001"))},
      {extension("2.5.29.54", asn1::integer(-1))},
      {extension("2.5.29.30", bytes("3000"))},
      {extension("2.5.29.30", bytes("3002a000"))},
      {extension("2.5.29.14", bytes("0500"))},
      {extension("2.5.29.35", bytes("3003830100"))},
      {extension("2.5.29.31", bytes("3000"))},
      {extension("2.5.29.31", bytes("30023000"))},  // a point that names nothing
      {extension("2.5.29.31", sequence({sequence({asn1::element(context(1, false), bytes("0640"))})}))},
      {extension("1.3.6.1.5.5.7.1.1", bytes("3000"))},
      {extension("1.3.6.1.5.5.7.1.1", sequence({sequence({asn1::oid("1.3.6.1.5.5.7.48.1")})}))},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    Pieces p;
    p.extensions = cases[i];
    EXPECT_FALSE(Certificate::parse(assemble(p))) << i;
  }
  Pieces many;
  for (int i = 0; i < 201; ++i) many.extensions.push_back(extension("2.999." + std::to_string(i), null));
  EXPECT_FALSE(Certificate::parse(assemble(many)));
  many.extensions.pop_back();
  EXPECT_TRUE(Certificate::parse(assemble(many)));
}

TEST(Certificate, MarksDistancesInNameConstraints) {
  Pieces p;
  p.extensions = {extension(
      "2.5.29.30",
      asn1::sequence({asn1::element(context(0), asn1::sequence({asn1::element(context(2, false), as_bytes("a")), bytes("800101")}))}))};
  const auto c = Certificate::parse(assemble(p));
  ASSERT_TRUE(c);
  EXPECT_TRUE((*c)->name_constraints()->has_distances);
}

TEST(Pem, ReadsBlocksAndNamesBrokenOnes) {
  const Bytes root = vectors::file("root.pem"), leaf = vectors::file("leaf.pem");
  std::string text = "\xef\xbb\xbfsubject: x\r\n" + std::string(as_text(root)) + "-----BEGIN OTHER-----\nAAAA\n-----END OTHER-----\n" +
                     std::string(as_text(leaf));
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.replace(at, 1, "\r\n");
  const auto both = parse_certificates(as_bytes(text));
  ASSERT_TRUE(both) << render(both.error(), Language::en);
  ASSERT_EQ(both->size(), 2U);
  EXPECT_EQ(pem(*(*both)[1]), as_text(leaf));
  EXPECT_EQ(parse_certificates(vectors::der("leaf.pem"))->size(), 1U);

  const std::string block = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
  const std::vector<std::pair<std::string, ErrorCode>> broken = {
      {block, ErrorCode::certificate_invalid},
      {"-----BEGIN OTHER-----\nAAAA\n-----END OTHER-----\n", ErrorCode::certificate_invalid},
      {"-----BEGIN CERTIFICATE-----\nMAA=\n", ErrorCode::pem_invalid},
      {"-----BEGIN CERTIFICATE-----\nMAA=\n-----END OTHER-----\n", ErrorCode::pem_invalid},
      {"-----BEGIN CERTIFICATE-----\nM*A=\n-----END CERTIFICATE-----\n", ErrorCode::pem_invalid},
      {"-----BEGIN CERT", ErrorCode::pem_invalid},
      {"", ErrorCode::certificate_invalid},
  };
  for (const auto& [input, code] : broken) {
    const auto result = parse_certificates(as_bytes(input));
    ASSERT_FALSE(result) << input;
    EXPECT_EQ(result.error().code, code) << input;
  }
  EXPECT_NE(parse_certificates(as_bytes(std::string(as_text(root)) + block)).error().place.find("block 2"), std::string::npos);
  const auto with_headers = asn1::read_pem(as_bytes("-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: a\n\nAAAA\n-----END X-----\n"));
  ASSERT_TRUE(with_headers);
  EXPECT_EQ(with_headers->front().headers, "Proc-Type: 4,ENCRYPTED\nDEK-Info: a");
  EXPECT_EQ(with_headers->front().contents.size(), 3U);
}

}  // namespace
}  // namespace mohr::pki
