// Why a verdict is what it is: the facts that decide it, why two verdicts differ, and what would turn one into ACCEPT. All computed by
// judging again with one thing changed, never guessed from the outcome.
#pragma once

#include "verify/record.h"

namespace mohr::verify {

// The facts that carry the verdict on one signature, as sentences in the order of the judgement: signer, time, path, statuses, decision.
Findings decisive_facts(const format::Signature& signature, const SignatureVerdict& verdict);

// What is not the same in two records, and whether it alone turns the first verdict into the second.
struct Difference {
  enum class Kind : std::uint8_t { document, facts, time, question, trust, evidence, rules } kind;
  Finding words;
  bool decides = false;
};
Result<std::vector<Difference>> compare(const Record& first, const Record& second);

// The smallest sets of facts that would make ACCEPT of the verdict, each fact as a sentence; nothing when none of the facts that somebody
// could still supply would. An accepted verdict needs nothing.
Result<std::vector<Findings>> what_would_help(const Record& record);

}  // namespace mohr::verify
