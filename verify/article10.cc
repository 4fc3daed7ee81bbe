#include "verify/article10.h"

#include <algorithm>

#include "pki/national.h"

namespace mohr::verify {
namespace {

Answer find(const std::vector<CheckLine>& lines, Label what) {
  const auto line = std::find_if(lines.begin(), lines.end(), [&](const CheckLine& one) { return one.what == what; });
  return line == lines.end() ? Answer::unknown : line->answer;
}

// Both hold, one fails, or one is open.
Answer both(Answer a, Answer b) {
  if (a == Answer::no || b == Answer::no) return Answer::no;
  return a == Answer::yes && b == Answer::yes ? Answer::yes : Answer::unknown;
}

}  // namespace

std::array<Condition, 4> article_10(const format::Signature& signature, const SignatureVerdict& verdict) {
  const std::vector<CheckLine> lines = checklist(signature, verdict);
  const Answer path = find(lines, Label::check_path), state = find(lines, Label::check_state);
  const Answer value = find(lines, Label::check_value), content = find(lines, Label::check_content);
  Condition unique{"unique-to-signer", Label::condition_unique, both(both(path, state), value), {}};
  Condition identifies{"identifies-signer", Label::condition_identifies, Answer::unknown, {}};
  Condition will{"under-signers-sole-will", Label::condition_will, Answer::unknown, {}};
  Condition changes{"changes-are-found", Label::condition_changes, both(content, value), {}};
  if (!signature.signer) return {unique, identifies, will, changes};
  const pki::Certificate& signer = *signature.signer;
  const std::string subject = signer.subject().display();
  if (unique.answer == Answer::yes)
    unique.facts.push_back(findings::fact_certificate(subject, signer.issuer().display(), signer.not_before(), signer.not_after()));
  const pki::NationalIdentity identity = pki::national_identity(signer.subject());
  if (identity.kind) {
    identifies.answer = both(path, state);
    identifies.facts.push_back(findings::fact_identifier(subject, Code{identity.identifier}));
  }
  // Where the key lies no document can show; the level of its certificate says what its authority demands of that.
  if (verdict.level && *verdict.level >= pki::AssuranceLevel::gold) will.answer = unique.answer;
  if (verdict.level) will.facts.push_back(findings::fact_level(subject, Code{std::string(pki::level_id(*verdict.level))}));
  if (signature.algorithm.scheme != crypto::SignatureScheme::none)
    changes.facts.push_back(findings::fact_algorithm(Code{crypto::signature_name(signature.algorithm)}));
  return {unique, identifies, will, changes};
}

}  // namespace mohr::verify
