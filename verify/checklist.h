// What was checked, in a few lines for people: each is yes only by a positive fact, never because nothing was found.
#pragma once

#include "verify/phrase.h"

namespace mohr::verify {

enum class Answer : std::uint8_t { yes, no, unknown, none };  // none: there is nothing to check, and nothing was asked for
struct CheckLine {
  Label what;
  Answer answer;
};
// Content, signature value, path, state of the certificates, time-stamp; in this order.
std::vector<CheckLine> checklist(const format::Signature& signature, const SignatureVerdict& verdict);
// Everything that the signature names is at hand.
bool has_content(const format::Signature& signature);
std::string_view answer_mark(Answer answer);  // ✔ ✖ ? –
std::string_view answer_word(Answer answer, Language language);

}  // namespace mohr::verify
