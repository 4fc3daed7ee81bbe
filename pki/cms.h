// Cryptographic Message Syntax, SignedData (RFC 5652): read (BER where others wrote it, strict DER inside) and written.
#pragma once

#include "pki/certificate.h"
#include "pki/crl.h"
#include "pki/ocsp.h"

namespace mohr::pki {

struct CmsAttribute {
  asn1::Oid id = asn1::Oid::unknown;
  ByteView whole;                // the element
  ByteView oid;                  // contents octets
  std::vector<ByteView> values;  // whole elements
};

struct SignerInfo {
  int version = 1;
  ByteView issuer, serial;          // IssuerAndSerialNumber: whole Name element, INTEGER contents; empty when by key
  ByteView subject_key_identifier;  // empty when by issuer
  crypto::DigestAlgorithm digest = crypto::DigestAlgorithm::none;
  crypto::SignatureAlgorithm signature_algorithm;  // scheme none: unknown to us (`signature_algorithm_oid` says which)
  ByteView signature_algorithm_oid;
  ByteView digest_algorithm_encoding, signature_algorithm_encoding;  // whole AlgorithmIdentifiers
  bool has_signed_attributes = false;
  Bytes signed_octets;  // DER SET OF Attribute as it was signed (tag 31), in the order of the message; empty without
  std::vector<CmsAttribute> signed_attributes, unsigned_attributes;
  ByteView signature;
  ByteView signed_part;  // the elements from version to signature: all but the unsigned attributes
  [[nodiscard]] const CmsAttribute* signed_attribute(asn1::Oid id) const;
  [[nodiscard]] const CmsAttribute* unsigned_attribute(asn1::Oid id) const;
};

// Owns its encoding (DER; turned from BER when it came so). Views live as long as the object; moved, never copied.
struct SignedData {
  SignedData() = default;
  SignedData(SignedData&&) = default;
  SignedData& operator=(SignedData&&) = default;
  Bytes encoding;
  bool was_ber = false;
  ByteView content_type;                                          // OID contents octets
  std::optional<ByteView> content;                                // encapsulated octets; nothing when detached
  ByteView content_field, certificates_field, revocations_field;  // whole elements as they were sent; empty: absent
  Bytes encoding_as_sent;                                         // BER, which they lie in: of a message with an archive-time-stamp v2
  std::vector<crypto::DigestAlgorithm> digests;
  std::vector<ByteView> certificate_encodings;          // X.509 only, in the order of the message
  std::vector<ByteView> crl_encodings, ocsp_encodings;  // ocsp: RevocationInfoChoice other (RFC 5940)
  std::vector<ByteView> ocsp_choices;                   // whole RevocationInfoChoices, one for each of ocsp_encodings
  std::vector<SignerInfo> signers;
};
// Errors: der_invalid, cms_not_signed_data, cms_invalid (a signed attribute twice, an attribute with no value or with several where
// RFC 5652 11 wants one), unsupported, budget_exceeded. Without signers it is a bag of certificates, and no error.
Result<SignedData> parse_signed_data(ByteView encoding, Budget& budget);
Result<SignedData> parse_signed_data(Bytes&& encoding, Budget& budget);  // keeps the octets instead of copying them

// A SignerInfo that stands alone, as a counter-signature does (RFC 5652 11.4): a whole element inside the encoding of a message that
// outlives it. Errors: der_invalid, cms_invalid, budget_exceeded.
Result<SignerInfo> parse_signer_info(ByteView encoding, Budget& budget);

// The certificate that a signer names, among those given; null when there is none.
CertificatePtr find_signer(const SignerInfo& signer, std::span<const CertificatePtr> candidates);

// ESSCertID / ESSCertIDv2 of a signing-certificate attribute (RFC 5035): the first one names the signer.
struct SigningCertificateReference {
  crypto::DigestAlgorithm digest = crypto::DigestAlgorithm::none;
  Bytes value;
  Bytes issuer;  // whole Name element; empty when absent
  Bytes serial;  // INTEGER contents; empty when absent
  bool operator==(const SigningCertificateReference&) const = default;
};
Result<std::vector<SigningCertificateReference>> read_signing_certificate(const CmsAttribute& attribute);
// True when digest (and issuer and serial, when given) are those of `certificate`.
bool refers_to(const SigningCertificateReference& reference, const Certificate& certificate);

// ---- writing (used by sign/ and by the time-stamp service)
struct SignedAttributes {
  std::vector<Bytes> attributes;  // whole Attribute elements, any order
};
Bytes write_attribute(std::string_view oid, ByteView value);  // Attribute with one value (whole element)
Bytes write_signing_certificate_v2(const Certificate& certificate, crypto::DigestAlgorithm digest);  // the attribute
// The DER SET OF Attribute (tag 31) to be signed.
Bytes signed_attributes_octets(const SignedAttributes& attributes);
struct SignedDataParts {
  std::string_view content_type = "1.2.840.113549.1.7.1";
  std::optional<ByteView> content;  // encapsulate these octets
  const Certificate* signer = nullptr;
  std::vector<CertificatePtr> certificates;  // signer first
  crypto::DigestAlgorithm digest = crypto::DigestAlgorithm::sha256;
  crypto::SignatureAlgorithm algorithm;
  ByteView signed_attributes;  // from signed_attributes_octets
  ByteView signature;
  std::vector<Bytes> unsigned_attributes;
};
Bytes write_signed_data(const SignedDataParts& parts);  // ContentInfo, DER

}  // namespace mohr::pki
