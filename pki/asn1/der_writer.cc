#include "pki/asn1/der_writer.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "pki/asn1/oid.h"

namespace mohr::asn1 {
namespace {

void append_header(Bytes& out, Tag tag, std::size_t length) {
  out.push_back(tag);
  if (length < 0x80) {
    out.push_back(static_cast<Byte>(length));
    return;
  }
  int octets = 1;
  while (octets < 8 && (length >> (8 * octets)) != 0) ++octets;
  out.push_back(static_cast<Byte>(0x80 | octets));
  for (int i = octets - 1; i >= 0; --i) out.push_back(static_cast<Byte>(length >> (8 * i)));
}

}  // namespace

Bytes element(Tag tag, ByteView contents) {
  Bytes out;
  out.reserve(contents.size() + 6);
  append_header(out, tag, contents.size());
  append(out, contents);
  return out;
}

Bytes element(Tag tag, std::initializer_list<ByteView> parts) {
  std::size_t length = 0;
  for (const ByteView part : parts) length += part.size();
  Bytes out;
  out.reserve(length + 6);
  append_header(out, tag, length);
  for (const ByteView part : parts) append(out, part);
  return out;
}

Bytes sequence(std::initializer_list<ByteView> parts) { return element(kSequence, parts); }

Bytes set_of(std::vector<Bytes> elements) {
  std::sort(elements.begin(), elements.end(), [](const Bytes& a, const Bytes& b) { return less(a, b); });
  Bytes contents;
  for (const Bytes& e : elements) append(contents, e);
  return element(kSet, contents);
}

Bytes integer(std::int64_t value) {
  Bytes contents;
  for (int i = 7; i >= 0; --i) contents.push_back(static_cast<Byte>(static_cast<std::uint64_t>(value) >> (8 * i)));
  std::size_t skip = 0;
  while (skip < 7 && ((contents[skip] == 0 && !(contents[skip + 1] & 0x80)) || (contents[skip] == 0xff && (contents[skip + 1] & 0x80))))
    ++skip;
  return element(kInteger, ByteView(contents).subspan(skip));
}

Bytes unsigned_integer(ByteView magnitude) {
  while (magnitude.size() > 1 && magnitude[0] == 0) magnitude = magnitude.subspan(1);
  constexpr Byte kZero = 0;
  if (magnitude.empty()) return element(kInteger, ByteView(&kZero, 1));
  if (magnitude[0] & 0x80) return element(kInteger, {ByteView(&kZero, 1), magnitude});
  return element(kInteger, magnitude);
}

Bytes boolean(bool value) {
  const Byte octet = value ? 0xff : 0;
  return element(kBoolean, ByteView(&octet, 1));
}

Bytes null() { return element(kNull, ByteView{}); }

Bytes oid(std::string_view dotted) { return element(kOid, contents_from_dotted(dotted).value_or(Bytes{})); }

Bytes octet_string(ByteView value) { return element(kOctetString, value); }

Bytes bit_string(ByteView value, unsigned unused_bits) {
  const Byte unused = static_cast<Byte>(unused_bits);
  return element(kBitString, {ByteView(&unused, 1), value});
}

Bytes named_bits(std::uint32_t bits) {
  Bytes octets;
  unsigned last = 0;
  for (unsigned i = 0; i < 32; ++i) {
    if (!(bits & (1U << i))) continue;
    octets.resize(i / 8 + 1);
    octets[i / 8] = static_cast<Byte>(octets[i / 8] | (0x80U >> (i % 8)));
    last = i;
  }
  return bit_string(octets, octets.empty() ? 0 : 7 - last % 8);
}

Bytes utf8_string(std::string_view text) { return element(kUtf8String, as_bytes(text)); }
Bytes printable_string(std::string_view text) { return element(kPrintableString, as_bytes(text)); }
Bytes ia5_string(std::string_view text) { return element(kIa5String, as_bytes(text)); }

Bytes generalized_time(Instant time) {
  const CivilTime c = civil(time);
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "%04d%02d%02d%02d%02d%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
  return element(kGeneralizedTime, as_bytes(text.data()));
}

Bytes utc_or_generalized_time(Instant time) {
  const CivilTime c = civil(time);
  if (c.year >= 2050 || c.year < 1950) return generalized_time(time);
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "%02d%02d%02d%02d%02d%02dZ", c.year % 100, c.month, c.day, c.hour, c.minute, c.second);
  return element(kUtcTime, as_bytes(text.data()));
}

}  // namespace mohr::asn1
