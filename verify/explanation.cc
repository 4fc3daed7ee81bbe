#include "verify/explanation.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "format/facts_json.h"
#include "pki/control_time.h"
#include "verify/policy.h"

namespace mohr::verify {
namespace {

void add_path(const PathJudgementPtr& chain, Findings& facts) {
  if (!chain) return;
  for (std::size_t i = 0; i < chain->path.size(); ++i) {
    const CertificateFacts& one = chain->path[i];
    const std::string subject = one.certificate->subject().display();
    if (i + 1 == chain->path.size() && chain->anchor != nullptr) {
      facts.push_back(findings::fact_anchor(subject));
      break;
    }
    facts.push_back(findings::fact_certificate(subject, one.certificate->issuer().display(), one.certificate->not_before(),
                                               one.certificate->not_after()));
    if (one.revocation && one.revocation->state == pki::RevocationState::good)
      facts.push_back(findings::fact_status_good(subject, one.revocation->source, one.revocation->this_update));
  }
}

// ---- comparing ---------------------------------------------------------------------------------------------------------

bool same_evidence(const Record& a, const Record& b) { return a.evidence.identity() == b.evidence.identity(); }

bool same_expectations(const Question& a, const Question& b) {
  return a.expect_receiver == b.expect_receiver && a.expect_sender == b.expect_sender && a.expect_tracking_id == b.expect_tracking_id &&
         a.expect_request == b.expect_request;
}

// The verdict of `first` with that one part taken from `second`.
Result<Verdict> replay_with(const Record& first, const Record& second, Difference::Kind kind) {
  Record changed = first;
  switch (kind) {
    case Difference::Kind::document:
    case Difference::Kind::facts: changed.facts = second.facts; break;
    case Difference::Kind::time: changed.question.now = second.question.now; break;
    case Difference::Kind::question: {
      changed.question = second.question;
      changed.question.now = first.question.now;
      break;
    }
    case Difference::Kind::trust: changed.trust = second.trust; break;
    case Difference::Kind::policy: changed.policy = second.policy; break;
    case Difference::Kind::evidence: changed.evidence = second.evidence; break;
    case Difference::Kind::rules: break;
  }
  return replay(changed);
}

bool same_decision(const Verdict& verdict, const Verdict& other) {
  if (verdict.outcome != other.outcome || verdict.signatures.size() != other.signatures.size()) return false;
  for (std::size_t i = 0; i < verdict.signatures.size(); ++i) {
    const SignatureVerdict &a = verdict.signatures[i], &b = other.signatures[i];
    if (a.outcome != b.outcome || a.sub_indication != b.sub_indication || a.reason.has_value() != b.reason.has_value()) return false;
    if (a.reason && a.reason->check != b.reason->check) return false;
  }
  return true;
}

// ---- what would help ---------------------------------------------------------------------------------------------------

// Something that could still be supplied, and what the judgement would be with it.
struct Supply {
  Finding words;
  std::function<void(Record&, Assumptions&)> apply;
};

void supply_statuses(const PathJudgementPtr& chain, Instant time, std::vector<Supply>& supplies) {
  if (!chain) return;
  for (const CertificateFacts& facts : chain->path) {
    if (!facts.revocation) continue;
    const auto state = facts.revocation->state;
    if (state != pki::RevocationState::unknown && state != pki::RevocationState::on_hold) continue;
    const crypto::Hash hash = facts.certificate->fingerprint();
    const std::string subject = facts.certificate->subject().display(), issuer = facts.certificate->issuer().display();
    supplies.push_back(
        {state == pki::RevocationState::unknown ? findings::help_status(subject, issuer, time) : findings::help_release(subject, issuer),
         [hash](Record&, Assumptions& assumed) { assumed.good_status.insert(hash); }});
  }
}

// Until when everything at hand speaks for the path (EN 319 102-1 5.6.2.2), when that has ended.
std::optional<Instant> end_of_control(const Record& record, const Verdict& verdict, const PathJudgement& chain) {
  if (chain.anchor == nullptr || !chain.path.front().revocation || !verdict.evidence) return std::nullopt;
  Budget budget;
  const auto control = pki::slide_time(certificates_of(chain), verdict.checked_at, record.trust, *verdict.evidence, budget,
                                       status_rules(record.policy.get(), StatusOf::signer, chain.anchor, nullptr));
  return control && control->time < verdict.checked_at ? control->time : std::nullopt;
}

// A proof that the signature is older than what ended: its certificate's end, a revocation, or what speaks for the path.
void supply_time(const Record& record, const Verdict& whole, const SignatureVerdict& verdict, std::vector<Supply>& supplies) {
  if (!verdict.chain || verdict.best_signature_time) return;
  std::optional<Instant> before = end_of_control(record, whole, *verdict.chain);
  const auto sooner = [&](Instant time) { before = std::min(before.value_or(time), time); };
  for (const CertificateFacts& facts : verdict.chain->path) {
    sooner(facts.certificate->not_after());
    if (facts.revocation && facts.revocation->state == pki::RevocationState::revoked) sooner(facts.revocation->revoked_at);
  }
  if (!before) return;
  const Instant time = *before - 1;
  supplies.push_back({findings::help_timestamp(*before), [time](Record&, Assumptions& assumed) { assumed.signature_time = time; }});
}

void supply_anchor(const PathJudgementPtr& chain, std::vector<Supply>& supplies) {
  if (!chain || chain->anchor != nullptr || chain->path.empty()) return;
  const pki::CertificatePtr last = chain->path.back().certificate;
  if (!last->subject().equals(last->issuer())) return;
  supplies.push_back({findings::help_anchor(last->subject().display()), [last](Record& record, Assumptions&) {
                        (void)record.trust.add_anchor({last, false, true, {}});
                      }});
}

void supply_content(const Record& record, std::vector<Supply>& supplies) {
  if (!record.facts.needs_content) return;
  supplies.push_back({findings::help_content(), [](Record& changed, Assumptions&) {
                        for (format::Signature& signature : changed.facts.signatures)
                          for (format::Reference& reference : signature.references)
                            if (!reference.present()) reference.actual = reference.expected;
                      }});
}

std::vector<Supply> supplies_for(const Record& record, const Verdict& verdict) {
  std::vector<Supply> supplies;
  supply_content(record, supplies);
  for (const SignatureVerdict& signature : verdict.signatures) {
    const Instant time = signature.best_signature_time.value_or(verdict.checked_at);
    supply_statuses(signature.chain, time, supplies);
    for (const TimestampVerdict& timestamp : signature.timestamps) supply_statuses(timestamp.chain, timestamp.judged_at, supplies);
    supply_time(record, verdict, signature, supplies);
    supply_anchor(signature.chain, supplies);
  }
  std::vector<Supply> distinct;
  for (Supply& one : supplies)
    if (std::none_of(distinct.begin(), distinct.end(), [&](const Supply& other) { return other.words == one.words; }))
      distinct.push_back(std::move(one));
  return distinct;
}

constexpr std::size_t kMostSupplies = 8;  // 255 judgements of a few microseconds each

Result<bool> is_accepted_with(const Record& record, const std::vector<Supply>& supplies, unsigned chosen) {
  Record changed = record;
  Assumptions assumed;
  for (std::size_t i = 0; i < supplies.size(); ++i)
    if ((chosen >> i & 1U) != 0) supplies[i].apply(changed, assumed);
  MOHR_TRY(const Verdict verdict, replay(changed, nullptr, &assumed));
  return !verdict.no_signature && verdict.outcome == Outcome::accept;
}

}  // namespace

Findings decisive_facts(const format::Signature& signature, const SignatureVerdict& verdict) {
  Findings facts;
  if (verdict.best_signature_time) {
    const auto stamp = std::find_if(verdict.timestamps.begin(), verdict.timestamps.end(),
                                    [&](const TimestampVerdict& one) { return one.good && one.time == *verdict.best_signature_time; });
    if (stamp != verdict.timestamps.end()) facts.push_back(findings::fact_time_proven(stamp->time, stamp->authority));
  } else {
    facts.push_back(findings::fact_time_unproven());
  }
  if (signature.algorithm.scheme != crypto::SignatureScheme::none)
    facts.push_back(findings::fact_algorithm(Code{crypto::signature_name(signature.algorithm)}));
  add_path(verdict.chain, facts);
  if (verdict.reason) facts.push_back(*verdict.reason);
  return facts;
}

Result<std::vector<Difference>> compare(const Record& first, const Record& second) {
  using Kind = Difference::Kind;
  std::vector<Difference> differences;
  const auto add = [&](bool differs, Kind kind, Finding words) {
    if (differs) differences.push_back({kind, std::move(words), false});
  };
  const bool other_document = !(first.document == second.document);
  add(other_document, Kind::document, findings::differs_document());
  add(!other_document && json::canonical(format::record_of(first.facts)) != json::canonical(format::record_of(second.facts)), Kind::facts,
      findings::differs_facts());
  add(first.question.now != second.question.now, Kind::time, findings::differs_time(first.question.now, second.question.now));
  add(!same_expectations(first.question, second.question), Kind::question, findings::differs_question());
  add(!(first.trust.identity() == second.trust.identity()), Kind::trust, findings::differs_trust());
  add(!(first.policy->identity() == second.policy->identity()), Kind::policy,
      findings::differs_policy(first.policy->id(), second.policy->id()));
  add(!same_evidence(first, second), Kind::evidence, findings::differs_evidence());
  add(first.rule_set != second.rule_set, Kind::rules, findings::differs_rules(Code{first.program}, Code{second.program}));
  MOHR_TRY(const Verdict before, replay(first));
  MOHR_TRY(const Verdict after, replay(second));
  if (same_decision(before, after)) return differences;
  for (Difference& difference : differences) {
    MOHR_TRY(const Verdict verdict, replay_with(first, second, difference.kind));
    difference.decides = same_decision(verdict, after);
  }
  return differences;
}

Result<std::vector<Findings>> what_would_help(const Record& record) {
  std::vector<Findings> found;
  MOHR_TRY(const Verdict verdict, replay(record));
  if (verdict.no_signature || verdict.outcome == Outcome::accept) return found;
  std::vector<Supply> supplies = supplies_for(record, verdict);
  if (supplies.size() > kMostSupplies) supplies.erase(supplies.begin() + static_cast<std::ptrdiff_t>(kMostSupplies), supplies.end());
  for (int size = 1; found.empty() && size <= static_cast<int>(supplies.size()); ++size) {
    for (unsigned chosen = 1; chosen < 1U << supplies.size(); ++chosen) {
      if (std::popcount(chosen) != size) continue;
      MOHR_TRY(const bool accepted, is_accepted_with(record, supplies, chosen));
      if (!accepted) continue;
      Findings set;
      for (std::size_t i = 0; i < supplies.size(); ++i)
        if ((chosen >> i & 1U) != 0) set.push_back(supplies[i].words);
      found.push_back(std::move(set));
    }
  }
  return found;
}

}  // namespace mohr::verify
