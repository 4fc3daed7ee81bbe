// JAdES baseline B and T (TS 119 182-1 v1.2.1 clause 6): flattened, compact or detached.
#include "format/identity_json.h"
#include "format/jws.h"
#include "sign/writer.h"

namespace mohr::sign {
namespace {

// RFC 7518 3.4: the curve fixes the digest.
crypto::SignatureAlgorithm algorithm_for(const Request& request) {
  using enum crypto::DigestAlgorithm;
  const crypto::PublicKey& key = request.key->public_key();
  switch (key.curve()) {
    case crypto::Curve::p256: return crypto::preferred_algorithm(key, sha256);
    case crypto::Curve::p384: return crypto::preferred_algorithm(key, sha384);
    case crypto::Curve::p521: return crypto::preferred_algorithm(key, sha512);
    default: return crypto::preferred_algorithm(key, request.digest);
  }
}

// RFC 7515 4.1.10: "application/" is left out when nothing else has a "/".
std::string content_type(const std::string& media_type) {
  constexpr std::string_view kPrefix = "application/";
  if (media_type.empty()) return "json";
  const std::string_view rest = std::string_view(media_type).substr(std::min(kPrefix.size(), media_type.size()));
  return media_type.starts_with(kPrefix) && rest.find_first_of("/;") == std::string_view::npos ? std::string(rest) : media_type;
}

json::Value protected_header(const Request& request, std::string_view algorithm) {
  json::Value header{json::Object{}};
  header.add("alg", algorithm);
  header.add("typ", request.packaging == Packaging::compact ? "jose" : "jose+json");
  header.add("cty", content_type(request.media_type));
  json::Array certificates{base64(request.certificate->der())};
  for (const pki::CertificatePtr& certificate : request.chain)
    if (!(certificate->fingerprint() == request.certificate->fingerprint())) certificates.emplace_back(base64(certificate->der()));
  header.add("x5c", std::move(certificates));
  header.add("x5t#S256", base64url(request.certificate->fingerprint().view()));
  header.add("iat", request.now.seconds);  // 5.1.11: in new signatures instead of sigT, and not critical
  if (!request.identity.empty()) header.add(std::string(format::kIdentityNamespace), format::identity_to_json(request.identity));
  return header;
}

Result<json::Value> unprotected_header(const Request& request, std::string_view value_text) {
  if (!request.stamp) return errors::stamp_needed();
  MOHR_TRY(const Bytes token, request.stamp(as_bytes(value_text)));  // 5.3.4
  json::Value tokens, entry;
  tokens.add("tstTokens", json::Array{json::Value().add("val", base64(token))});
  entry.add("sigTst", std::move(tokens));
  json::Value header;
  header.add("etsiU", json::Array{base64url(as_bytes(json::write(entry)))});
  return header;
}

Result<void> check_request(const Request& request) {
  using enum Packaging;
  const auto refuse = [](const char* packaging) { return errors::packaging_unsupported(Code{packaging}, Code{"JAdES"}); };
  if (request.packaging == enveloped) return refuse("enveloped");
  // 5.3: unprotected parameters need the JSON serialisation.
  if (request.packaging == compact && request.level == Level::t) return refuse("compact level T");
  return {};
}

// The payload is the document as it stands; JSON that two readers may understand differently is not signed.
Result<Bytes> payload_of(const Source& document, const Request& request, Budget& budget) {
  MOHR_TRY(Bytes payload, read_all(document, budget.limit(Limit::memory_bytes)));
  const auto jws = format::parse_jws(payload, budget);
  if (jws && *jws) return errors::already_signed(Code{document.name()});
  if (request.media_type.empty() || request.media_type.ends_with("json")) {
    MOHR_CHECK(json::parse(payload, budget));
    if (!jws) return jws.error();  // JSON, and a broken signature
  }
  return payload;
}

}  // namespace

Result<void> write_jades(const Source& document, const Request& request, Sink& out, Budget& budget) {
  MOHR_CHECK(check_request(request));
  MOHR_TRY(const Bytes payload, payload_of(document, request, budget));
  const crypto::SignatureAlgorithm algorithm = algorithm_for(request);
  const std::string_view name = crypto::signature_jws(algorithm);
  if (name.empty()) return errors::key_unsupported(Code{request.key->public_key().name()});
  const std::string protected_text = base64url(as_bytes(json::write(protected_header(request, name))));
  const std::string payload_text = base64url(payload);
  const std::string input = protected_text + '.' + payload_text;
  MOHR_TRY(const Bytes value, request.key->sign(algorithm, as_bytes(input), crypto::EcdsaForm::fixed));
  const std::string value_text = base64url(value);
  if (request.packaging == Packaging::compact) return out.write(as_bytes(input + '.' + value_text));

  json::Value message;
  if (request.packaging != Packaging::detached) message.add("payload", payload_text);  // RFC 7515 appendix F
  message.add("protected", protected_text);
  if (request.level == Level::t) {
    MOHR_TRY(json::Value header, unprotected_header(request, value_text));
    message.add("header", std::move(header));
  }
  message.add("signature", value_text);
  return out.write(as_bytes(json::write(message) + '\n'));
}

}  // namespace mohr::sign
