// The second opinion in a verdict: what the other library is asked, and what its answer does. It can hold a document, never accept one.
#pragma once

#include "pki/crypto/opinion.h"
#include "verify/verdict.h"

namespace mohr::verify {

// Each asks about what was judged already and writes what was asked into the scope. A difference is a finding (HOLD, defect) that stands
// first and takes the place of our own refusal, whose words it carries.
void ask_about_signature(const crypto::OpinionModule& module, const format::Signature& signature, const pki::Certificate* signer,
                         SignatureVerdict& verdict);
void ask_about_timestamp(const crypto::OpinionModule& module, const pki::TimestampToken& token, const pki::Certificate& signer,
                         TimestampVerdict& verdict);
// Signatures, names, validity and basic constraints at `time`; before revocation is looked at.
void ask_about_chain(const crypto::OpinionModule& module, Instant time, PathJudgement& judgement);

bool is_difference(Check check);
// What was asked over all signatures; `module` null: it is not installed.
OpinionSummary sum_up(const crypto::OpinionModule* module, std::span<const SignatureVerdict> verdicts);

}  // namespace mohr::verify
