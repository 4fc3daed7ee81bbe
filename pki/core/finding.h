// A finding: "looked, saw this". Not yet a judgement: verify/rules.def says what each one means for a verdict.
#pragma once

#include "pki/core/message.h"

namespace mohr {

enum class Check : std::uint16_t {
#define CHECK(tag, id, params, names, en, fa) tag,
#include "pki/core/checks.def"
#undef CHECK
};

struct [[nodiscard]] Finding {
  Check check;
  Params params;
  bool operator==(const Finding&) const = default;
};
using Findings = std::vector<Finding>;

struct CheckRow {
  std::string_view id, names, en, fa;
};
const CheckRow& row(Check check);
std::string render(const Finding& finding, Language language);
Cause cause(const Finding& finding);

// One function for each row of checks.def: findings::certificate_expired(subject, not_after).
namespace findings {
#define CHECK(tag, id, params, names, en, fa) Finding tag params;
#include "pki/core/checks.def"
#undef CHECK
}  // namespace findings

}  // namespace mohr
