// The identity of a message as the header parameter kIdentityNamespace of a JWS (docs/attributes.md).
#pragma once

#include "format/cms_identity.h"
#include "pki/core/json.h"

namespace mohr::format {

// Errors: jws_invalid, naming the member. Members that docs/attributes.md does not have are refused.
Result<Identity> identity_from_json(const json::Value& value);
json::Value identity_to_json(const Identity& identity);

}  // namespace mohr::format
