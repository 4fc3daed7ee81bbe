#include "format/jws.h"

#include <algorithm>
#include <array>

#include "pki/core/text.h"

namespace mohr::format {
namespace {

// What we understand when a signer demands it (RFC 7515 4.1.11). RFC 7797: b64. TS 119 182-1 5.2 and 5.3: the rest; sigPId and
// sigD are refused before this is asked.
constexpr std::array<std::string_view, 9> kUnderstood = {"b64", "sigT", "x5t#o", "sigX5ts", "srCms", "sigPl", "srAts", "adoTst", "etsiU"};
// Through these the sender of a message chooses the key it is checked with (RFC 7515 10.4).
constexpr std::array<std::string_view, 3> kRefused = {"jwk", "jku", "x5u"};

Error invalid(std::string what) { return errors::jws_invalid(Code{std::move(what)}); }

Result<void> check_names(const JwsSignature& signature) {
  for (const json::Value* header : {&signature.header, &signature.unprotected}) {
    if (!header->object()) continue;
    for (const auto& [name, value] : *header->object()) {
      if (std::find(kRefused.begin(), kRefused.end(), name) != kRefused.end()) return errors::jws_header_refused(Code{name});
      if (header == &signature.unprotected && signature.header.member(name))  // RFC 7515 4: disjoint
        return invalid("the parameter " + printable(name) + " stands in both headers");
    }
  }
  // What fixes the key, the content or the claims counts only when it is signed.
  for (const std::string_view name : {"alg", "crit", "b64", "x5c", "x5t", "x5t#S256", "x5t#o", "sigX5ts", "sigT", "iat", "sigD", "sigPId"})
    if (signature.unprotected.member(name)) return invalid(std::string(name) + " is not protected");
  if (const json::Value* details = signature.header.member("sigD")) {
    const std::string* mechanism = details->string("mId");
    return errors::unsupported(Code{"sigD " + (mechanism ? printable(*mechanism) : std::string())});
  }
  if (signature.header.member("sigPId")) return errors::unsupported(Code{"sigPId"});
  return {};
}

Result<void> check_critical(const JwsSignature& signature) {
  const json::Value* critical = signature.header.member("crit");
  if (!critical) return {};
  const json::Array* names = critical->array();
  if (!names || names->empty()) return invalid("crit is no list of names");
  for (auto name = names->begin(); name != names->end(); ++name) {
    const std::string* text = name->string();
    if (!text) return invalid("crit is no list of names");
    if (std::find(kUnderstood.begin(), kUnderstood.end(), *text) == kUnderstood.end())
      return errors::jws_critical_refused(Code{printable(*text)});
    if (!signature.parameter(*text)) return invalid("crit names " + *text + ", which is not there");
    if (std::any_of(names->begin(), name, [&](const json::Value& earlier) { return *earlier.string() == *text; }))
      return invalid("crit names " + *text + " twice");
  }
  return {};
}

bool is_critical(const JwsSignature& signature, std::string_view name) {
  const json::Value* critical = signature.header.member("crit");
  return critical && std::any_of(critical->array()->begin(), critical->array()->end(),
                                 [&](const json::Value& entry) { return *entry.string() == name; });
}

Result<void> check_algorithm(JwsSignature& signature) {
  const std::string* algorithm = signature.header.string("alg");
  if (!algorithm) return invalid("alg is missing");
  if (*algorithm == "none" || algorithm->starts_with("HS")) return errors::jws_algorithm_refused(Code{printable(*algorithm)});
  signature.algorithm = *algorithm;
  if (const json::Value* b64 = signature.header.member("b64")) {
    if (!b64->boolean()) return invalid("b64 is no boolean");
    signature.base64url_payload = *b64->boolean();
    if (!signature.base64url_payload && !is_critical(signature, "b64")) return invalid("b64 is not in crit");  // RFC 7797 6
  }
  return {};
}

Result<JwsSignature> read_signature(std::string protected_text, json::Value unprotected, std::string value_text, Budget& budget) {
  JwsSignature signature;
  signature.protected_text = std::move(protected_text);
  signature.unprotected = std::move(unprotected);
  signature.value_text = std::move(value_text);
  MOHR_CHECK(budget.spend(Limit::signatures));
  const auto header = from_base64url(signature.protected_text);
  if (!header) return invalid("the protected header is no base64url");
  auto parsed = json::parse(*header, budget);
  if (!parsed) {
    Error error = std::move(parsed).error();
    error.place = "protected header, " + error.place;
    return error;
  }
  signature.header = *std::move(parsed);
  if (!signature.header.object()) return invalid("the protected header is no object");
  if (!signature.unprotected.is_null() && !signature.unprotected.object()) return invalid("header is no object");
  auto value = from_base64url(signature.value_text);
  if (!value) return invalid("the signature value is no base64url");
  signature.value = *std::move(value);
  MOHR_CHECK(check_names(signature));
  MOHR_CHECK(check_critical(signature));
  MOHR_CHECK(check_algorithm(signature));
  return signature;
}

// RFC 7515 7.1. A line end after the token is what text files have; it is not part of it.
Result<std::optional<Jws>> parse_compact(std::string_view text, Budget& budget) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const std::size_t first = text.find('.'), last = text.rfind('.');
  if (first == std::string_view::npos || first == last) return invalid("it has not three parts");
  Jws jws;
  MOHR_TRY(auto signature, read_signature(std::string(text.substr(0, first)), {}, std::string(text.substr(last + 1)), budget));
  const std::string_view payload = text.substr(first + 1, last - first - 1);
  if (payload.find('.') != std::string_view::npos) return invalid("it has more than three parts");
  if (!payload.empty()) jws.payload_text = std::string(payload);
  jws.signatures.push_back(std::move(signature));
  return std::optional<Jws>(std::move(jws));
}

Result<JwsSignature> read_json_signature(json::Object members, bool is_top_level, Budget& budget) {
  std::optional<std::string> protected_text, value_text;
  json::Value unprotected;
  std::vector<std::string> unknown;
  for (auto& [name, value] : members) {
    const std::string* text = value.string();
    if (name == "protected" || name == "signature") {
      if (!text) return invalid(name + " is no string");
      (name == "protected" ? protected_text : value_text) = *text;
    } else if (name == "header") {
      if (!value.object()) return invalid("header is no object");
      unprotected = std::move(value);
    } else if (!is_top_level) {
      unknown.push_back(printable(name));
    }
  }
  if (!value_text) return invalid("signature is missing");
  if (!protected_text) return invalid("protected is missing");
  MOHR_TRY(auto signature, read_signature(*std::move(protected_text), std::move(unprotected), *std::move(value_text), budget));
  signature.unknown_members = std::move(unknown);
  return signature;
}

bool is_signed(const json::Value& message) {
  if (message.member("signature")) return message.member("protected") || message.member("payload") || message.member("header");
  const json::Value* signatures = message.member("signatures");
  if (!signatures) return false;
  if (message.member("payload")) return true;
  const json::Array* list = signatures->array();
  return list && std::any_of(list->begin(), list->end(), [](const json::Value& entry) {
           return entry.member("signature") && (entry.member("protected") || entry.member("header"));
         });
}

}  // namespace

// RFC 7515 7.2.
Result<std::optional<Jws>> parse_jws(const json::Value& message, Budget& budget) {
  if (!is_signed(message)) return std::optional<Jws>();
  Jws jws;
  if (const json::Value* payload = message.member("payload")) {
    if (!payload->string()) return invalid("payload is no string");
    if (!payload->string()->empty()) jws.payload_text = *payload->string();  // some leave an empty payload where appendix F takes it out
  }
  const json::Value* signatures = message.member("signatures");
  jws.form = signatures ? JwsForm::general : JwsForm::flattened;
  for (const auto& [name, value] : *message.object()) {
    const bool is_flattened_member = name == "protected" || name == "header" || name == "signature";
    if (signatures && is_flattened_member) return invalid(name + " and signatures stand side by side");
    if (name != "payload" && name != "signatures" && !is_flattened_member) jws.unknown_members.push_back(printable(name));
  }
  if (!signatures) {
    MOHR_TRY(auto signature, read_json_signature(*message.object(), true, budget));
    jws.signatures.push_back(std::move(signature));
    return std::optional<Jws>(std::move(jws));
  }
  if (!signatures->array() || signatures->array()->empty()) return invalid("signatures is no list of signatures");
  for (const json::Value& entry : *signatures->array()) {
    if (!entry.object()) return invalid("signatures is no list of signatures");
    MOHR_TRY(auto signature, read_json_signature(*entry.object(), false, budget));
    if (!jws.signatures.empty() && jws.signatures.front().base64url_payload != signature.base64url_payload)  // RFC 7797 3
      return invalid("b64 differs between the signatures");
    jws.signatures.push_back(std::move(signature));
  }
  return std::optional<Jws>(std::move(jws));
}

const json::Value* JwsSignature::parameter(std::string_view name) const {
  const json::Value* found = header.member(name);
  return found ? found : unprotected.member(name);
}

Result<std::optional<Jws>> parse_jws(ByteView text, Budget& budget) {
  // A protected header is an object, so its base64url begins with "e"; no JSON text does.
  if (!text.empty() && text.front() == 'e') return parse_compact(as_text(text), budget);
  MOHR_TRY(const json::Value message, json::parse(text, budget));
  return parse_jws(message, budget);
}

Result<std::optional<Bytes>> jws_payload(const Jws& jws) {
  if (!jws.payload_text) return std::optional<Bytes>();
  if (!jws.signatures.front().base64url_payload) return std::optional(to_bytes(as_bytes(*jws.payload_text)));
  auto payload = from_base64url(*jws.payload_text);
  if (!payload) return invalid("the payload is no base64url");
  return payload;
}

Bytes jws_signing_input(const Jws& jws, const JwsSignature& signature, ByteView content) {
  std::string encoded;
  ByteView payload = content;
  if (jws.payload_text) {
    payload = as_bytes(*jws.payload_text);
  } else if (signature.base64url_payload) {
    encoded = base64url(content);
    payload = as_bytes(encoded);
  }
  Bytes input;
  input.reserve(signature.protected_text.size() + 1 + payload.size());
  append(input, as_bytes(signature.protected_text));
  input.push_back('.');
  append(input, payload);
  return input;
}

}  // namespace mohr::format
