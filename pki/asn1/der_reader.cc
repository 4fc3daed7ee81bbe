#include "pki/asn1/der_reader.h"

namespace mohr::asn1 {
namespace {

bool digits(ByteView text, std::size_t at, std::size_t count, int& value) {
  value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  return true;
}

// YYMMDDhhmmss or YYYYMMDDhhmmss.
std::optional<Instant> date_and_time(ByteView text, std::size_t year_digits) {
  CivilTime c;
  if (text.size() != year_digits + 10 || !digits(text, 0, year_digits, c.year) || !digits(text, year_digits, 2, c.month) ||
      !digits(text, year_digits + 2, 2, c.day) || !digits(text, year_digits + 4, 2, c.hour) ||
      !digits(text, year_digits + 6, 2, c.minute) || !digits(text, year_digits + 8, 2, c.second))
    return std::nullopt;
  if (year_digits == 2) c.year += c.year < 50 ? 2000 : 1900;
  return instant(c);
}

}  // namespace

Error Reader::error(const char* what) const { return errors::der_invalid(Code{what}).at("byte " + std::to_string(rest_.data() - start_)); }

Result<Element> Reader::next() {
  if (rest_.size() < 2) return error("it ends in the middle of an element");
  const Tag tag = rest_[0];
  if ((tag & 0x1f) == 0x1f) return error("a tag number above 30");
  if (tag == 0) return error("end-of-contents octets");  // BER's; an Element of tag 0 is none
  std::size_t header = 2;
  std::size_t length = rest_[1];
  if (length & 0x80) {
    const std::size_t octets = length & 0x7f;
    if (octets == 0) return error("an indefinite length");
    if (octets > 4 || rest_.size() < 2 + octets) return error("a length beyond the end");
    length = 0;
    for (std::size_t i = 0; i < octets; ++i) length = length << 8 | rest_[2 + i];
    if (length < 0x80 || rest_[2] == 0) return error("a length that is not minimal");
    header += octets;
  }
  if (length > rest_.size() - header) return error("a length beyond the end");
  const Element element{tag, rest_.subspan(header, length), rest_.first(header + length)};
  rest_ = rest_.subspan(header + length);
  return element;
}

Result<Element> Reader::next(Tag tag) {
  if (peek() != tag) return error(rest_.empty() ? "an element is missing" : "an element of another type than expected");
  return next();
}

Result<Element> Reader::next_if(Tag tag) {
  if (peek() != tag) return Element{};
  return next();
}

Result<Reader> Reader::enter(Tag tag) {
  MOHR_TRY(const Element element, next(tag));
  return inside(element);
}

Result<void> Reader::finish() const {
  if (!rest_.empty()) return error("something follows the last element");
  return {};
}

Result<ByteView> Reader::oid() {
  MOHR_TRY(const Element element, next(kOid));
  const ByteView v = element.value;
  if (v.empty() || (v.back() & 0x80)) return error("a broken object identifier");
  for (std::size_t i = 0; i < v.size(); ++i) {
    if (v[i] == 0x80 && (i == 0 || !(v[i - 1] & 0x80))) return error("an object identifier that is not minimal");
  }
  return v;
}

Result<ByteView> Reader::integer() {
  MOHR_TRY(const Element element, next(kInteger));
  const ByteView v = element.value;
  if (v.empty()) return error("an empty integer");
  if (v.size() > 1 && ((v[0] == 0 && !(v[1] & 0x80)) || (v[0] == 0xff && (v[1] & 0x80)))) return error("an integer that is not minimal");
  return v;
}

Result<ByteView> Reader::unsigned_integer() {
  MOHR_TRY(const ByteView v, integer());
  if (v[0] & 0x80) return error("a negative integer");
  return v[0] == 0 && v.size() > 1 ? v.subspan(1) : v;
}

Result<std::int64_t> Reader::small_integer() {
  MOHR_TRY(const ByteView v, integer());
  if (v.size() > 8) return error("an integer beyond 63 bits");
  std::uint64_t value = v[0] & 0x80 ? ~std::uint64_t{0} : 0;
  for (const Byte b : v) value = value << 8 | b;
  return static_cast<std::int64_t>(value);
}

Result<bool> Reader::boolean() {
  MOHR_TRY(const Element element, next(kBoolean));
  if (element.value.size() != 1 || (element.value[0] != 0 && element.value[0] != 0xff)) return error("a broken boolean");
  return element.value[0] == 0xff;
}

Result<ByteView> Reader::octet_string() {
  MOHR_TRY(const Element element, next(kOctetString));
  return element.value;
}

Result<ByteView> Reader::bit_string() {
  MOHR_TRY(const Element element, next(kBitString));
  if (element.value.empty() || element.value[0] != 0) return error("a bit string of no whole octets");
  return element.value.subspan(1);
}

Result<Instant> Reader::time() {
  const bool utc = peek() == kUtcTime;
  MOHR_TRY(const Element element, next(utc ? kUtcTime : kGeneralizedTime));
  const ByteView v = element.value;
  if (v.empty() || v.back() != 'Z') return error("a time that does not end in Z");
  const auto time = date_and_time(v.first(v.size() - 1), utc ? 2 : 4);
  if (!time) return error("a broken time");
  return *time;
}

Result<void> Reader::null() {
  MOHR_TRY(const Element element, next(kNull));
  if (!element.value.empty()) return error("a NULL with contents");
  return {};
}

std::optional<Instant> generalized_time(ByteView v) {
  if (v.size() < 15 || v.back() != 'Z') return std::nullopt;
  if (v.size() > 15) {
    if (v[14] != '.' || v.size() == 16 || v[v.size() - 2] == '0') return std::nullopt;  // DER: no trailing zeros
    for (std::size_t i = 15; i < v.size() - 1; ++i)
      if (v[i] < '0' || v[i] > '9') return std::nullopt;
  }
  return date_and_time(v.first(14), 4);
}

Result<std::uint32_t> named_bits(ByteView v) {
  const auto broken = [] { return errors::der_invalid(Code{"a broken list of named bits"}); };
  if (v.empty() || v[0] > 7 || v.size() > 5) return broken();
  if (v.size() == 1) {
    if (v[0] != 0) return broken();
    return std::uint32_t{0};
  }
  const Byte last = v.back();
  if ((last & ((1U << v[0]) - 1U)) != 0 || (last & (1U << v[0])) == 0) return broken();  // padding set, or a trailing zero bit
  std::uint32_t bits = 0;
  for (std::size_t i = 1; i < v.size(); ++i)
    for (unsigned b = 0; b < 8; ++b)
      if (v[i] & (0x80U >> b)) bits |= 1U << ((i - 1) * 8 + b);
  return bits;
}

Result<Element> single(ByteView encoding) {
  Reader reader(encoding);
  MOHR_TRY(const Element element, reader.next());
  MOHR_CHECK(reader.finish());
  return element;
}

Result<Reader> single(ByteView encoding, Tag tag) {
  Reader reader(encoding);
  MOHR_TRY(const Reader inner, reader.enter(tag));
  MOHR_CHECK(reader.finish());
  return inner;
}

}  // namespace mohr::asn1
