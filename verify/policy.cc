#include "verify/policy.h"

#include <algorithm>
#include <array>

namespace mohr::verify {
namespace {

using json::Value;

constexpr std::size_t kChecks = 0
#define CHECK(tag, id, params, names, en, fa) +1
#include "pki/core/checks.def"
#undef CHECK
    ;

constexpr std::array kRelaxable = {Check::certificate_wrong_usage,       Check::certificate_name_not_permitted,
                                   Check::certificate_policy_missing,    Check::certificate_extension_unknown,
                                   Check::certificate_profile_departure, Check::claimed_time_outside_certificate,
                                   Check::timestamp_order_wrong,         Check::timestamp_index_broken};

constexpr std::int64_t kMostBits = 1 << 20;

// The first day on which the rows of crypto_policy.def have to be looked at again.
constexpr char kReviewBefore[] = "2028-01-01T00:00:00Z";

constexpr char kStrict[] = R"({
  "version": 1, "id": "strict",
  "name": {"en": "Strict government profile", "fa": "نمایهٔ سخت‌گیر دولتی"},
  "checks": {},
  "revocation": {"next_update": "required"},
  "algorithms": {"review_before": "2028-01-01T00:00:00Z"}
})";

constexpr char kDssDefault[] = R"({
  "version": 1, "id": "dss-default",
  "name": {"en": "As EU DSS judges by default, for comparisons only", "fa": "مانند پیش‌فرض EU DSS، تنها برای مقایسه"},
  "checks": {
    "pki.certificate.wrong-usage": "warn",
    "pki.certificate.name-not-permitted": "warn",
    "pki.certificate.policy-missing": "warn",
    "pki.certificate.extension-unknown": "warn",
    "signature.timestamp-order": "warn",
    "timestamp.index-broken": "warn"
  },
  "revocation": {"next_update": "ignored"},
  "algorithms": {"review_before": "2028-01-01T00:00:00Z"}
})";

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

Level level_of(const Rule& rule) {
  if (rule.warning) return Level::warn;
  return rule.outcome == Outcome::hold ? Level::hold : Level::reject;
}

Rule at_level(Rule rule, Level level) {
  if (level_of(rule) == level) return rule;
  if (level == Level::warn) {
    rule.warning = true;
    return rule;
  }
  if (rule.warning) {
    rule.sub_indication = SubIndication::sig_constraints_failure;
    rule.owner = Owner::sender;
    rule.step = level == Level::hold ? Step::see_original_or_ask : Step::ask_sender_to_sign_again;
  }
  rule.warning = false;
  rule.outcome = level == Level::hold ? Outcome::hold : Outcome::reject;
  if (level == Level::reject && rule.owner != Owner::sender) rule.owner = Owner::sender, rule.step = Step::ask_sender_to_sign_again;
  return rule;
}

constexpr crypto::DigestAlgorithm kDigests[] = {
#define DIGEST(tag, name, oid, uri, openssl, octets) crypto::DigestAlgorithm::tag,
#include "pki/crypto/algorithms.def"
#undef DIGEST
};
struct KeyName {
  std::string_view id;
  crypto::KeyType type;
};
constexpr KeyName kKeys[] = {{"rsa", crypto::KeyType::rsa},         {"rsa-pss", crypto::KeyType::rsa_pss}, {"ec", crypto::KeyType::ec},
                             {"ed25519", crypto::KeyType::ed25519}, {"ed448", crypto::KeyType::ed448},     {"dsa", crypto::KeyType::dsa},
                             {"ml-dsa", crypto::KeyType::ml_dsa},   {"slh-dsa", crypto::KeyType::slh_dsa}};

Value end_value(Instant until) { return until == pki::kNoEnd ? Value() : Value(iso8601(until)); }

Value digests_value(const pki::AlgorithmTable& table) {
  Value value = json::Object{};
  for (const crypto::DigestAlgorithm digest : kDigests)
    if (const Instant until = table.usable_until(digest); until != Instant{})
      value.add(std::string(crypto::digest_name(digest)), end_value(until));
  return value;
}

Value keys_value(const pki::AlgorithmTable& table) {
  json::Array list;
  for (const auto& row : table.keys()) {
    const auto name = std::find_if(std::begin(kKeys), std::end(kKeys), [&](const KeyName& one) { return one.type == row.type; });
    Value key;
    list.push_back(std::move(key.add("type", name->id).add("least_bits", row.least_bits).add("until", end_value(row.until))));
  }
  return list;
}

Value list_of(const std::set<std::string>& words) {
  json::Array list;
  for (const std::string& word : words) list.emplace_back(word);
  return list;
}

Value value_of(const AuthorityRule& rule) {
  Value value = json::Object{};
  const auto add = [&](const char* name, const std::set<std::string>& words) {
    if (!words.empty()) value.add(name, list_of(words));
  };
  add("services", rule.services);
  add("organizations", rule.organizations);
  add("roles", rule.roles);
  add("titles", rule.titles);
  add("receivers", rule.receivers);
  if (rule.least_level) value.add("least_level", pki::level_id(*rule.least_level));
  return value;
}

}  // namespace

struct PolicyReader {
  const std::string& place;

  [[nodiscard]] Error invalid(std::string what) const { return errors::policy_invalid(Code{place}, Code{std::move(what)}); }

  Result<void> only(const Value& object, const char* name, std::initializer_list<std::string_view> known) const {
    if (object.object() == nullptr) return invalid(std::string(name) + " is no object");
    if (const std::string* unknown = object.unknown_member(known)) return invalid("unknown member " + *unknown);
    return {};
  }

  Result<std::string> text(const Value& object, const char* name) const {
    const std::string* member = object.string(name);
    if (member == nullptr) return invalid(std::string(name) + " is missing or no text");
    return *member;
  }

  Result<std::set<std::string>> words(const Value& object, const char* name) const {
    std::set<std::string> out;
    const Value* list = object.member(name);
    if (list == nullptr) return out;
    if (list->array() == nullptr) return invalid(std::string(name) + " is no list");
    for (const Value& one : *list->array()) {
      if (one.string() == nullptr) return invalid(std::string(name) + " holds something that is no text");
      out.insert(*one.string());
    }
    return out;
  }

  Result<void> checks(const Value& object, Policy& policy) const {
    if (object.object() == nullptr) return invalid("checks is no object");
    for (const auto& [id, word] : *object.object()) {
      const auto check = check_of(id);
      if (!check || !has_rule(*check)) return invalid("unknown check " + id);
      const auto level = word.string() != nullptr ? level_of(*word.string()) : std::nullopt;
      if (!level) return invalid(id + " is not warn, hold or reject");
      if (*level < level_of(verify::rule(*check)) && !may_be_relaxed(*check)) return invalid(id + " may not be relaxed");
      policy.levels_.emplace(*check, *level);
    }
    return {};
  }

  Result<void> revocation(const Value& object, Policy& policy) const {
    MOHR_CHECK(only(object, "revocation", {"next_update", "longest_age"}));
    MOHR_TRY(const std::string word, text(object, "next_update"));
    if (word != "required" && word != "ignored") return invalid("next_update is neither required nor ignored");
    policy.freshness_.next_update = word == "required";
    const Value* age = object.member("longest_age");
    if (age == nullptr) return {};
    if (age->integer() == nullptr || *age->integer() <= 0) return invalid("longest_age is no number of seconds");
    policy.freshness_.longest_age = *age->integer();
    return {};
  }

  // Null: no end is known.
  Result<Instant> end(const Value& value, const std::string& of) const {
    if (value.is_null()) return pki::kNoEnd;
    const auto time = value.string() != nullptr ? from_iso8601(*value.string()) : std::nullopt;
    if (!time || *time <= Instant{}) return invalid("the end of " + of + " is neither null nor a time (a time looks like 2029-01-01)");
    return *time;
  }

  Result<void> digests(const Value& object, pki::AlgorithmTable& table) const {
    if (object.object() == nullptr) return invalid("digests is no object");
    for (const crypto::DigestAlgorithm digest : kDigests) table.set(digest, Instant{});
    for (const auto& [name, until] : *object.object()) {
      const auto same = [&, &id = name](crypto::DigestAlgorithm one) { return crypto::digest_name(one) == id; };
      const auto digest = std::find_if(std::begin(kDigests), std::end(kDigests), same);
      if (digest == std::end(kDigests)) return invalid("unknown digest " + name);
      MOHR_TRY(const Instant last, end(until, name));
      table.set(*digest, last);
    }
    return {};
  }

  Result<void> keys(const Value& list, pki::AlgorithmTable& table) const {
    if (list.array() == nullptr) return invalid("keys is no list");
    table.clear_keys();
    for (const Value& one : *list.array()) {
      MOHR_CHECK(only(one, "a key", {"type", "least_bits", "until"}));
      MOHR_TRY(const std::string type, text(one, "type"));
      const auto known = std::find_if(std::begin(kKeys), std::end(kKeys), [&](const KeyName& row) { return row.id == type; });
      if (known == std::end(kKeys)) return invalid("unknown type of key " + type);
      const Value *bits = one.member("least_bits"), *until = one.member("until");
      if (bits == nullptr || bits->integer() == nullptr || *bits->integer() < 0 || *bits->integer() > kMostBits)
        return invalid("least_bits is no number of bits");
      if (until == nullptr) return invalid("until is missing");
      MOHR_TRY(const Instant last, end(*until, type));
      if (!table.add({known->type, static_cast<int>(*bits->integer()), last})) return invalid("keys has too many rows");
    }
    return {};
  }

  Result<void> algorithms(const Value& object, Policy& policy) const {
    MOHR_CHECK(only(object, "algorithms", {"review_before", "digests", "keys"}));
    MOHR_TRY(const std::string review, text(object, "review_before"));
    const auto date = from_iso8601(review);
    if (!date) return invalid("review_before is no time (a time looks like 2026-11-25T09:30:00Z)");
    const Value *own_digests = object.member("digests"), *own_keys = object.member("keys");
    if (own_digests != nullptr) MOHR_CHECK(digests(*own_digests, policy.algorithms_));
    if (own_keys != nullptr) MOHR_CHECK(keys(*own_keys, policy.algorithms_));
    policy.own_digests_ = own_digests != nullptr;
    policy.own_keys_ = own_keys != nullptr;
    const bool whole = policy.own_digests_ && policy.own_keys_;
    if (!whole && *date > *from_iso8601(kReviewBefore))
      return invalid("review_before is later than the review of this version's own table, " + std::string(kReviewBefore));
    policy.review_ = *date;
    return {};
  }

  Result<AuthorityRule> authority(const Value& object) const {
    MOHR_CHECK(only(object, "an authority", {"services", "organizations", "roles", "titles", "receivers", "least_level"}));
    AuthorityRule rule;
    MOHR_TRY(rule.services, words(object, "services"));
    MOHR_TRY(rule.organizations, words(object, "organizations"));
    MOHR_TRY(rule.roles, words(object, "roles"));
    MOHR_TRY(rule.titles, words(object, "titles"));
    MOHR_TRY(rule.receivers, words(object, "receivers"));
    for (const std::string& role : rule.roles)
      if (role != "person" && role != "seal" && role != "registration-office") return invalid("unknown role " + role);
    if (object.member("least_level") == nullptr) return rule;
    MOHR_TRY(const std::string word, text(object, "least_level"));
    rule.least_level = pki::level_from(word);
    if (!rule.least_level) return invalid("least_level is not bronze, silver, gold or platinum");
    return rule;
  }

  Result<PolicyPtr> read(const Value& value) const {
    MOHR_CHECK(only(value, "a policy", {"version", "id", "name", "checks", "revocation", "algorithms", "authorities"}));
    const Value* version = value.member("version");
    if (version == nullptr || version->integer() == nullptr || *version->integer() != 1) return invalid("version is not 1");
    auto policy = std::shared_ptr<Policy>(new Policy);
    MOHR_TRY(policy->id_, text(value, "id"));
    for (const char* member : {"name", "checks", "revocation", "algorithms"})
      if (value.member(member) == nullptr) return invalid(std::string(member) + " is missing");
    const Value& name = *value.member("name");
    MOHR_CHECK(only(name, "name", {"en", "fa"}));
    MOHR_TRY(policy->name_en_, text(name, "en"));
    MOHR_TRY(policy->name_fa_, text(name, "fa"));
    MOHR_CHECK(checks(*value.member("checks"), *policy));
    MOHR_CHECK(revocation(*value.member("revocation"), *policy));
    MOHR_CHECK(algorithms(*value.member("algorithms"), *policy));
    if (const Value* list = value.member("authorities")) {
      if (list->array() == nullptr || list->array()->empty()) return invalid("authorities is no list with a row");
      for (const Value& one : *list->array()) {
        MOHR_TRY(policy->authorities_.emplace_back(), authority(one));
      }
    }
    policy->settle();
    return PolicyPtr(std::move(policy));
  }
};

std::string_view level_word(Level level) {
  switch (level) {
    case Level::warn: return "warn";
    case Level::hold: return "hold";
    case Level::reject: break;
  }
  return "reject";
}

bool may_be_relaxed(Check check) { return std::find(kRelaxable.begin(), kRelaxable.end(), check) != kRelaxable.end(); }

void Policy::settle() {
  rules_.clear();
  for (std::size_t i = 0; i < kChecks; ++i) {
    const Check check = static_cast<Check>(i);
    const auto level = levels_.find(check);
    rules_.push_back(level == levels_.end() ? verify::rule(check) : at_level(verify::rule(check), level->second));
  }
  identity_ = crypto::sha256(as_bytes(json::canonical(json())));
}

PolicyPtr Policy::built_in(std::string_view name) {
  const std::string place(name);
  const char* text = name == "strict" ? kStrict : name == "dss-default" ? kDssDefault : nullptr;
  if (text == nullptr) return nullptr;
  auto policy = parse(as_bytes(text), place);
  return policy ? *std::move(policy) : nullptr;
}

std::vector<std::string_view> Policy::built_in_names() { return {"strict", "dss-default"}; }

Result<PolicyPtr> Policy::parse(ByteView text, const std::string& place) {
  Budget budget;
  auto value = json::parse(text, budget);
  if (!value) return std::move(value).error().at(place);
  return PolicyReader{place}.read(*value);
}

Value Policy::json() const {
  Value name, checks = json::Object{}, revocation, algorithms, value;
  name.add("en", name_en_).add("fa", name_fa_);
  for (const auto& [check, level] : levels_) checks.add(std::string(row(check).id), level_word(level));
  revocation.add("next_update", freshness_.next_update ? "required" : "ignored");
  if (freshness_.longest_age) revocation.add("longest_age", *freshness_.longest_age);
  algorithms.add("review_before", iso8601(review_));
  if (own_digests_) algorithms.add("digests", digests_value(algorithms_));
  if (own_keys_) algorithms.add("keys", keys_value(algorithms_));
  value.add("version", 1).add("id", id_).add("name", std::move(name)).add("checks", std::move(checks));
  value.add("revocation", std::move(revocation)).add("algorithms", std::move(algorithms));
  if (authorities_.empty()) return value;
  json::Array list;
  for (const AuthorityRule& rule : authorities_) list.push_back(value_of(rule));
  return std::move(value.add("authorities", std::move(list)));
}

// The table that ends something earlier, and nothing later, is the stricter.
static void compare_tables(const pki::AlgorithmTable& first, const pki::AlgorithmTable& second,
                           std::vector<PolicyDifference>& differences) {
  const auto side = [](bool a, bool b) { return a == b ? 0 : a ? -1 : 1; };
  bool a = false, b = false;
  for (const crypto::DigestAlgorithm digest : kDigests) {
    a |= first.usable_until(digest) < second.usable_until(digest);
    b |= second.usable_until(digest) < first.usable_until(digest);
  }
  if (a || b) differences.push_back({"algorithms.digests", digests_value(first), digests_value(second), side(a, b)});
  a = b = false;
  for (const pki::AlgorithmTable* table : {&first, &second}) {
    for (const auto& row : table->keys()) {
      const Instant x = first.usable_until(row.type, row.least_bits), y = second.usable_until(row.type, row.least_bits);
      a |= x < y;
      b |= y < x;
    }
  }
  if (a || b) differences.push_back({"algorithms.keys", keys_value(first), keys_value(second), side(a, b)});
}

std::vector<PolicyDifference> compare(const Policy& first, const Policy& second) {
  std::vector<PolicyDifference> differences;
  for (std::size_t i = 0; i < kChecks; ++i) {
    const Check check = static_cast<Check>(i);
    const Level a = level_of(first.rule(check)), b = level_of(second.rule(check));
    if (a != b && has_rule(check))
      differences.push_back({"checks." + std::string(row(check).id), level_word(a), level_word(b), a > b ? -1 : 1});
  }
  const Freshness &x = first.freshness(), &y = second.freshness();
  if (x.next_update != y.next_update)
    differences.push_back(
        {"revocation.next_update", x.next_update ? "required" : "ignored", y.next_update ? "required" : "ignored", x.next_update ? -1 : 1});
  if (x.longest_age != y.longest_age) {
    const auto value = [](const Freshness& one) { return one.longest_age ? Value(*one.longest_age) : Value(); };
    const bool first_is_shorter = x.longest_age.value_or(INT64_MAX) < y.longest_age.value_or(INT64_MAX);
    differences.push_back({"revocation.longest_age", value(x), value(y), first_is_shorter ? -1 : 1});
  }
  const Instant r = first.review_algorithms_before(), s = second.review_algorithms_before();
  if (r != s) differences.push_back({"algorithms.review_before", iso8601(r), iso8601(s), r < s ? -1 : 1});
  compare_tables(first.algorithms(), second.algorithms(), differences);
  if (!std::equal(first.authorities().begin(), first.authorities().end(), second.authorities().begin(), second.authorities().end())) {
    const auto rows = [](const Policy& one) {
      json::Array list;
      for (const AuthorityRule& rule : one.authorities()) list.push_back(value_of(rule));
      return list;
    };
    const int stricter = first.authorities().empty() ? 1 : second.authorities().empty() ? -1 : 0;
    differences.push_back({"authorities", rows(first), rows(second), stricter});
  }
  return differences;
}

}  // namespace mohr::verify
