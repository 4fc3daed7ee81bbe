// EN 319 102-1 5.4: validation of a time-stamp, here of the one over the signature value.
#include <algorithm>

#include "pki/crypto_policy.h"
#include "verify/evaluation.h"
#include "verify/opinions.h"
#include "verify/rules.h"

namespace mohr::verify {
namespace {

bool has_failure(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& finding) { return !rule(finding.check).warning; });
}

// 5.2.8 for a token: its imprint and its own signature, at the time of checking.
void accept_algorithms(const pki::TimestampToken& token, Instant now, Findings& findings) {
  const pki::SignerInfo& signer = token.cms.signers.front();
  for (const crypto::DigestAlgorithm digest : {token.digest, signer.digest})
    if (now >= pki::usable_until(digest))
      findings.push_back(findings::signature_digest_weak(Code{std::string(crypto::digest_name(digest))}));
  if (signer.signature_algorithm.scheme != crypto::SignatureScheme::none && now >= pki::usable_until(signer.signature_algorithm))
    findings.push_back(findings::signature_digest_weak(Code{crypto::signature_name(signer.signature_algorithm)}));
}

}  // namespace

Result<TimestampVerdict> judge_timestamp(const format::TimestampCarrier& carrier, const format::Signature& signature,
                                         const Situation& situation) {
  TimestampVerdict verdict;
  const auto read = situation.tokens.find(&carrier);
  if (read == situation.tokens.end()) {
    verdict.findings.push_back(findings::timestamp_unreadable());
    return verdict;
  }
  const pki::TimestampToken& token = read->second;
  verdict.time = token.time;
  MOHR_CHECK(situation.grounds.budget.spend(Limit::raw_verifications));
  pki::TokenCheck checked = pki::check_token(token, signature.certificates);
  verdict.findings = std::move(checked.findings);
  accept_algorithms(token, situation.question.now, verdict.findings);
  if (!equal(crypto::digest(token.digest, carrier.stamped).view(), token.imprint))
    verdict.findings.push_back(findings::timestamp_of_other_data());
  if (token.time > situation.question.now) verdict.findings.push_back(findings::timestamp_in_future(token.time));
  if (!checked.signer) return verdict;
  verdict.authority = checked.signer->subject().display();
  if (situation.grounds.opinion != nullptr) ask_about_timestamp(*situation.grounds.opinion, token, *checked.signer, verdict);
  const PathQuestion question{checked.signer, pki::Purpose::time_stamping, situation.question.now, situation.question.now,
                              false,          situation.options.revocation};
  MOHR_TRY(verdict.chain, judge_path(question, situation.grounds));
  verdict.good = verdict.chain->good && !has_failure(verdict.findings);
  return verdict;
}

}  // namespace mohr::verify
