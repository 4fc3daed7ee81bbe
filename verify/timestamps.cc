// EN 319 102-1 5.4: validation of a time-stamp, here of the one over the signature value.
#include <algorithm>

#include "verify/evaluation.h"
#include "verify/rules.h"

namespace mohr::verify {
namespace {

bool has_failure(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& finding) { return !rule(finding.check).warning; });
}

}  // namespace

Result<TimestampVerdict> judge_timestamp(const format::TimestampCarrier& carrier, const format::Signature& signature,
                                         const Situation& situation) {
  TimestampVerdict verdict;
  auto read = pki::parse_timestamp_token(carrier.token, situation.grounds.budget);
  if (!read) {
    if (failure(read.error()) == Failure::budget) return std::move(read).error();
    verdict.findings.push_back(findings::timestamp_unreadable());
    return verdict;
  }
  const pki::TimestampToken& token = *read;
  verdict.time = token.time;
  MOHR_CHECK(situation.grounds.budget.spend(Limit::raw_verifications));
  pki::TokenCheck checked = pki::check_token(token, signature.certificates);
  verdict.findings = std::move(checked.findings);
  if (is_weak(token.digest) || !equal(crypto::digest(token.digest, carrier.stamped).view(), token.imprint))
    verdict.findings.push_back(findings::timestamp_of_other_data());
  if (token.time > situation.question.now) verdict.findings.push_back(findings::timestamp_in_future(token.time));
  if (!checked.signer) return verdict;
  verdict.authority = checked.signer->subject().display();
  const PathQuestion question{checked.signer, pki::Purpose::time_stamping, situation.question.now, situation.question.now, false,
                              situation.options.revocation};
  MOHR_TRY(verdict.chain, judge_path(question, situation.grounds));
  verdict.good = verdict.chain->good && !has_failure(verdict.findings);
  return verdict;
}

}  // namespace mohr::verify
