#include "pki/asn1/der_writer.h"
#include "pki/cms.h"

namespace mohr::pki {
namespace {

Bytes concatenated(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) append(all, part);
  return all;
}

Bytes issuer_and_serial(const Certificate& certificate) {
  return asn1::sequence({certificate.issuer().encoding(), asn1::element(asn1::kInteger, certificate.serial())});
}

Bytes certificate_set(const std::vector<CertificatePtr>& certificates) {
  if (certificates.empty()) return {};
  Bytes all;
  for (const CertificatePtr& certificate : certificates) append(all, certificate->der());
  return asn1::element(asn1::context(0), all);  // in the caller's order: signer first
}

Bytes signer_info(const SignedDataParts& parts) {
  Bytes attributes = to_bytes(parts.signed_attributes);
  if (!attributes.empty()) attributes[0] = asn1::context(0);  // IMPLICIT; what is signed carries the SET's own tag
  const Bytes unsigned_attributes =
      parts.unsigned_attributes.empty() ? Bytes{} : asn1::element(asn1::context(1), concatenated(parts.unsigned_attributes));
  return asn1::sequence({
      asn1::integer(1),
      issuer_and_serial(*parts.signer),
      crypto::write_digest_algorithm(parts.digest),
      attributes,
      crypto::write_signature_algorithm(parts.algorithm),
      asn1::octet_string(parts.signature),
      unsigned_attributes,
  });
}

}  // namespace

Bytes write_attribute(std::string_view oid, ByteView value) { return asn1::sequence({asn1::oid(oid), asn1::element(asn1::kSet, value)}); }

Bytes write_signing_certificate_v2(const Certificate& certificate, crypto::DigestAlgorithm digest) {
  const bool sha256 = digest == crypto::DigestAlgorithm::sha256;
  // RFC 5035 4: SHA-256 is the default, which DER leaves out.
  const Bytes algorithm = sha256 ? Bytes{} : crypto::write_digest_algorithm(digest);
  const crypto::Hash hash = sha256 ? certificate.fingerprint() : crypto::digest(digest, certificate.der());
  const Bytes names = asn1::sequence({asn1::element(asn1::context(4), certificate.issuer().encoding())});
  const Bytes issuer_serial = asn1::sequence({names, asn1::element(asn1::kInteger, certificate.serial())});
  const Bytes reference = asn1::sequence({algorithm, asn1::octet_string(hash.view()), issuer_serial});
  return write_attribute(asn1::dotted(asn1::Oid::signing_certificate_v2), asn1::sequence({asn1::sequence({reference})}));
}

Bytes signed_attributes_octets(const SignedAttributes& attributes) { return asn1::set_of(attributes.attributes); }

Bytes write_signed_data(const SignedDataParts& parts) {
  const bool plain_data = parts.content_type == asn1::dotted(asn1::Oid::cms_data);
  const Bytes content = parts.content ? asn1::element(asn1::context(0), asn1::octet_string(*parts.content)) : Bytes{};
  const Bytes message = asn1::sequence({
      asn1::integer(plain_data ? 1 : 3),  // RFC 5652 5.1
      asn1::element(asn1::kSet, crypto::write_digest_algorithm(parts.digest)),
      asn1::sequence({asn1::oid(parts.content_type), content}),
      certificate_set(parts.certificates),
      asn1::element(asn1::kSet, signer_info(parts)),
  });
  return asn1::sequence({asn1::oid(asn1::dotted(asn1::Oid::cms_signed_data)), asn1::element(asn1::context(0), message)});
}

}  // namespace mohr::pki
