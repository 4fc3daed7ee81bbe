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
  // What the compiler would make of it, made once: in every file that has a Result or Findings it costs more than the rest of the file.
  Finding(Check check, Params params);
  Finding(const Finding&);
  Finding(Finding&&) noexcept;
  Finding& operator=(const Finding&);
  Finding& operator=(Finding&&) noexcept;
  ~Finding();
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
