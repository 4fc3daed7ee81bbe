// Facts, evidence, trust and question to a verdict: pure, deterministic. Code follows EN 319 102-1 clause 5.
#pragma once

#include <map>

#include "verify/path_judge.h"
#include "verify/verifier.h"

namespace mohr::verify {

struct Situation {
  const Question& question;
  const Options& options;
  const Grounds& grounds;
};

// The judgements of all signatures, in the order of the facts.
Result<std::vector<SignatureVerdict>> evaluate(const format::SignedDocument& facts, const Situation& situation);

// What could still be fetched that would help: revocation data of paths that verify, issuers at allowed hosts. Pure.
std::vector<pki::Need> needs(const format::SignedDocument& facts, std::span<const SignatureVerdict> verdicts, const Grounds& grounds,
                             const Options& options);

// 5.2.7: references, and the signature value under the key of `signer` (null: no certificate is known).
void verify_cryptographically(const format::Signature& signature, const pki::Certificate* signer, Findings& findings);
// 5.2.3: the certificate that the signature names.
void identify_signer(const format::Signature& signature, Findings& findings);
// 5.4: one time-stamp, at the time that it is known to exist; `certificates` came with it.
Result<TimestampVerdict> judge_timestamp(const format::TimestampCarrier& carrier, std::span<const pki::CertificatePtr> certificates,
                                         const Situation& situation);
// Good, or good but for what policies differ in: levels, freshness, algorithms. Such a time-stamp proves nothing, but its time contradicts
// others still; else a stricter policy could do away with a contradiction.
bool is_believable(const TimestampVerdict& timestamp);
// All of a document, the newest first, and what the good ones prove (5.6.2.3, 5.6.3.4).
struct Timeline {
  std::map<const format::TimestampCarrier*, TimestampVerdict> verdicts;
  pki::ProofsOfExistence proofs;
  crypto::Hash identity;  // of the grounds together with the proofs
};
Result<Timeline> judge_timestamps(const format::SignedDocument& facts, const Situation& situation);
// What the rule of the decisive finding asks for, with the finding's own parameters.
NextStep next_step(const Finding& reason, const Policy* policy);
// What the caller expects of the signed identity (docs/attributes.md).
void compare_with_question(const format::Signature& signature, const Situation& situation, Findings& findings);
// What the policy demands of the signature and its signer (demands.cc).
void judge_demands(const Policy& policy, const format::Signature& signature, SignatureVerdict& verdict);
// The assurance level of the target of a path; nothing without an anchor.
std::optional<pki::AssuranceLevel> assurance_of(const PathJudgementPtr& chain);
// Whether the policy lets the signer sign this (authority.cc).
void judge_authority(const Policy& policy, const format::Signature& signature, const PathJudgementPtr& chain, Findings& findings);
// The domain and level of a signature that nothing speaks against; says so when it is internal only.
void find_standing(SignatureVerdict& verdict);
// Indication, outcome, owner, reason and next step from the findings: the counter.
void decide(const format::Signature& signature, const Situation& situation, SignatureVerdict& verdict);

}  // namespace mohr::verify
