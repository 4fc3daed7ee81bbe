// The verdict on a terminal: outcome, reason, next step; then the signer, the times, what is not covered, the warnings.
#include <algorithm>

#include "pki/core/text.h"
#include "verify/checklist.h"
#include "verify/phrase.h"
#include "verify/report.h"

namespace mohr::verify {
namespace {

constexpr std::size_t kWarningsShown = 3;

class Lines {
 public:
  explicit Lines(Language language) : language_(language) {}
  void add(std::string_view line) {
    text_ += line;
    text_ += '\n';
  }
  void field(Label label, std::string_view value) {
    text_ += "  ";
    text_ += phrase(label, language_);
    text_ += ": ";
    add(value);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
  Language language_;
};

std::string_view colour_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::accept: return "\x1b[1;32m";
    case Outcome::hold: return "\x1b[1;33m";
    case Outcome::reject: break;
  }
  return "\x1b[1;31m";
}

std::string headline_in(Outcome outcome, Language language, bool colour) {
  const std::string text = headline(outcome, language);
  return colour ? std::string(colour_of(outcome)) + text + "\x1b[0m" : text;
}

void add_signature(const format::Signature& signature, const SignatureVerdict& verdict, Language language, bool colour, bool one_of_several,
                   Lines& lines) {
  if (one_of_several) lines.add(isolate_ltr(printable(signature.name)) + "  " + headline_in(verdict.outcome, language, colour));
  if (verdict.reason) lines.field(Label::reason, render(*verdict.reason, language));
  if (verdict.next && verdict.next->step != Step::none) {
    lines.field(Label::next_step, render(*verdict.next, language));
    lines.field(Label::mended_by, owner_word(verdict.owner, language));
  }
  lines.field(Label::signer, signer_line(signature, language));
  if (const std::string identifier = identifier_line(signature, language); !identifier.empty()) lines.field(Label::identifier, identifier);
  if (verdict.domain) lines.field(Label::standing, standing_line(verdict, language));
  if (signature.claimed_time) lines.field(Label::signed_at, display(*signature.claimed_time, language));
  for (const TimestampVerdict& timestamp : verdict.timestamps) {
    if (timestamp.good)
      lines.field(stamped_label(timestamp.kind), display(timestamp.time, language) + " · " + isolate(timestamp.authority));
  }
  if (signature.uncovered.empty() && has_content(signature)) {
    lines.add("  " + std::string(phrase(signature.countersigns ? Label::countersigns : Label::covers_all, language)));
  } else {
    for (const format::Uncovered& part : signature.uncovered) lines.field(Label::not_covered, uncovered_line(part, language));
  }
  for (std::size_t i = 0; i < std::min(verdict.warnings.size(), kWarningsShown); ++i)
    lines.field(Label::warnings, render(verdict.warnings[i], language));
}

}  // namespace

std::string report_text(const Verdict& verdict, std::string_view name, Language language, bool colour) {
  Lines lines(language);
  if (verdict.no_signature) {
    lines.add("○ " + std::string(phrase(Label::no_signature, language)));
    lines.field(Label::reason, phrase(Label::no_signature_reason, language));
    lines.field(Label::next_step, phrase(Label::no_signature_next, language));
    lines.field(Label::file, isolate_ltr(printable(name)));
    return lines.take();
  }
  lines.add(headline_in(verdict.outcome, language, colour));
  if (verdict.demonstration) lines.add("  " + std::string(phrase(Label::demonstration, language)));
  const bool several = verdict.signatures.size() > 1;
  for (std::size_t i = 0; i < verdict.signatures.size(); ++i)
    add_signature(verdict.document.signatures[i], verdict.signatures[i], language, colour, several, lines);
  std::string checked = display(verdict.checked_at, language);
  if (verdict.time_was_given) checked += " (" + std::string(phrase(Label::time_was_given, language)) + ")";
  lines.field(Label::checked_at, checked);
  for (const Finding& override : verdict.overrides) lines.field(Label::overrides, render(override, language));
  lines.field(Label::file, isolate_ltr(printable(name)));
  return lines.take();
}

std::string report_line(const Verdict& verdict, std::string_view name, Language language) {
  if (verdict.no_signature) return "○ " + std::string(phrase(Label::no_signature, language)) + "  " + isolate_ltr(printable(name));
  std::string line = headline(verdict.outcome, language) + "  " + isolate_ltr(printable(name));
  if (const auto& reason = deciding_signature(verdict).reason) line += "  " + render(*reason, language);
  return line;
}

std::string report_line(const Error& error, std::string_view name, Language language) {
  return "? " + std::string(phrase(Label::not_judged, language)) + "  " + isolate_ltr(printable(name)) + "  " + render(error, language);
}

}  // namespace mohr::verify
