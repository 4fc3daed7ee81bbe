#include "format/xades.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "format/cms_identity.h"
#include "pki/timestamp.h"

namespace mohr::format {
namespace {

std::string vector_text(const std::string& name) {
  const auto octets = read_file(std::string(MOHR_SOURCE_DIR) + "/testvectors/xades/" + name, 1 << 20);
  EXPECT_TRUE(octets) << name;
  return octets ? std::string(as_text(*octets)) : std::string();
}

Result<SignedDocument> read(const std::string& text) {
  Budget budget;
  return read_xades(MemorySource(as_bytes(text)), nullptr, budget);
}

std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

bool lists(const Signature& signature, std::string_view kind) {
  return std::any_of(signature.uncovered.begin(), signature.uncovered.end(), [&](const Uncovered& part) { return part.kind == kind; });
}

crypto::SignatureCheck value_of(const Signature& signature) {
  const auto key = signature.signer->key();
  return (*key)->verify(signature.algorithm, signature.signed_octets, signature.value, signature.ecdsa_form);
}

TEST(Xades, SignaturesOfOthersAreRead) {
  struct Case {
    const char* file;
    std::size_t references;
    bool bound, stamped;
  };
  for (const Case& c : {Case{"dss-enveloped-b.xml", 2, true, false}, Case{"dss-enveloped-t.xml", 2, true, true},
                        Case{"signxml-enveloped.xml", 1, false, false}, Case{"signxml-xades.xml", 3, true, false}}) {
    const auto facts = read(vector_text(c.file));
    ASSERT_TRUE(facts) << c.file << render(facts.error(), Language::en);
    ASSERT_EQ(facts->signatures.size(), 1U) << c.file;
    const Signature& signature = facts->signatures.front();
    EXPECT_EQ(signature.references.size(), c.references) << c.file;
    for (const Reference& reference : signature.references) EXPECT_TRUE(reference.matches()) << c.file << reference.name;
    ASSERT_TRUE(signature.signer) << c.file;
    EXPECT_EQ(value_of(signature), crypto::SignatureCheck::good) << c.file;
    EXPECT_EQ(!signature.signing_certificate.empty(), c.bound) << c.file;
    EXPECT_EQ(signature.claimed_time.has_value(), c.bound) << c.file;
    if (c.bound) {
      EXPECT_TRUE(pki::refers_to(signature.signing_certificate.front(), *signature.signer)) << c.file;
      EXPECT_EQ(signature.content_type, "text/xml") << c.file;
    }
    EXPECT_TRUE(signature.findings.empty()) << c.file;
    EXPECT_TRUE(lists(signature, "comment")) << c.file;
    ASSERT_EQ(signature.timestamps.size(), c.stamped ? 1U : 0U);
    for (const TimestampCarrier& carrier : signature.timestamps) {
      ASSERT_TRUE(carrier.token);
      EXPECT_TRUE(equal(carrier.imprint, carrier.token->imprint));
    }
  }
}

TEST(Xades, ChangesShow) {
  const std::string text = vector_text("dss-enveloped-b.xml");
  struct Case {
    std::string_view from, to;
    std::size_t differs;  // which reference
  };
  for (const Case& c : {Case{"<?pi data?>", "<?pi date?>", 0}, Case{"xml:lang=\"fa\"", "xml:lang=\"en\"", 0}, Case{"<cdata>", "<cdat>", 0},
                        Case{"text/xml", "text/htm", 1}, Case{"<xades:SigningTime>20", "<xades:SigningTime>19", 1}}) {
    const auto facts = read(with(text, c.from, c.to));
    ASSERT_TRUE(facts) << c.from;
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(facts->signatures[0].references[i].matches(), i != c.differs) << c.from;
  }
  const auto signed_info = read(with(text, "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>",
                                     "<ds:Transform Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\"/>"));
  ASSERT_TRUE(signed_info);
  EXPECT_EQ(value_of(signed_info->signatures[0]), crypto::SignatureCheck::bad);
}

TEST(Xades, WhatStandsOutsideTheClosedListIsRefusedByName) {
  const std::string text = vector_text("dss-enveloped-b.xml");
  const std::string_view filter = "/descendant::ds:Signature<";
  struct Case {
    std::string_view from, to;
    ErrorCode code;
  };
  for (const Case& c : {
           Case{"http://www.w3.org/2002/06/xmldsig-filter2", "http://www.w3.org/TR/1999/REC-xslt-19991116", ErrorCode::unsupported},
           Case{filter, "/descendant::ds:Signature | //l:Body<", ErrorCode::unsupported},
           Case{filter, "/descendant::l:Signature<", ErrorCode::unsupported},
           Case{"Filter=\"subtract\"", "Filter=\"intersect\"", ErrorCode::unsupported},
           Case{"URI=\"\"", "URI=\"http://example.org/\"", ErrorCode::unsupported},
           Case{"URI=\"\"", "URI=\"#xpointer(/)\"", ErrorCode::unsupported},
           Case{" URI=\"\"", "", ErrorCode::unsupported},
           Case{"URI=\"\"", "Type=\"http://www.w3.org/2000/09/xmldsig#Manifest\" URI=\"\"", ErrorCode::unsupported},
           Case{"xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256", ErrorCode::unsupported},
           Case{"<ds:X509Data>", "<ds:RetrievalMethod URI=\"http://example.org/\"/><ds:X509Data>", ErrorCode::unsupported},
           Case{"xmlenc#sha256", "xmlenc#sha999", ErrorCode::algorithm_unknown},
           Case{"xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\"", "xmlns:xades=\"http://uri.etsi.org/01903/v1.2.2#\"",
                ErrorCode::unsupported},
           Case{"<ds:SignatureValue", "<ds:SignedInfo/><ds:SignatureValue", ErrorCode::xml_signature_invalid},
           Case{"<ds:DigestValue>", "<ds:DigestValue>*", ErrorCode::xml_signature_invalid},
           Case{"<ds:DigestValue>", "<ds:DigestValue>AAAA", ErrorCode::xml_signature_invalid},
           Case{"URI=\"#xades-", "URI=\"#", ErrorCode::xml_signature_invalid},
       }) {
    const auto facts = read(with(text, c.from, c.to));
    ASSERT_FALSE(facts) << c.to;
    EXPECT_EQ(facts.error().code, c.code) << c.to << ": " << render(facts.error(), Language::en);
    EXPECT_FALSE(facts.error().place.empty()) << c.to;
  }
}

TEST(Xades, WrappingAndUnsignedPartsShow) {
  const std::string text = vector_text("dss-enveloped-b.xml");
  const std::size_t id = text.find("SignedProperties Id=\"") + 21;
  const std::string name = text.substr(id, text.find('"', id) - id);
  const auto twice = read(with(text, "<l:To>", "<l:To Id=\"" + name + "\">"));
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, ErrorCode::xml_signature_invalid);
  const auto object = read(with(text, "</ds:Signature>", "<ds:Object><l:Body>pay</l:Body></ds:Object></ds:Signature>"));
  ASSERT_TRUE(object);
  EXPECT_TRUE(lists(object->signatures[0], "unsigned-object"));
  // The filter takes out every ds:Signature, so another one could carry anything: it is read as a signature or named as not covered.
  const auto beside = read(with(text, "<l:To>", "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/><l:To>"));
  EXPECT_FALSE(beside);
  const std::size_t begin = text.find("<ds:Signature "), end = text.find("</ds:Signature>") + 15;
  std::string copy = text.substr(begin, end - begin);
  const std::string unique = name.substr(name.rfind('-') + 1);  // part of all its Ids
  for (std::size_t at = copy.find(unique); at != std::string::npos; at = copy.find(unique)) copy.replace(at, unique.size(), "other");
  const auto two = read(std::string(text).insert(begin, copy));
  ASSERT_TRUE(two) << render(two.error(), Language::en);
  ASSERT_EQ(two->signatures.size(), 2U);
  EXPECT_TRUE(lists(two->signatures[0], "unsigned-element"));
  // Without the filter each takes out only itself, so the first cannot cover the second.
  const std::string plain = vector_text("signxml-enveloped.xml");
  const std::size_t from = plain.find("<ds:Signature "), to = plain.find("</ds:Signature>") + 15;
  const auto parallel = read(std::string(plain).insert(to, plain.substr(from, to - from)));
  ASSERT_FALSE(parallel);
  EXPECT_EQ(parallel.error().code, ErrorCode::unsupported);
  // Nothing that stands in unsigned SignedProperties is believed.
  std::string bare = text;
  const std::size_t reference = bare.find("<ds:Reference Type="), behind = bare.find("</ds:SignedInfo>");
  const auto unsigned_properties = read(bare.erase(reference, behind - reference));
  ASSERT_TRUE(unsigned_properties);
  EXPECT_TRUE(unsigned_properties->signatures[0].signing_certificate.empty());
  EXPECT_FALSE(unsigned_properties->signatures[0].claimed_time);
  EXPECT_TRUE(lists(unsigned_properties->signatures[0], "unsigned-object"));
  const auto none = read("<a/>");
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->signatures.empty());
}

std::vector<std::optional<std::size_t>> countersigned(const SignedDocument& facts) {
  std::vector<std::optional<std::size_t>> out;
  for (const Signature& signature : facts.signatures) out.push_back(signature.countersigns);
  return out;
}

TEST(Xades, CounterSignaturesSpeakForThemselves) {
  const std::string text = vector_text("dss-countersigned.xml");
  const auto facts = read(text);
  ASSERT_TRUE(facts) << render(facts.error(), Language::en);
  EXPECT_EQ(countersigned(*facts), (std::vector<std::optional<std::size_t>>{std::nullopt, 0, 1}));
  for (const Signature& signature : facts->signatures) {
    for (const Reference& reference : signature.references) EXPECT_TRUE(reference.matches()) << signature.name << reference.name;
    for (const Finding& finding : signature.findings) ADD_FAILURE() << render(finding, Language::en);
    ASSERT_TRUE(signature.signer);
    EXPECT_EQ(value_of(signature), crypto::SignatureCheck::good) << signature.name;
  }
  const std::string type = "Type=\"http://uri.etsi.org/01903#CountersignedSignature\" ";
  EXPECT_EQ(countersigned(*read(with(text, type, ""))).size(), 3U);  // 5.2.7.2: the Type may be left out
  // Whatever is wrong with it: the signature that it was added to stays as it is.
  struct Case {
    std::string from, to;
    bool unreadable;  // else: its reference differs
  };
  const std::size_t at = text.find("CounterSignature Id=");
  const std::size_t begin = text.find("URI=\"#value-", at) + 6;
  const std::string id = text.substr(begin, text.find('"', begin) - begin);
  for (const Case& c : {
           Case{type + "URI=\"#" + id, type + "URI=\"#elsewhere", true},
           Case{type + "URI=\"#" + id + "\"", type + "URI=\"\"", true},
           Case{type, "Type=\"http://www.w3.org/2000/09/xmldsig#Object\" ", true},
           Case{"<To>", "<To Id=\"" + id + "\">", true},
           Case{"<xades:CounterSignature Id",
                "<xades:CounterSignature><l:To xmlns:l=\"urn:l\"/></xades:CounterSignature><xades:CounterSignature Id", true},
           Case{"Id=\"" + id + "\">", "Id=\"" + id + "\"> ", false},
       }) {
    const auto changed = read(with(text, c.from, c.to));
    ASSERT_TRUE(changed) << c.to << render(changed.error(), Language::en);
    ASSERT_GE(changed->signatures.size(), 2U) << c.to;
    EXPECT_EQ(value_of(changed->signatures[0]), crypto::SignatureCheck::good) << c.to;
    const Signature& counter = changed->signatures[1];
    EXPECT_EQ(counter.countersigns, 0U);
    ASSERT_EQ(counter.findings.size(), c.unreadable ? 1U : 0U) << c.to;
    if (c.unreadable) EXPECT_EQ(counter.findings[0].check, Check::countersignature_unreadable) << c.to;
    else EXPECT_FALSE(counter.references[0].matches()) << c.to;
  }
  Limits two;
  two.set(Limit::signatures, 2);
  Budget budget(two);
  const auto limited = read_xades(MemorySource(as_bytes(text)), nullptr, budget);
  ASSERT_FALSE(limited);
  EXPECT_EQ(limited.error().code, ErrorCode::budget_exceeded);
}

bool covers(const TimestampCarrier& carrier, const crypto::Hash& object) {
  return std::find(carrier.covers.begin(), carrier.covers.end(), object) != carrier.covers.end();
}

TEST(Xades, TimestampsOverReferences) {
  for (const bool old : {false, true}) {
    const std::string text = vector_text(old ? "dss-referred-old-form.xml" : "dss-referred.xml");
    const auto facts = read(text);
    ASSERT_TRUE(facts) << render(facts.error(), Language::en);
    const Signature& signature = facts->signatures.at(0);
    EXPECT_FALSE(lists(signature, "unprotected-property"));
    ASSERT_EQ(signature.timestamps.size(), 2U);
    const TimestampCarrier& carrier = signature.timestamps[1];
    EXPECT_EQ(carrier.kind, TimestampKind::references);
    EXPECT_TRUE(equal(carrier.imprint, carrier.token->imprint));
    EXPECT_TRUE(covers(carrier, signature.hash));
    EXPECT_TRUE(covers(carrier, crypto::sha256(signature.timestamps[0].encoding)));
    // What the references name and the document has: the authority's certificate is there in the long form only.
    const bool named = std::any_of(signature.certificates.begin(), signature.certificates.end(), [&](const pki::CertificatePtr& c) {
      return c != signature.signer && covers(carrier, c->fingerprint());
    });
    EXPECT_TRUE(named) << old;
    EXPECT_EQ(std::any_of(signature.crls.begin(), signature.crls.end(),
                          [&](const pki::CrlPtr& crl) { return covers(carrier, crl->fingerprint()); }),
              old);
    // Everything that it is over counts, and nothing behind it.
    struct Case {
      std::string from, to;
      bool matches;
    };
    const std::string prefix = old ? "xades:SigAndRefsTimeStamp" : "xades141:SigAndRefsTimeStampV2";
    for (const Case& c : {Case{"<ds:SignatureValue Id=\"", "<ds:SignatureValue Id=\"x", false},
                          Case{"<xades:SignatureTimeStamp ", "<xades:SignatureTimeStamp x=\"1\" ", false},
                          Case{"<xades:CompleteRevocationRefs", "<xades:CompleteRevocationRefs x=\"1\"", false},
                          Case{"</" + prefix + ">", "</" + prefix + "><xades:CompleteRevocationRefs/>", true}}) {
      const auto changed = read(with(text, c.from, c.to));
      ASSERT_TRUE(changed) << c.to;
      const TimestampCarrier& other = changed->signatures.at(0).timestamps.at(1);
      EXPECT_EQ(equal(other.imprint, other.token->imprint), c.matches) << c.to;
    }
    // In a form that is not known it is listed, and proves nothing.
    const std::size_t open = text.find("<" + prefix);
    const std::size_t behind = text.find('>', open) + 1;
    const auto listed = read(std::string(text).insert(behind, "<xades:Include URI=\"#x\"/>"));
    ASSERT_TRUE(listed);
    EXPECT_EQ(listed->signatures.at(0).timestamps.size(), 1U);
    EXPECT_TRUE(lists(listed->signatures.at(0), "unprotected-property"));
  }
}

TEST(Xades, IdentityStandsInItsCommitmentAndNowhereElse) {
  const std::string text = vector_text("dss-enveloped-b.xml"), own(kIdentityNamespace);
  const std::string identity = "<m:Identity xmlns:m=\"" + own + "\"><m:Receiver>agency-b</m:Receiver></m:Identity>";
  const auto commitment = [](const std::string& type, const std::string& objects, const std::string& qualifiers) {
    return "<xades:CommitmentTypeIndication><xades:CommitmentTypeId><xades:Identifier>" + type +
           "</xades:Identifier></xades:CommitmentTypeId>" + objects + "<xades:CommitmentTypeQualifiers>" + qualifiers +
           "</xades:CommitmentTypeQualifiers></xades:CommitmentTypeIndication>";
  };
  const std::string all = "<xades:AllSignedDataObjects/>",
                    qualifier = "<xades:CommitmentTypeQualifier>" + identity + "</xades:CommitmentTypeQualifier>";
  const std::string good = commitment(own, all, qualifier);
  struct Case {
    std::string of_signature, of_data;
    const char* receiver;  // null: refused
  };
  for (const Case& c : {
           Case{"", good, "agency-b"},
           Case{"", commitment("http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin", all, qualifier) + good, "agency-b"},
           Case{"", commitment("http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin", all, qualifier), ""},
           Case{identity, "", nullptr},
           Case{"", identity, nullptr},
           Case{"", good + good, nullptr},
           Case{"", commitment(own, "<xades:ObjectReference>#r</xades:ObjectReference>", qualifier), nullptr},
           Case{"", commitment(own, all, qualifier + qualifier), nullptr},
           Case{"", commitment(own, all, "<xades:CommitmentTypeQualifier>" + identity + identity + "</xades:CommitmentTypeQualifier>"),
                nullptr},
           Case{"", commitment(own, all, "<xades:CommitmentTypeQualifier>agency-b</xades:CommitmentTypeQualifier>"), nullptr},
       }) {
    const auto facts = read(with(with(text, "</xades:SignedSignatureProperties>", c.of_signature + "</xades:SignedSignatureProperties>"),
                                 "</xades:SignedDataObjectProperties>", c.of_data + "</xades:SignedDataObjectProperties>"));
    ASSERT_EQ(facts.has_value(), c.receiver != nullptr) << c.of_signature << c.of_data;
    if (facts) EXPECT_EQ(facts->signatures[0].identity.receiver, c.receiver) << c.of_data;
    else EXPECT_EQ(facts.error().code, ErrorCode::xml_signature_invalid);
  }
}

}  // namespace
}  // namespace mohr::format
