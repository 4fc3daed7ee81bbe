// The verdict as an SMS: at most 70 characters of UCS-2. Outcome, then who signed or what speaks against it, then the next step if it fits.
#include <algorithm>

#include "pki/core/text.h"
#include "verify/phrase.h"
#include "verify/report.h"
#include "verify/rules.h"

namespace mohr::verify {
namespace {

constexpr std::size_t kRoom = 70;

std::string_view choose(Language language, std::string_view en, std::string_view fa) { return language == Language::fa ? fa : en; }

std::size_t length(std::string_view text) {
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++characters) next_character(text, at);
  return characters;
}

// Characters that begin a grapheme whatever stands before them but a joiner. What is not known here is never cut at.
bool begins_grapheme(char32_t c) {
  constexpr std::pair<char32_t, char32_t> kRanges[] = {
      {0x20, 0x7e},     {0xa0, 0xac},     {0xae, 0x2ff},    {0x370, 0x482}, {0x48a, 0x52f},  // Latin, Greek, Cyrillic
      {0x5d0, 0x5ea},   {0x620, 0x64a},   {0x660, 0x66f},   {0x671, 0x6d5}, {0x6ee, 0x6ff},  // Hebrew, Arabic
      {0x2010, 0x2027}, {0x4e00, 0x9fff}, {0xac00, 0xd7a3},                                  // punctuation, Han, Hangul syllables
  };
  return std::any_of(std::begin(kRanges), std::end(kRanges), [c](const auto& range) { return c >= range.first && c <= range.second; });
}

// Characters of planes beyond the first do not exist in UCS-2.
std::string in_ucs2(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    if (next_character(text, at) > 0xffff) {
      out += "\ufffd";
    } else {
      out += text.substr(from, at - from);
    }
  }
  return out;
}

// At most `room` characters: cut between words if that keeps half of it, else between graphemes; "" when it cannot be cut.
std::string shorten(std::string_view text, std::size_t room) {
  if (length(text) <= room) return std::string(text);
  std::size_t word = 0, grapheme = 0, characters = 0, words = 0;
  char32_t before = 0;
  for (std::size_t at = 0; characters < room; ++characters) {
    const std::size_t here = at;
    const char32_t c = next_character(text, at);
    if (begins_grapheme(c) && before != U'\u200d') grapheme = here;
    if (c == ' ') {
      word = here;
      words = characters;
    }
    before = c;
  }
  const std::size_t cut = words * 2 > room ? word : grapheme;
  return cut == 0 ? std::string() : std::string(text.substr(0, cut)) + "…";
}

bool is_right_to_left(char32_t c) { return (c >= 0x590 && c <= 0x8ff) || (c >= 0xfb1d && c <= 0xfdff) || (c >= 0xfe70 && c <= 0xfefc); }

// Isolated only where its letters run against the sentence: two characters are dear here.
std::string name_within(std::string_view name, std::size_t room, Language language) {
  const std::string whole = in_ucs2(printable(name));
  bool against = false;
  for (std::size_t at = 0; at < whole.size() && !against;) {
    const char32_t c = next_character(whole, at);
    const bool rtl = is_right_to_left(c);
    against = language == Language::fa ? !rtl && c != ' ' && c != 0x200c : rtl;
  }
  if (!against) return shorten(whole, room);
  const std::string text = room > 2 ? shorten(whole, room - 2) : std::string();
  return text.empty() ? text : isolate(text);
}

std::string date(Instant time, Language language) {
  const std::string text = display(time, language);
  return text.substr(0, text.find(' '));
}

std::string_view short_cause(const Finding& finding, const Policy* policy, Language language) {
  switch (finding.check) {
#define SHORT_CAUSE(tag, en, fa)
#define SHORT_STEP(tag, en, fa)
#define SHORT_CAUSE_OF(tag, en, fa) \
  case Check::tag:                  \
    return choose(language, en, fa);
#include "verify/short.def"
#undef SHORT_CAUSE_OF
#undef SHORT_CAUSE
    default: break;
  }
  switch (rule_of(finding.check, policy).sub_indication) {  // that of the verdict may be another finding's
#define SHORT_CAUSE_OF(tag, en, fa)
#define SHORT_CAUSE(tag, en, fa) \
  case SubIndication::tag:       \
    return choose(language, en, fa);
#include "verify/short.def"
#undef SHORT_CAUSE_OF
#undef SHORT_CAUSE
#undef SHORT_STEP
    default: break;
  }
  return phrase(Label::short_undecided, language);
}

std::string short_step(const NextStep& next, Language language) {
  switch (next.step) {
#define SHORT_CAUSE(tag, en, fa)
#define SHORT_CAUSE_OF(tag, en, fa)
#define SHORT_STEP(tag, en, fa) \
  case Step::tag:               \
    return render(choose(language, en, fa), step_names(next.step), next.params, language);
#include "verify/short.def"
#undef SHORT_STEP
#undef SHORT_CAUSE_OF
#undef SHORT_CAUSE
    default: break;
  }
  return {};
}

// "ACCEPTED (demonstration, 3 signatures)": what the outcome word alone would leave out.
std::string headline(const Verdict& verdict, Language language) {
  std::string more;
  const auto add = [&](std::string_view words) {
    if (!more.empty()) more += choose(language, ", ", "، ");
    more += words;
  };
  if (verdict.demonstration) add(phrase(Label::short_demonstration, language));
  const bool internal = std::any_of(verdict.signatures.begin(), verdict.signatures.end(),
                                    [](const SignatureVerdict& one) { return one.domain == pki::Domain::internal; });
  if (internal && !verdict.demonstration && verdict.outcome == Outcome::accept) add(phrase(Label::short_internal, language));
  if (verdict.time_was_given) add(std::string(phrase(Label::short_as_of, language)) + " " + date(verdict.checked_at, language));
  const auto own = std::count_if(verdict.document.signatures.begin(), verdict.document.signatures.end(),
                                 [](const format::Signature& one) { return !one.countersigns; });
  if (verdict.outcome == Outcome::accept && own > 1) {
    const std::string count = std::to_string(own);
    add((language == Language::fa ? persian_digits(count) : count) + " " + std::string(phrase(Label::short_signatures, language)));
  }
  std::string text(outcome_word(verdict.outcome, language));
  return more.empty() ? text : text + " (" + more + ")";
}

void add_if_it_fits(std::string_view words, std::string& text) {
  if (!words.empty() && length(text) + 1 + length(words) <= kRoom) text.append(" ").append(words);
}

std::string accepted(const Verdict& verdict, std::string text, Language language) {
  const format::Signature& signature = verdict.document.signatures.front();
  std::string time;
  if (const auto best = verdict.signatures.front().best_signature_time)
    time = std::string(choose(language, ", ", "، ")) + date(*best, language);
  if (signature.signer) {
    text += ": ";
    text += name_within(signature.signer->subject().display(), kRoom - std::min(kRoom, length(text) + length(time)), language);
    text += time;
  }
  if (const std::string& tracking = signature.identity.tracking_id; !tracking.empty())
    add_if_it_fits(isolate_ltr(in_ucs2(printable(tracking))), text);
  return text;
}

}  // namespace

std::string report_sms(const Verdict& verdict, Language language) {
  if (verdict.no_signature) {
    std::string text = std::string(phrase(Label::no_signature, language)) + ".";
    add_if_it_fits(phrase(Label::short_no_signature_next, language), text);
    return text;
  }
  std::string text = headline(verdict, language);
  if (verdict.outcome == Outcome::accept) return accepted(verdict, std::move(text), language);
  const SignatureVerdict& worst = deciding_signature(verdict);
  if (worst.reason) text.append(": ").append(short_cause(*worst.reason, verdict.judged_by.get(), language)).append(".");
  if (worst.next) add_if_it_fits(short_step(*worst.next, language), text);
  return text;
}

std::string report_sms(const Error& error, Language language) {
  std::string text(phrase(Label::short_not_judged, language));
  const std::size_t before = text.size();
  add_if_it_fits(in_ucs2(render(error, language)), text);
  if (text.size() == before) {
    const bool input = failure(error) == Failure::unreadable || failure(error) == Failure::budget;
    text.append(" ").append(phrase(input ? Label::short_unreadable : Label::short_environment, language));
  }
  add_if_it_fits(in_ucs2(render_next(error, language)), text);
  return text;
}

}  // namespace mohr::verify
