#include "format/jws.h"

#include <algorithm>

namespace mohr::format {
namespace {

Error broken(std::string what) { return errors::jws_invalid(Code{std::move(what)}); }

// Header parameter names must not stand in both headers (RFC 7515 4).
Result<void> check_disjoint(const JwsSignature& signature) {
  const json::Object* outside = signature.header.object();
  if (outside == nullptr) return {};
  for (const json::Member& member : *outside)
    if (signature.protected_header.member(member.first) != nullptr) return broken("the header parameter " + member.first + " stands twice");
  return {};
}

Result<JwsSignature> read_signature(std::string protected_text, std::string value_text, Budget& budget) {
  JwsSignature signature;
  const auto header = from_base64url(protected_text);
  if (!header || header->empty()) return broken("the protected header is no base64url");
  MOHR_TRY(signature.protected_header, json::parse(*header, budget));
  if (signature.protected_header.object() == nullptr) return broken("the protected header is no object");
  auto value = from_base64url(value_text);
  if (!value || value->empty()) return broken("the signature value is no base64url");
  signature.value = *std::move(value);
  signature.protected_text = std::move(protected_text);
  signature.value_text = std::move(value_text);
  return signature;
}

Result<Jws> parse_compact(std::string_view text, Budget& budget) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  const std::size_t first = text.find('.'), second = text.find('.', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos)
    return broken("not three parts");
  Jws jws;
  jws.is_compact = true;
  jws.payload_text = text.substr(first + 1, second - first - 1);
  jws.has_payload = !jws.payload_text.empty();
  MOHR_TRY(JwsSignature signature, read_signature(std::string(text.substr(0, first)), std::string(text.substr(second + 1)), budget));
  jws.signatures.push_back(std::move(signature));
  return jws;
}

Result<JwsSignature> read_json_signature(const json::Value& object, Budget& budget) {
  const std::string* protected_text = object.string("protected");
  const std::string* value = object.string("signature");
  if (value == nullptr) return broken("a signature without value");
  if (protected_text == nullptr) return broken("a signature without protected header");
  MOHR_TRY(JwsSignature signature, read_signature(*protected_text, *value, budget));
  if (const json::Value* header = object.member("header")) {
    if (header->object() == nullptr) return broken("the unprotected header is no object");
    signature.header = *header;
  }
  MOHR_CHECK(check_disjoint(signature));
  return signature;
}

Result<Jws> parse_json(ByteView text, Budget& budget) {
  MOHR_TRY(const json::Value document, json::parse(text, budget));
  Jws jws;
  if (document.object() == nullptr) return jws;
  const json::Value* list = document.member("signatures");
  const bool flattened = document.member("signature") != nullptr && document.member("protected") != nullptr;
  const bool general = list != nullptr && list->array() != nullptr && document.member("payload") != nullptr;
  if (!flattened && !general) return jws;
  if (flattened && list != nullptr) return broken("both forms, flattened and general, at once");
  if (const json::Value* payload = document.member("payload")) {
    if (payload->string() == nullptr) return broken("the payload is no text");
    jws.payload_text = *payload->string();
    jws.has_payload = true;
  }
  for (const json::Member& member : *document.object()) {
    const bool known = member.first == "payload" || (general ? member.first == "signatures"
                                                             : member.first == "protected" || member.first == "header" || member.first == "signature");
    if (!known) jws.unknown_members.push_back(member.first);
  }
  if (flattened) {
    MOHR_TRY(jws.signatures.emplace_back(), read_json_signature(document, budget));
    return jws;
  }
  for (const json::Value& one : *list->array()) {
    MOHR_CHECK(budget.spend(Limit::signatures));
    auto signature = read_json_signature(one, budget);
    if (!signature) return std::move(signature).error().at("signature " + std::to_string(jws.signatures.size() + 1));
    jws.signatures.push_back(*std::move(signature));
  }
  return jws;
}

}  // namespace

Result<Jws> parse_jws(ByteView text, Budget& budget) {
  std::size_t start = 0;
  while (start < text.size() && (text[start] == ' ' || text[start] == '\t' || text[start] == '\r' || text[start] == '\n')) ++start;
  const bool is_json = start < text.size() && (text[start] == '{' || text[start] == '[');
  return is_json ? parse_json(text, budget) : parse_compact(as_text(text), budget);
}

}  // namespace mohr::format
