#include <algorithm>
#include <array>

#include "pki/core/detail.h"
#include "pki/core/error.h"
#include "pki/core/finding.h"
#include "pki/core/text.h"

namespace mohr {
namespace {

constexpr CheckRow kChecks[] = {
#define CHECK(tag, id, params, names, en, fa) CheckRow{id, #names, en, fa},
#include "pki/core/checks.def"
#undef CHECK
};

constexpr std::array kErrors = {
#define ERROR(tag, id, failure, params, names, en, next_en, fa, next_fa) ErrorRow{id, Failure::failure, #names, en, next_en, fa, next_fa},
#include "pki/core/errors.def"
#undef ERROR
};

// The build fails when the texts of a row do not name the same parameters. Here and not in the headers: evaluating it costs a second.
#define CHECK(tag, id, params, names, en, fa)                                                      \
  static_assert(detail::placeholders_match(en, #names), "a text names an unknown parameter: " id); \
  static_assert(detail::same_placeholders(en, fa), "the two texts name different parameters: " id);
#include "pki/core/checks.def"
#undef CHECK
#define ERROR(tag, id, failure, params, names, en, next_en, fa, next_fa)                                     \
  static_assert(detail::placeholders_match(en, #names), "a text names an unknown parameter: " id);           \
  static_assert(detail::same_placeholders(en, fa), "the two texts name different parameters: " id);          \
  static_assert(detail::placeholders_match(next_en, #names), "a next step names an unknown parameter: " id); \
  static_assert(detail::same_placeholders(next_en, next_fa), "the next steps name different parameters: " id);
#include "pki/core/errors.def"
#undef ERROR

}  // namespace

Finding::Finding(Check c, Params p) : check(c), params(std::move(p)) {}
Finding::Finding(const Finding&) = default;
Finding::Finding(Finding&&) noexcept = default;
Finding& Finding::operator=(const Finding&) = default;
Finding& Finding::operator=(Finding&&) noexcept = default;
Finding::~Finding() = default;

Error::Error(ErrorCode c, Params p, std::string where) : code(c), params(std::move(p)), place(std::move(where)) {}
Error::Error(const Error&) = default;
Error::Error(Error&&) noexcept = default;
Error& Error::operator=(const Error&) = default;
Error& Error::operator=(Error&&) noexcept = default;
Error::~Error() = default;

#define MOHR_LIST(...) \
  { __VA_ARGS__ }
#define CHECK(tag, id, params, names, en, fa) \
  Finding findings::tag params { return {Check::tag, Params MOHR_LIST names}; }
#include "pki/core/checks.def"
#undef CHECK
#define ERROR(tag, id, failure, params, names, en, next_en, fa, next_fa) \
  Error errors::tag params { return {ErrorCode::tag, Params MOHR_LIST names, {}}; }
#include "pki/core/errors.def"
#undef ERROR

const CheckRow& row(Check check) { return kChecks[static_cast<std::size_t>(check)]; }
const ErrorRow& row(ErrorCode code) { return kErrors[static_cast<std::size_t>(code)]; }
Failure failure(const Error& error) { return row(error.code).failure; }

bool names(const Error& error, std::string_view text) {
  return std::any_of(error.params.begin(), error.params.end(), [&](const Param& param) {
    const Code* code = std::get_if<Code>(&param);
    return code != nullptr && code->value == text;
  });
}

std::string render(const Finding& finding, Language language) {
  const CheckRow& r = row(finding.check);
  return render(language == Language::fa ? r.fa : r.en, r.names, finding.params, language);
}

std::string render(const Error& error, Language language) {
  const ErrorRow& r = row(error.code);
  std::string text = render(language == Language::fa ? r.fa : r.en, r.names, error.params, language);
  if (error.place.empty() || names(error, error.place)) return text;
  return text + (language == Language::fa ? " (جای آن: " + detail_in_persian(error.place) + ")" : " (at " + printable(error.place) + ")");
}

std::string render_next(const Error& error, Language language) {
  const ErrorRow& r = row(error.code);
  return render(language == Language::fa ? r.next_fa : r.next_en, r.names, error.params, language);
}

Cause cause(const Finding& finding) {
  return {std::string(row(finding.check).id), render(finding, Language::en), render(finding, Language::fa)};
}

Cause cause(const Error& error) { return {std::string(row(error.code).id), render(error, Language::en), render(error, Language::fa)}; }

}  // namespace mohr
