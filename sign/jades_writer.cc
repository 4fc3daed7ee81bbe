#include "format/cms_identity.h"
#include "pki/core/json.h"
#include "sign/writer.h"

namespace mohr::sign {
namespace {

std::string_view jose_name(crypto::DigestAlgorithm digest) {
  if (digest == crypto::DigestAlgorithm::sha384) return "S384";
  return digest == crypto::DigestAlgorithm::sha512 ? "S512" : "S256";
}

json::Value identity_value(const format::Identity& identity) {
  json::Value value;
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) value.add(name, text);
  };
  add("service_id", identity.service_id);
  add("tracking_id", identity.tracking_id);
  add("sender", identity.sender);
  add("receiver", identity.receiver);
  add("message_id", identity.message_id);
  if (identity.expires) value.add("expires", iso8601(*identity.expires));
  if (!identity.request.empty()) {
    json::Value reply;
    reply.add("alg", jose_name(identity.request_digest)).add("digest", base64url(identity.request));
    value.add("in_reply_to", std::move(reply));
  }
  return value;
}

// TS 119 182-1 v1.2.1, level B: alg, cty, x5c, x5t#S256, iat.
json::Value protected_header(const Request& request, const crypto::SignatureAlgorithm& algorithm, bool compact) {
  json::Value header;
  header.add("alg", crypto::signature_jws(algorithm)).add("typ", compact ? "jose" : "jose+json");
  const std::string_view type = request.media_type;
  header.add("cty", type.empty() ? std::string_view("json") : type.starts_with("application/") ? type.substr(12) : type);
  json::Array certificates;
  certificates.emplace_back(base64(request.certificate->der()));
  for (const pki::CertificatePtr& certificate : request.chain) certificates.emplace_back(base64(certificate->der()));
  header.add("x5c", std::move(certificates));
  header.add("x5t#S256", base64url(request.certificate->fingerprint().view()));
  header.add("iat", request.now.seconds);
  if (!request.identity.empty()) header.add(std::string(format::kIdentityNamespace), identity_value(request.identity));
  return header;
}

Result<json::Value> timestamp_value(const Request& request, const std::string& value_text) {
  if (!request.stamp) return errors::stamp_needed();
  MOHR_TRY(const Bytes token, request.stamp(as_bytes(value_text)));
  json::Value entry, tokens, property;
  entry.add("val", base64(token));
  tokens.add("tstTokens", json::Array{std::move(entry)});
  property.add("sigTst", std::move(tokens));
  json::Value header;
  header.add("etsiU", json::Array{json::Value(base64url(as_bytes(json::write(property))))});
  return header;
}

}  // namespace

Result<void> write_jades(const Source& document, const Request& request, Sink& out, Budget& budget) {
  const bool compact = request.packaging == Packaging::compact;
  const bool detached = request.packaging == Packaging::detached;
  if (!compact && !detached && request.packaging != Packaging::by_format && request.packaging != Packaging::flattened &&
      request.packaging != Packaging::attached)
    return errors::packaging_unsupported(Code{"such"}, Code{"JAdES"});
  if (compact && request.level == Level::t) return errors::packaging_unsupported(Code{"compact, time-stamped"}, Code{"JAdES"});
  MOHR_TRY(const Bytes payload, read_all(document, budget.limit(Limit::memory_bytes)));
  if (request.media_type.empty() || request.media_type == "application/json") MOHR_CHECK(json::parse(payload, budget));
  const crypto::SignatureAlgorithm algorithm = crypto::preferred_algorithm(request.key->public_key(), request.digest);
  if (crypto::signature_jws(algorithm).empty()) return errors::algorithm_unknown(Code{crypto::signature_name(algorithm)});
  const std::string protected_text = base64url(as_bytes(json::write(protected_header(request, algorithm, compact))));
  const std::string payload_text = base64url(payload);
  MOHR_TRY(const Bytes value, request.key->sign(algorithm, as_bytes(protected_text + "." + payload_text), crypto::EcdsaForm::fixed));
  const std::string value_text = base64url(value);
  if (compact) return out.write(as_bytes(protected_text + "." + payload_text + "." + value_text));
  json::Value message;
  if (!detached) message.add("payload", payload_text);
  message.add("protected", protected_text);
  if (request.level == Level::t) {
    MOHR_TRY(json::Value header, timestamp_value(request, value_text));
    message.add("header", std::move(header));
  }
  message.add("signature", value_text);
  return out.write(as_bytes(json::write(message) + "\n"));
}

}  // namespace mohr::sign
