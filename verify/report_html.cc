// The clerk's page (voice.md): outcome, one reason, one next step, signer card, times, checks, what is not covered, warnings, chain; then,
// folded, the details. What is not folded fits one A4 page.
#include <algorithm>

#include "pki/core/text.h"
#include "verify/article10.h"
#include "verify/html_style.h"
#include "verify/html_text.h"
#include "verify/report.h"

namespace mohr::verify {
namespace {

constexpr char kBeginning[] = "<!doctype html>\n<html lang=";

class Page {
 public:
  Page(const Verdict& verdict, std::string_view name, Language language) : verdict_(verdict), name_(name), language_(language) {}
  std::string make(std::string_view back);

 private:
  void head();
  void no_signature();
  void outcome();
  void signature(std::size_t index);
  void signer(const format::Signature& signature, const SignatureVerdict& verdict);
  void times(const format::Signature& signature, const SignatureVerdict& verdict);
  void time(Label which, Instant at, std::string_view note);
  void checks(const format::Signature& signature, const SignatureVerdict& verdict);
  void coverage(const format::Signature& signature);
  void warnings(const SignatureVerdict& verdict);
  void identity(const format::Identity& identity);
  void chain(const PathJudgement& chain);
  void details(const format::Signature& signature, const SignatureVerdict& verdict);
  void conditions(const format::Signature& signature, const SignatureVerdict& verdict);
  void check_line(Label what, Answer answer);
  void path_details(const PathJudgementPtr& chain);
  void trusted();
  void opinions();

  void label(Label which) { html_.text(phrase(which, language_)); }
  void heading(Label which) {
    html_.markup("<h2>");
    label(which);
    html_.markup("</h2>");
  }
  void labelled(Label which, std::string_view value) {  // "Label: value", the value with its own direction
    label(which);
    html_.markup(": <bdi>").text(value).markup("</bdi>");
  }
  void row(Label which, std::string_view value, bool identifier = false) {
    html_.markup("<dt>");
    label(which);
    if (identifier) {
      html_.markup("</dt><dd><bdi dir=ltr class=id>");
    } else {
      html_.markup("</dt><dd><bdi>");
    }
    html_.text(value).markup("</bdi></dd>\n");
  }
  [[nodiscard]] Language other() const { return language_ == Language::fa ? Language::en : Language::fa; }

  const Verdict& verdict_;
  std::string_view name_;
  Language language_;
  HtmlText html_;
};

void Page::head() {
  if (language_ == Language::fa) {
    html_.markup(kBeginning).markup("fa dir=rtl>\n");
  } else {
    html_.markup(kBeginning).markup("en dir=ltr>\n");
  }
  html_.markup(
      "<head><meta charset=utf-8><meta name=viewport content=\"width=device-width,initial-scale=1\">"
      "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>");
  if (verdict_.no_signature) {
    label(Label::no_signature);
  } else {
    html_.text(outcome_word(verdict_.outcome, language_));
  }
  html_.markup(" · ").text(printable(name_)).markup("</title>\n<style>").markup(kHtmlStyle).markup("</style></head>\n<body>\n");
}

void Page::no_signature() {
  html_.markup("<header class=\"verdict none\">").markup(kNoneShape).markup("<div><h1>");
  label(Label::no_signature);
  html_.markup("</h1><p class=reason>");
  label(Label::no_signature_reason);
  html_.markup("</p><p class=next>");
  label(Label::no_signature_next);
  html_.markup("</p></div></header>\n");
}

void Page::outcome() {
  switch (verdict_.outcome) {
    case Outcome::accept: html_.markup("<header class=\"verdict accept\">").markup(kAcceptShape); break;
    case Outcome::hold: html_.markup("<header class=\"verdict hold\">").markup(kHoldShape); break;
    case Outcome::reject: html_.markup("<header class=\"verdict reject\">").markup(kRejectShape); break;
  }
  html_.markup("<div><h1>").text(outcome_word(verdict_.outcome, language_)).markup("</h1>");
  const SignatureVerdict& worst = deciding_signature(verdict_);
  if (worst.reason) html_.markup("<p class=reason>").text(render(*worst.reason, language_)).markup("</p>");
  if (worst.next && worst.next->step != Step::none) {
    html_.markup("<p class=next>");
    label(Label::next_step);
    html_.markup(": ").text(render(*worst.next, language_)).markup("</p><p class=owner>");
    labelled(Label::mended_by, owner_word(worst.owner, language_));
    html_.markup("</p>");
  }
  html_.markup("</div></header>\n");
  if (verdict_.demonstration) {
    html_.markup("<p class=demo>");
    label(Label::demonstration);
    html_.markup("</p>\n");
  }
}

void Page::signer(const format::Signature& signature, const SignatureVerdict& verdict) {
  html_.markup("<section class=card>");
  heading(Label::signer);
  if (!signature.signer) {
    html_.markup("<p class=name>?</p></section>\n");
    return;
  }
  const pki::Certificate& certificate = *signature.signer;
  html_.markup("<p class=name><bdi>").text(certificate.subject().display()).markup("</bdi></p><p>");
  html_.text(role_word(pki::signer_role(certificate.subject()), language_));
  if (const std::string unit = certificate.subject().first(asn1::Oid::organizational_unit); !unit.empty())
    html_.markup(" · <bdi>").text(unit).markup("</bdi>");
  if (verdict.domain) html_.markup("</p><p>").text(standing_line(verdict, language_));
  html_.markup("</p><p class=small>");
  if (const std::string identifier = identifier_line(signature, language_); !identifier.empty()) {
    labelled(Label::identifier, identifier);
    html_.markup(" · ");
  }
  labelled(Label::issuer, certificate.issuer().display());
  html_.markup(" · ");
  labelled(Label::valid_until, display(certificate.not_after(), language_));
  html_.markup("</p></section>\n");
}

// The language's own calendar large, the other one beside it.
void Page::time(Label which, Instant at, std::string_view note) {
  html_.markup("<li>");
  label(which);
  html_.markup("<b>").text(display(at, language_)).markup("</b><span class=small><bdi>").text(display(at, other())).markup("</bdi>");
  if (!note.empty()) html_.markup("<br><bdi>").text(note).markup("</bdi>");
  html_.markup("</span></li>\n");
}

void Page::times(const format::Signature& signature, const SignatureVerdict& verdict) {
  html_.markup("<section>");
  heading(Label::timeline);
  html_.markup("<ol class=times>\n");
  if (signature.claimed_time) time(Label::signed_at, *signature.claimed_time, "");
  for (const TimestampVerdict& timestamp : verdict.timestamps)
    if (timestamp.good) time(stamped_label(timestamp.kind), timestamp.time, timestamp.authority);
  time(Label::checked_at, verdict_.checked_at, verdict_.time_was_given ? phrase(Label::time_was_given, language_) : std::string_view());
  html_.markup("</ol></section>\n");
}

void Page::checks(const format::Signature& signature, const SignatureVerdict& verdict) {
  html_.markup("<div>");
  heading(Label::checks);
  html_.markup("<ul class=checks>\n");
  for (const CheckLine& line : checklist(signature, verdict)) {
    check_line(line.what, line.answer);
    html_.markup("</li>\n");
  }
  html_.markup("</ul></div>\n");
}

void Page::check_line(Label what, Answer answer) {
  html_.markup("<li><span aria-hidden=true>").text(answer_mark(answer)).markup("</span><span>");
  label(what);
  html_.markup("</span><b>").text(answer_word(answer, language_)).markup("</b>");
}

// Article 10, each condition with what carries it.
void Page::conditions(const format::Signature& signature, const SignatureVerdict& verdict) {
  html_.markup("<details><summary>");
  label(Label::article_10);
  html_.markup("</summary>");
  if (verdict.domain == pki::Domain::internal) {
    html_.markup("<p class=small>");
    label(Label::article_10_internal);
    html_.markup("</p>");
  }
  html_.markup("<ul class=checks>\n");
  for (const Condition& condition : article_10(signature, verdict)) {
    check_line(condition.words, condition.answer);
    for (const Finding& fact : condition.facts)
      html_.markup("<span></span><span class=small>").text(render(fact, language_)).markup("</span><span></span>");
    html_.markup("</li>\n");
  }
  html_.markup("</ul></details>\n");
}

void Page::coverage(const format::Signature& signature) {
  if (signature.uncovered.empty() && !has_content(signature)) return;
  html_.markup("<div>");
  heading(Label::not_covered);
  if (signature.uncovered.empty()) {
    html_.markup("<p>");
    label(signature.countersigns ? Label::countersigns : Label::covers_all);
    html_.markup("</p></div>\n");
    return;
  }
  html_.markup("<ul>");
  for (const format::Uncovered& part : signature.uncovered) html_.markup("<li>").text(uncovered_line(part, language_)).markup("</li>");
  html_.markup("</ul></div>\n");
}

void Page::warnings(const SignatureVerdict& verdict) {
  if (verdict.warnings.empty()) return;
  constexpr std::size_t kShown = 3;
  html_.markup("<section>");
  heading(Label::warnings);
  html_.markup("<ul>");
  for (std::size_t i = 0; i < std::min(verdict.warnings.size(), kShown); ++i)
    html_.markup("<li>").text(render(verdict.warnings[i], language_)).markup("</li>");
  html_.markup("</ul></section>\n");
}

void Page::identity(const format::Identity& identity) {
  if (identity.empty()) return;
  html_.markup("<section>");
  heading(Label::identity);
  html_.markup("<dl>\n");
  const auto add = [&](Label which, const std::string& value) {
    if (!value.empty()) row(which, printable(value), true);
  };
  add(Label::service_id, identity.service_id);
  add(Label::tracking_id, identity.tracking_id);
  add(Label::sender, identity.sender);
  add(Label::receiver, identity.receiver);
  add(Label::message_id, identity.message_id);
  if (identity.expires) row(Label::expires, display(*identity.expires, language_) + " — " + isolate(display(*identity.expires, other())));
  if (!identity.request.empty()) row(Label::in_reply_to, hex(identity.request), true);
  html_.markup("</dl></section>\n");
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

// From the signer to the anchor, each by what people call it.
void Page::chain(const PathJudgement& chain) {
  if (chain.path.empty()) return;
  html_.markup("<section>");
  heading(Label::path);
  html_.markup("<ol class=chain>\n");
  for (const CertificateFacts& facts : chain.path) {
    const pki::Certificate& certificate = *facts.certificate;
    html_.markup("<li><bdi>").text(certificate.subject().display()).markup("</bdi> <span class=small>— ");
    const bool last = &facts == &chain.path.back();
    if (last && chain.anchor != nullptr) {
      label(Label::anchor);
    } else if (facts.revocation) {
      html_.text(state_word(facts.revocation->state, language_));
    } else {
      label(Label::state_not_checked);
    }
    if (last && chain.anchor == nullptr) {
      html_.markup(" · ");
      labelled(Label::issuer, certificate.issuer().display());
    }
    html_.markup("</span></li>\n");
  }
  html_.markup("</ol></section>\n");
}

void Page::path_details(const PathJudgementPtr& chain) {
  if (!chain) return;
  heading(Label::path);
  html_.markup("<ol>");
  for (const CertificateFacts& facts : chain->path) {
    html_.markup("<li><bdi>").text(facts.certificate->subject().display()).markup("</bdi> — ");
    labelled(Label::issuer, facts.certificate->issuer().display());
    html_.markup(" — ");
    labelled(Label::valid_until, display(facts.certificate->not_after(), language_));
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
  html_.markup("</summary><dl>\n<dt>EN 319 102-1</dt><dd><bdi dir=ltr class=id>");
  html_.text(indication_id(verdict.indication)).markup(" ").text(sub_indication_id(verdict.sub_indication)).markup("</bdi></dd>\n");
  row(Label::algorithm, crypto::signature_name(signature.algorithm), true);
  for (const format::Reference& reference : signature.references)
    row(Label::document_digest, reference.name + ": " + std::string(crypto::digest_name(reference.digest)) + " " + hex(reference.expected),
        true);
  html_.markup("</dl>\n");
  path_details(verdict.chain);
  for (const TimestampVerdict& timestamp : verdict.timestamps) path_details(timestamp.chain);
  if (!verdict.findings.empty() || !verdict.warnings.empty()) {
    heading(Label::all_findings);
    html_.markup("<ul>");
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
  html_.markup("<article>");
  if (verdict_.signatures.size() > 1) {
    html_.markup("<h2><bdi dir=ltr>").text(printable(facts.name)).markup("</bdi> ").text(outcome_shape(verdict.outcome)).markup(" ");
    html_.text(outcome_word(verdict.outcome, language_)).markup("</h2>");
    if (verdict.reason) html_.markup("<p>").text(render(*verdict.reason, language_)).markup("</p>");
  }
  signer(facts, verdict);
  times(facts, verdict);
  html_.markup("<section class=two>");
  checks(facts, verdict);
  coverage(facts);
  html_.markup("</section>\n");
  identity(facts.identity);
  warnings(verdict);
  if (verdict.chain) chain(*verdict.chain);
  conditions(facts, verdict);
  details(facts, verdict);
  html_.markup("</article>\n");
}

void Page::trusted() {
  html_.markup("<details><summary>");
  label(Label::trusted);
  html_.markup("</summary><ul>");
  for (const std::string& anchor : verdict_.trusted) html_.markup("<li><bdi>").text(anchor).markup("</bdi></li>");
  for (const Finding& override : verdict_.overrides) html_.markup("<li><bdi>").text(render(override, language_)).markup("</bdi></li>");
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

std::string Page::make(std::string_view back) {
  head();
  if (!back.empty()) {
    html_.markup("<nav><a href=\"").text(back).markup("\">");
    label(Label::check_another);
    html_.markup("</a></nav>\n");
  }
  if (verdict_.no_signature) {
    no_signature();
  } else {
    outcome();
    for (std::size_t i = 0; i < verdict_.signatures.size(); ++i) signature(i);
    trusted();
  }
  html_.markup("<footer class=small>");
  opinions();
  label(Label::file);
  html_.markup(": <bdi dir=ltr class=id>").text(printable(name_)).markup("</bdi></footer>\n</body></html>\n");
  return html_.str();
}

}  // namespace

std::string report_html(const Verdict& verdict, std::string_view name, Language language, std::string_view back) {
  return Page(verdict, name, language).make(back);
}

bool begins_report(std::string_view octets) {
  return octets.starts_with(kBeginning) || octets.find("<ValidationReport xmlns=\"http://uri.etsi.org/19102/") != std::string_view::npos;
}

}  // namespace mohr::verify
