// GeneralName (RFC 5280 4.2.1.6): views, with the checks of their syntax.
#pragma once

#include "pki/name.h"

namespace mohr::pki {

struct GeneralName {
  enum class Kind : std::uint8_t { other_name, email, dns, x400, directory, edi_party, uri, ip, registered_id };
  Kind kind = Kind::other_name;
  // email, dns, uri: the text; ip: 4 or 16 octets (in name constraints 8 or 32: address and mask); registered_id: OID contents;
  // directory: the whole Name element, for Name::parse; else the contents as they are.
  ByteView value;
  [[nodiscard]] std::string_view text() const { return as_text(value); }
};

enum class GeneralNameUse : std::uint8_t { name, constraint };

// Errors: der_invalid. e-mail and DNS names must be ASCII; a URI may hold UTF-8 (issuers write Persian paths).
Result<GeneralName> read_general_name(asn1::Reader& reader, GeneralNameUse use = GeneralNameUse::name);
// The elements of GeneralNames, at least one, until `reader` ends.
Result<std::vector<GeneralName>> read_general_names(asn1::Reader reader);

// "DNS:example.ir", "IP:10.0.0.1", for details.
std::string display(const GeneralName& name);

}  // namespace mohr::pki
