// Object identifiers: the known ones by name (oids.def), any by its dotted form.
#pragma once

#include "pki/core/bytes.h"

namespace mohr::asn1 {

enum class Oid : std::uint16_t {
  unknown,
#define OID(tag, dotted, name) tag,
#include "pki/asn1/oids.def"
#undef OID
};

Oid known_oid(ByteView contents);            // by contents octets; Oid::unknown when it is in no row
ByteView contents(Oid oid);                  // DER contents octets of a row
std::string dotted(ByteView contents);
std::string_view dotted(Oid oid);
std::string_view name(Oid oid);              // short English name, for details only
std::optional<Bytes> contents_from_dotted(std::string_view dotted);

}  // namespace mohr::asn1
