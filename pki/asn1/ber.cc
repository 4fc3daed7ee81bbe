#include "pki/asn1/ber.h"

#include <algorithm>
#include <array>

#include "pki/asn1/der_reader.h"

namespace mohr::asn1 {
namespace {

Error broken(const char* what, std::size_t at) { return errors::der_invalid(Code{what}).at("byte " + std::to_string(at)); }

// Universal string types that BER may cut into pieces.
bool is_string_type(Tag tag) {
  switch (tag & ~0x20) {
    case kBitString:
    case kOctetString:
    case kUtf8String:
    case kNumericString:
    case kPrintableString:
    case kT61String:
    case kIa5String:
    case kUtcTime:
    case kGeneralizedTime:
    case kVisibleString:
    case kUniversalString:
    case kBmpString: return true;
    default: return false;
  }
}

class Converter {
 public:
  Converter(ByteView input, Budget& budget) : input_(input), budget_(budget) {}

  // Appends the DER of the element at the cursor. Contents come first, then the header is put before them: one buffer, however deep.
  Result<void> element(Bytes& out, std::uint64_t depth) {
    MOHR_CHECK(budget_.within(Limit::depth, depth));
    MOHR_CHECK(budget_.spend(Limit::nodes));
    MOHR_TRY(const Header header, read_header());
    const std::size_t start = out.size();
    if (!(header.tag & 0x20)) {
      MOHR_TRY(const ByteView contents, primitive(header));
      put_header(out, start, header.tag, contents.size());
      append(out, contents);
      return {};
    }
    const std::size_t end = header.length ? at_ + *header.length : 0;
    if (is_string_type(header.tag)) {
      if ((header.tag & 0x1f) == kBitString) out.push_back(0);
      MOHR_CHECK(pieces(header, end, out, start, depth));
      put_header(out, start, static_cast<Tag>(header.tag & ~0x20), out.size() - start);
      return {};
    }
    while (true) {
      MOHR_TRY(const bool more, more_inside(header, end));
      if (!more) break;
      MOHR_CHECK(element(out, depth + 1));
    }
    put_header(out, start, header.tag, out.size() - start);
    return {};
  }

  [[nodiscard]] std::size_t at() const { return at_; }

  // The elements inside the one at the cursor, which goes behind it.
  Result<std::vector<ByteView>> inside() {
    std::vector<ByteView> elements;
    MOHR_TRY(const Header header, read_header());
    if (!(header.tag & 0x20)) return broken("an element is missing", at_);
    const std::size_t end = header.length ? at_ + *header.length : 0;
    while (true) {
      MOHR_TRY(const bool more, more_inside(header, end));
      if (!more) return elements;
      const std::size_t start = at_;
      Bytes converted;
      MOHR_CHECK(element(converted, 0));
      elements.push_back(input_.subspan(start, at_ - start));
    }
  }

 private:
  struct Header {
    Tag tag = 0;
    std::optional<std::size_t> length;  // nothing: indefinite
  };

  static void put_header(Bytes& out, std::size_t at, Tag tag, std::size_t length) {
    std::array<Byte, 10> header{tag};
    std::size_t size = 1;
    if (length < 0x80) {
      header[size++] = static_cast<Byte>(length);
    } else {
      int octets = 1;
      while (octets < 8 && (length >> (8 * octets)) != 0) ++octets;
      header[size++] = static_cast<Byte>(0x80 | octets);
      for (int i = octets - 1; i >= 0; --i) header[size++] = static_cast<Byte>(length >> (8 * i));
    }
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(at), header.begin(), header.begin() + static_cast<std::ptrdiff_t>(size));
  }

  Result<ByteView> primitive(const Header& header) {
    if (!header.length) return broken("an indefinite length on a primitive value", at_);
    const ByteView contents = input_.subspan(at_, *header.length);
    at_ += *header.length;
    return contents;
  }

  Result<Header> read_header() {
    if (input_.size() - at_ < 2) return broken("it ends in the middle of an element", at_);
    Header header{input_[at_], std::nullopt};
    if ((header.tag & 0x1f) == 0x1f) return broken("a tag number above 30", at_);
    if (header.tag == 0) return broken("end-of-contents octets out of place", at_);
    const Byte first = input_[at_ + 1];
    at_ += 2;
    if (first == 0x80) return header;
    std::size_t length = first;
    if (first & 0x80) {
      const std::size_t octets = first & 0x7f;
      if (octets > 8 || input_.size() - at_ < octets) return broken("a length beyond the end", at_);
      length = 0;
      for (std::size_t i = 0; i < octets; ++i) length = length << 8 | input_[at_ + i];
      at_ += octets;
    }
    if (length > input_.size() - at_) return broken("a length beyond the end", at_);
    header.length = length;
    return header;
  }

  // Whether another element follows inside; takes the end-of-contents octets of an indefinite length.
  Result<bool> more_inside(const Header& header, std::size_t end) {
    if (header.length) {
      if (at_ > end) return broken("a length beyond the end of what holds it", at_);
      return at_ < end;
    }
    if (input_.size() - at_ < 2) return broken("the end-of-contents octets are missing", at_);
    if (input_[at_] != 0 || input_[at_ + 1] != 0) return true;
    at_ += 2;
    return false;
  }

  // The pieces of a constructed string, joined at the end of `out` from `start` on. A bit string begins with its count of unused bits;
  // its pieces have one each, zero but for the last.
  Result<void> pieces(const Header& header, std::size_t end, Bytes& out, std::size_t start, std::uint64_t depth) {
    MOHR_CHECK(budget_.within(Limit::depth, depth));
    const bool bits = (header.tag & 0x1f) == kBitString;
    while (true) {
      MOHR_TRY(const bool more, more_inside(header, end));
      if (!more) return {};
      MOHR_CHECK(budget_.spend(Limit::nodes));
      MOHR_TRY(const Header piece, read_header());
      const bool same_type = (piece.tag & ~0x20) == (header.tag & ~0x20) || (!bits && (piece.tag & ~0x20) == kOctetString);
      if (!same_type) return broken("a piece of another type in a constructed string", at_);
      if (piece.tag & 0x20) {
        MOHR_CHECK(pieces(piece, piece.length ? at_ + *piece.length : 0, out, start, depth + 1));
        continue;
      }
      MOHR_TRY(ByteView part, primitive(piece));
      if (bits) {
        if (part.empty() || part[0] > 7) return broken("a broken bit string", at_);
        if (out[start] != 0) return broken("unused bits inside a bit string", at_);
        out[start] = part[0];
        part = part.subspan(1);
      }
      append(out, part);
    }
  }

  ByteView input_;
  Budget& budget_;
  std::size_t at_ = 0;
};

// Walks definite, minimal lengths; nothing else counts as DER's form.
bool is_der_shaped_list(ByteView input, unsigned depth) {
  Reader reader(input);
  while (!reader.at_end()) {
    const auto element = reader.next();
    if (!element || depth > 100) return false;
    if (!(element->tag & 0x20)) continue;
    if (is_string_type(element->tag) || !is_der_shaped_list(element->value, depth + 1)) return false;
  }
  return true;
}

}  // namespace

bool is_der_shaped(ByteView input) {
  const auto element = single(input);
  return element && is_der_shaped_list(input, 0);
}

Result<Bytes> der_from_ber(ByteView input, bool allow_trailing_zeros, Budget& budget) {
  MOHR_CHECK(budget.within(Limit::memory_bytes, input.size()));
  Converter converter(input, budget);
  Bytes out;
  out.reserve(input.size());
  MOHR_CHECK(converter.element(out, 0));
  const ByteView rest = input.subspan(converter.at());
  const bool padding = allow_trailing_zeros && std::all_of(rest.begin(), rest.end(), [](Byte b) { return b == 0; });
  if (!rest.empty() && !padding) return broken("something follows the last element", converter.at());
  return out;
}

Result<std::vector<ByteView>> ber_elements(ByteView input, std::span<const std::size_t> path, Budget& budget) {
  MOHR_TRY(std::vector<ByteView> elements, Converter(input, budget).inside());
  for (const std::size_t index : path) {
    if (index >= elements.size()) return broken("an element is missing", 0);
    MOHR_TRY(elements, Converter(elements[index], budget).inside());
  }
  return elements;
}

}  // namespace mohr::asn1
