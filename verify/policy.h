// What a judgement demands, as an immutable value (docs/policy.md, docs/policy.schema.json). Two are built in: "strict", the government
// profile that holds unless another is named, and "dss-default", which mirrors the policy file of EU DSS for comparisons.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "format/signed_document.h"
#include "pki/anchor.h"
#include "pki/core/json.h"
#include "pki/crypto_policy.h"
#include "verify/rules.h"

namespace mohr::verify {

// How a check counts, the laxest first.
enum class Level : std::uint8_t { warn, hold, reject };
std::string_view level_word(Level level);  // "warn"
Level level_of(const Rule& rule);

// How old information about revocation may be.
struct Freshness {
  bool next_update = true;                  // it counts until its nextUpdate
  std::optional<std::int64_t> longest_age;  // seconds since its thisUpdate, at most
  bool operator==(const Freshness&) const = default;
};
// Whose status it is: of the signer's certificate, of an authority above it, of any certificate in the path of a time-stamp.
enum class StatusOf : std::uint8_t { signer, authority, timestamp };

// What a signature and the certificate of its signer must have beside what the standard wants. What is empty demands nothing.
struct Demands {
  std::set<format::Format> formats;
  bool claimed_time = false, content_type = false;
  bool timestamp = false;                       // a good one that proves when the signature existed
  std::optional<std::int64_t> timestamp_delay;  // seconds between claimed and proven time, at most: wants both
  std::uint32_t key_usages = 0;                 // bits of pki::KeyUsage, all of them
  std::set<std::string> certificate_policies;   // dotted; one of them
  std::optional<pki::AssuranceLevel> least_level;
  std::set<std::string> services;  // the catalogue of service IDs: one of them
  bool operator==(const Demands&) const = default;
};

// Who may sign what (national.md 6): a signature has to fit one of these. A member that is empty demands nothing.
struct AuthorityRule {
  std::set<std::string> services;          // service IDs that this row is about
  std::set<std::string> organizations;     // national IDs of legal persons
  std::string custodian_en, custodian_fa;  // their name, for who asks the wrong one
  std::set<std::string> roles;             // "person", "seal", "registration-office"
  std::set<std::string> titles;
  std::set<std::string> receivers;
  std::optional<pki::AssuranceLevel> least_level;
  bool operator==(const AuthorityRule&) const = default;
};

class Policy {
 public:
  // "strict", "dss-default"; null for another name.
  static std::shared_ptr<const Policy> built_in(std::string_view name);
  static std::vector<std::string_view> built_in_names();
  // Errors: policy_invalid (names the member), budget_exceeded. Unknown members, unknown checks, and a laxer level for a check that no
  // policy may relax are refused.
  static Result<std::shared_ptr<const Policy>> parse(ByteView text, const std::string& place);
  // A built-in one by its name, else the file. Errors: usage_invalid when it is neither, file errors, those of parse().
  static Result<std::shared_ptr<const Policy>> load(const std::string& name_or_path);
  // What the administrator put at `path`, else strict: what holds where a call names none. Errors: file errors, those of parse().
  static Result<std::shared_ptr<const Policy>> of_machine(const std::string& path = "/etc/mohr/policy.json");

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const std::string& name(Language language) const { return language == Language::fa ? name_fa_ : name_en_; }
  [[nodiscard]] const crypto::Hash& identity() const { return identity_; }  // SHA-256 of its canonical JSON (RFC 8785)
  // rules.def with this policy's levels.
  [[nodiscard]] const Rule& rule(Check check) const { return rules_[static_cast<std::size_t>(check)]; }
  [[nodiscard]] const Freshness& freshness(StatusOf whose) const;
  [[nodiscard]] const pki::AlgorithmTable& algorithms() const { return algorithms_; }
  [[nodiscard]] Instant review_algorithms_before() const { return review_; }
  [[nodiscard]] const Demands& demands() const { return demands_; }
  [[nodiscard]] std::span<const AuthorityRule> authorities() const { return authorities_; }
  [[nodiscard]] json::Value json() const;

 private:
  Policy() = default;
  void settle();  // rules_ and identity_ from the rest
  friend struct PolicyReader;
  std::string id_, name_en_, name_fa_;
  std::map<Check, Level> levels_;
  Freshness freshness_;
  std::optional<Freshness> freshness_of_authorities_, freshness_of_timestamps_;  // else the one above
  pki::AlgorithmTable algorithms_ = pki::default_algorithms();
  bool own_digests_ = false, own_keys_ = false;  // else those of crypto_policy.def
  Instant review_;
  Demands demands_;
  std::vector<AuthorityRule> authorities_;
  std::vector<Rule> rules_;  // by check
  crypto::Hash identity_;
};
using PolicyPtr = std::shared_ptr<const Policy>;

// Of the policy; null: crypto_policy.def.
inline const pki::AlgorithmTable& algorithms_of(const Policy* policy) {
  return policy != nullptr ? policy->algorithms() : pki::default_algorithms();
}

// One thing that two policies say differently, and which of them is stricter there: -1 the first, 1 the second, 0 neither.
struct PolicyDifference {
  std::string member;
  json::Value first, second;
  int stricter = 0;
};
std::vector<PolicyDifference> compare(const Policy& first, const Policy& second);

// Checks that a policy may count less than rules.def does: what a standard or a peer leaves to policy, never what proves a signature.
bool may_be_relaxed(Check check);

}  // namespace mohr::verify
