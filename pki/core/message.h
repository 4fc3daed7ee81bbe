// What findings, errors and next steps share: an identifier with typed parameters, rendered only when somebody reads it.
// The rows with Persian and English texts are in checks.def (looked, saw this), errors.def (could not do it) and
// steps.def (what to do next). Identifiers are the contract, sentences are not.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "pki/core/time.h"

namespace mohr {

// Text that people copy (object identifier, hash, file name, number of a document): shown left to right, in Latin digits.
struct Code {
  std::string value;
  bool operator==(const Code&) const = default;
};

// Another message that says why: shown as its own sentence.
struct Cause {
  std::string id, en, fa;
  bool operator==(const Cause&) const = default;
};

// What exactly is wrong, in a few English words and values: "object 12 is missing". details.def has them in Persian.
struct Detail {
  std::string value;
  Detail(Code words) : value(std::move(words.value)) {}  // NOLINT(google-explicit-constructor): a row may ask for either
  bool operator==(const Detail&) const = default;
};

// std::string: names and words; Instant: shown Jalali in Persian; int64: a count.
using Param = std::variant<std::string, Code, Instant, std::int64_t, Cause, Detail>;
using Params = std::vector<Param>;

enum class Language : std::uint8_t { en, fa };

// Replaces each {name} of the pattern by its parameter, isolated for bidirectional text (U+2068 ... U+2069) when the language
// is Persian. `names` is "(first, second)" as the row has it.
std::string render(std::string_view pattern, std::string_view names, const Params& params, Language language);

namespace detail {
// True when every {placeholder} of `pattern` is among `names` and every name is used: checked while compiling.
constexpr bool placeholders_match(std::string_view pattern, std::string_view names) {
  const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  const auto holds = [&](std::string_view word) {
    for (std::size_t i = 0; i < names.size();) {
      if (!is_word(names[i])) {
        ++i;
        continue;
      }
      std::size_t j = i;
      while (j < names.size() && is_word(names[j])) ++j;
      if (names.substr(i, j - i) == word) return true;
      i = j;
    }
    return false;
  };
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '{') continue;
    const std::size_t end = pattern.find('}', i);
    if (end == std::string_view::npos || !holds(pattern.substr(i + 1, end - i - 1))) return false;
    i = end;
  }
  return true;
}
constexpr bool same_placeholders(std::string_view a, std::string_view b) {
  const auto within = [](std::string_view from, std::string_view in) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (from[i] != '{') continue;
      const std::size_t end = from.find('}', i);
      if (end == std::string_view::npos || in.find(from.substr(i, end - i + 1)) == std::string_view::npos) return false;
      i = end;
    }
    return true;
  };
  return within(a, b) && within(b, a);
}
}  // namespace detail

}  // namespace mohr
