#include "pki/core/message_json.h"

namespace mohr {
namespace {

using json::Value;

// The parameters that each row declares: "(std::string subject, Instant not_after)".
constexpr std::string_view kDeclared[] = {
#define CHECK(tag, id, params, names, en, fa) #params,
#include "pki/core/checks.def"
#undef CHECK
};
constexpr std::string_view kTypes[] = {"std::string ", "Code ", "Instant ", "std::int64_t ", "Cause ", "Detail "};  // as in Param
static_assert(std::size(kTypes) == std::variant_size_v<Param>);

bool fits(std::string_view declared, const Params& params) {
  declared.remove_prefix(1);
  for (const Param& param : params) {
    if (!declared.starts_with(kTypes[param.index()])) return false;
    const std::size_t comma = declared.find(',');
    declared.remove_prefix(comma == std::string_view::npos ? declared.size() - 1 : comma + 2);
  }
  return declared == ")";
}

Value record_of(const Param& param) {
  struct {
    Value operator()(const std::string& text) const { return Value().add("text", text); }
    Value operator()(const Code& code) const { return Value().add("code", code.value); }
    Value operator()(const Detail& detail) const { return Value().add("detail", detail.value); }
    Value operator()(Instant time) const { return Value().add("time", time.seconds); }
    Value operator()(std::int64_t count) const { return Value().add("count", count); }
    Value operator()(const Cause& cause) const { return Value().add("cause", cause.id).add("en", cause.en).add("fa", cause.fa); }
  } const write;
  return std::visit(write, param);
}

std::optional<Param> param_from(const Value& record) {
  if (record.object() == nullptr || record.object()->empty()) return std::nullopt;
  const auto& [kind, value] = record.object()->front();
  if (kind == "text" && value.string() != nullptr) return Param(*value.string());
  if (kind == "code" && value.string() != nullptr) return Param(Code{*value.string()});
  if (kind == "detail" && value.string() != nullptr) return Param(Detail(Code{*value.string()}));
  if (kind == "time")
    if (const auto time = instant_from(value)) return Param(*time);
  if (kind == "count" && value.integer() != nullptr) return Param(*value.integer());
  const std::string *en = record.string("en"), *fa = record.string("fa");
  if (kind == "cause" && value.string() != nullptr && en != nullptr && fa != nullptr) return Param(Cause{*value.string(), *en, *fa});
  return std::nullopt;
}

}  // namespace

Value record_of(const Finding& finding) {
  json::Array params;
  for (const Param& param : finding.params) params.push_back(record_of(param));
  return Value().add("id", row(finding.check).id).add("params", std::move(params));
}

Value record_of(std::span<const Finding> findings) {
  json::Array list;
  for (const Finding& finding : findings) list.push_back(record_of(finding));
  return list;
}

std::optional<Finding> finding_from(const Value& record) {
  const std::string* id = record.string("id");
  const Value* params = record.member("params");
  if (id == nullptr || params == nullptr || params->array() == nullptr) return std::nullopt;
  for (std::size_t i = 0; i < std::size(kDeclared); ++i) {
    if (row(static_cast<Check>(i)).id != *id) continue;
    Finding finding{static_cast<Check>(i), {}};
    for (const Value& one : *params->array()) {
      auto param = param_from(one);
      if (!param) return std::nullopt;
      finding.params.push_back(*std::move(param));
    }
    return fits(kDeclared[i], finding.params) ? std::optional(std::move(finding)) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Findings> findings_from(const Value& record) {
  if (record.array() == nullptr) return std::nullopt;
  Findings findings;
  for (const Value& one : *record.array()) {
    auto finding = finding_from(one);
    if (!finding) return std::nullopt;
    findings.push_back(*std::move(finding));
  }
  return findings;
}

std::optional<Instant> instant_from(const Value& seconds) {
  constexpr Instant kFirst{-62'167'219'200}, kLast{253'402'300'799};
  if (seconds.integer() == nullptr) return std::nullopt;
  const Instant time{*seconds.integer()};
  return time < kFirst || time > kLast ? std::nullopt : std::optional(time);
}

}  // namespace mohr
