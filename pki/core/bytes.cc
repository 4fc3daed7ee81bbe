#include "pki/core/bytes.h"

#include <algorithm>
#include <array>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace mohr {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr Byte kNoDigit = 0xff;

constexpr std::array<Byte, 256> reverse(std::string_view alphabet) {
  std::array<Byte, 256> table{};
  for (Byte& entry : table) entry = kNoDigit;
  for (std::size_t i = 0; i < alphabet.size(); ++i) table[static_cast<Byte>(alphabet[i])] = static_cast<Byte>(i);
  return table;
}
constexpr auto kFromBase64 = reverse(kBase64);
constexpr auto kFromBase64Url = reverse(kBase64Url);

// The digits of a group of four, each already in its place; anything above 24 bits: a character outside the alphabet.
using GroupTable = std::array<std::array<std::uint32_t, 256>, 4>;
constexpr GroupTable groups(const std::array<Byte, 256>& table) {
  GroupTable out{};
  for (std::size_t place = 0; place < 4; ++place)
    for (std::size_t c = 0; c < 256; ++c) out[place][c] = table[c] == kNoDigit ? 0xff000000 : std::uint32_t{table[c]} << (18 - 6 * place);
  return out;
}
constexpr GroupTable kGroupsBase64 = groups(kFromBase64);
constexpr GroupTable kGroupsBase64Url = groups(kFromBase64Url);

std::string encode(ByteView bytes, std::string_view alphabet, bool pad) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t v = std::uint32_t{bytes[i]} << 16 | std::uint32_t{bytes[i + 1]} << 8 | bytes[i + 2];
    out += alphabet[v >> 18];
    out += alphabet[v >> 12 & 63];
    out += alphabet[v >> 6 & 63];
    out += alphabet[v & 63];
  }
  const std::size_t left = bytes.size() - i;
  if (left == 0) return out;
  const std::uint32_t v = std::uint32_t{bytes[i]} << 16 | (left == 2 ? std::uint32_t{bytes[i + 1]} << 8 : 0);
  out += alphabet[v >> 18];
  out += alphabet[v >> 12 & 63];
  if (left == 2) out += alphabet[v >> 6 & 63];
  if (pad) out.append(left == 2 ? "=" : "==");
  return out;
}

#if defined(__SSE2__)
// Sixteen characters at once: certificates in JSON and XML are thousands of them. False when one is outside the alphabet.
inline bool sixteen(const Byte* in, Byte* to, char digit62, char digit63) {
  const __m128i c = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in));
  const auto range = [&](char first, char last) {
    return _mm_and_si128(_mm_cmpgt_epi8(c, _mm_set1_epi8(static_cast<char>(first - 1))),
                         _mm_cmplt_epi8(c, _mm_set1_epi8(static_cast<char>(last + 1))));
  };
  const __m128i upper = range('A', 'Z'), lower = range('a', 'z'), digit = range('0', '9');
  const __m128i is62 = _mm_cmpeq_epi8(c, _mm_set1_epi8(digit62)), is63 = _mm_cmpeq_epi8(c, _mm_set1_epi8(digit63));
  const __m128i known = _mm_or_si128(_mm_or_si128(_mm_or_si128(upper, lower), _mm_or_si128(digit, is62)), is63);
  if (_mm_movemask_epi8(known) != 0xffff) return false;
  const auto moved = [](const __m128i& mask, int by) { return _mm_and_si128(mask, _mm_set1_epi8(static_cast<char>(by))); };
  const __m128i shift = _mm_or_si128(_mm_or_si128(_mm_or_si128(moved(upper, -'A'), moved(lower, 26 - 'a')), moved(digit, 52 - '0')),
                                     _mm_or_si128(moved(is62, 62 - digit62), moved(is63, 63 - digit63)));
  const __m128i v = _mm_add_epi8(c, shift);  // six bits each
  const __m128i pairs = _mm_or_si128(_mm_slli_epi16(_mm_and_si128(v, _mm_set1_epi16(0xff)), 6), _mm_srli_epi16(v, 8));
  const __m128i groups = _mm_madd_epi16(pairs, _mm_set1_epi32(1 << 16 | 1 << 12));  // 24 bits in each 32
  alignas(16) std::array<std::uint32_t, 4> words{};
  _mm_store_si128(reinterpret_cast<__m128i*>(words.data()), groups);
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint32_t word = __builtin_bswap32(words[i] << 8);
    std::memcpy(to + 3 * i, &word, 4);
  }
  return true;
}
#endif

// `digits` holds only characters of the alphabet; loose bits at the end are refused.
class Decoder {
 public:
  explicit Decoder(std::size_t size) { out_.reserve(size / 4 * 3 + 2); }
  // Whole groups of four characters of the alphabet, as long as there are such; says how many characters that were. Only at the start.
  std::size_t take_groups(std::string_view text, const GroupTable& table, char digit62, char digit63) {
    out_.resize(text.size() / 4 * 3 + 1);  // each group is written as four octets, the next one over the last of them
    const auto* in = reinterpret_cast<const Byte*>(text.data());
    Byte* to = out_.data();
    std::size_t i = 0;
#if defined(__SSE2__)
    for (; i + 16 <= text.size() && sixteen(in + i, to, digit62, digit63); i += 16) to += 12;
#endif
    for (; i + 4 <= text.size(); i += 4, to += 3) {
      const std::uint32_t v = table[0][in[i]] | table[1][in[i + 1]] | table[2][in[i + 2]] | table[3][in[i + 3]];
      if (v > 0xffffff) break;
      to[0] = static_cast<Byte>(v >> 16);
      to[1] = static_cast<Byte>(v >> 8);
      to[2] = static_cast<Byte>(v);
    }
    out_.resize(i / 4 * 3);
    count_ = i;
    return i;
  }
  void take(Byte digit) {
    value_ = value_ << 6 | digit;
    if (++count_ % 4 == 0) {
      out_.push_back(static_cast<Byte>(value_ >> 16));
      out_.push_back(static_cast<Byte>(value_ >> 8));
      out_.push_back(static_cast<Byte>(value_));
      value_ = 0;
    }
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  std::optional<Bytes> finish() {
    switch (count_ % 4) {
      case 0: return std::move(out_);
      case 1: return std::nullopt;
      case 2:
        if (value_ & 0xf) return std::nullopt;
        out_.push_back(static_cast<Byte>(value_ >> 4));
        return std::move(out_);
      default:
        if (value_ & 0x3) return std::nullopt;
        out_.push_back(static_cast<Byte>(value_ >> 10));
        out_.push_back(static_cast<Byte>(value_ >> 2));
        return std::move(out_);
    }
  }

 private:
  Bytes out_;
  std::uint32_t value_ = 0;
  std::size_t count_ = 0;
};

}  // namespace

void append(Bytes& to, ByteView more) { to.insert(to.end(), more.begin(), more.end()); }

bool equal(ByteView a, ByteView b) { return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0); }

bool less(ByteView a, ByteView b) { return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end()); }

std::string hex(ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const Byte b : bytes) {
    out += kDigits[b >> 4];
    out += kDigits[b & 15];
  }
  return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<Byte>(high * 16 + low));
  }
  return out;
}

std::string base64(ByteView bytes) { return encode(bytes, kBase64, true); }
std::string base64url(ByteView bytes) { return encode(bytes, kBase64Url, false); }

std::optional<Bytes> from_base64(std::string_view text) {
  Decoder decoder(text.size());
  std::size_t padding = 0;
  text.remove_prefix(decoder.take_groups(text, kGroupsBase64, '+', '/'));
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const Byte digit = kFromBase64[static_cast<Byte>(c)];
    if (digit == kNoDigit || padding != 0) return std::nullopt;
    decoder.take(digit);
  }
  if (padding > 2 || (decoder.count() + padding) % 4 != 0) return std::nullopt;
  return decoder.finish();
}

std::optional<Bytes> from_base64url(std::string_view text) {
  Decoder decoder(text.size());
  text.remove_prefix(decoder.take_groups(text, kGroupsBase64Url, '-', '_'));
  for (const char c : text) {
    const Byte digit = kFromBase64Url[static_cast<Byte>(c)];
    if (digit == kNoDigit) return std::nullopt;
    decoder.take(digit);
  }
  return decoder.finish();
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    bytes_ = std::move(other.bytes_);
    other.bytes_.clear();
  }
  return *this;
}

void Secret::wipe() {
  if (!bytes_.empty()) explicit_bzero(bytes_.data(), bytes_.size());
  bytes_.clear();
}

}  // namespace mohr
