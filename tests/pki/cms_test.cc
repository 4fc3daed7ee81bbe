#include "pki/cms.h"

#include <functional>

#include "pki/asn1/der_writer.h"
#include "tests/support/issuing.h"

namespace mohr::pki {
namespace {

using asn1::Oid;
using test::p256_party;

constexpr std::string_view kText = "نامهٔ شمارهٔ ۱۲";

Bytes attribute(Oid id, ByteView value) { return write_attribute(asn1::dotted(id), value); }

SignedAttributes usual_attributes() {
  SignedAttributes attributes;
  attributes.attributes.push_back(attribute(Oid::content_type, asn1::oid(asn1::dotted(Oid::cms_data))));
  attributes.attributes.push_back(attribute(Oid::message_digest, asn1::octet_string(crypto::sha256(as_bytes(kText)).view())));
  attributes.attributes.push_back(attribute(Oid::signing_time, asn1::utc_or_generalized_time(test::kNow)));
  attributes.attributes.push_back(write_signing_certificate_v2(*p256_party().certificate, crypto::DigestAlgorithm::sha256));
  return attributes;
}

Bytes message(const SignedAttributes& attributes, bool attached = true) {
  const Bytes octets = signed_attributes_octets(attributes);
  SignedDataParts parts;
  if (attached) parts.content = as_bytes(kText);
  parts.signer = p256_party().certificate.get();
  parts.certificates = {p256_party().certificate};
  parts.algorithm = crypto::preferred_algorithm(p256_party().key->public_key());
  parts.signed_attributes = octets;
  const auto value = p256_party().key->sign(parts.algorithm, octets);
  parts.signature = *value;
  parts.unsigned_attributes = {attribute(Oid::signature_time_stamp, asn1::sequence({asn1::integer(1)}))};
  return write_signed_data(parts);
}

TEST(Cms, WhatIsWrittenIsReadBack) {
  const Bytes octets = message(usual_attributes());
  for (const bool ber : {false, true}) {
    Budget budget;
    const auto data = parse_signed_data(ber ? test::ber_from_der(octets) : octets, budget);
    ASSERT_TRUE(data) << render(data.error(), Language::en);
    EXPECT_EQ(data->was_ber, ber);
    ASSERT_TRUE(data->content);
    EXPECT_EQ(as_text(*data->content), kText);
    ASSERT_EQ(data->certificate_encodings.size(), 1U);
    EXPECT_TRUE(equal(data->certificate_encodings[0], p256_party().certificate->der()));
    ASSERT_EQ(data->signers.size(), 1U);
    const SignerInfo& signer = data->signers[0];
    EXPECT_EQ(signer.signed_attributes.size(), 4U);
    EXPECT_NE(signer.unsigned_attribute(Oid::signature_time_stamp), nullptr);
    EXPECT_EQ(find_signer(signer, {&p256_party().certificate, 1}), p256_party().certificate);
    EXPECT_EQ(find_signer(signer, {&test::rsa_party().certificate, 1}), nullptr);
    EXPECT_EQ((*p256_party().certificate->key())->verify(signer.signature_algorithm, signer.signed_octets, signer.signature),
              crypto::SignatureCheck::good);
  }
}

TEST(Cms, DetachedAndWithoutSigners) {
  Budget budget;
  const auto detached = parse_signed_data(message(usual_attributes(), false), budget);
  ASSERT_TRUE(detached);
  EXPECT_FALSE(detached->content);
  // A bag of certificates, as CAs hand out their chain.
  const Bytes bag =
      asn1::sequence({asn1::oid(asn1::dotted(Oid::cms_signed_data)),
                      asn1::element(asn1::context(0), asn1::sequence({asn1::integer(1), asn1::element(asn1::kSet, ByteView{}),
                                                                      asn1::sequence({asn1::oid(asn1::dotted(Oid::cms_data))}),
                                                                      asn1::element(asn1::context(0), p256_party().certificate->der()),
                                                                      asn1::element(asn1::kSet, ByteView{})}))});
  const auto certificates = parse_signed_data(bag, budget);
  ASSERT_TRUE(certificates) << render(certificates.error(), Language::en);
  EXPECT_EQ(certificates->certificate_encodings.size(), 1U);
  EXPECT_TRUE(certificates->signers.empty());
}

TEST(Cms, RefusesBrokenAttributes) {
  struct Row {
    const char* what;
    std::function<void(SignedAttributes&)> change;
  };
  const Bytes type = asn1::oid(asn1::dotted(Oid::cms_data));
  const Row rows[] = {
      {"twice", [&](SignedAttributes& a) { a.attributes.push_back(attribute(Oid::content_type, type)); }},
      {"two values",
       [&](SignedAttributes& a) {
         a.attributes[0] = asn1::sequence({asn1::oid(asn1::dotted(Oid::content_type)), asn1::element(asn1::kSet, {type, type})});
       }},
      {"no value",
       [&](SignedAttributes& a) {
         a.attributes[0] = asn1::sequence({asn1::oid(asn1::dotted(Oid::content_type)), asn1::element(asn1::kSet, ByteView{})});
       }},
      {"none at all", [&](SignedAttributes& a) { a.attributes.clear(); }},
  };
  for (const Row& row : rows) {
    SignedAttributes attributes = usual_attributes();
    row.change(attributes);
    Budget budget;
    const auto data = parse_signed_data(message(attributes), budget);
    ASSERT_FALSE(data) << row.what;
    EXPECT_EQ(data.error().code, ErrorCode::cms_invalid) << row.what;
  }
}

TEST(Cms, RefusesEveryTruncationAndWhatFollows) {
  const Bytes octets = message(usual_attributes());
  const Bytes ber = test::ber_from_der(octets);
  for (const Bytes* whole : {&octets, &ber}) {
    for (std::size_t size = 0; size < whole->size(); ++size) {
      Budget budget;
      EXPECT_FALSE(parse_signed_data(ByteView(*whole).first(size), budget)) << size;
    }
    Bytes longer = *whole;
    longer.push_back(0x05);
    Budget budget;
    EXPECT_FALSE(parse_signed_data(longer, budget));
  }
}

TEST(Cms, NamesWhatIsNoSignedData) {
  Budget budget;
  const Bytes octets = message(usual_attributes());
  const Bytes enveloped = test::replaced(octets, asn1::oid("1.2.840.113549.1.7.2"), asn1::oid("1.2.840.113549.1.7.3"));
  const auto data = parse_signed_data(enveloped, budget);
  ASSERT_FALSE(data);
  EXPECT_EQ(data.error().code, ErrorCode::cms_not_signed_data);
  Budget small(Limits().set(Limit::signatures, 0));
  EXPECT_EQ(parse_signed_data(octets, small).error().code, ErrorCode::budget_exceeded);
  Budget narrow(Limits().set(Limit::memory_bytes, 100));
  EXPECT_EQ(parse_signed_data(octets, narrow).error().code, ErrorCode::budget_exceeded);
}

TEST(Cms, SigningCertificateNamesOneCertificate) {
  using crypto::DigestAlgorithm;
  for (const DigestAlgorithm digest : {DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512}) {
    const Bytes encoded = write_signing_certificate_v2(*p256_party().certificate, digest);
    asn1::Reader reader(encoded);
    asn1::Reader inside = *reader.enter(asn1::kSequence);
    CmsAttribute read;
    read.oid = *inside.oid();
    read.id = asn1::known_oid(read.oid);
    read.values = {inside.next()->value};
    const auto references = read_signing_certificate(read);
    ASSERT_TRUE(references) << render(references.error(), Language::en);
    EXPECT_EQ(references->front().digest, digest);
    EXPECT_TRUE(refers_to(references->front(), *p256_party().certificate));
    EXPECT_FALSE(refers_to(references->front(), *test::rsa_party().certificate));
    SigningCertificateReference other = references->front();
    other.serial.back() = static_cast<Byte>(other.serial.back() ^ 1);
    EXPECT_FALSE(refers_to(other, *p256_party().certificate));
    other = references->front();
    other.value.clear();
    EXPECT_FALSE(refers_to(other, *p256_party().certificate));
  }
}

}  // namespace
}  // namespace mohr::pki
