#include "pki/core/message_json.h"

#include <algorithm>

namespace mohr {
namespace {

using json::Value;

constexpr std::size_t kChecks = 0
#define CHECK(tag, id, params, names, en, fa) +1
#include "pki/core/checks.def"
#undef CHECK
    ;

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
  for (std::size_t i = 0; i < kChecks; ++i) {
    if (row(static_cast<Check>(i)).id != *id) continue;
    Finding finding{static_cast<Check>(i), {}};
    for (const Value& one : *params->array()) {
      auto param = param_from(one);
      if (!param) return std::nullopt;
      finding.params.push_back(*std::move(param));
    }
    const std::string_view names = row(finding.check).names;
    const auto commas = static_cast<std::size_t>(std::count(names.begin(), names.end(), ','));
    const std::size_t wanted = names.find_first_not_of("() ") == std::string_view::npos ? 0 : commas + 1;
    return finding.params.size() == wanted ? std::optional(std::move(finding)) : std::nullopt;
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
