// Object identifiers: the known ones by name (oids.def), any by its dotted form.
#pragma once

#include <array>

#include "pki/core/bytes.h"

namespace mohr::asn1 {

// The contents octets of an object identifier whose arcs lie below 2^32, made while compiling; the general case is
// contents_from_dotted.
struct OidOctets {
  std::array<Byte, 24> octets{};
  std::uint8_t size = 0;
  [[nodiscard]] constexpr ByteView view() const { return {octets.data(), size}; }
};
constexpr OidOctets oid_octets(std::string_view dotted) {
  OidOctets out;
  std::uint64_t arc = 0, first = 0;
  for (std::size_t i = 0, index = 0; i <= dotted.size(); ++i) {
    if (i < dotted.size() && dotted[i] != '.') {
      arc = arc * 10 + static_cast<std::uint64_t>(dotted[i] - '0');
      continue;
    }
    if (index == 0) {
      first = arc;
    } else {
      if (index == 1) arc += first * 40;
      int groups = 1;
      while (arc >> (7 * groups)) ++groups;
      for (int g = groups - 1; g >= 0; --g) out.octets[out.size++] = static_cast<Byte>((arc >> (7 * g) & 0x7f) | (g > 0 ? 0x80 : 0));
    }
    arc = 0;
    ++index;
  }
  return out;
}

enum class Oid : std::uint16_t {
  unknown,
#define OID(tag, dotted, name) tag,
#include "pki/asn1/oids.def"
#undef OID
};

Oid known_oid(ByteView contents);  // by contents octets; Oid::unknown when it is in no row
ByteView contents(Oid oid);        // DER contents octets of a row
std::string dotted(ByteView contents);
std::string_view dotted(Oid oid);
std::string_view name(Oid oid);  // short English name, for details only
std::optional<Bytes> contents_from_dotted(std::string_view dotted);

}  // namespace mohr::asn1
