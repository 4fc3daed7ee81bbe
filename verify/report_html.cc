// The clerk's page (voice.md): outcome, one reason, one next step, signer card, times, what is not covered, warnings; details folded.
#include <algorithm>

#include "pki/core/text.h"
#include "verify/html_text.h"
#include "verify/phrase.h"
#include "verify/report.h"

namespace mohr::verify {
namespace {

class Page {
 public:
  Page(const Verdict& verdict, std::string_view name, Language language) : verdict_(verdict), name_(name), language_(language) {}
  std::string make();

 private:
  void head();
  void outcome();
  void signature(std::size_t index);
  void times(const format::Signature& signature, const SignatureVerdict& verdict);
  void coverage(const format::Signature& signature);
  void warnings(const SignatureVerdict& verdict);
  void identity(const format::Identity& identity);
  void details(const format::Signature& signature, const SignatureVerdict& verdict);
  void path(const PathJudgementPtr& chain);
  void trusted();
  void opinions();

  void label(Label which) { html_.text(phrase(which, language_)); }
  void row(Label which, std::string_view value, bool identifier = false) {
    html_.markup("<div class=row><dt>");
    label(which);
    if (identifier) {
      html_.markup("</dt><dd dir=ltr class=id>");
    } else {
      html_.markup("</dt><dd>");
    }
    html_.text(value).markup("</dd></div>\n");
  }
  // Both calendars: Jalali first in Persian, the Gregorian instant beside it.
  [[nodiscard]] std::string both(Instant time) const {
    return language_ == Language::fa ? display(time, Language::fa) + " — " + isolate_ltr(display(time, Language::en))
                                     : display(time, Language::en) + " — " + isolate(display(time, Language::fa));
  }

  const Verdict& verdict_;
  std::string_view name_;
  Language language_;
  HtmlText html_;
};

void Page::head() {
  if (language_ == Language::fa) {
    html_.markup("<!doctype html>\n<html lang=fa dir=rtl>\n");
  } else {
    html_.markup("<!doctype html>\n<html lang=en dir=ltr>\n");
  }
  html_.markup(
      "<head><meta charset=utf-8><meta name=viewport content=\"width=device-width,initial-scale=1\">"
      "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>mohr · ");
  html_.text(printable(name_))
      .markup(
          "</title>\n<style>\n"
          "body{font-family:Vazirmatn,\"DejaVu Sans\",\"Noto Sans Arabic\",sans-serif;margin:0 "
          "auto;max-width:46rem;padding:1rem;line-height:1.7;color:#1a1a1a;background:#fff}\n"
          ".verdict{display:flex;align-items:center;gap:1.2rem;border:.3rem solid;padding:1.2rem;margin-bottom:1rem}\n"
          ".shape{font-size:3.2rem;line-height:1;width:5rem;height:5rem;display:flex;align-items:center;justify-content:center;color:#fff;"
          "flex:none}\n"
          ".accept{border-color:#1b6e3c}.accept .shape{background:#1b6e3c;border-radius:.4rem}\n"
          ".hold{border-color:#8a5a00}.hold .shape{background:#8a5a00;border-radius:50%}\n"
          ".reject{border-color:#a11616}.reject .shape{background:#a11616;clip-path:polygon(30% 0,70% 0,100% 30%,100% 70%,70% 100%,30% "
          "100%,0 70%,0 30%)}\n"
          ".none{border-color:#555}.none .shape{background:#555;border-radius:50%}\n"
          "h1{font-size:2.2rem;margin:0}h2{font-size:1.1rem;margin:1.2rem 0 .3rem}\n"
          ".reason{font-size:1.25rem;margin:.2rem 0}.next{font-size:1.1rem;margin:.2rem 0;font-weight:bold}\n"
          ".demo{border:.15rem dashed #a11616;padding:.4rem .8rem;margin:.6rem 0;font-weight:bold}\n"
          "dl{margin:0}.row{display:flex;gap:.6rem;border-bottom:1px solid #ddd;padding:.25rem "
          "0}dt{min-width:11rem;color:#444}dd{margin:0;overflow-wrap:anywhere}\n"
          ".id{font-family:\"DejaVu Sans Mono\",monospace;font-size:.85rem;unicode-bidi:isolate}\n"
          "details{margin-top:1rem}summary{cursor:pointer}ul{margin:.2rem 0;padding-inline-start:1.3rem}\n"
          "@media "
          "print{@page{size:A4;margin:14mm}body{max-width:none;padding:0;font-size:11pt}details{break-before:auto}.shape,.verdict{print-"
          "color-adjust:exact;-webkit-print-color-adjust:exact}}\n"
          "</style></head>\n<body>\n");
}

void Page::outcome() {
  if (verdict_.no_signature) {
    html_.markup("<header class=\"verdict none\"><div class=shape>○</div><div><h1>");
    label(Label::no_signature);
    html_.markup("</h1><p class=reason>");
    label(Label::no_signature_reason);
    html_.markup("</p><p class=next>");
    label(Label::no_signature_next);
    html_.markup("</p></div></header>\n");
    return;
  }
  switch (verdict_.outcome) {
    case Outcome::accept: html_.markup("<header class=\"verdict accept\"><div class=shape>"); break;
    case Outcome::hold: html_.markup("<header class=\"verdict hold\"><div class=shape>"); break;
    case Outcome::reject: html_.markup("<header class=\"verdict reject\"><div class=shape>"); break;
  }
  html_.text(outcome_shape(verdict_.outcome)).markup("</div><div><h1>").text(outcome_word(verdict_.outcome, language_)).markup("</h1>");
  const auto worst = std::max_element(verdict_.signatures.begin(), verdict_.signatures.end(),
                                      [](const SignatureVerdict& a, const SignatureVerdict& b) { return a.outcome < b.outcome; });
  if (worst->reason) html_.markup("<p class=reason>").text(render(*worst->reason, language_)).markup("</p>");
  if (worst->next && worst->next->step != Step::none) html_.markup("<p class=next>").text(render(*worst->next, language_)).markup("</p>");
  html_.markup("</div></header>\n");
  if (verdict_.demonstration) {
    html_.markup("<p class=demo>");
    label(Label::demonstration);
    html_.markup("</p>\n");
  }
}

void Page::times(const format::Signature& signature, const SignatureVerdict& verdict) {
  if (signature.claimed_time) row(Label::signed_at, both(*signature.claimed_time));
  for (const TimestampVerdict& timestamp : verdict.timestamps) {
    if (timestamp.good) row(Label::stamped_at, both(timestamp.time) + " · " + timestamp.authority);
  }
}

void Page::coverage(const format::Signature& signature) {
  if (signature.uncovered.empty()) {
    html_.markup("<p>");
    label(Label::covers_all);
    html_.markup("</p>\n");
    return;
  }
  html_.markup("<h2>");
  label(Label::not_covered);
  html_.markup("</h2><ul>");
  for (const format::Uncovered& part : signature.uncovered) html_.markup("<li>").text(uncovered_line(part, language_)).markup("</li>");
  html_.markup("</ul>\n");
}

void Page::warnings(const SignatureVerdict& verdict) {
  if (verdict.warnings.empty()) return;
  constexpr std::size_t kShown = 3;
  html_.markup("<h2>");
  label(Label::warnings);
  html_.markup("</h2><ul>");
  for (std::size_t i = 0; i < std::min(verdict.warnings.size(), kShown); ++i)
    html_.markup("<li>").text(render(verdict.warnings[i], language_)).markup("</li>");
  html_.markup("</ul>\n");
}

void Page::identity(const format::Identity& identity) {
  if (identity.empty()) return;
  html_.markup("<h2>");
  label(Label::identity);
  html_.markup("</h2><dl>\n");
  const auto add = [&](Label which, const std::string& value) {
    if (!value.empty()) row(which, printable(value), true);
  };
  add(Label::service_id, identity.service_id);
  add(Label::tracking_id, identity.tracking_id);
  add(Label::sender, identity.sender);
  add(Label::receiver, identity.receiver);
  add(Label::message_id, identity.message_id);
  if (identity.expires) row(Label::expires, both(*identity.expires));
  if (!identity.request.empty()) row(Label::in_reply_to, hex(identity.request), true);
  html_.markup("</dl>\n");
}

std::string_view state_word(pki::RevocationState state, Language language) {
  switch (state) {
    case pki::RevocationState::good: return phrase(Label::state_good, language);
    case pki::RevocationState::revoked: return phrase(Label::state_revoked, language);
    case pki::RevocationState::on_hold: return phrase(Label::state_on_hold, language);
    case pki::RevocationState::unknown: return phrase(Label::state_unknown, language);
    case pki::RevocationState::not_checked: break;
  }
  return phrase(Label::state_not_checked, language);
}

void Page::path(const PathJudgementPtr& chain) {
  if (!chain) return;
  html_.markup("<h2>");
  label(Label::path);
  html_.markup("</h2><ol>");
  for (const CertificateFacts& facts : chain->path) {
    html_.markup("<li>").text(facts.certificate->subject().display()).markup(" — ");
    label(Label::issued_by);
    html_.markup(" ").text(facts.certificate->issuer().display()).markup(" — ");
    label(Label::valid_until);
    html_.markup(" ").text(display(facts.certificate->not_after(), language_));
    if (facts.revocation) {
      html_.markup(" — ");
      label(Label::revocation);
      html_.markup(": ").text(state_word(facts.revocation->state, language_)).markup(" (").text(facts.revocation->source).markup(")");
    }
    html_.markup("<div dir=ltr class=id>SHA-256 ").text(hex(facts.certificate->fingerprint().view())).markup("</div></li>\n");
  }
  html_.markup("</ol>\n");
}

void Page::details(const format::Signature& signature, const SignatureVerdict& verdict) {
  html_.markup("<details><summary>");
  label(Label::details);
  html_.markup("</summary><dl>\n<div class=row><dt>EN 319 102-1</dt><dd dir=ltr class=id>");
  html_.text(indication_id(verdict.indication)).markup(" ").text(sub_indication_id(verdict.sub_indication)).markup("</dd></div>\n");
  row(Label::mended_by, owner_word(verdict.owner, language_));
  row(Label::algorithm, crypto::signature_name(signature.algorithm), true);
  for (const format::Reference& reference : signature.references)
    row(Label::document_digest, reference.name + ": " + std::string(crypto::digest_name(reference.digest)) + " " + hex(reference.expected),
        true);
  html_.markup("</dl>\n");
  path(verdict.chain);
  for (const TimestampVerdict& timestamp : verdict.timestamps) path(timestamp.chain);
  if (!verdict.findings.empty() || !verdict.warnings.empty()) {
    html_.markup("<h2>");
    label(Label::all_findings);
    html_.markup("</h2><ul>");
    const auto item = [&](const Finding& finding) {
      html_.markup("<li>")
          .text(render(finding, language_))
          .markup(" <span dir=ltr class=id>")
          .text(mohr::row(finding.check).id)
          .markup("</span></li>");
    };
    for (const Finding& finding : verdict.findings) item(finding);
    for (const Finding& finding : verdict.warnings) item(finding);
    for (const TimestampVerdict& timestamp : verdict.timestamps) {
      for (const Finding& finding : timestamp.findings) item(finding);
      if (timestamp.chain) {
        for (const Finding& finding : timestamp.chain->findings) item(finding);
      }
    }
    html_.markup("</ul>\n");
  }
  html_.markup("</details>\n");
}

void Page::signature(std::size_t index) {
  const format::Signature& facts = verdict_.document.signatures[index];
  const SignatureVerdict& verdict = verdict_.signatures[index];
  html_.markup("<section>");
  if (verdict_.signatures.size() > 1) {
    html_.markup("<h2><bdi dir=ltr>").text(printable(facts.name)).markup("</bdi> ").text(outcome_shape(verdict.outcome)).markup(" ");
    html_.text(outcome_word(verdict.outcome, language_)).markup("</h2>");
    if (verdict.reason) html_.markup("<p>").text(render(*verdict.reason, language_)).markup("</p>");
  }
  html_.markup("<dl>\n");
  row(Label::signer, signer_line(facts, language_));
  times(facts, verdict);
  std::string checked = both(verdict_.checked_at);
  if (verdict_.time_was_given) checked += " (" + std::string(phrase(Label::time_was_given, language_)) + ")";
  row(Label::checked_at, checked);
  row(Label::file, printable(name_), true);
  html_.markup("</dl>\n");
  coverage(facts);
  identity(facts.identity);
  warnings(verdict);
  details(facts, verdict);
  html_.markup("</section>\n");
}

void Page::trusted() {
  html_.markup("<details><summary>");
  label(Label::trusted);
  html_.markup("</summary><ul>");
  for (const std::string& anchor : verdict_.trusted) html_.markup("<li>").text(anchor).markup("</li>");
  html_.markup("</ul><div dir=ltr class=id>SHA-256 ").text(hex(verdict_.trust_identity.view())).markup("</div></details>\n");
}

void Page::opinions() {
  for (const OpinionSummary& opinion : verdict_.opinions) {
    const Label says = opinion.asked.empty() ? Label::opinion_not_asked : opinion.agrees ? Label::opinion_agrees : Label::opinion_differs;
    html_.markup("<p>");
    label(Label::second_opinion);
    html_.text(": " + isolate_ltr(opinion.library + (opinion.version.empty() ? "" : " " + opinion.version)) + " ");
    label(says);
    html_.markup("</p>\n");
  }
}

std::string Page::make() {
  head();
  outcome();
  for (std::size_t i = 0; i < verdict_.signatures.size(); ++i) signature(i);
  if (!verdict_.no_signature) trusted();
  opinions();
  html_.markup("</body></html>\n");
  return html_.str();
}

}  // namespace

std::string report_html(const Verdict& verdict, std::string_view name, Language language) { return Page(verdict, name, language).make(); }

}  // namespace mohr::verify
