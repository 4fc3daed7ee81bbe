#include "verify/verdict.h"

#include <algorithm>
#include <array>

namespace mohr::verify {
namespace {

struct StepRow {
  std::string_view id, names, en, fa;
};
constexpr std::array kSteps = {
#define STEP(tag, id, names, en, fa) StepRow{id, #names, en, fa},
#include "verify/steps.def"
#undef STEP
};
#define STEP(tag, id, names, en, fa) \
  static_assert(mohr::detail::placeholders_match(en, #names) && mohr::detail::same_placeholders(en, fa), "a step's texts differ: " id);
#include "verify/steps.def"
#undef STEP

// Of the statuses that were had.
void add_proofs(const PathJudgementPtr& chain, std::vector<Instant>& proofs) {
  if (!chain) return;
  for (const CertificateFacts& facts : chain->path)
    if (facts.revocation && facts.revocation->state != pki::RevocationState::unknown &&
        facts.revocation->state != pki::RevocationState::not_checked)
      proofs.push_back(facts.revocation->this_update);
}

}  // namespace

const SignatureVerdict& deciding_signature(const Verdict& verdict) {
  const SignatureVerdict* worst = &verdict.signatures.front();
  for (std::size_t i = 1; i < verdict.signatures.size(); ++i)
    if (!verdict.document.signatures[i].countersigns && verdict.signatures[i].outcome > worst->outcome) worst = &verdict.signatures[i];
  return *worst;
}

std::optional<Instant> newest_proof(const Verdict& verdict) {
  if (verdict.demonstration) return std::nullopt;
  std::vector<Instant> proofs;
  for (const SignatureVerdict& signature : verdict.signatures) {
    add_proofs(signature.chain, proofs);
    for (const TimestampVerdict& timestamp : signature.timestamps) {
      add_proofs(timestamp.chain, proofs);
      if (timestamp.good) proofs.push_back(timestamp.time);
    }
  }
  const auto newest = std::max_element(proofs.begin(), proofs.end());
  return newest != proofs.end() ? std::optional(*newest) : std::nullopt;
}

std::string_view indication_id(Indication indication) {
  switch (indication) {
    case Indication::total_passed: return "TOTAL-PASSED";
    case Indication::total_failed: return "TOTAL-FAILED";
    case Indication::indeterminate: break;
  }
  return "INDETERMINATE";
}

std::string_view sub_indication_id(SubIndication sub_indication) {
  constexpr std::array<std::string_view, 26> kIds = {
#define SUB_INDICATION(tag, id) id,
#include "verify/sub_indications.def"
#undef SUB_INDICATION
  };
  return kIds[static_cast<std::size_t>(sub_indication)];
}

std::string_view outcome_id(Outcome outcome) {
  switch (outcome) {
    case Outcome::accept: return "ACCEPT";
    case Outcome::hold: return "HOLD";
    case Outcome::reject: break;
  }
  return "REJECT";
}

std::string_view owner_id(Owner owner) {
  switch (owner) {
    case Owner::nobody: return "nobody";
    case Owner::sender: return "sender";
    case Owner::this_office: return "this-office";
    case Owner::wait: return "wait";
    case Owner::defect: break;
  }
  return "defect";
}

std::string_view step_id(Step step) { return kSteps[static_cast<std::size_t>(step)].id; }
std::string_view step_names(Step step) { return kSteps[static_cast<std::size_t>(step)].names; }

std::string render(const NextStep& step, Language language) {
  const StepRow& r = kSteps[static_cast<std::size_t>(step.step)];
  return render(language == Language::fa ? r.fa : r.en, r.names, step.params, language);
}

}  // namespace mohr::verify
