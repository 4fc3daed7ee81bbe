// The identity of a message as a JSON header parameter (docs/attributes.md).
#pragma once

#include "format/signed_document.h"
#include "pki/core/json.h"

namespace mohr::format {

inline constexpr std::string_view kIdentityParameter = "urn:uuid:4277d4db-60a4-4a4c-a40f-de674266b44b";

// Errors: jws_invalid, naming the member. Members that are not known are passed over.
Result<Identity> identity_from_json(const json::Value& value);
json::Value identity_to_json(const Identity& identity);

}  // namespace mohr::format
