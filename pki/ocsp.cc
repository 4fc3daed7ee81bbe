#include "pki/ocsp.h"

#include "pki/asn1/der_writer.h"
#include "pki/extensions.h"

namespace mohr::pki {

using asn1::context;
using asn1::Element;
using asn1::Oid;
using asn1::Reader;

namespace {

Error as_ocsp_error(Error error) {
  if (error.code == ErrorCode::der_invalid || error.code == ErrorCode::certificate_invalid) error.code = ErrorCode::ocsp_invalid;
  return error;
}

// CertID (RFC 6960 4.1.1).
Result<CertificateId> read_certificate_id(Reader& reader) {
  MOHR_TRY(Reader inside, reader.enter(asn1::kSequence));
  CertificateId id;
  MOHR_TRY(const Element algorithm, inside.next(asn1::kSequence));
  Reader identifier(algorithm.whole);
  const auto digest = crypto::read_digest_algorithm(identifier);
  id.digest = digest ? *digest : crypto::DigestAlgorithm::none;  // such an identifier matches nothing
  MOHR_TRY(id.issuer_name_hash, inside.octet_string());
  MOHR_TRY(id.issuer_key_hash, inside.octet_string());
  MOHR_TRY(id.serial, inside.integer());
  MOHR_CHECK(inside.finish());
  return id;
}

// Extensions in their explicit tag, none twice.
Result<std::vector<Extension>> read_held_extensions(Reader holder) {
  MOHR_TRY(const Reader list, holder.enter(asn1::kSequence));
  MOHR_CHECK(holder.finish());
  return read_extensions(list);
}

// version [0]: only v1, which DER leaves out and some responders write.
Result<void> read_version(Reader& reader) {
  MOHR_TRY(const Element version, reader.next_if(context(0)));
  if (!version) return {};
  Reader number = reader.inside(version);
  MOHR_TRY(const std::int64_t value, number.small_integer());
  if (value != 0) return number.error("an unknown version");
  return number.finish();
}

// CertStatus (RFC 6960 4.2.1).
Result<void> read_status(Reader& reader, SingleResponse& single) {
  MOHR_TRY(const Element status, reader.next());
  if (status.tag == context(0, false)) {
    if (!status.value.empty()) return reader.error("a broken status");
    single.status = OcspStatus::good;
  } else if (status.tag == context(2, false)) {
    if (!status.value.empty()) return reader.error("a broken status");
    single.status = OcspStatus::unknown;
  } else if (status.tag == context(1)) {
    single.status = OcspStatus::revoked;
    Reader info = reader.inside(status);
    MOHR_TRY(single.revocation_time, info.time());
    MOHR_TRY(const Element reason, info.next_if(context(0)));
    MOHR_CHECK(info.finish());
    if (!reason) return {};
    Reader inside = info.inside(reason);
    MOHR_TRY(const Element code, inside.next(asn1::kEnumerated));
    MOHR_CHECK(inside.finish());
    if (code.value.size() != 1 || code.value[0] > 10 || code.value[0] == 7) return inside.error("a broken reason code");
    single.reason = code.value[0];
  } else {
    return reader.error("an unknown status");
  }
  return {};
}

// SingleResponse (RFC 6960 4.2.1).
Result<SingleResponse> read_single(Reader& reader) {
  MOHR_TRY(Reader inside, reader.enter(asn1::kSequence));
  SingleResponse single;
  MOHR_TRY(single.id, read_certificate_id(inside));
  MOHR_CHECK(read_status(inside, single));
  MOHR_TRY(single.this_update, inside.time());
  MOHR_TRY(const Element next, inside.next_if(context(0)));
  if (next) {
    Reader value = inside.inside(next);
    MOHR_TRY(single.next_update, value.time());
    MOHR_CHECK(value.finish());
  }
  MOHR_TRY(const Element extensions, inside.next_if(context(1)));
  MOHR_CHECK(inside.finish());
  if (!extensions) return single;
  MOHR_TRY(const auto list, read_held_extensions(inside.inside(extensions)));
  for (const Extension& extension : list) {
    if (extension.id == Oid::ocsp_archive_cutoff) {
      Reader value(extension.value);
      MOHR_TRY(single.archive_cutoff, value.time());
      MOHR_CHECK(value.finish());
    } else if (extension.critical && extension.id != Oid::ocsp_signed_timestamps) {  // those say nothing of the status (RFC 6962 3.3)
      single.unknown_critical_extension = true;
    }
  }
  return single;
}

// The Nonce is an OCTET STRING inside the extension (RFC 8954); older responders put bare octets there.
ByteView nonce_of(const Extension& extension) {
  const auto wrapped = asn1::single(extension.value);
  return wrapped && wrapped->tag == asn1::kOctetString ? wrapped->value : extension.value;
}

}  // namespace

struct OcspParser {
  static Result<void> parse(OcspResponse& response, Budget& budget) {
    Reader whole(response.der_);
    MOHR_TRY(Reader outer, whole.enter(asn1::kSequence));
    MOHR_CHECK(whole.finish());
    if (outer.peek() != asn1::kEnumerated) return parse_basic(response, outer, budget);
    MOHR_TRY(const Element status, outer.next());
    if (status.value.size() != 1) return outer.error("a broken response status");
    if (status.value[0] != 0) return errors::ocsp_refused(std::int64_t{status.value[0]});
    MOHR_TRY(Reader holder, outer.enter(context(0)));
    MOHR_CHECK(outer.finish());
    MOHR_TRY(Reader bytes, holder.enter(asn1::kSequence));
    MOHR_CHECK(holder.finish());
    MOHR_TRY(const ByteView type, bytes.oid());
    if (asn1::known_oid(type) != Oid::ocsp_basic) return bytes.error("a response of another type than basic");
    MOHR_TRY(const Element octets, bytes.next(asn1::kOctetString));
    MOHR_CHECK(bytes.finish());
    Reader basic = bytes.inside(octets);
    MOHR_TRY(Reader fields, basic.enter(asn1::kSequence));
    MOHR_CHECK(basic.finish());
    return parse_basic(response, fields, budget);
  }

  // BasicOCSPResponse (RFC 6960 4.2.1); `fields` stands inside it.
  static Result<void> parse_basic(OcspResponse& response, Reader& fields, Budget& budget) {
    MOHR_TRY(const Element tbs, fields.next(asn1::kSequence));
    response.tbs_ = tbs.whole;
    MOHR_TRY(const ByteView algorithm, read_algorithm_identifier(fields));
    Reader identifier(algorithm);
    if (auto known = crypto::read_signature_algorithm(identifier)) response.signature_algorithm_ = *known;
    MOHR_TRY(response.signature_, read_signature_value(fields));
    MOHR_TRY(const Element certificates, fields.next_if(context(0)));
    MOHR_CHECK(fields.finish());
    if (certificates) {
      Reader holder = fields.inside(certificates);
      MOHR_TRY(Reader list, holder.enter(asn1::kSequence));
      MOHR_CHECK(holder.finish());
      while (!list.at_end()) {
        MOHR_TRY(const Element certificate, list.next(asn1::kSequence));
        MOHR_CHECK(budget.spend(Limit::certificates));
        MOHR_TRY(response.certificates_.emplace_back(), Certificate::parse(certificate.whole));
      }
    }
    return parse_data(response, fields.inside(tbs), budget);
  }

  // ResponseData.
  static Result<void> parse_data(OcspResponse& response, Reader data, Budget& budget) {
    MOHR_CHECK(read_version(data));
    MOHR_TRY(const Element responder, data.next());
    Reader id = data.inside(responder);
    if (responder.tag == context(1)) {
      MOHR_TRY(const Element name, id.next(asn1::kSequence));
      MOHR_TRY(response.responder_name_, Name::parse(name.whole));
    } else if (responder.tag == context(2)) {
      MOHR_TRY(response.responder_key_hash_, id.octet_string());
    } else {
      return data.error("an unknown kind of responder");
    }
    MOHR_CHECK(id.finish());
    MOHR_TRY(response.produced_at_, data.time());
    MOHR_TRY(Reader list, data.enter(asn1::kSequence));
    while (!list.at_end()) {
      MOHR_CHECK(budget.spend(Limit::nodes));
      MOHR_TRY(response.responses_.emplace_back(), read_single(list));
    }
    MOHR_TRY(const Element extensions, data.next_if(context(1)));
    MOHR_CHECK(data.finish());
    if (!extensions) return {};
    MOHR_TRY(const auto items, read_held_extensions(data.inside(extensions)));
    for (const Extension& extension : items) {
      if (extension.id == Oid::ocsp_nonce) {
        response.nonce_ = nonce_of(extension);
      } else if (extension.critical) {
        response.unknown_critical_ = true;
      }
    }
    return {};
  }

  static Result<OcspResponsePtr> make(ByteView der, Budget& budget) {
    MOHR_CHECK(budget.within(Limit::memory_bytes, der.size()));
    const std::shared_ptr<OcspResponse> response(new OcspResponse);
    response->der_.assign(der.begin(), der.end());
    MOHR_CHECK(parse(*response, budget));
    response->fingerprint_ = crypto::sha256(response->der_);
    return OcspResponsePtr(response);
  }
};

bool names_issuer(const CertificateId& id, const Certificate& issuer) {
  if (id.digest == crypto::DigestAlgorithm::none) return false;
  return equal(id.issuer_name_hash, crypto::digest(id.digest, issuer.subject().encoding()).view()) &&
         equal(id.issuer_key_hash, crypto::digest(id.digest, issuer.key_octets()).view());
}

bool matches(const CertificateId& id, const Certificate& certificate, const Certificate& issuer) {
  return equal(id.serial, certificate.serial()) && names_issuer(id, issuer);
}

Result<OcspResponsePtr> OcspResponse::parse(ByteView der, Budget& budget) {
  auto response = OcspParser::make(der, budget);
  if (!response) return as_ocsp_error(std::move(response).error());
  return response;
}

Bytes write_ocsp_request(const Certificate& certificate, const Certificate& issuer, ByteView nonce) {
  using crypto::DigestAlgorithm;
  const Bytes algorithm = asn1::sequence({asn1::oid("1.3.14.3.2.26"), asn1::null()});  // SHA-1 with NULL: what old responders compare
  const Bytes id = asn1::sequence({algorithm, asn1::octet_string(crypto::digest(DigestAlgorithm::sha1, issuer.subject().encoding()).view()),
                                   asn1::octet_string(crypto::digest(DigestAlgorithm::sha1, issuer.key_octets()).view()),
                                   asn1::element(asn1::kInteger, certificate.serial())});
  const Bytes list = asn1::sequence({asn1::sequence({id})});
  if (nonce.empty()) return asn1::sequence({asn1::sequence({list})});
  const Bytes extension = asn1::sequence({asn1::oid(asn1::dotted(Oid::ocsp_nonce)), asn1::octet_string(asn1::octet_string(nonce))});
  return asn1::sequence({asn1::sequence({list, asn1::element(context(2), asn1::sequence({extension}))})});
}

Result<OcspRequest> parse_ocsp_request(ByteView der) {
  OcspRequest request;
  MOHR_TRY(Reader outer, asn1::single(der, asn1::kSequence));
  MOHR_TRY(Reader tbs, outer.enter(asn1::kSequence));
  MOHR_CHECK(outer.next_if(context(0)));  // optionalSignature: nobody here asks who asks
  MOHR_CHECK(outer.finish());
  MOHR_CHECK(read_version(tbs));
  MOHR_CHECK(tbs.next_if(context(1)));  // requestorName
  MOHR_TRY(Reader list, tbs.enter(asn1::kSequence));
  if (list.at_end()) return list.error("a request for no certificate");
  while (!list.at_end()) {
    MOHR_TRY(Reader single, list.enter(asn1::kSequence));
    MOHR_TRY(request.ids.emplace_back(), read_certificate_id(single));
    MOHR_CHECK(single.next_if(context(0)));
    MOHR_CHECK(single.finish());
  }
  MOHR_TRY(const Element extensions, tbs.next_if(context(2)));
  MOHR_CHECK(tbs.finish());
  if (!extensions) return request;
  MOHR_TRY(const auto items, read_held_extensions(tbs.inside(extensions)));
  for (const Extension& extension : items)
    if (extension.id == Oid::ocsp_nonce) request.nonce = nonce_of(extension);
  return request;
}

}  // namespace mohr::pki
