#include "pki/issue.h"

#include <algorithm>

#include "pki/asn1/der_writer.h"

namespace mohr::pki {
namespace {

using asn1::Oid;

constexpr std::string_view kTstInfo = "1.2.840.113549.1.9.16.1.4";

Bytes oid_element(Oid oid) { return asn1::element(asn1::kOid, asn1::contents(oid)); }

// PrintableString's alphabet (X.680 41.4): a value beyond it is written as UTF8String, never squeezed.
bool is_printable_string(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
  });
}

Bytes name_value(const NamePart& part) {
  switch (part.attribute) {
    case Oid::country:
    case Oid::serial_number:
    case Oid::organization_identifier:
      if (is_printable_string(part.value)) return asn1::printable_string(part.value);
      break;
    case Oid::email_address:
    case Oid::domain_component: return asn1::ia5_string(part.value);
    default: break;
  }
  return asn1::utf8_string(part.value);
}

Bytes extension(Oid oid, bool critical, ByteView value) {
  const Bytes flag = critical ? asn1::boolean(true) : Bytes{};  // DEFAULT FALSE is not encoded in DER
  return asn1::sequence({oid_element(oid), flag, asn1::octet_string(value)});
}

// Method 1 of RFC 5280 4.2.1.2: SHA-1 over the octets of the BIT STRING. An identifier, not a security function.
Result<Bytes> key_identifier(ByteView spki) {
  MOHR_TRY(asn1::Reader reader, asn1::single(spki, asn1::kSequence));
  MOHR_CHECK(reader.next(asn1::kSequence));
  MOHR_TRY(const ByteView key, reader.bit_string());
  return to_bytes(crypto::digest(crypto::DigestAlgorithm::sha1, key).view());
}

Result<Bytes> key_identifier(const Certificate& certificate) {
  if (!certificate.subject_key_identifier().empty()) return to_bytes(certificate.subject_key_identifier());
  return key_identifier(certificate.spki());
}

Bytes authority_key_identifier(ByteView identifier) {
  return extension(Oid::authority_key_identifier, false, asn1::sequence({asn1::element(asn1::context(0, false), identifier)}));
}

Bytes url_name(std::string_view url) { return asn1::element(asn1::context(6, false), as_bytes(url)); }

Bytes distribution_points(std::span<const std::string> urls) {
  Bytes points;
  for (const std::string& url : urls)
    append(points, asn1::sequence({asn1::element(asn1::context(0), asn1::element(asn1::context(0), url_name(url)))}));
  return asn1::element(asn1::kSequence, points);
}

Bytes information_access(const CertificateProfile& profile) {
  Bytes descriptions;
  for (const std::string& url : profile.ocsp_urls) append(descriptions, asn1::sequence({oid_element(Oid::ad_ocsp), url_name(url)}));
  for (const std::string& url : profile.ca_issuer_urls)
    append(descriptions, asn1::sequence({oid_element(Oid::ad_ca_issuers), url_name(url)}));
  return asn1::element(asn1::kSequence, descriptions);
}

Bytes usage_extensions(const CertificateProfile& profile) {
  Bytes out;
  if (profile.ca) {
    const Bytes length = profile.path_length ? asn1::integer(*profile.path_length) : Bytes{};
    append(out, extension(Oid::basic_constraints, true, asn1::sequence({asn1::boolean(true), length})));
  }
  if (profile.key_usage != 0) append(out, extension(Oid::key_usage, true, asn1::named_bits(profile.key_usage)));
  if (!profile.extended_key_usages.empty()) {
    Bytes purposes;
    for (const Oid purpose : profile.extended_key_usages) append(purposes, oid_element(purpose));
    append(out, extension(Oid::extended_key_usage, profile.extended_key_usage_critical, asn1::element(asn1::kSequence, purposes)));
  }
  return out;
}

Bytes reference_extensions(const CertificateProfile& profile) {
  Bytes out;
  if (!profile.policies.empty()) {
    Bytes policies;
    for (const std::string& policy : profile.policies) append(policies, asn1::sequence({asn1::oid(policy)}));
    append(out, extension(Oid::certificate_policies, false, asn1::element(asn1::kSequence, policies)));
  }
  if (!profile.crl_urls.empty()) append(out, extension(Oid::crl_distribution_points, false, distribution_points(profile.crl_urls)));
  if (!profile.ocsp_urls.empty() || !profile.ca_issuer_urls.empty())
    append(out, extension(Oid::authority_info_access, false, information_access(profile)));
  if (profile.ocsp_nocheck) append(out, extension(Oid::ocsp_nocheck, false, asn1::null()));
  return out;
}

// SEQUENCE { to be signed, algorithm, BIT STRING }: the frame of certificates and CRLs (RFC 5280 4.1, 5.1).
Result<Bytes> sign(ByteView to_be_signed, const crypto::SigningKey& key, const crypto::SignatureAlgorithm& algorithm) {
  MOHR_TRY(const Bytes signature, key.sign(algorithm, to_be_signed));
  return asn1::sequence({to_be_signed, crypto::write_signature_algorithm(algorithm), asn1::bit_string(signature)});
}

}  // namespace

Bytes write_name(std::span<const NamePart> parts) {
  Bytes rdns;
  for (const NamePart& part : parts)
    append(rdns, asn1::element(asn1::kSet, asn1::sequence({oid_element(part.attribute), name_value(part)})));
  return asn1::element(asn1::kSequence, rdns);
}

Result<Bytes> issue_certificate(const CertificateProfile& profile, const crypto::SigningKey& issuer_key, const Certificate* issuer,
                                const crypto::SignatureAlgorithm& algorithm) {
  MOHR_TRY(const Bytes subject_identifier, key_identifier(profile.spki));
  MOHR_TRY(const Bytes issuer_identifier, issuer != nullptr ? key_identifier(*issuer) : key_identifier(profile.spki));
  Bytes extensions = authority_key_identifier(issuer_identifier);
  append(extensions, extension(Oid::subject_key_identifier, false, asn1::octet_string(subject_identifier)));
  append(extensions, usage_extensions(profile));
  append(extensions, reference_extensions(profile));
  for (const Bytes& further : profile.extensions) append(extensions, further);
  const Bytes to_be_signed = asn1::sequence({
      asn1::element(asn1::context(0), asn1::integer(2)),
      asn1::unsigned_integer(profile.serial),
      crypto::write_signature_algorithm(algorithm),
      issuer != nullptr ? issuer->subject().encoding() : ByteView(profile.subject),
      asn1::sequence({asn1::utc_or_generalized_time(profile.not_before), asn1::utc_or_generalized_time(profile.not_after)}),
      profile.subject,
      profile.spki,
      asn1::element(asn1::context(3), asn1::element(asn1::kSequence, extensions)),
  });
  return sign(to_be_signed, issuer_key, algorithm);
}

Result<Bytes> issue_crl(std::span<const Revocation> revoked, std::int64_t number, Instant this_update, Instant next_update,
                        const crypto::SigningKey& issuer_key, const Certificate& issuer, const crypto::SignatureAlgorithm& algorithm) {
  MOHR_TRY(const Bytes issuer_identifier, key_identifier(issuer));
  Bytes entries;
  for (const Revocation& one : revoked) {
    Bytes reason;
    if (one.reason) {
      const Byte value = static_cast<Byte>(*one.reason);
      reason = asn1::sequence({extension(Oid::reason_code, false, asn1::element(asn1::kEnumerated, ByteView(&value, 1)))});
    }
    append(entries, asn1::sequence({asn1::element(asn1::kInteger, one.serial), asn1::utc_or_generalized_time(one.time), reason}));
  }
  // revokedCertificates must be absent when there is none (RFC 5280 5.1.2.6).
  const Bytes list = entries.empty() ? Bytes{} : asn1::element(asn1::kSequence, entries);
  Bytes extensions = authority_key_identifier(issuer_identifier);
  append(extensions, extension(Oid::crl_number, false, asn1::integer(number)));
  const Bytes to_be_signed = asn1::sequence({
      asn1::integer(1),
      crypto::write_signature_algorithm(algorithm),
      issuer.subject().encoding(),
      asn1::utc_or_generalized_time(this_update),
      asn1::utc_or_generalized_time(next_update),
      list,
      asn1::element(asn1::context(0), asn1::element(asn1::kSequence, extensions)),
  });
  return sign(to_be_signed, issuer_key, algorithm);
}

namespace {

Bytes digest_oid(crypto::DigestAlgorithm digest) {
  const Bytes algorithm = crypto::write_digest_algorithm(digest);
  asn1::Reader reader(algorithm);
  const auto outer = reader.next(asn1::kSequence);
  if (!outer) return {};
  asn1::Reader inner = reader.inside(*outer);
  const auto oid = inner.next(asn1::kOid);
  return oid ? to_bytes(oid->whole) : Bytes{};
}

Bytes certificate_id(const CertificateId& id) {
  // Parameters NULL: clients that compare the CertID octet for octet write them so.
  return asn1::sequence({asn1::sequence({digest_oid(id.digest), asn1::null()}), asn1::octet_string(id.issuer_name_hash),
                         asn1::octet_string(id.issuer_key_hash), asn1::element(asn1::kInteger, id.serial)});
}

Bytes certificate_status(const OcspAnswer& answer) {
  switch (answer.status) {
    case OcspStatus::good: return asn1::element(asn1::context(0, false), ByteView{});
    case OcspStatus::revoked: {
      Bytes reason;
      if (answer.reason) {
        const Byte value = static_cast<Byte>(*answer.reason);
        reason = asn1::element(asn1::context(0), asn1::element(asn1::kEnumerated, ByteView(&value, 1)));
      }
      return asn1::element(asn1::context(1), {asn1::generalized_time(answer.revoked_at), reason});
    }
    case OcspStatus::unknown: break;
  }
  return asn1::element(asn1::context(2, false), ByteView{});
}

Bytes enumerated(int value) {
  const Byte octet = static_cast<Byte>(value);
  return asn1::element(asn1::kEnumerated, ByteView(&octet, 1));
}

}  // namespace

// RFC 6960 4.2.1, responder named by its key.
Result<Bytes> issue_ocsp_response(std::span<const OcspAnswer> answers, ByteView nonce, Instant now, Instant next_update,
                                  const crypto::SigningKey& key, const CertificatePtr& responder) {
  MOHR_TRY(const Bytes responder_key, key_identifier(responder->spki()));
  Bytes responses;
  for (const OcspAnswer& answer : answers)
    append(responses, asn1::sequence({certificate_id(answer.id), certificate_status(answer), asn1::generalized_time(now),
                                      asn1::element(asn1::context(0), asn1::generalized_time(next_update))}));
  Bytes extensions;
  if (!nonce.empty())
    extensions = asn1::element(asn1::context(1), asn1::sequence({extension(Oid::ocsp_nonce, false, asn1::octet_string(nonce))}));
  const Bytes to_be_signed = asn1::sequence({asn1::element(asn1::context(2), asn1::octet_string(responder_key)),
                                             asn1::generalized_time(now), asn1::element(asn1::kSequence, responses), extensions});
  const crypto::SignatureAlgorithm algorithm = crypto::preferred_algorithm(key.public_key());
  MOHR_TRY(const Bytes signature, key.sign(algorithm, to_be_signed));
  const Bytes basic = asn1::sequence({to_be_signed, crypto::write_signature_algorithm(algorithm), asn1::bit_string(signature),
                                      asn1::element(asn1::context(0), asn1::sequence({responder->der()}))});
  return asn1::sequence(
      {enumerated(0), asn1::element(asn1::context(0), asn1::sequence({oid_element(Oid::ocsp_basic), asn1::octet_string(basic)}))});
}

Bytes ocsp_error_response(int status) { return asn1::sequence({enumerated(status)}); }

Result<Bytes> issue_timestamp_response(const TimestampRequest& request, const TimestampProfile& profile, const crypto::SigningKey& key,
                                       const CertificatePtr& authority, std::span<const CertificatePtr> chain) {
  const Bytes accuracy = profile.accuracy_seconds > 0 ? asn1::sequence({asn1::integer(profile.accuracy_seconds)}) : Bytes{};
  const Bytes nonce = request.nonce.empty() ? Bytes{} : asn1::element(asn1::kInteger, request.nonce);
  const Bytes info = asn1::sequence({
      asn1::integer(1),
      asn1::oid(profile.policy),
      asn1::sequence({crypto::write_digest_algorithm(request.digest), asn1::octet_string(request.imprint)}),
      asn1::unsigned_integer(profile.serial),
      asn1::generalized_time(profile.now),
      accuracy,
      nonce,
  });
  const crypto::SignatureAlgorithm algorithm = crypto::preferred_algorithm(key.public_key(), profile.digest);
  const crypto::DigestAlgorithm digest = crypto::content_digest(algorithm);
  SignedAttributes attributes;
  attributes.attributes.push_back(write_attribute(asn1::dotted(Oid::content_type), oid_element(Oid::tst_info)));
  attributes.attributes.push_back(
      write_attribute(asn1::dotted(Oid::message_digest), asn1::octet_string(crypto::digest(digest, info).view())));
  attributes.attributes.push_back(write_signing_certificate_v2(*authority, crypto::DigestAlgorithm::sha256));
  const Bytes signed_octets = signed_attributes_octets(attributes);

  SignedDataParts parts;
  parts.content_type = kTstInfo;
  parts.content = info;
  parts.signer = authority.get();
  if (request.certificates) {  // certReq (RFC 3161 2.4.1)
    parts.certificates.push_back(authority);
    parts.certificates.insert(parts.certificates.end(), chain.begin(), chain.end());
  }
  parts.digest = digest;
  parts.algorithm = algorithm;
  parts.signed_attributes = signed_octets;
  MOHR_TRY(const Bytes signature, key.sign(parts.algorithm, signed_octets));
  parts.signature = signature;
  return asn1::sequence({asn1::sequence({asn1::integer(0)}), write_signed_data(parts)});
}

Bytes timestamp_rejection(int status, int failure_bit, std::string_view text) {
  const Bytes words = text.empty() ? Bytes{} : asn1::sequence({asn1::utf8_string(text)});
  return asn1::sequence({asn1::sequence({asn1::integer(status), words, asn1::named_bits(1U << static_cast<unsigned>(failure_bit))})});
}

}  // namespace mohr::pki
