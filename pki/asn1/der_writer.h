// Writes DER from the inside out: each function returns the whole encoding of one element.
#pragma once

#include <initializer_list>

#include "pki/asn1/der_reader.h"

namespace mohr::asn1 {

Bytes element(Tag tag, ByteView contents);
Bytes element(Tag tag, std::initializer_list<ByteView> parts);  // contents: the parts one after the other
Bytes sequence(std::initializer_list<ByteView> parts);
Bytes set_of(std::vector<Bytes> elements);  // sorted as DER wants
Bytes integer(std::int64_t value);
Bytes unsigned_integer(ByteView magnitude);  // adds the zero octet when the top bit is set
Bytes boolean(bool value);
Bytes null();
Bytes oid(std::string_view dotted);  // "1.2.840.113549.1.7.2"; arcs up to 128 bits (2.25 UUIDs)
Bytes octet_string(ByteView value);
Bytes bit_string(ByteView value, unsigned unused_bits = 0);
Bytes named_bits(std::uint32_t bits);  // bit 0 first, trailing zeros cut
Bytes utf8_string(std::string_view text);
Bytes printable_string(std::string_view text);
Bytes ia5_string(std::string_view text);
Bytes utc_or_generalized_time(Instant time);  // UTCTime until 2049 (RFC 5280 4.1.2.5)
Bytes generalized_time(Instant time);

}  // namespace mohr::asn1
