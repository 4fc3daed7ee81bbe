#include "format/cms_identity.h"
#include "pki/asn1/der_writer.h"
#include "sign/writer.h"

namespace mohr::sign {

crypto::DigestAlgorithm content_digest_algorithm(const Request& request) {
  return crypto::content_digest(crypto::preferred_algorithm(request.key->public_key(), request.digest));
}

namespace {

// CMSAlgorithmProtection (RFC 6211): nobody can put weaker algorithms beside a signature unseen.
Bytes algorithm_protection(crypto::DigestAlgorithm digest, const crypto::SignatureAlgorithm& algorithm) {
  Bytes signature = crypto::write_signature_algorithm(algorithm);
  signature[0] = asn1::context(1);  // IMPLICIT
  return pki::write_attribute(asn1::dotted(asn1::Oid::cms_algorithm_protection),
                              asn1::sequence({crypto::write_digest_algorithm(digest), signature}));
}

}  // namespace

Result<Bytes> write_cms(const CmsInput& input, const Request& request) {
  using asn1::Oid;
  const auto attribute = [](Oid id, ByteView value) { return pki::write_attribute(asn1::dotted(id), value); };
  const crypto::DigestAlgorithm digest = content_digest_algorithm(request);
  const crypto::SignatureAlgorithm algorithm = crypto::preferred_algorithm(request.key->public_key(), request.digest);
  pki::SignedAttributes attributes;
  attributes.attributes.push_back(attribute(Oid::content_type, asn1::oid(asn1::dotted(Oid::cms_data))));
  attributes.attributes.push_back(attribute(Oid::message_digest, asn1::octet_string(input.content_digest)));
  if (!input.pades) attributes.attributes.push_back(attribute(Oid::signing_time, asn1::utc_or_generalized_time(request.now)));
  attributes.attributes.push_back(pki::write_signing_certificate_v2(*request.certificate, crypto::DigestAlgorithm::sha256));
  attributes.attributes.push_back(algorithm_protection(digest, algorithm));
  if (!input.pades && !request.media_type.empty())
    attributes.attributes.push_back(attribute(Oid::mime_type, asn1::utf8_string(request.media_type)));
  for (Bytes& one : format::write_identity_attributes(request.identity)) attributes.attributes.push_back(std::move(one));
  const Bytes signed_octets = pki::signed_attributes_octets(attributes);
  MOHR_TRY(const Bytes signature, request.key->sign(algorithm, signed_octets));

  pki::SignedDataParts parts;
  parts.content = input.content;
  parts.signer = request.certificate.get();
  parts.certificates.push_back(request.certificate);
  parts.certificates.insert(parts.certificates.end(), request.chain.begin(), request.chain.end());
  parts.digest = digest;
  parts.algorithm = algorithm;
  parts.signed_attributes = signed_octets;
  parts.signature = signature;
  if (request.level == Level::t) {
    if (!request.stamp) return errors::stamp_needed();
    MOHR_TRY(const Bytes token, request.stamp(signature));
    parts.unsigned_attributes.push_back(attribute(Oid::signature_time_stamp, token));
  }
  return pki::write_signed_data(parts);
}

}  // namespace mohr::sign
