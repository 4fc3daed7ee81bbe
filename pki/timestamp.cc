#include "pki/timestamp.h"

#include <algorithm>

#include "pki/asn1/der_writer.h"

namespace mohr::pki {
namespace {

using asn1::context;
using asn1::Element;
using asn1::Oid;
using asn1::Reader;

Error broken(const char* what) { return errors::timestamp_invalid(Code{what}); }

// MessageImprint (RFC 3161 2.4.1).
Result<void> read_imprint(Reader& reader, crypto::DigestAlgorithm& digest, ByteView& imprint) {
  MOHR_TRY(Reader inside, reader.enter(asn1::kSequence));
  MOHR_TRY(digest, crypto::read_digest_algorithm(inside));
  MOHR_TRY(imprint, inside.octet_string());
  return inside.finish();
}

// Accuracy (RFC 3161 2.4.2) in milliseconds; micros are rounded up.
Result<std::int64_t> read_accuracy(Reader inside) {
  std::int64_t milliseconds = 0;
  if (inside.peek() == asn1::kInteger) {
    MOHR_TRY(const std::int64_t seconds, inside.small_integer());
    if (seconds < 0 || seconds > kDay) return inside.error("a broken accuracy");
    milliseconds = seconds * 1000;
  }
  for (const unsigned number : {0U, 1U}) {
    MOHR_TRY(const Element part, inside.next_if(context(number, false)));
    if (!part) continue;
    std::int64_t value = 0;
    if (part.value.empty() || part.value.size() > 2) return inside.error("a broken accuracy");
    for (const Byte b : part.value) value = value << 8 | b;
    if (value < 1 || value > 999) return inside.error("a broken accuracy");
    milliseconds += number == 0 ? value : 1;
  }
  MOHR_CHECK(inside.finish());
  return milliseconds;
}

// TSTInfo (RFC 3161 2.4.2), from the content of token.cms.
Result<void> read_info(TimestampToken& token) {
  MOHR_TRY(Reader info, asn1::single(*token.cms.content, asn1::kSequence));
  MOHR_TRY(const std::int64_t version, info.small_integer());
  if (version != 1) return broken("an unknown version");
  MOHR_TRY(token.policy, info.oid());
  MOHR_CHECK(read_imprint(info, token.digest, token.imprint));
  MOHR_TRY(token.serial, info.integer());
  MOHR_TRY(const Element time, info.next(asn1::kGeneralizedTime));
  const auto instant = asn1::generalized_time(time.value);
  if (!instant) return broken("a broken time");
  token.time = *instant;
  MOHR_TRY(const Element accuracy, info.next_if(asn1::kSequence));
  if (accuracy) {
    MOHR_TRY(token.accuracy_milliseconds, read_accuracy(info.inside(accuracy)));
  }
  if (info.peek() == asn1::kBoolean) {
    MOHR_TRY(token.ordering, info.boolean());
  }
  if (info.peek() == asn1::kInteger) {
    MOHR_TRY(token.nonce, info.integer());
  }
  MOHR_CHECK(info.next_if(context(0)));  // tsa: a hint
  MOHR_CHECK(info.next_if(context(1)));  // extensions: none is known that changes the meaning
  return info.finish();
}

void check_binding(const SignerInfo& signer, const Certificate& certificate, Findings& findings) {
  const CmsAttribute* attribute = signer.signed_attribute(Oid::signing_certificate_v2);
  if (attribute == nullptr) attribute = signer.signed_attribute(Oid::signing_certificate);
  if (attribute == nullptr) {
    findings.push_back(findings::timestamp_not_bound(certificate.subject().display()));
    return;
  }
  const auto references = read_signing_certificate(*attribute);
  if (!references || references->empty() || !refers_to(references->front(), certificate))
    findings.push_back(findings::timestamp_not_bound(certificate.subject().display()));
}

// RFC 3161 2.3: exactly id-kp-timeStamping, and critical.
void check_usage(const Certificate& certificate, Findings& findings) {
  const Extension* usage = certificate.extension(Oid::extended_key_usage);
  if (usage == nullptr || !usage->critical || certificate.extended_key_usages().size() != 1 ||
      !certificate.has_extended_key_usage(Oid::kp_time_stamping))
    findings.push_back(findings::timestamp_usage_wrong(certificate.subject().display()));
}

// The message-digest attribute over the TSTInfo, the content-type attribute, the signature value.
void check_signature(const TimestampToken& token, const Certificate& certificate, Findings& findings) {
  const SignerInfo& signer = token.cms.signers.front();
  const std::string authority = certificate.subject().display();
  const CmsAttribute* digest = signer.signed_attribute(Oid::message_digest);
  const CmsAttribute* type = signer.signed_attribute(Oid::content_type);
  const auto expected = digest != nullptr ? asn1::single(digest->values.front()) : Result<Element>(Element{});
  const auto content_type = type != nullptr ? asn1::single(type->values.front()) : Result<Element>(Element{});
  const bool digest_fits = expected && expected->tag == asn1::kOctetString && signer.digest != crypto::DigestAlgorithm::none &&
                           equal(expected->value, crypto::digest(signer.digest, *token.cms.content).view());
  const bool type_fits = content_type && equal(content_type->value, token.cms.content_type);
  if (!digest_fits || !type_fits) {
    findings.push_back(findings::timestamp_content_changed(authority));
    return;
  }
  const auto key = certificate.key();
  const auto check = key && signer.signature_algorithm.scheme != crypto::SignatureScheme::none
                         ? (*key)->verify(signer.signature_algorithm, signer.signed_octets, signer.signature)
                         : crypto::SignatureCheck::unsupported;
  if (check == crypto::SignatureCheck::unsupported) {
    findings.push_back(findings::timestamp_algorithm_unknown(Code{asn1::dotted(signer.signature_algorithm_oid)}));
  } else if (check != crypto::SignatureCheck::good) {
    findings.push_back(findings::timestamp_value_bad(authority));
  }
}

}  // namespace

Bytes write_timestamp_request(const TimestampRequest& request) {
  const Bytes imprint = asn1::sequence({crypto::write_digest_algorithm(request.digest), asn1::octet_string(request.imprint)});
  const Bytes policy = request.policy.empty() ? Bytes{} : asn1::element(asn1::kOid, request.policy);
  const Bytes nonce = request.nonce.empty() ? Bytes{} : asn1::element(asn1::kInteger, request.nonce);
  const Bytes certificates = request.certificates ? asn1::boolean(true) : Bytes{};
  return asn1::sequence({asn1::integer(1), imprint, policy, nonce, certificates});
}

Result<TimestampRequest> parse_timestamp_request(ByteView der) {
  TimestampRequest request;
  MOHR_TRY(Reader reader, asn1::single(der, asn1::kSequence));
  MOHR_TRY(const std::int64_t version, reader.small_integer());
  if (version != 1) return broken("an unknown version");
  ByteView imprint;
  MOHR_CHECK(read_imprint(reader, request.digest, imprint));
  request.imprint = to_bytes(imprint);
  if (reader.peek() == asn1::kOid) {
    MOHR_TRY(const ByteView policy, reader.oid());
    request.policy = to_bytes(policy);
  }
  if (reader.peek() == asn1::kInteger) {
    MOHR_TRY(const ByteView nonce, reader.integer());
    request.nonce = to_bytes(nonce);
  }
  request.certificates = false;
  if (reader.peek() == asn1::kBoolean) {
    MOHR_TRY(request.certificates, reader.boolean());
  }
  MOHR_CHECK(reader.next_if(context(0)));
  MOHR_CHECK(reader.finish());
  return request;
}

Result<TimestampToken> parse_timestamp_token(ByteView der, Budget& budget) {
  TimestampToken token;
  MOHR_TRY(token.cms, parse_signed_data(der, budget));
  if (asn1::known_oid(token.cms.content_type) != Oid::tst_info || !token.cms.content) return broken("it holds no time-stamp");
  if (token.cms.signers.size() != 1) return broken("it has not exactly one signer");
  if (!token.cms.signers.front().has_signed_attributes) return broken("it has no signed attributes");
  MOHR_CHECK(read_info(token));
  for (const ByteView encoding : token.cms.certificate_encodings) {
    if (auto certificate = Certificate::parse(encoding)) token.certificates.push_back(*std::move(certificate));
  }
  return token;
}

// TimeStampResp (RFC 3161 2.4.2): status 0 (granted) or 1 (granted with changes) bring a token.
Result<ByteView> token_from_response(ByteView response) {
  auto reader = asn1::single(response, asn1::kSequence);
  if (!reader) return broken("the answer is no time-stamp response");
  MOHR_TRY(Reader status, reader->enter(asn1::kSequence));
  MOHR_TRY(const std::int64_t code, status.small_integer());
  if (code != 0 && code != 1) {
    std::string text = "status " + std::to_string(code);
    if (status.peek() == asn1::kSequence) {
      MOHR_TRY(Reader words, status.enter(asn1::kSequence));
      while (!words.at_end()) {
        MOHR_TRY(const Element word, words.next());
        text += ", " + std::string(as_text(word.value));
      }
    }
    return errors::timestamp_refused(Code{text});
  }
  MOHR_TRY(const Element token, reader->next(asn1::kSequence));
  MOHR_CHECK(reader->finish());
  return token.whole;
}

Result<void> answers(const TimestampToken& token, const TimestampRequest& request) {
  if (token.digest != request.digest) return errors::timestamp_mismatch(Code{"digest algorithm"});
  if (!equal(token.imprint, request.imprint)) return errors::timestamp_mismatch(Code{"imprint"});
  if (!equal(token.nonce, request.nonce)) return errors::timestamp_mismatch(Code{"nonce"});
  if (!request.policy.empty() && !equal(token.policy, request.policy)) return errors::timestamp_mismatch(Code{"policy"});
  return {};
}

TokenCheck check_token(const TimestampToken& token, std::span<const CertificatePtr> more_certificates) {
  TokenCheck check;
  const SignerInfo& signer = token.cms.signers.front();
  check.signer = find_signer(signer, token.certificates);
  if (!check.signer) check.signer = find_signer(signer, more_certificates);
  if (!check.signer) {
    check.findings.push_back(findings::timestamp_signer_missing());
    return check;
  }
  check_binding(signer, *check.signer, check.findings);
  check_usage(*check.signer, check.findings);
  check_signature(token, *check.signer, check.findings);
  return check;
}

}  // namespace mohr::pki
