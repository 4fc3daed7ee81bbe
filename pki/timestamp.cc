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

struct Imprint {
  crypto::DigestAlgorithm digest = crypto::DigestAlgorithm::none;
  ByteView value;
};

// MessageImprint (RFC 3161 2.4.1). An unknown digest is a fact, judged later.
Result<Imprint> read_imprint(Reader& reader) {
  MOHR_TRY(Reader inside, reader.enter(asn1::kSequence));
  MOHR_TRY(const Element identifier, inside.next(asn1::kSequence));
  Imprint imprint;
  Reader algorithm(identifier.whole);
  auto digest = crypto::read_digest_algorithm(algorithm);
  if (!digest && digest.error().code != ErrorCode::algorithm_unknown) return std::move(digest).error();
  if (digest) imprint.digest = *digest;
  MOHR_TRY(imprint.value, inside.octet_string());
  MOHR_CHECK(inside.finish());
  if (digest && imprint.value.size() != crypto::digest_size(imprint.digest)) return broken("an imprint of the wrong length");
  return imprint;
}

// Accuracy (RFC 3161 2.4.2) in milliseconds, fractions of one rounded up.
Result<std::int64_t> read_accuracy(Reader reader) {
  std::int64_t milliseconds = 0;
  if (reader.peek() == asn1::kInteger) {
    MOHR_TRY(const std::int64_t seconds, reader.small_integer());
    if (seconds < 0 || seconds > 1'000'000'000) return broken("an accuracy out of range");
    milliseconds = seconds * 1000;
  }
  for (unsigned part = 0; part < 2; ++part) {
    MOHR_TRY(const Element element, reader.next_if(context(part, false)));
    if (!element) continue;
    std::int64_t value = 0;
    if (element.value.empty() || element.value.size() > 2) return broken("an accuracy out of range");
    for (const Byte b : element.value) value = value << 8 | b;
    if (value < 1 || value > 999) return broken("an accuracy out of range");
    milliseconds += part == 0 ? value : 1;
  }
  MOHR_CHECK(reader.finish());
  return milliseconds;
}

// Extensions of TSTInfo: none is known here, so a critical one makes the token unusable (RFC 3161 2.4.2, RFC 5280 4.2).
Result<void> refuse_critical_extensions(Reader reader) {
  while (!reader.at_end()) {
    MOHR_TRY(Reader extension, reader.enter(asn1::kSequence));
    MOHR_CHECK(extension.oid());
    if (extension.peek() != asn1::kBoolean) continue;
    MOHR_TRY(const bool critical, extension.boolean());
    if (critical) return broken("a critical extension that is not known");
  }
  return {};
}

// TSTInfo (RFC 3161 2.4.2).
Result<void> read_tst_info(ByteView content, TimestampToken& token) {
  MOHR_TRY(Reader info, asn1::single(content, asn1::kSequence));
  MOHR_TRY(const std::int64_t version, info.small_integer());
  if (version != 1) return broken("a version other than 1");
  MOHR_TRY(token.policy, info.oid());
  MOHR_TRY(const Imprint imprint, read_imprint(info));
  token.digest = imprint.digest;
  token.imprint = imprint.value;
  MOHR_TRY(token.serial, info.integer());
  MOHR_TRY(const Element time, info.next(asn1::kGeneralizedTime));
  const auto instant = asn1::generalized_time(time.value);
  if (!instant) return broken("its time");
  token.time = *instant;
  if (info.peek() == asn1::kSequence) {
    MOHR_TRY(const Reader accuracy, info.enter(asn1::kSequence));
    MOHR_TRY(token.accuracy_milliseconds, read_accuracy(accuracy));
  }
  if (info.peek() == asn1::kBoolean) {
    MOHR_TRY(token.ordering, info.boolean());
  }
  if (info.peek() == asn1::kInteger) {
    MOHR_TRY(token.nonce, info.integer());
  }
  if (info.peek() == context(0)) {
    MOHR_TRY(Reader authority, info.enter(context(0)));
    MOHR_TRY(token.authority, read_general_name(authority));
    MOHR_CHECK(authority.finish());
  }
  if (info.peek() == context(1)) {
    MOHR_TRY(const Reader extensions, info.enter(context(1)));
    MOHR_CHECK(refuse_critical_extensions(extensions));
  }
  return info.finish();
}

// PKIFailureInfo bits in words (RFC 3161 2.4.2).
std::string failure_words(ByteView bit_string_contents) {
  const auto bits = asn1::named_bits(bit_string_contents);
  if (!bits) return "unknown failure";
  constexpr std::pair<unsigned, std::string_view> kWords[] = {
      {0, "badAlg"},
      {2, "badRequest"},
      {5, "badDataFormat"},
      {14, "timeNotAvailable"},
      {15, "unacceptedPolicy"},
      {16, "unacceptedExtension"},
      {17, "addInfoNotAvailable"},
      {25, "systemFailure"},
  };
  for (const auto& [bit, word] : kWords)
    if (*bits & (1U << bit)) return std::string(word);
  return "unknown failure";
}

// PKIStatusInfo: granted or grantedWithMods, or the refusal in the service's words.
Result<void> read_status(Reader reader) {
  MOHR_TRY(const std::int64_t status, reader.small_integer());
  if (status == 0 || status == 1) return {};
  std::string reason = "status " + std::to_string(status);
  if (reader.peek() == asn1::kSequence) {
    MOHR_TRY(Reader texts, reader.enter(asn1::kSequence));
    MOHR_TRY(const Element text, texts.next());
    reason += ", " + utf8_from({{}, text.tag, text.value}).substr(0, 200);
  }
  if (reader.peek() == asn1::kBitString) {
    MOHR_TRY(const Element bits, reader.next());
    reason += ", " + failure_words(bits.value);
  }
  return errors::timestamp_refused(Code{reason});
}

bool message_digest_matches(const TimestampToken& token, const SignerInfo& signer) {
  const CmsAttribute* attribute = signer.signed_attribute(Oid::message_digest);
  if (!attribute || signer.digest == crypto::DigestAlgorithm::none) return false;
  Reader reader(attribute->values[0]);
  const auto expected = reader.octet_string();
  const crypto::Hash actual = crypto::digest(signer.digest, *token.cms.content);  // empty when the library lacks the algorithm
  return expected && actual.size != 0 && equal(*expected, actual.view());
}

bool content_type_matches(const SignerInfo& signer) {
  const CmsAttribute* attribute = signer.signed_attribute(Oid::content_type);
  if (!attribute) return false;
  Reader reader(attribute->values[0]);
  const auto type = reader.oid();
  return type && asn1::known_oid(*type) == Oid::tst_info;
}

// ESSCertID or ESSCertIDv2 (RFC 3161 2.4.2, RFC 5816): every one that is there must name this certificate.
bool is_bound(const SignerInfo& signer, const Certificate& certificate) {
  bool bound = false;
  for (const Oid id : {Oid::signing_certificate_v2, Oid::signing_certificate}) {
    const CmsAttribute* attribute = signer.signed_attribute(id);
    if (!attribute) continue;
    const auto references = read_signing_certificate(*attribute);
    if (!references || !refers_to(references->front(), certificate)) return false;
    bound = true;
  }
  return bound;
}

// RFC 3161 2.3: the extended key usage is there, critical, and timeStamping is all it allows.
bool is_for_timestamps_only(const Certificate& certificate) {
  const Extension* usage = certificate.extension(Oid::extended_key_usage);
  return usage && usage->critical && certificate.extended_key_usages().size() == 1 &&
         certificate.has_extended_key_usage(Oid::kp_time_stamping);
}

// RFC 3161 2.4.2: the field tsa, when it is there, is one of the names of the certificate.
bool is_named(const TimestampToken& token, const Certificate& certificate) {
  if (!token.authority) return true;
  const GeneralName& authority = *token.authority;
  if (authority.kind == GeneralName::Kind::directory) {
    const auto name = Name::parse(authority.value);
    if (name && name->equals(certificate.subject())) return true;
  }
  const auto names = certificate.subject_alt_names();
  return std::any_of(names.begin(), names.end(),
                     [&](const GeneralName& name) { return name.kind == authority.kind && equal(name.value, authority.value); });
}

void check_value(const SignerInfo& signer, const Certificate& certificate, const std::string& authority, Findings& findings) {
  const Code algorithm{signer.signature_algorithm.scheme == crypto::SignatureScheme::none
                           ? asn1::dotted(signer.signature_algorithm_oid)
                           : crypto::signature_name(signer.signature_algorithm)};
  const auto key = certificate.key();
  if (signer.signature_algorithm.scheme == crypto::SignatureScheme::none || !key) {
    findings.push_back(findings::timestamp_algorithm_unknown(algorithm));
    return;
  }
  switch ((*key)->verify(signer.signature_algorithm, signer.signed_octets, signer.signature)) {
    case crypto::SignatureCheck::good: return;
    case crypto::SignatureCheck::unsupported: findings.push_back(findings::timestamp_algorithm_unknown(algorithm)); return;
    case crypto::SignatureCheck::bad:
    case crypto::SignatureCheck::wrong_key: findings.push_back(findings::timestamp_value_bad(authority)); return;
  }
}

}  // namespace

Bytes write_timestamp_request(const TimestampRequest& request) {
  const Bytes imprint = asn1::sequence({crypto::write_digest_algorithm(request.digest), asn1::octet_string(request.imprint)});
  return asn1::sequence({
      asn1::integer(1),
      imprint,
      request.policy.empty() ? Bytes{} : asn1::element(asn1::kOid, request.policy),
      request.nonce.empty() ? Bytes{} : asn1::element(asn1::kInteger, request.nonce),
      request.certificates ? asn1::boolean(true) : Bytes{},
  });
}

// TimeStampReq (RFC 3161 2.4.1).
Result<TimestampRequest> parse_timestamp_request(ByteView der) {
  MOHR_TRY(Reader reader, asn1::single(der, asn1::kSequence));
  MOHR_TRY(const std::int64_t version, reader.small_integer());
  if (version != 1) return broken("a request of another version than 1");
  MOHR_TRY(const Imprint imprint, read_imprint(reader));
  if (imprint.digest == crypto::DigestAlgorithm::none) return errors::algorithm_unknown(Code{"digest of the imprint"});
  TimestampRequest request;
  request.digest = imprint.digest;
  request.imprint = to_bytes(imprint.value);
  request.certificates = false;  // certReq DEFAULT FALSE
  if (reader.peek() == asn1::kOid) {
    MOHR_TRY(const ByteView policy, reader.oid());
    request.policy = to_bytes(policy);
  }
  if (reader.peek() == asn1::kInteger) {
    MOHR_TRY(const ByteView nonce, reader.integer());
    request.nonce = to_bytes(nonce);
  }
  if (reader.peek() == asn1::kBoolean) {
    MOHR_TRY(request.certificates, reader.boolean());
  }
  if (reader.peek() == context(0)) {
    MOHR_TRY(const Reader extensions, reader.enter(context(0)));
    MOHR_CHECK(refuse_critical_extensions(extensions));
  }
  MOHR_CHECK(reader.finish());
  return request;
}

Result<TimestampToken> parse_timestamp_token(ByteView der, Budget& budget, CertificateMemory* memory) {
  TimestampToken token;
  MOHR_TRY(token.cms, parse_signed_data(der, budget));
  if (asn1::known_oid(token.cms.content_type) != Oid::tst_info) return broken("its content is no TSTInfo");
  if (!token.cms.content) return broken("its content is missing");
  if (token.cms.signers.size() != 1) return broken("it must have exactly one signer");
  if (!token.cms.signers[0].has_signed_attributes) return broken("it has no signed attributes");
  MOHR_CHECK(read_tst_info(*token.cms.content, token));
  for (const ByteView encoding : token.cms.certificate_encodings) {
    auto certificate = parse_certificate(encoding, memory);
    if (certificate) token.certificates.push_back(std::move(*certificate));  // one that cannot be read cannot sign either
  }
  return token;
}

// TimeStampResp (RFC 3161 2.4.2).
Result<ByteView> token_from_response(ByteView response) {
  auto outer = asn1::single(response, asn1::kSequence);
  if (!outer) return broken("the answer is no time-stamp response");
  Reader& reader = *outer;
  MOHR_TRY(const Reader status, reader.enter(asn1::kSequence));
  MOHR_CHECK(read_status(status));
  if (reader.at_end()) return broken("a granted answer without a token");
  MOHR_TRY(const Element token, reader.next(asn1::kSequence));
  MOHR_CHECK(reader.finish());
  return token.whole;
}

Result<void> answers(const TimestampToken& token, const TimestampRequest& request) {
  if (token.digest != request.digest) return errors::timestamp_mismatch(Code{"the digest algorithm of the imprint"});
  if (!equal(token.imprint, request.imprint)) return errors::timestamp_mismatch(Code{"the imprint"});
  if (!request.nonce.empty() && !equal(token.nonce, request.nonce)) return errors::timestamp_mismatch(Code{"the nonce"});
  if (!request.policy.empty() && !equal(token.policy, request.policy)) return errors::timestamp_mismatch(Code{"the policy"});
  return {};
}

TokenCheck check_token(const TimestampToken& token, std::span<const CertificatePtr> more_certificates) {
  TokenCheck check;
  const SignerInfo& signer = token.cms.signers[0];
  check.signer = find_signer(signer, token.certificates);
  if (!check.signer) check.signer = find_signer(signer, more_certificates);
  if (!check.signer) {
    check.findings.push_back(findings::timestamp_signer_missing());
    return check;
  }
  const std::string authority = check.signer->subject().display();
  if (token.digest == crypto::DigestAlgorithm::none)
    check.findings.push_back(findings::timestamp_digest_unknown(Code{"an unknown digest"}));
  if (!content_type_matches(signer) || !message_digest_matches(token, signer))
    check.findings.push_back(findings::timestamp_content_changed(authority));
  if (signer.signature_algorithm.scheme == crypto::SignatureScheme::eddsa) {
    const crypto::DigestAlgorithm own = crypto::content_digest(signer.signature_algorithm);  // RFC 8419 3.1
    if (own != signer.digest)
      check.findings.push_back(
          findings::cms_digests_differ(Code{std::string(crypto::digest_name(signer.digest))}, Code{std::string(crypto::digest_name(own))}));
  }
  if (!is_bound(signer, *check.signer)) check.findings.push_back(findings::timestamp_not_bound(authority));
  if (!is_for_timestamps_only(*check.signer)) check.findings.push_back(findings::timestamp_usage_wrong(authority));
  if (!is_named(token, *check.signer)) check.findings.push_back(findings::timestamp_names_other(authority));
  check_value(signer, *check.signer, authority, check.findings);
  return check;
}

}  // namespace mohr::pki
