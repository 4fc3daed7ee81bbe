// Strict DER (X.690): definite, minimal lengths, no trailing octets. Lends views into the encoding; owns and allocates nothing.
// BER, where CMS needs it, is first turned into DER by pki/asn1/ber.h.
#pragma once

#include "pki/core/bytes.h"
#include "pki/core/result.h"

namespace mohr::asn1 {

using Tag = std::uint8_t;  // identifier octet; tag numbers above 30 are refused (no format here has them)
inline constexpr Tag kBoolean = 0x01, kInteger = 0x02, kBitString = 0x03, kOctetString = 0x04, kNull = 0x05, kOid = 0x06,
                     kEnumerated = 0x0a, kUtf8String = 0x0c, kNumericString = 0x12, kPrintableString = 0x13, kT61String = 0x14,
                     kIa5String = 0x16, kUtcTime = 0x17, kGeneralizedTime = 0x18, kVisibleString = 0x1a, kUniversalString = 0x1c,
                     kBmpString = 0x1e, kSequence = 0x30, kSet = 0x31;
constexpr Tag context(unsigned number, bool constructed = true) { return static_cast<Tag>((constructed ? 0xa0U : 0x80U) | number); }

struct Element {
  Tag tag = 0;
  ByteView value;  // contents octets
  ByteView whole;  // identifier, length and contents
  explicit operator bool() const { return tag != 0; }
};

// A cursor over consecutive elements. Errors are der_invalid with the offset from the start of the buffer it was made over.
class Reader {
 public:
  Reader() = default;
  explicit Reader(ByteView input) : start_(input.data()), rest_(input) {}
  // Reads inside `element`, with places counted from the same start as this reader's.
  [[nodiscard]] Reader inside(const Element& element) const { return Reader(start_, element.value); }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] ByteView rest() const { return rest_; }
  [[nodiscard]] Tag peek() const { return rest_.empty() ? Tag{0} : rest_[0]; }

  Result<Element> next();            // any element
  Result<Element> next(Tag tag);     // this one, or an error
  Result<Element> next_if(Tag tag);  // this one, or an empty element
  Result<Reader> enter(Tag tag);     // next(tag), then inside it
  Result<void> finish() const;       // an error when anything is left

  Result<ByteView> oid();                // contents octets, checked
  Result<ByteView> integer();            // contents octets, minimal; may be negative
  Result<ByteView> unsigned_integer();   // magnitude without leading zero octet; negative is an error
  Result<std::int64_t> small_integer();  // fits 63 bits
  Result<bool> boolean();                // 00 or FF
  Result<ByteView> octet_string();
  Result<ByteView> bit_string();  // whole octets only (no unused bits)
  Result<Instant> time();         // UTCTime or GeneralizedTime as RFC 5280 4.1.2.5 wants them (seconds, Z, no fraction)
  Result<void> null();

  [[nodiscard]] Error error(const char* what) const;  // der_invalid at this place

 private:
  Reader(const Byte* start, ByteView rest) : start_(start), rest_(rest) {}
  const Byte* start_ = nullptr;
  ByteView rest_;
};

// GeneralizedTime contents with optional fraction and Z (RFC 3161 allows a fraction); the fraction is cut.
std::optional<Instant> generalized_time(ByteView contents);
// The named bits of a BIT STRING's contents (first octet: unused bits); bit 0 is the first. DER: no trailing zero bits.
Result<std::uint32_t> named_bits(ByteView bit_string_contents);
// The one element that `encoding` is, with nothing after it.
Result<Element> single(ByteView encoding);
Result<Reader> single(ByteView encoding, Tag tag);  // a reader inside it

}  // namespace mohr::asn1
