#include "pki/core/text.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "pki/core/bytes.h"
#include "pki/core/detail.h"
#include "pki/core/jalali.h"

namespace mohr {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

struct Decoded {
  char32_t code = 0;
  std::size_t octets = 0;  // 0: not UTF-8 here
};

Decoded decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return {first, 1};
  const std::size_t octets = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + octets > text.size()) return {};
  char32_t code = first & (0xffU >> (octets + 1));
  for (std::size_t i = 1; i < octets; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(at + i) & 0x3fU);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[octets] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
  return {code, octets};
}

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029 || c == 0xfeff;
}

std::string two(int value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%02d", value);
  return text.data();
}

std::string date_time(int year, int month, int day, char separator, const CivilTime& time, std::string_view between) {
  return std::to_string(year) + separator + two(month) + separator + two(day) + std::string(between) + two(time.hour) + ":" +
         two(time.minute);
}

std::string with_separators(std::int64_t value) {
  std::string digits = std::to_string(value);
  for (std::ptrdiff_t i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > (value < 0 ? 1 : 0); i -= 3)
    digits.insert(static_cast<std::size_t>(i), "٬");
  return digits;
}

std::string display(const Param& param, Language language) {
  struct {
    Language language;
    std::string operator()(const std::string& name) const { return isolate(printable(name)); }
    std::string operator()(const Code& code) const {
      return language == Language::fa ? isolate_ltr(printable(code.value)) : printable(code.value);
    }
    std::string operator()(const Detail& detail) const {
      return language == Language::fa ? detail_in_persian(detail.value) : printable(detail.value);
    }
    std::string operator()(Instant time) const { return mohr::display(time, language); }
    std::string operator()(std::int64_t count) const {
      return language == Language::fa ? persian_digits(with_separators(count)) : std::to_string(count);
    }
    std::string operator()(const Cause& cause) const { return language == Language::fa ? cause.fa : cause.en; }
  } show{language};
  return std::visit(show, param);
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const Decoded d = decode(text, i);
    if (d.octets == 0) return false;
    i += d.octets;
  }
  return true;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const Decoded d = decode(text, i);
    if (d.octets == 0 || is_control(d.code)) {
      out += kReplacement;
      i += std::max<std::size_t>(d.octets, 1);
      continue;
    }
    out += text.substr(i, d.octets);
    i += d.octets;
  }
  return out;
}

std::string isolate(std::string_view text) { return "\u2068" + std::string(text) + "\u2069"; }
std::string isolate_ltr(std::string_view text) { return "\u2066" + std::string(text) + "\u2069"; }

std::string persian_digits(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      out += '\xdb';
      out += static_cast<char>(0xb0 + (c - '0'));
    } else {
      out += c;
    }
  }
  return out;
}

std::string display(Instant time, Language language) {
  if (language == Language::en) {
    const CivilTime c = civil(time);
    return date_time(c.year, c.month, c.day, '-', c, " ") + " UTC";
  }
  const Instant local = std::min(time, Instant{INT64_MAX - kTehranOffset}) + kTehranOffset;
  const CivilTime c = civil(local);
  const JalaliDate date = jalali_from_days(local.seconds / kDay - (local.seconds % kDay < 0 ? 1 : 0));
  return persian_digits(date_time(date.year, date.month, date.day, '/', c, " ساعت "));
}

namespace {

// A sentence that ends with "did you mean --json?" takes no full stop.
bool ends_sentence(std::string_view text) {
  constexpr std::string_view kIsolateEnd = "\u2069";
  if (text.ends_with(kIsolateEnd)) text.remove_suffix(kIsolateEnd.size());
  return text.ends_with('.') || text.ends_with('?') || text.ends_with("؟");
}

}  // namespace

std::string render(std::string_view pattern, std::string_view names, const Params& params, Language language) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '{') {
      out += pattern[i];
      continue;
    }
    const std::size_t end = pattern.find('}', i);
    const std::string_view wanted = pattern.substr(i + 1, end - i - 1);
    std::size_t index = 0;
    for (std::size_t at = names.find_first_not_of("( ,)"); at != std::string_view::npos; ++index) {
      const std::size_t stop = names.find_first_of(" ,)", at);
      if (names.substr(at, stop - at) == wanted) break;
      at = names.find_first_not_of("( ,)", stop);
    }
    if (index < params.size()) out += display(params[index], language);
    i = end;
    if (pattern.substr(end + 1, 1) == "." && ends_sentence(out)) ++i;
  }
  return out;
}

std::string_view nearest(std::string_view word, std::initializer_list<std::string_view> known) {
  std::string_view best;
  std::size_t best_distance = 3;
  for (const std::string_view candidate : known) {
    std::vector<std::size_t> row(candidate.size() + 1);
    for (std::size_t j = 0; j <= candidate.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        const std::size_t above = row[j];
        row[j] = std::min({row[j - 1] + 1, above + 1, diagonal + (word[i - 1] == candidate[j - 1] ? 0 : 1)});
        diagonal = above;
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

char32_t next_character(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0xc0) return lead;
  const int more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
  char32_t c = lead & (0x3fU >> more);
  for (int i = 0; i < more && at < text.size(); ++i) c = c << 6 | (static_cast<unsigned char>(text[at++]) & 0x3fU);
  return c;
}

}  // namespace mohr
