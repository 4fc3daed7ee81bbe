// JSON Web Signature (RFC 7515) as it is written: compact, flattened, general. Structure only; format/jades.h makes facts of it.
#pragma once

#include "pki/core/json.h"

namespace mohr::format {

struct JwsSignature {
  std::string protected_text;    // base64url as it stands: part of what is signed
  json::Value protected_header;  // an object
  json::Value header;            // unprotected; null when absent
  std::string value_text;        // base64url of the signature value
  Bytes value;
};

struct Jws {
  bool is_compact = false;
  std::string payload_text;      // base64url as it stands; empty: detached (or an empty payload)
  bool has_payload = false;
  std::vector<JwsSignature> signatures;   // empty: the JSON text is no JWS
  std::vector<std::string> unknown_members;  // of the outer object, unprotected
};

// Errors: json_invalid, json_duplicate_member, jws_invalid (places "signature N"), budget_exceeded.
Result<Jws> parse_jws(ByteView text, Budget& budget);

}  // namespace mohr::format
