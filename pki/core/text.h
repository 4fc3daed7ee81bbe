// Text that people read: Persian digits, bidirectional isolation, dates in both calendars.
#pragma once

#include <string>
#include <string_view>

#include "pki/core/message.h"

namespace mohr {

bool is_valid_utf8(std::string_view text);
// The character of valid UTF-8 at `at`, which moves past it.
char32_t next_character(std::string_view text, std::size_t& at);
// Invalid UTF-8, control characters and bidirectional controls become U+FFFD: names cannot spoof a verdict.
std::string printable(std::string_view text);
// U+2068 text U+2069: a name keeps its own direction inside a sentence.
std::string isolate(std::string_view text);
// U+2066 text U+2069: identifiers stay left to right.
std::string isolate_ltr(std::string_view text);
// ASCII digits become ۰..۹.
std::string persian_digits(std::string_view text);
// "2026-11-25 09:30 UTC", or «۱۴۰۵/۰۹/۰۴ ساعت ۱۳:۰۰» in Tehran time (+03:30).
std::string display(Instant time, Language language);
// Edit distance at most 2: for "did you mean".
std::string_view nearest(std::string_view word, std::initializer_list<std::string_view> known);

}  // namespace mohr
