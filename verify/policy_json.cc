// A policy as JSON (docs/policy.schema.json). Its algorithms are in policy_algorithms.cc.
#include <algorithm>

#include "pki/asn1/oid.h"
#include "pki/core/text.h"
#include "pki/national.h"
#include "verify/policy_reader.h"

namespace mohr::verify {
namespace {

using json::Value;

constexpr format::Format kFormats[] = {format::Format::cades, format::Format::xades, format::Format::pades, format::Format::jades};

struct Usage {
  std::string_view id;
  std::uint32_t bit;
};
constexpr Usage kUsages[] = {{"digitalSignature", pki::kDigitalSignature}, {"contentCommitment", pki::kContentCommitment}};

std::optional<Check> check_of(std::string_view id) {
  for (std::size_t i = 0; i < kChecks; ++i)
    if (row(static_cast<Check>(i)).id == id) return static_cast<Check>(i);
  return std::nullopt;
}

std::optional<Level> level_of(std::string_view word) {
  for (const Level level : {Level::warn, Level::hold, Level::reject})
    if (level_word(level) == word) return level;
  return std::nullopt;
}

// In one form, whatever digits somebody typed.
std::set<std::string> identifiers(pki::IdentifierKind kind, const std::set<std::string>& typed) {
  std::set<std::string> out;
  for (const std::string& one : typed) out.insert(pki::parse_identifier(kind, one).value_or(one));
  return out;
}

void add(Value& value, const char* name, const std::set<std::string>& words) {
  if (words.empty()) return;
  json::Array list;
  for (const std::string& word : words) list.emplace_back(word);
  value.add(name, std::move(list));
}

}  // namespace

Result<void> PolicyReader::only(const Value& object, const char* name, std::initializer_list<std::string_view> known) const {
  if (object.object() == nullptr) return broken(std::string(name) + " is no object");
  if (const std::string* unknown = object.unknown_member(known)) return broken("unknown member " + *unknown);
  return {};
}

Result<std::string> PolicyReader::text(const Value& object, const char* name) const {
  const std::string* member = object.string(name);
  if (member == nullptr) return broken(std::string(name) + " is missing or no text");
  return *member;
}

Result<std::set<std::string>> PolicyReader::words(const Value& object, const char* name) const {
  std::set<std::string> out;
  const Value* list = object.member(name);
  if (list == nullptr) return out;
  if (list->array() == nullptr || list->array()->empty()) return broken(std::string(name) + " is no list with a word");
  for (const Value& one : *list->array()) {
    if (one.string() == nullptr) return broken(std::string(name) + " holds something that is no text");
    out.insert(*one.string());
  }
  return out;
}

Result<bool> PolicyReader::flag(const Value& object, const char* name) const {
  const Value* member = object.member(name);
  if (member == nullptr) return false;
  if (member->boolean() == nullptr) return broken(std::string(name) + " is neither true nor false");
  return *member->boolean();
}

Result<std::optional<std::int64_t>> PolicyReader::seconds(const Value& object, const char* name) const {
  const Value* member = object.member(name);
  if (member == nullptr) return std::optional<std::int64_t>();
  if (member->integer() == nullptr || *member->integer() <= 0) return broken(std::string(name) + " is no number of seconds");
  return std::optional(*member->integer());
}

Result<std::optional<pki::AssuranceLevel>> PolicyReader::level(const Value& object, const char* name) const {
  if (object.member(name) == nullptr) return std::optional<pki::AssuranceLevel>();
  MOHR_TRY(const std::string word, text(object, name));
  const auto level = pki::level_from(word);
  if (!level) return broken("least_level is not bronze, silver, gold or platinum");
  return level;
}

Result<void> PolicyReader::checks(const Value& object, Policy& policy) const {
  if (object.object() == nullptr) return broken("checks is no object");
  for (const auto& [id, word] : *object.object()) {
    const auto check = check_of(id);
    if (!check || !has_rule(*check)) return broken("unknown check " + id);
    const auto level = word.string() != nullptr ? level_of(*word.string()) : std::nullopt;
    if (!level) return broken(id + " is not warn, hold or reject");
    if (*level < verify::level_of(verify::rule(*check)) && !may_be_relaxed(*check)) return broken(id + " may not be relaxed");
    policy.levels_.emplace(*check, *level);
  }
  return {};
}

Result<Freshness> PolicyReader::freshness(const Value& object, const char* name) const {
  if (object.object() == nullptr) return broken(std::string(name) + " is no object");
  MOHR_TRY(const std::string word, text(object, "next_update"));
  if (word != "required" && word != "ignored") return broken("next_update is neither required nor ignored");
  Freshness freshness;
  freshness.next_update = word == "required";
  MOHR_TRY(freshness.longest_age, seconds(object, "longest_age"));
  return freshness;
}

Result<void> PolicyReader::revocation(const Value& object, Policy& policy) const {
  MOHR_CHECK(only(object, "revocation", {"next_update", "longest_age", "authorities", "timestamps"}));
  MOHR_TRY(policy.freshness_, freshness(object, "revocation"));
  for (auto [name, to] :
       {std::pair{"authorities", &policy.freshness_of_authorities_}, std::pair{"timestamps", &policy.freshness_of_timestamps_}}) {
    const Value* own = object.member(name);
    if (own == nullptr) continue;
    MOHR_CHECK(only(*own, name, {"next_update", "longest_age"}));
    MOHR_TRY(*to, freshness(*own, name));
  }
  return {};
}

Result<void> PolicyReader::demands(const Value& object, Demands& demands) const {
  MOHR_CHECK(only(object, "demands",
                  {"formats", "claimed_time", "content_type", "timestamp", "timestamp_delay", "key_usages", "certificate_policies",
                   "least_level", "services"}));
  MOHR_TRY(const std::set<std::string> formats, words(object, "formats"));
  for (const std::string& id : formats) {
    const auto known = std::find_if(std::begin(kFormats), std::end(kFormats), [&](auto one) { return format::format_id(one) == id; });
    if (known == std::end(kFormats)) return broken("unknown format " + id);
    demands.formats.insert(*known);
  }
  MOHR_TRY(demands.claimed_time, flag(object, "claimed_time"));
  MOHR_TRY(demands.content_type, flag(object, "content_type"));
  MOHR_TRY(demands.timestamp, flag(object, "timestamp"));
  MOHR_TRY(demands.timestamp_delay, seconds(object, "timestamp_delay"));
  MOHR_TRY(const std::set<std::string> usages, words(object, "key_usages"));
  for (const std::string& id : usages) {
    const auto known = std::find_if(std::begin(kUsages), std::end(kUsages), [&](const Usage& one) { return one.id == id; });
    if (known == std::end(kUsages)) return broken("key_usages holds " + id + "; known are digitalSignature and contentCommitment");
    demands.key_usages |= known->bit;
  }
  MOHR_TRY(demands.certificate_policies, words(object, "certificate_policies"));
  for (const std::string& oid : demands.certificate_policies)
    if (!asn1::contents_from_dotted(oid)) return broken(oid + " is no object identifier");
  MOHR_TRY(demands.least_level, level(object, "least_level"));
  MOHR_TRY(const std::set<std::string> services, words(object, "services"));
  demands.services = identifiers(pki::IdentifierKind::service_id, services);
  return {};
}

Result<AuthorityRule> PolicyReader::authority(const Value& object) const {
  MOHR_CHECK(only(object, "an authority", {"services", "organizations", "custodian", "roles", "titles", "receivers", "least_level"}));
  AuthorityRule rule;
  MOHR_TRY(const std::set<std::string> services, words(object, "services"));
  rule.services = identifiers(pki::IdentifierKind::service_id, services);
  MOHR_TRY(const std::set<std::string> organizations, words(object, "organizations"));
  rule.organizations = identifiers(pki::IdentifierKind::legal_id, organizations);
  if (const Value* custodian = object.member("custodian")) {
    MOHR_CHECK(only(*custodian, "custodian", {"en", "fa"}));
    if (rule.organizations.empty()) return broken("custodian names no organizations");
    MOHR_TRY(rule.custodian_en, text(*custodian, "en"));
    MOHR_TRY(rule.custodian_fa, text(*custodian, "fa"));
  }
  MOHR_TRY(rule.roles, words(object, "roles"));
  MOHR_TRY(rule.titles, words(object, "titles"));
  MOHR_TRY(rule.receivers, words(object, "receivers"));
  for (const std::string& role : rule.roles)
    if (role != "person" && role != "seal" && role != "registration-office") return broken("unknown role " + role);
  MOHR_TRY(rule.least_level, level(object, "least_level"));
  return rule;
}

Result<PolicyPtr> PolicyReader::read(const Value& value) const {
  MOHR_CHECK(only(value, "a policy", {"version", "id", "name", "checks", "revocation", "algorithms", "demands", "authorities"}));
  const Value* version = value.member("version");
  if (version == nullptr || version->integer() == nullptr || *version->integer() != 1) return broken("version is not 1");
  auto policy = std::shared_ptr<Policy>(new Policy);
  MOHR_TRY(policy->id_, text(value, "id"));
  for (const char* member : {"name", "checks", "revocation", "algorithms"})
    if (value.member(member) == nullptr) return broken(std::string(member) + " is missing");
  const Value& name = *value.member("name");
  MOHR_CHECK(only(name, "name", {"en", "fa"}));
  MOHR_TRY(policy->name_en_, text(name, "en"));
  MOHR_TRY(policy->name_fa_, text(name, "fa"));
  MOHR_CHECK(checks(*value.member("checks"), *policy));
  MOHR_CHECK(revocation(*value.member("revocation"), *policy));
  MOHR_CHECK(algorithms(*value.member("algorithms"), *policy));
  if (const Value* demanded = value.member("demands")) MOHR_CHECK(demands(*demanded, policy->demands_));
  if (const Value* list = value.member("authorities")) {
    if (list->array() == nullptr || list->array()->empty()) return broken("authorities is no list with a row");
    for (const Value& one : *list->array()) {
      MOHR_TRY(policy->authorities_.emplace_back(), authority(one));
    }
  }
  policy->settle();
  return PolicyPtr(std::move(policy));
}

Value value_of(const Freshness& freshness) {
  Value value;
  value.add("next_update", freshness.next_update ? "required" : "ignored");
  if (freshness.longest_age) value.add("longest_age", *freshness.longest_age);
  return value;
}

Value value_of(const Demands& demands) {
  Value value = json::Object{};
  std::set<std::string> formats, usages;
  for (const format::Format one : demands.formats) formats.emplace(format::format_id(one));
  for (const Usage& usage : kUsages)
    if ((demands.key_usages & usage.bit) != 0) usages.emplace(usage.id);
  add(value, "formats", formats);
  if (demands.claimed_time) value.add("claimed_time", true);
  if (demands.content_type) value.add("content_type", true);
  if (demands.timestamp) value.add("timestamp", true);
  if (demands.timestamp_delay) value.add("timestamp_delay", *demands.timestamp_delay);
  add(value, "key_usages", usages);
  add(value, "certificate_policies", demands.certificate_policies);
  if (demands.least_level) value.add("least_level", pki::level_id(*demands.least_level));
  add(value, "services", demands.services);
  return value;
}

Value value_of(const AuthorityRule& rule) {
  Value value = json::Object{};
  add(value, "services", rule.services);
  add(value, "organizations", rule.organizations);
  if (!rule.custodian_en.empty() || !rule.custodian_fa.empty())
    value.add("custodian", Value().add("en", rule.custodian_en).add("fa", rule.custodian_fa));
  add(value, "roles", rule.roles);
  add(value, "titles", rule.titles);
  add(value, "receivers", rule.receivers);
  if (rule.least_level) value.add("least_level", pki::level_id(*rule.least_level));
  return value;
}

Value Policy::json() const {
  Value name, checks = json::Object{}, revocation = value_of(freshness_), algorithms, value;
  name.add("en", name_en_).add("fa", name_fa_);
  for (const auto& [check, level] : levels_) checks.add(std::string(row(check).id), level_word(level));
  if (freshness_of_authorities_) revocation.add("authorities", value_of(*freshness_of_authorities_));
  if (freshness_of_timestamps_) revocation.add("timestamps", value_of(*freshness_of_timestamps_));
  algorithms.add("review_before", iso8601(review_));
  if (own_digests_) algorithms.add("digests", digests_value(algorithms_));
  if (own_keys_) algorithms.add("keys", keys_value(algorithms_));
  if (!algorithms_.signatures().empty()) algorithms.add("signatures", signatures_value(algorithms_));
  value.add("version", 1).add("id", id_).add("name", std::move(name)).add("checks", std::move(checks));
  value.add("revocation", std::move(revocation)).add("algorithms", std::move(algorithms));
  if (!(demands_ == Demands{})) value.add("demands", value_of(demands_));
  if (authorities_.empty()) return value;
  json::Array list;
  for (const AuthorityRule& rule : authorities_) list.push_back(value_of(rule));
  return std::move(value.add("authorities", std::move(list)));
}

}  // namespace mohr::verify
