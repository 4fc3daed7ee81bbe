// The counter: one outcome, one reason, one next step, from everything that was found.
#include <algorithm>

#include "verify/evaluation.h"
#include "verify/policy.h"

namespace mohr::verify {
namespace {

constexpr std::int64_t kLongestWait = 7 * kDay;

// The parameters that a step asks for, taken from the finding by name.
Params params_for(Step step, const Finding& finding) {
  const auto words = [](std::string_view names) {
    std::vector<std::string_view> out;
    for (std::size_t at = names.find_first_not_of("( ,)"); at != std::string_view::npos;) {
      const std::size_t stop = names.find_first_of(" ,)", at);
      out.push_back(names.substr(at, stop - at));
      at = names.find_first_not_of("( ,)", stop);
    }
    return out;
  };
  const std::vector<std::string_view> held = words(row(finding.check).names);
  Params params;
  for (const std::string_view name : words(step_names(step))) {
    const auto found = std::find(held.begin(), held.end(), name);
    params.push_back(found == held.end() ? Param{std::string()} : finding.params[static_cast<std::size_t>(found - held.begin())]);
  }
  return params;
}

// When the next list of the issuer is due, if that is near enough to wait for.
std::optional<Instant> next_list(const SignatureVerdict& verdict, Instant now) {
  if (!verdict.chain) return std::nullopt;
  for (const CertificateFacts& facts : verdict.chain->path) {
    if (!facts.revocation || facts.revocation->state != pki::RevocationState::on_hold) continue;
    const auto next = facts.revocation->next_update;
    if (next && *next > now && *next - now <= kLongestWait) return next;
  }
  return std::nullopt;
}

// Waiting helps only up to a week ahead; beyond that the sender has to sign again.
void apply_waiting(const Finding& reason, Instant now, SignatureVerdict& verdict) {
  std::optional<Instant> until;
  if (reason.check == Check::certificate_on_hold) {
    until = next_list(verdict, now);
    if (!until) until = now + kDay;
  } else if (reason.check == Check::certificate_not_yet_valid) {
    const Instant* begins = std::get_if<Instant>(&reason.params.back());
    if (begins == nullptr || *begins - now > kLongestWait) return;
    until = *begins;
  } else {
    return;
  }
  verdict.outcome = Outcome::hold;
  verdict.owner = Owner::wait;
  verdict.next = NextStep{Step::check_again_after, {*until}};
}

void accept(const format::Signature& signature, SignatureVerdict& verdict) {
  find_standing(verdict);
  verdict.indication = Indication::total_passed;
  verdict.sub_indication = SubIndication::none;
  verdict.outcome = Outcome::accept;
  verdict.owner = Owner::nobody;
  std::string subject = signature.signer->subject().display();
  if (signature.countersigns) {
    verdict.reason = findings::countersignature_good(std::move(subject));
  } else {
    verdict.reason = verdict.best_signature_time ? findings::signature_good_at(std::move(subject), *verdict.best_signature_time)
                                                 : findings::signature_good(std::move(subject));
  }
}

}  // namespace

NextStep next_step(const Finding& reason, const Policy* policy) {
  const Step step = rule_of(reason.check, policy).step;
  return {step, params_for(step, reason)};
}

void decide(const format::Signature& signature, const Situation& situation, SignatureVerdict& verdict) {
  const Policy* policy = situation.grounds.policy;
  Findings failures;
  for (Finding& finding : verdict.findings)
    (rule_of(finding.check, policy).warning ? verdict.warnings : failures).push_back(std::move(finding));
  verdict.findings = std::move(failures);
  if (verdict.findings.empty()) {
    const bool proven = signature.signer && verdict.chain && verdict.chain->good;
    if (proven) return accept(signature, verdict);
    verdict.findings.push_back(findings::signer_certificate_missing());
  }
  // That a certificate did not hold yet at a proven time is looked at last, in 5.5.4.
  if (verdict.best_signature_time) {
    const auto is_date = [](const Finding& finding) {
      return finding.check == Check::certificate_newer_than_signature || finding.check == Check::certificate_not_yet_valid;
    };
    std::stable_partition(verdict.findings.begin(), verdict.findings.end(), [&](const Finding& finding) { return !is_date(finding); });
  }
  // The indication is that of the first step that fails, and of the first that leaves it open when none does (5.3.4, 5.5.4).
  const auto fails = [&](const Finding& finding) {
    return rule_of(finding.check, policy).indication == Indication::total_failed && rule_of(finding.check, policy).clause != "5.5.4";
  };
  const auto failed = std::find_if(verdict.findings.begin(), verdict.findings.end(), fails);
  const Rule& first = rule_of((failed == verdict.findings.end() ? verdict.findings.front() : *failed).check, policy);
  verdict.indication = first.indication;
  verdict.sub_indication = first.sub_indication;
  // The worst outcome decides; among equals the first in the order of the clauses.
  const auto worse = [&](const Finding& a, const Finding& b) {
    return rule_of(a.check, policy).outcome < rule_of(b.check, policy).outcome;
  };
  const auto decisive = std::max_element(verdict.findings.begin(), verdict.findings.end(), worse);
  std::rotate(verdict.findings.begin(), decisive, decisive + 1);
  const Finding& reason = verdict.findings.front();
  const Rule& r = rule_of(reason.check, policy);
  verdict.outcome = r.outcome;
  verdict.owner = r.owner;
  verdict.reason = reason;
  verdict.next = next_step(reason, policy);
  const bool raised = r.outcome > rule(reason.check).outcome;  // the policy wants no waiting
  if (!raised && (verdict.findings.size() == 1 || r.outcome == Outcome::hold)) apply_waiting(reason, situation.question.now, verdict);
}

}  // namespace mohr::verify
