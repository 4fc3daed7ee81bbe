// The identity of a message as CMS signed attributes (docs/attributes.md): read and written.
#pragma once

#include "format/signed_document.h"

namespace mohr::format {

inline constexpr std::string_view kIdentityArc = "2.25.88351248299682832523626324664928089163";
inline constexpr std::string_view kIdentityNamespace = "urn:uuid:4277d4db-60a4-4a4c-a40f-de674266b44b";

// True when `attribute` is one of the arc; then `identity` has its value. Errors: der_invalid.
Result<bool> read_identity_attribute(const pki::CmsAttribute& attribute, Identity& identity);
std::vector<Bytes> write_identity_attributes(const Identity& identity);  // whole Attribute elements

}  // namespace mohr::format
