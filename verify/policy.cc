#include "verify/policy.h"

#include <algorithm>
#include <array>

#include "pki/core/source.h"
#include "verify/policy_reader.h"

namespace mohr::verify {
namespace {

constexpr std::uint64_t kMostOctets = 1 << 20;

constexpr std::array kRelaxable = {
    Check::certificate_wrong_usage,       Check::certificate_name_not_permitted, Check::certificate_policy_missing,
    Check::certificate_extension_unknown, Check::certificate_profile_departure,  Check::claimed_time_outside_certificate,
    Check::timestamp_order_wrong,         Check::timestamp_index_broken,         Check::signer_binding_weak};

constexpr char kStrict[] = R"({
  "version": 1, "id": "strict",
  "name": {"en": "Strict government profile", "fa": "نمایهٔ سخت‌گیر دولتی"},
  "checks": {},
  "revocation": {"next_update": "required"},
  "algorithms": {"review_before": "2028-01-01T00:00:00Z"}
})";

// The table of its "Cryptographic" (ETSI TS 119 312 v1.5.1). Its date of update only warns there; here the table is reviewed with ours.
constexpr char kDssDefault[] = R"({
  "version": 1, "id": "dss-default",
  "name": {"en": "As EU DSS judges by default, for comparisons only", "fa": "مانند پیش‌فرض EU DSS، تنها برای مقایسه"},
  "checks": {
    "pki.certificate.wrong-usage": "warn",
    "pki.certificate.name-not-permitted": "warn",
    "pki.certificate.policy-missing": "warn",
    "pki.certificate.extension-unknown": "warn",
    "signature.signer-binding-weak": "warn",
    "signature.timestamp-order": "warn",
    "timestamp.index-broken": "warn"
  },
  "revocation": {"next_update": "ignored"},
  "algorithms": {
    "review_before": "2028-01-01T00:00:00Z",
    "digests": {
      "MD5": "2004-08-01", "SHA-1": "2012-08-01", "RIPEMD-160": "2014-08-01", "SHA-224": "2029-01-01",
      "SHA-256": null, "SHA-384": null, "SHA-512": null, "SHA3-256": null, "SHA3-384": null, "SHA3-512": null
    },
    "keys": [
      {"type": "rsa", "least_bits": 786, "until": "2010-08-01"},
      {"type": "rsa", "least_bits": 1024, "until": "2019-10-01"},
      {"type": "rsa", "least_bits": 1900, "until": "2029-01-01"},
      {"type": "rsa-pss", "least_bits": 786, "until": "2010-08-01"},
      {"type": "rsa-pss", "least_bits": 1024, "until": "2019-10-01"},
      {"type": "rsa-pss", "least_bits": 1900, "until": "2029-01-01"},
      {"type": "rsa-pss", "least_bits": 3000, "until": null},
      {"type": "dsa", "least_bits": 1024, "until": "2015-12-01"},
      {"type": "dsa", "least_bits": 1900, "until": "2029-01-01"},
      {"type": "dsa", "least_bits": 3000, "until": null},
      {"type": "ec", "least_bits": 160, "until": "2012-08-01"},
      {"type": "ec", "least_bits": 224, "until": "2021-10-01"},
      {"type": "ec", "least_bits": 256, "until": null}
    ]
  },
  "demands": {"claimed_time": true}
})";

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

}  // namespace

std::string_view level_word(Level level) {
  switch (level) {
    case Level::warn: return "warn";
    case Level::hold: return "hold";
    case Level::reject: break;
  }
  return "reject";
}

Level level_of(const Rule& rule) {
  if (rule.warning) return Level::warn;
  return rule.outcome == Outcome::hold ? Level::hold : Level::reject;
}

bool may_be_relaxed(Check check) { return std::find(kRelaxable.begin(), kRelaxable.end(), check) != kRelaxable.end(); }

const Freshness& Policy::freshness(StatusOf whose) const {
  if (whose == StatusOf::authority && freshness_of_authorities_) return *freshness_of_authorities_;
  if (whose == StatusOf::timestamp && freshness_of_timestamps_) return *freshness_of_timestamps_;
  return freshness_;
}

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
  if (!value && failure(value.error()) == Failure::unreadable)
    return PolicyReader{place}.broken("its JSON is broken").at(value.error().place);
  if (!value) return std::move(value).error();
  return PolicyReader{place}.read(*value);
}

Result<PolicyPtr> Policy::load(const std::string& name_or_path) {
  if (PolicyPtr known = built_in(name_or_path)) return known;
  auto text = read_file(name_or_path, kMostOctets);
  if (!text && text.error().code == ErrorCode::file_not_found)
    return errors::usage_invalid(Code{"the policy " + name_or_path + " is neither strict, dss-default nor a file"});
  if (!text) return std::move(text).error();
  return parse(*text, name_or_path);
}

Result<PolicyPtr> Policy::of_machine(const std::string& path) {
  auto text = read_file(path, kMostOctets);
  if (!text && text.error().code == ErrorCode::file_not_found) return built_in("strict");
  if (!text) return std::move(text).error();
  return parse(*text, path);
}

}  // namespace mohr::verify
