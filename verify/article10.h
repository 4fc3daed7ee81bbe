// The four conditions of article 10 of the e-commerce law for a secure electronic signature (national.md 6), one by one, with the facts
// that carry each. Yes only by a positive fact; what no file can show stays unknown.
#pragma once

#include <array>

#include "verify/checklist.h"

namespace mohr::verify {

struct Condition {
  std::string_view id;  // "unique-to-signer", "identifies-signer", "under-signers-sole-will", "changes-are-found"
  Label words;
  Answer answer = Answer::unknown;
  Findings facts;
};
std::array<Condition, 4> article_10(const format::Signature& signature, const SignatureVerdict& verdict);

}  // namespace mohr::verify
