// Text strings and dates of PDF.
#include <array>

#include "format/pdf_object.h"
#include "pki/core/text.h"

namespace mohr::format::pdf {
namespace {

// ISO 32000-2 annex D.3: where PDFDocEncoding differs from Latin-1 (0: undefined).
constexpr std::array<char16_t, 8> kLow = {0x2d8, 0x2c7, 0x2c6, 0x2d9, 0x2dd, 0x2db, 0x2da, 0x2dc};  // from 0x18
constexpr std::array<char16_t, 33> kHigh = {0x2022, 0x2020, 0x2021, 0x2026, 0x2014, 0x2013, 0x192,  0x2044, 0x2039, 0x203a, 0x2212, 0x2030,
                                            0x201e, 0x201c, 0x201d, 0x2018, 0x2019, 0x201a, 0x2122, 0xfb01, 0xfb02, 0x141,  0x152,  0x160,
                                            0x178,  0x17d,  0x131,  0x142,  0x153,  0x161,  0x17e,  0,      0x20ac};  // from 0x80

void append_utf8(std::string& to, std::uint32_t c) {
  if (c < 0x80) {
    to.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    to.push_back(static_cast<char>(0xc0 | (c >> 6)));
    to.push_back(static_cast<char>(0x80 | (c & 0x3f)));
  } else if (c < 0x10000) {
    to.push_back(static_cast<char>(0xe0 | (c >> 12)));
    to.push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3f)));
    to.push_back(static_cast<char>(0x80 | (c & 0x3f)));
  } else {
    to.push_back(static_cast<char>(0xf0 | (c >> 18)));
    to.push_back(static_cast<char>(0x80 | ((c >> 12) & 0x3f)));
    to.push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3f)));
    to.push_back(static_cast<char>(0x80 | (c & 0x3f)));
  }
}

std::string from_utf16(std::string_view text) {
  std::string utf8;
  const auto unit = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]) << 8 | static_cast<unsigned char>(text[i + 1]));
  };
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    std::uint32_t c = unit(i);
    if (c >= 0xd800 && c < 0xdc00 && i + 3 < text.size() && (unit(i + 2) & 0xfc00) == 0xdc00) {
      c = 0x10000 + ((c - 0xd800) << 10) + (unit(i + 2) - 0xdc00);
      i += 2;
    } else if (c >= 0xd800 && c < 0xe000) {
      c = 0xfffd;
    }
    append_utf8(utf8, c);
  }
  return utf8;
}

std::string from_pdf_doc_encoding(std::string_view text) {
  std::string utf8;
  for (const char octet : text) {
    std::uint32_t c = static_cast<unsigned char>(octet);
    if (c >= 0x18 && c < 0x20) c = kLow[c - 0x18];
    else if (c >= 0x80 && c <= 0xa0) c = kHigh[c - 0x80];
    append_utf8(utf8, c == 0 ? 0xfffd : c);
  }
  return utf8;
}

}  // namespace

std::string text_string(const Object& string) {
  const std::string_view text = string.text;
  if (text.substr(0, 2) == "\xfe\xff") return printable(from_utf16(text.substr(2)));
  if (text.substr(0, 3) == "\xef\xbb\xbf") return printable(text.substr(3));
  return printable(from_pdf_doc_encoding(text));
}

std::optional<Instant> date(const Object& string) {
  std::string_view text = string.text;
  if (!string.is(Kind::string)) return std::nullopt;
  if (text.substr(0, 2) == "D:") text.remove_prefix(2);
  const auto digits = [&](std::size_t count) -> int {
    if (text.size() < count) return -1;
    int amount = 0;
    for (const char c : text.substr(0, count)) {
      if (c < '0' || c > '9') return -1;
      amount = amount * 10 + (c - '0');
    }
    text.remove_prefix(count);
    return amount;
  };
  CivilTime time;
  time.year = digits(4);
  if (time.year < 0) return std::nullopt;
  for (int* part : {&time.month, &time.day, &time.hour, &time.minute, &time.second}) {
    if (text.empty() || text[0] < '0' || text[0] > '9') break;
    *part = digits(2);
    if (*part < 0) return std::nullopt;
  }
  std::int64_t offset = 0;
  if (!text.empty() && (text[0] == '+' || text[0] == '-' || text[0] == 'Z')) {
    const std::int64_t sign = text[0] == '-' ? -1 : 1;
    text.remove_prefix(1);
    const int hours = text.empty() ? 0 : digits(2);
    if (!text.empty() && text[0] == '\'') text.remove_prefix(1);
    const int minutes = text.empty() ? 0 : digits(2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
    offset = sign * (hours * kHour + minutes * kMinute);
    if (!text.empty() && text[0] == '\'') text.remove_prefix(1);
  }
  if (!text.empty()) return std::nullopt;
  const auto local = instant(time);
  if (!local) return std::nullopt;
  return *local - offset;
}

}  // namespace mohr::format::pdf
