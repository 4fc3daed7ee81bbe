#include "pki/cms.h"

#include <algorithm>
#include <array>

#include "pki/asn1/ber.h"

namespace mohr::pki {
namespace {

using asn1::context;
using asn1::Element;
using asn1::Oid;
using asn1::Reader;

Error broken(std::string what) { return errors::cms_invalid(Code{std::move(what)}); }

std::string attribute_name(const CmsAttribute& attribute) {
  return attribute.id == Oid::unknown ? asn1::dotted(attribute.oid) : std::string(asn1::name(attribute.id));
}

// An unknown algorithm is a fact of the signature, not a reading error.
Result<crypto::DigestAlgorithm> digest_of(const Element& identifier) {
  Reader reader(identifier.whole);
  auto digest = crypto::read_digest_algorithm(reader);
  if (!digest && digest.error().code == ErrorCode::algorithm_unknown) return crypto::DigestAlgorithm::none;
  return digest;
}

// RFC 5652 11.1 to 11.3, RFC 5035 5.4.1, RFC 6211: attributes with exactly one value.
bool is_single_valued(Oid id) {
  switch (id) {
    case Oid::content_type:
    case Oid::message_digest:
    case Oid::signing_time:
    case Oid::signing_certificate:
    case Oid::signing_certificate_v2:
    case Oid::cms_algorithm_protection:
    case Oid::mime_type: return true;
    default: return false;
  }
}

// Attribute ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF AttributeValue }
Result<CmsAttribute> read_attribute(Reader& reader) {
  MOHR_TRY(const Element element, reader.next(asn1::kSequence));
  Reader inside = reader.inside(element);
  CmsAttribute attribute;
  attribute.whole = element.whole;
  MOHR_TRY(attribute.oid, inside.oid());
  attribute.id = asn1::known_oid(attribute.oid);
  MOHR_TRY(Reader values, inside.enter(asn1::kSet));
  MOHR_CHECK(inside.finish());
  while (!values.at_end()) {
    MOHR_TRY(const Element value, values.next());
    attribute.values.push_back(value.whole);
  }
  return attribute;
}

Result<std::vector<CmsAttribute>> read_signed_attributes(Reader reader, Budget& budget) {
  std::vector<CmsAttribute> attributes;
  attributes.reserve(8);
  while (!reader.at_end()) {
    MOHR_CHECK(budget.spend(Limit::nodes));
    MOHR_TRY(CmsAttribute attribute, read_attribute(reader));
    const auto same = [&](const CmsAttribute& other) { return equal(other.oid, attribute.oid); };
    // Several content time-stamps may stand side by side (EN 319 122-1 5.2.8); any other attribute twice would be read in two ways.
    if (attribute.id != Oid::content_time_stamp && std::any_of(attributes.begin(), attributes.end(), same))
      return broken("the signed attribute " + attribute_name(attribute) + " stands twice");
    if (attribute.values.empty()) return broken("the signed attribute " + attribute_name(attribute) + " has no value");
    if (attribute.values.size() > 1 && is_single_valued(attribute.id))
      return broken("the signed attribute " + attribute_name(attribute) + " has several values");
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

Result<std::vector<CmsAttribute>> read_unsigned_attributes(Reader reader, Budget& budget) {
  std::vector<CmsAttribute> attributes;
  while (!reader.at_end()) {
    MOHR_CHECK(budget.spend(Limit::nodes));
    MOHR_TRY(attributes.emplace_back(), read_attribute(reader));
  }
  return attributes;
}

// SignerIdentifier (RFC 5652 5.3).
Result<void> read_identifier(Reader& reader, SignerInfo& signer) {
  if (reader.peek() == context(0, false)) {
    MOHR_TRY(const Element key, reader.next());
    signer.subject_key_identifier = key.value;
    return {};
  }
  MOHR_TRY(Reader inside, reader.enter(asn1::kSequence));
  MOHR_TRY(const Element issuer, inside.next(asn1::kSequence));
  signer.issuer = issuer.whole;
  MOHR_TRY(signer.serial, inside.integer());
  return inside.finish();
}

Result<void> read_algorithm(const Element& identifier, SignerInfo& signer) {
  signer.signature_algorithm_encoding = identifier.whole;
  Reader inside(identifier.value);
  MOHR_TRY(signer.signature_algorithm_oid, inside.oid());
  Reader reader(identifier.whole);
  auto algorithm = crypto::read_signature_algorithm(reader, signer.digest);
  if (algorithm) {
    signer.signature_algorithm = *algorithm;
  } else if (algorithm.error().code != ErrorCode::algorithm_unknown) {
    return std::move(algorithm).error();
  }
  return {};
}

// SignerInfo (RFC 5652 5.3).
Result<SignerInfo> read_signer(Reader& reader, Budget& budget) {
  MOHR_TRY(Reader inside, reader.enter(asn1::kSequence));
  SignerInfo signer;
  const ByteView whole = inside.rest();
  MOHR_TRY(const std::int64_t version, inside.small_integer());
  if (version != 1 && version != 3) return broken("a SignerInfo of version " + std::to_string(version));
  signer.version = static_cast<int>(version);
  MOHR_CHECK(read_identifier(inside, signer));
  MOHR_TRY(const Element digest, inside.next(asn1::kSequence));
  signer.digest_algorithm_encoding = digest.whole;
  MOHR_TRY(signer.digest, digest_of(digest));
  if (inside.peek() == context(0)) {
    MOHR_TRY(const Element attributes, inside.next());
    signer.has_signed_attributes = true;
    signer.signed_octets = to_bytes(attributes.whole);
    signer.signed_octets[0] = asn1::kSet;  // RFC 5652 5.4: the tag of the SET OF is signed, not [0]
    MOHR_TRY(signer.signed_attributes, read_signed_attributes(inside.inside(attributes), budget));
    if (signer.signed_attributes.empty()) return broken("an empty set of signed attributes");
  }
  MOHR_TRY(const Element algorithm, inside.next(asn1::kSequence));
  MOHR_CHECK(read_algorithm(algorithm, signer));
  MOHR_TRY(signer.signature, inside.octet_string());
  signer.signed_part = whole.first(whole.size() - inside.rest().size());
  if (inside.peek() == context(1)) {
    MOHR_TRY(const Reader attributes, inside.enter(context(1)));
    MOHR_TRY(signer.unsigned_attributes, read_unsigned_attributes(attributes, budget));
  }
  MOHR_CHECK(inside.finish());
  return signer;
}

// EncapsulatedContentInfo (RFC 5652 5.2). PKCS #7 allowed content that is no OCTET STRING; nobody signs documents so.
Result<void> read_content(Reader& reader, SignedData& data) {
  MOHR_TRY(const Element whole, reader.next(asn1::kSequence));
  data.content_field = whole.whole;
  Reader inside = reader.inside(whole);
  MOHR_TRY(data.content_type, inside.oid());
  if (inside.at_end()) return {};
  MOHR_TRY(Reader wrapped, inside.enter(context(0)));
  if (wrapped.peek() != asn1::kOctetString && wrapped.peek() != (asn1::kOctetString | 0x20))
    return errors::unsupported(Code{"CMS content that is no OCTET STRING"});
  MOHR_TRY(data.content, wrapped.octet_string());
  MOHR_CHECK(wrapped.finish());
  return inside.finish();
}

// CertificateSet (RFC 5652 10.2.3): attribute certificates and other formats are passed over.
Result<void> read_certificates(Reader reader, SignedData& data, Budget& budget) {
  while (!reader.at_end()) {
    MOHR_TRY(const Element choice, reader.next());
    MOHR_CHECK(budget.spend(Limit::certificates));
    if (choice.tag == asn1::kSequence) data.certificate_encodings.push_back(choice.whole);
  }
  return {};
}

// RevocationInfoChoices (RFC 5652 10.2.1); OCSP in the other form of RFC 5940.
Result<void> read_revocations(Reader reader, SignedData& data, Budget& budget) {
  while (!reader.at_end()) {
    MOHR_TRY(const Element choice, reader.next());
    MOHR_CHECK(budget.spend(Limit::certificates));
    if (choice.tag == asn1::kSequence) data.crl_encodings.push_back(choice.whole);
    if (choice.tag != context(1)) continue;
    Reader other = reader.inside(choice);
    MOHR_TRY(const ByteView format, other.oid());
    MOHR_TRY(const Element value, other.next());
    MOHR_CHECK(other.finish());
    const Oid id = asn1::known_oid(format);
    if (id == Oid::ri_ocsp_response || id == Oid::ocsp_basic) {
      data.ocsp_encodings.push_back(value.whole);
      data.ocsp_choices.push_back(choice.whole);
    }
  }
  return {};
}

// ContentInfo with SignedData (RFC 5652 3 and 5.1) in `data.encoding`.
Result<void> read_message(SignedData& data, Budget& budget) {
  Reader outer(data.encoding);
  MOHR_TRY(Reader info, outer.enter(asn1::kSequence));
  MOHR_CHECK(outer.finish());
  MOHR_TRY(const ByteView type, info.oid());
  if (asn1::known_oid(type) != Oid::cms_signed_data) return errors::cms_not_signed_data(Code{asn1::dotted(type)});
  MOHR_TRY(Reader wrapped, info.enter(context(0)));
  MOHR_CHECK(info.finish());
  MOHR_TRY(Reader message, wrapped.enter(asn1::kSequence));
  MOHR_CHECK(wrapped.finish());
  MOHR_TRY(const std::int64_t version, message.small_integer());
  if (version < 1 || version > 5) return broken("SignedData of version " + std::to_string(version));
  MOHR_TRY(Reader digests, message.enter(asn1::kSet));
  while (!digests.at_end()) {
    MOHR_TRY(const Element identifier, digests.next(asn1::kSequence));
    MOHR_CHECK(budget.spend(Limit::nodes));
    MOHR_TRY(data.digests.emplace_back(), digest_of(identifier));
  }
  MOHR_CHECK(read_content(message, data));
  if (message.peek() == context(0)) {
    MOHR_TRY(const Element certificates, message.next());
    data.certificates_field = certificates.whole;
    MOHR_CHECK(read_certificates(message.inside(certificates), data, budget));
  }
  if (message.peek() == context(1)) {
    MOHR_TRY(const Element revocations, message.next());
    data.revocations_field = revocations.whole;
    MOHR_CHECK(read_revocations(message.inside(revocations), data, budget));
  }
  MOHR_TRY(Reader signers, message.enter(asn1::kSet));
  MOHR_CHECK(message.finish());
  while (!signers.at_end()) {
    MOHR_CHECK(budget.spend(Limit::signatures));
    auto signer = read_signer(signers, budget);
    if (!signer) return std::move(signer).error().at("signer " + std::to_string(data.signers.size() + 1));
    data.signers.push_back(std::move(*signer));
  }
  return {};
}

bool matches(const SignerInfo& signer, const Certificate& certificate, const Name& issuer) {
  if (!signer.subject_key_identifier.empty()) return equal(signer.subject_key_identifier, certificate.subject_key_identifier());
  return equal(signer.serial, certificate.serial()) &&
         (equal(signer.issuer, certificate.issuer().encoding()) || issuer.equals(certificate.issuer()));
}

const CmsAttribute* find(const std::vector<CmsAttribute>& attributes, Oid id) {
  const auto found = std::find_if(attributes.begin(), attributes.end(), [&](const CmsAttribute& a) { return a.id == id; });
  return found == attributes.end() ? nullptr : &*found;
}

// IssuerSerial (RFC 5035 5.1.1): GeneralNames with one directoryName, and the serial number.
Result<void> read_issuer_serial(Reader& reader, SigningCertificateReference& reference) {
  MOHR_TRY(Reader inside, reader.enter(asn1::kSequence));
  MOHR_TRY(Reader names, inside.enter(asn1::kSequence));
  MOHR_TRY(Reader directory, names.enter(context(4)));
  MOHR_CHECK(names.finish());
  MOHR_TRY(const Element name, directory.next(asn1::kSequence));
  MOHR_CHECK(directory.finish());
  MOHR_TRY(const ByteView serial, inside.integer());
  MOHR_CHECK(inside.finish());
  reference.issuer = to_bytes(name.whole);
  reference.serial = to_bytes(serial);
  return {};
}

// TS 101 733 6.4.1: an archive-time-stamp v2 is over the elements of the message as they stand in it, in BER too.
Result<void> keep_as_sent(Bytes&& encoding, SignedData& data, Budget& budget) {
  const auto stamped = [](const SignerInfo& signer) { return signer.unsigned_attribute(Oid::archive_time_stamp_v2) != nullptr; };
  if (std::none_of(data.signers.begin(), data.signers.end(), stamped)) return {};
  data.encoding_as_sent = std::move(encoding);
  constexpr std::array<std::size_t, 2> kSignedData = {1, 0};
  MOHR_TRY(const std::vector<ByteView> elements, asn1::ber_elements(data.encoding_as_sent, kSignedData, budget));
  data.content_field = elements[2];  // behind version and digestAlgorithms: read before
  for (const ByteView element : elements) {
    if (element[0] == context(0)) data.certificates_field = element;
    if (element[0] == context(1)) data.revocations_field = element;
  }
  return {};
}

}  // namespace

const CmsAttribute* SignerInfo::signed_attribute(Oid id) const { return find(signed_attributes, id); }
const CmsAttribute* SignerInfo::unsigned_attribute(Oid id) const { return find(unsigned_attributes, id); }

Result<SignerInfo> parse_signer_info(ByteView encoding, Budget& budget) {
  MOHR_CHECK(budget.spend(Limit::signatures));
  Reader reader(encoding);
  MOHR_TRY(SignerInfo signer, read_signer(reader, budget));
  MOHR_CHECK(reader.finish());
  return signer;
}

Result<SignedData> parse_signed_data(Bytes&& encoding, Budget& budget) {
  MOHR_CHECK(budget.within(Limit::memory_bytes, encoding.size()));
  SignedData data;
  data.encoding = std::move(encoding);
  auto read = read_message(data, budget);
  if (read) return data;
  // Strict first: nearly every message is DER. Only what is not in DER's form is turned into it and read again.
  if (read.error().code != ErrorCode::der_invalid || asn1::is_der_shaped(data.encoding)) return std::move(read).error();
  MOHR_TRY(Bytes der, asn1::der_from_ber(data.encoding, false, budget));
  SignedData again;
  again.was_ber = true;
  again.encoding = std::move(der);
  MOHR_CHECK(read_message(again, budget));
  MOHR_CHECK(keep_as_sent(std::move(data.encoding), again, budget));
  return again;
}

Result<SignedData> parse_signed_data(ByteView encoding, Budget& budget) {
  MOHR_CHECK(budget.within(Limit::memory_bytes, encoding.size()));
  return parse_signed_data(to_bytes(encoding), budget);
}

CertificatePtr find_signer(const SignerInfo& signer, std::span<const CertificatePtr> candidates) {
  Name issuer;
  if (!signer.issuer.empty()) {
    auto name = Name::parse(signer.issuer);
    if (!name) return nullptr;
    issuer = *name;
  }
  const auto found =
      std::find_if(candidates.begin(), candidates.end(), [&](const CertificatePtr& c) { return matches(signer, *c, issuer); });
  return found == candidates.end() ? nullptr : *found;
}

// SigningCertificate (RFC 2634 5.4) and SigningCertificateV2 (RFC 5035 3); policies that may follow bind nothing here.
Result<std::vector<SigningCertificateReference>> read_signing_certificate(const CmsAttribute& attribute) {
  if (attribute.values.size() != 1) return broken(attribute_name(attribute) + " without its one value");
  const bool v2 = attribute.id == Oid::signing_certificate_v2;
  MOHR_TRY(Reader value, asn1::single(attribute.values[0], asn1::kSequence));
  MOHR_TRY(Reader certificates, value.enter(asn1::kSequence));
  MOHR_CHECK(value.next_if(asn1::kSequence));
  MOHR_CHECK(value.finish());
  std::vector<SigningCertificateReference> references;
  while (!certificates.at_end()) {
    MOHR_TRY(Reader inside, certificates.enter(asn1::kSequence));
    SigningCertificateReference reference;
    reference.digest = v2 ? crypto::DigestAlgorithm::sha256 : crypto::DigestAlgorithm::sha1;
    if (v2 && inside.peek() == asn1::kSequence) {
      MOHR_TRY(const Element identifier, inside.next());
      MOHR_TRY(reference.digest, digest_of(identifier));
    }
    MOHR_TRY(const ByteView digest, inside.octet_string());
    reference.value = to_bytes(digest);
    if (!inside.at_end()) MOHR_CHECK(read_issuer_serial(inside, reference));
    MOHR_CHECK(inside.finish());
    references.push_back(std::move(reference));
  }
  if (references.empty()) return broken(attribute_name(attribute) + " that names no certificate");
  return references;
}

bool refers_to(const SigningCertificateReference& reference, const Certificate& certificate) {
  if (reference.digest == crypto::DigestAlgorithm::none || reference.value.empty()) return false;
  const bool same = reference.digest == crypto::DigestAlgorithm::sha256
                        ? equal(reference.value, certificate.fingerprint().view())
                        : equal(reference.value, crypto::digest(reference.digest, certificate.der()).view());
  if (!same) return false;
  if (!reference.serial.empty() && !equal(reference.serial, certificate.serial())) return false;
  if (reference.issuer.empty() || equal(reference.issuer, certificate.issuer().encoding())) return true;
  const auto issuer = Name::parse(reference.issuer);
  return issuer && issuer->equals(certificate.issuer());
}

}  // namespace mohr::pki
