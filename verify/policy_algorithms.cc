// The table of algorithms in a policy's JSON: what it brings stands in place of the rows of crypto_policy.def.
#include <algorithm>

#include "verify/policy_reader.h"

namespace mohr::verify {
namespace {

using json::Value;

constexpr std::int64_t kMostBits = 1 << 20;

struct KeyName {
  std::string_view id;
  crypto::KeyType type;
};
constexpr KeyName kKeys[] = {{"rsa", crypto::KeyType::rsa},         {"rsa-pss", crypto::KeyType::rsa_pss}, {"ec", crypto::KeyType::ec},
                             {"ed25519", crypto::KeyType::ed25519}, {"ed448", crypto::KeyType::ed448},     {"dsa", crypto::KeyType::dsa},
                             {"ml-dsa", crypto::KeyType::ml_dsa},   {"slh-dsa", crypto::KeyType::slh_dsa}};

// Every signature algorithm that can have a row.
std::vector<crypto::SignatureAlgorithm> signature_algorithms() {
  using crypto::SignatureScheme;
  std::vector<crypto::SignatureAlgorithm> all;
  for (const auto scheme : {SignatureScheme::rsa_pkcs1, SignatureScheme::rsa_pss, SignatureScheme::ecdsa, SignatureScheme::dsa})
    for (const crypto::DigestAlgorithm digest : kDigests) all.push_back({.scheme = scheme, .digest = digest});
  all.push_back({.scheme = SignatureScheme::eddsa});
#define PURE(tag, scheme, name, oid, jws, bits, key_octets, signature_octets) \
  all.push_back(crypto::pure_algorithm(crypto::ParameterSet::tag));
#include "pki/crypto/algorithms.def"
#undef PURE
  return all;
}

Value end_value(Instant until) { return until == pki::kNoEnd ? Value() : Value(iso8601(until)); }

}  // namespace

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
    list.push_back(Value().add("type", name->id).add("least_bits", row.least_bits).add("until", end_value(row.until)));
  }
  return list;
}

Value signatures_value(const pki::AlgorithmTable& table) {
  Value value = json::Object{};
  for (const auto& row : table.signatures())
    value.add(crypto::signature_name({.scheme = row.scheme, .digest = row.digest, .set = row.set}), end_value(row.until));
  return value;
}

Value algorithms_value(const pki::AlgorithmTable& table, Instant review_before) {
  Value value;
  value.add("review_before", iso8601(review_before)).add("digests", digests_value(table)).add("keys", keys_value(table));
  return table.signatures().empty() ? value : value.add("signatures", signatures_value(table));
}

// Null: no end is known.
Result<Instant> PolicyReader::end(const Value& value, const std::string& of) const {
  if (value.is_null()) return pki::kNoEnd;
  const auto time = value.string() != nullptr ? from_iso8601(*value.string()) : std::nullopt;
  if (!time || *time <= Instant{}) return broken("the end of " + of + " is neither null nor a time (a time looks like 2029-01-01)");
  return *time;
}

Result<void> PolicyReader::digests(const Value& object, pki::AlgorithmTable& table) const {
  if (object.object() == nullptr) return broken("digests is no object");
  for (const crypto::DigestAlgorithm digest : kDigests) table.set(digest, Instant{});
  for (const auto& [name, until] : *object.object()) {
    const auto same = [&, &id = name](crypto::DigestAlgorithm one) { return crypto::digest_name(one) == id; };
    const auto digest = std::find_if(std::begin(kDigests), std::end(kDigests), same);
    if (digest == std::end(kDigests)) return broken("unknown digest " + name);
    MOHR_TRY(const Instant last, end(until, name));
    table.set(*digest, last);
  }
  return {};
}

Result<void> PolicyReader::keys(const Value& list, pki::AlgorithmTable& table) const {
  if (list.array() == nullptr) return broken("keys is no list");
  table.clear_keys();
  for (const Value& one : *list.array()) {
    MOHR_CHECK(only(one, "a key", {"type", "least_bits", "until"}));
    MOHR_TRY(const std::string type, text(one, "type"));
    const auto known = std::find_if(std::begin(kKeys), std::end(kKeys), [&](const KeyName& row) { return row.id == type; });
    if (known == std::end(kKeys)) return broken("unknown type of key " + type);
    const Value *bits = one.member("least_bits"), *until = one.member("until");
    if (bits == nullptr || bits->integer() == nullptr || *bits->integer() < 0 || *bits->integer() > kMostBits)
      return broken("least_bits is no number of bits");
    if (until == nullptr) return broken("until is missing");
    MOHR_TRY(const Instant last, end(*until, type));
    if (!table.add({known->type, static_cast<int>(*bits->integer()), last})) return broken("keys has too many rows");
  }
  return {};
}

Result<void> PolicyReader::signatures(const Value& object, pki::AlgorithmTable& table) const {
  if (object.object() == nullptr || object.object()->empty()) return broken("signatures is no object with a member");
  const std::vector<crypto::SignatureAlgorithm> all = signature_algorithms();
  for (const auto& [name, until] : *object.object()) {
    const auto same = [&, &id = name](const crypto::SignatureAlgorithm& one) { return crypto::signature_name(one) == id; };
    const auto known = std::find_if(all.begin(), all.end(), same);
    if (known == all.end()) return broken("unknown signature algorithm " + name);
    MOHR_TRY(const Instant last, end(until, name));
    if (!table.add({known->scheme, known->digest, known->set, last})) return broken("signatures has too many rows");
  }
  return {};
}

Result<void> PolicyReader::algorithms(const Value& object, Policy& policy) const {
  MOHR_CHECK(only(object, "algorithms", {"review_before", "digests", "keys", "signatures"}));
  MOHR_TRY(const std::string review, text(object, "review_before"));
  const auto date = from_iso8601(review);
  if (!date) return broken("review_before is no time (a time looks like 2026-11-25T09:30:00Z)");
  const Value *own_digests = object.member("digests"), *own_keys = object.member("keys"), *own_rows = object.member("signatures");
  if (own_digests != nullptr) MOHR_CHECK(digests(*own_digests, policy.algorithms_));
  if (own_keys != nullptr) MOHR_CHECK(keys(*own_keys, policy.algorithms_));
  if (own_rows != nullptr) MOHR_CHECK(signatures(*own_rows, policy.algorithms_));
  policy.own_digests_ = own_digests != nullptr;
  policy.own_keys_ = own_keys != nullptr;
  const bool whole = policy.own_digests_ && policy.own_keys_;
  if (!whole && *date > *from_iso8601(kReviewBefore))
    return broken("review_before is later than the review of this version's own table, " + std::string(kReviewBefore));
  policy.review_ = *date;
  return {};
}

}  // namespace mohr::verify
