// The parts of a policy's JSON: read strictly, written whole (policy_json.cc, policy_algorithms.cc).
#pragma once

#include "verify/policy.h"

namespace mohr::verify {

inline constexpr std::size_t kChecks = 0
#define CHECK(tag, id, params, names, en, fa) +1
#include "pki/core/checks.def"
#undef CHECK
    ;
// The first day on which the rows of crypto_policy.def have to be looked at again.
inline constexpr char kReviewBefore[] = "2028-01-01T00:00:00Z";

inline constexpr crypto::DigestAlgorithm kDigests[] = {
#define DIGEST(tag, name, oid, uri, openssl, octets) crypto::DigestAlgorithm::tag,
#include "pki/crypto/algorithms.def"
#undef DIGEST
};

json::Value digests_value(const pki::AlgorithmTable& table);
json::Value keys_value(const pki::AlgorithmTable& table);
json::Value signatures_value(const pki::AlgorithmTable& table);
// "algorithms" of a policy that brings the whole table.
json::Value algorithms_value(const pki::AlgorithmTable& table, Instant review_before);
json::Value value_of(const Freshness& freshness);
json::Value value_of(const Demands& demands);
json::Value value_of(const AuthorityRule& rule);

struct PolicyReader {
  const std::string& place;

  [[nodiscard]] Error broken(std::string what) const { return errors::policy_invalid(Code{place}, Code{std::move(what)}); }
  Result<void> only(const json::Value& object, const char* name, std::initializer_list<std::string_view> known) const;
  Result<std::string> text(const json::Value& object, const char* name) const;
  Result<std::set<std::string>> words(const json::Value& object, const char* name) const;  // none: empty
  Result<bool> flag(const json::Value& object, const char* name) const;                    // none: false
  Result<std::optional<std::int64_t>> seconds(const json::Value& object, const char* name) const;
  Result<std::optional<pki::AssuranceLevel>> level(const json::Value& object, const char* name) const;

  Result<PolicyPtr> read(const json::Value& value) const;
  Result<void> checks(const json::Value& object, Policy& policy) const;
  Result<Freshness> freshness(const json::Value& object, const char* name) const;
  Result<void> revocation(const json::Value& object, Policy& policy) const;
  Result<void> demands(const json::Value& object, Demands& demands) const;
  Result<AuthorityRule> authority(const json::Value& object) const;

  Result<void> algorithms(const json::Value& object, Policy& policy) const;
  Result<Instant> end(const json::Value& value, const std::string& of) const;
  Result<void> digests(const json::Value& object, pki::AlgorithmTable& table) const;
  Result<void> keys(const json::Value& list, pki::AlgorithmTable& table) const;
  Result<void> signatures(const json::Value& object, pki::AlgorithmTable& table) const;
};

}  // namespace mohr::verify
