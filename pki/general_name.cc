#include "pki/general_name.h"

#include <algorithm>

#include "pki/core/text.h"

namespace mohr::pki {
namespace {

using asn1::Element;
using asn1::Reader;
using Kind = GeneralName::Kind;

bool is_ascii(ByteView v) {
  return std::all_of(v.begin(), v.end(), [](Byte b) { return b < 0x80 && b != 0; });
}

// The mask's ones come first (CIDR, RFC 4632).
bool is_mask(ByteView mask) {
  bool ended = false;
  for (const Byte b : mask)
    for (unsigned bit = 0x80; bit != 0; bit >>= 1) {
      if (!(b & bit)) ended = true;
      else if (ended) return false;
    }
  return true;
}

bool is_address(ByteView v, GeneralNameUse use) {
  if (use == GeneralNameUse::name) return v.size() == 4 || v.size() == 16;
  return (v.size() == 8 || v.size() == 32) && is_mask(v.subspan(v.size() / 2));
}

bool is_oid(ByteView v) {
  if (v.empty() || (v.back() & 0x80)) return false;
  for (std::size_t i = 0; i < v.size(); ++i)
    if (v[i] == 0x80 && (i == 0 || !(v[i - 1] & 0x80))) return false;
  return true;
}

// otherName: type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY.
Result<void> check_other_name(Reader reader) {
  MOHR_CHECK(reader.oid());
  MOHR_TRY(Reader value, reader.enter(asn1::context(0)));
  MOHR_CHECK(value.next());
  MOHR_CHECK(value.finish());
  return reader.finish();
}

std::string address_text(ByteView v) {
  std::string out;
  if (v.size() == 4) {
    for (const Byte b : v) out += (out.empty() ? "" : ".") + std::to_string(b);
    return out;
  }
  for (std::size_t i = 0; i + 1 < v.size(); i += 2) out += (i == 0 ? "" : ":") + hex(v.subspan(i, 2));
  return out;
}

}  // namespace

Result<GeneralName> read_general_name(Reader& reader, GeneralNameUse use) {
  MOHR_TRY(const Element element, reader.next());
  const ByteView v = element.value;
  switch (element.tag) {
    case asn1::context(0): MOHR_CHECK(check_other_name(reader.inside(element))); return GeneralName{Kind::other_name, v};
    case asn1::context(1, false):
      if (!is_ascii(v)) return reader.error("an e-mail address that is not ASCII");
      return GeneralName{Kind::email, v};
    case asn1::context(2, false):
      if (!is_ascii(v)) return reader.error("a DNS name that is not ASCII");
      return GeneralName{Kind::dns, v};
    case asn1::context(3): return GeneralName{Kind::x400, v};
    case asn1::context(4): {
      MOHR_TRY(const Name name, Name::parse(v));
      return GeneralName{Kind::directory, name.encoding()};
    }
    case asn1::context(5): return GeneralName{Kind::edi_party, v};
    case asn1::context(6, false):
      if (!is_ascii(v) && !is_valid_utf8(as_text(v))) return reader.error("a URI that is not text");
      return GeneralName{Kind::uri, v};
    case asn1::context(7, false):
      if (!is_address(v, use)) return reader.error("a broken IP address");
      return GeneralName{Kind::ip, v};
    case asn1::context(8, false):
      if (!is_oid(v)) return reader.error("a broken object identifier");
      return GeneralName{Kind::registered_id, v};
    default: return reader.error("an unknown kind of name");
  }
}

Result<std::vector<GeneralName>> read_general_names(Reader reader) {
  std::vector<GeneralName> names;
  if (reader.at_end()) return reader.error("an empty list of names");
  while (!reader.at_end()) {
    MOHR_TRY(const GeneralName name, read_general_name(reader));
    names.push_back(name);
  }
  return names;
}

std::string display(const GeneralName& name) {
  switch (name.kind) {
    case Kind::email: return "email:" + printable(name.text());
    case Kind::dns: return "DNS:" + printable(name.text());
    case Kind::uri: return "URI:" + printable(name.text());
    case Kind::ip:
      if (name.value.size() == 8 || name.value.size() == 32)
        return "IP:" + address_text(name.value.first(name.value.size() / 2)) + "/" +
               address_text(name.value.subspan(name.value.size() / 2));
      return "IP:" + address_text(name.value);
    case Kind::registered_id: return "OID:" + asn1::dotted(name.value);
    case Kind::directory: {
      const auto directory = Name::parse(name.value);
      return "directory:" + (directory ? directory->rfc4514() : hex(name.value));
    }
    default: return "other:" + hex(name.value);
  }
}

}  // namespace mohr::pki
