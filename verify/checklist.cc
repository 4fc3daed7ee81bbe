#include "verify/checklist.h"

#include <algorithm>

#include "verify/rules.h"

namespace mohr::verify {
namespace {

bool found(const SignatureVerdict& verdict, Check check) {
  return std::any_of(verdict.findings.begin(), verdict.findings.end(), [check](const Finding& finding) { return finding.check == check; });
}

Answer content_answer(const format::Signature& signature, const SignatureVerdict& verdict) {
  const auto& references = signature.references;
  if (std::any_of(references.begin(), references.end(), [](const auto& r) { return r.present() && !r.matches(); })) return Answer::no;
  const bool all = !references.empty() && std::all_of(references.begin(), references.end(), [](const auto& r) { return r.matches(); });
  return all && !found(verdict, Check::pdf_changed_after_signing) ? Answer::yes : Answer::unknown;
}

// verify_cryptographically() asks the key of a known signer about octets that are there, and reports every other answer than good.
Answer value_answer(const format::Signature& signature, const SignatureVerdict& verdict) {
  if (found(verdict, Check::signature_value_bad) || found(verdict, Check::signature_key_mismatch)) return Answer::no;
  if (!signature.signer || signature.signed_octets.empty() || found(verdict, Check::signature_algorithm_unknown)) return Answer::unknown;
  return Answer::yes;
}

// Something that only holds leaves the question open.
bool refuses(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    const Rule& r = rule(finding.check);
    return !r.warning && r.outcome == Outcome::reject;
  });
}
Answer answer_of(bool good, const Findings& findings) { return good ? Answer::yes : refuses(findings) ? Answer::no : Answer::unknown; }

// Good is not enough where nobody was asked about revocation. (Revoked, and yet good: after the signature.)
Answer state_answer(const PathJudgement& chain) {
  const bool asked = std::all_of(chain.path.begin(), chain.path.end(), [&](const CertificateFacts& facts) {
    if (chain.anchor != nullptr && &facts == &chain.path.back()) return true;  // the anchor: its Trust may be gone when a report is made
    return facts.revocation && facts.revocation->state != pki::RevocationState::unknown &&
           facts.revocation->state != pki::RevocationState::not_checked;
  });
  return answer_of(chain.good && asked, chain.findings);
}

Answer timestamp_answer(const SignatureVerdict& verdict) {
  const auto& stamps = verdict.timestamps;
  if (stamps.empty()) return Answer::none;
  if (std::any_of(stamps.begin(), stamps.end(), [](const auto& stamp) { return stamp.good; })) return Answer::yes;
  const bool refused = std::all_of(stamps.begin(), stamps.end(), [](const TimestampVerdict& stamp) {
    return refuses(stamp.findings) || (stamp.chain && refuses(stamp.chain->findings));
  });
  return refused ? Answer::no : Answer::unknown;
}

}  // namespace

std::vector<CheckLine> checklist(const format::Signature& signature, const SignatureVerdict& verdict) {
  const PathJudgement none, &chain = verdict.chain ? *verdict.chain : none;
  return {{Label::check_content, content_answer(signature, verdict)},
          {Label::check_value, value_answer(signature, verdict)},
          {Label::check_path, answer_of(chain.chained, chain.findings)},
          {Label::check_state, state_answer(chain)},
          {Label::check_timestamp, timestamp_answer(verdict)}};
}

bool has_content(const format::Signature& signature) {
  const auto& references = signature.references;
  return !references.empty() && std::all_of(references.begin(), references.end(), [](const auto& one) { return one.present(); });
}

std::string_view answer_mark(Answer answer) {
  switch (answer) {
    case Answer::yes: return "✔";
    case Answer::no: return "✖";
    case Answer::unknown: return "?";
    case Answer::none: break;
  }
  return "–";
}

std::string_view answer_word(Answer answer, Language language) {
  switch (answer) {
    case Answer::yes: return phrase(Label::answer_yes, language);
    case Answer::no: return phrase(Label::answer_no, language);
    case Answer::unknown: return phrase(Label::answer_unknown, language);
    case Answer::none: break;
  }
  return phrase(Label::answer_none, language);
}

}  // namespace mohr::verify
