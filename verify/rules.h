// The table of rules.def: what a finding means.
#pragma once

#include "verify/verdict.h"

namespace mohr::verify {

struct Rule {
  bool warning = false;
  std::string_view clause;
  Indication indication = Indication::indeterminate;
  SubIndication sub_indication = SubIndication::none;
  Outcome outcome = Outcome::reject;
  Owner owner = Owner::defect;
  Step step = Step::report_defect;
};

// A check without a row is a defect of ours and rejects: unknown is never passed. (A test demands a row for each.)
const Rule& rule(Check check);
bool has_rule(Check check);
class Policy;
const Rule& rule_of(Check check, const Policy* policy);  // null: rules.def as it stands

}  // namespace mohr::verify
