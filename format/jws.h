// JSON web signatures (RFC 7515, RFC 7797): the serialisations, and the rules that hold before any key is looked at.
#pragma once

#include <optional>

#include "pki/core/json.h"
#include "pki/core/source.h"

namespace mohr::format {

enum class JwsForm : std::uint8_t { compact, flattened, general };

struct JwsSignature {
  std::string protected_text;     // as it stands in the message: base64url
  json::Value header;             // protected, an object
  json::Value unprotected;        // an object, or null when there is none
  std::string algorithm;          // "RS256"; never "none" or "HS..."
  bool base64url_payload = true;  // RFC 7797 "b64"
  std::string value_text;         // the signature value as it stands in the message: base64url
  Bytes value;
  std::vector<std::string> unknown_members;  // beside protected, header and signature
  // The member, wherever it stands; null when there is none.
  [[nodiscard]] const json::Value* parameter(std::string_view name) const;
};

struct Jws {
  JwsForm form = JwsForm::compact;
  std::vector<JwsSignature> signatures;      // at least one
  std::optional<std::string> payload_text;   // as it stands in the message; nothing when detached
  std::vector<std::string> unknown_members;  // top level, beside those of RFC 7515 7.2
};

// Nothing when `text` is JSON that is no signed message. Errors: json_*, jws_invalid, jws_header_refused (jwk, jku, x5u: never fetched),
// jws_algorithm_refused (none, HS*), jws_critical_refused, unsupported, budget_exceeded.
Result<std::optional<Jws>> parse_jws(ByteView text, Budget& budget);
Result<std::optional<Jws>> parse_jws(const json::Value& message, Budget& budget);  // the two serialisations as JSON

// The octets that were signed as content: the payload, decoded. Nothing when detached.
Result<std::optional<Bytes>> jws_payload(const Jws& jws);

// RFC 7515 5.1 step 5: ASCII(protected) || '.' || payload. `content`: the detached content, for a message without payload.
Bytes jws_signing_input(const Jws& jws, const JwsSignature& signature, ByteView content);

}  // namespace mohr::format
