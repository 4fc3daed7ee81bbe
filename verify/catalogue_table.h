// From evaluations, each of an algorithm with keys from some size on, to the rows of a table (catalogue.h).
#pragma once

#include <set>
#include <tuple>

#include "verify/policy.h"

namespace mohr::verify {

inline constexpr int kMostBits = 1 << 20;

struct KnownDigest {
  crypto::DigestAlgorithm digest;
  std::string_view oid, uri;
};
// Without digest and set: every digest of the catalogue that has no row of its own with the scheme.
struct KnownSignature {
  crypto::SignatureScheme scheme;
  crypto::DigestAlgorithm digest;
  crypto::ParameterSet set;
  std::string_view oid, uri;
};
struct KnownCurve {
  std::string_view oid;
  int bits;
};
// What an AlgorithmIdentifier names; all null: nothing that is known here.
struct Subject {
  const KnownDigest* digest = nullptr;
  const KnownSignature* signature = nullptr;
  const KnownCurve* curve = nullptr;
};
Subject subject_of(const std::vector<std::string>& uris, const std::vector<std::string>& oids);

// The rows of digests, keys and signatures hold together, so none of them may let pass what an evaluation does not.
class TableBuilder {
 public:
  void take(crypto::DigestAlgorithm digest, Instant until) { earliest(digests_, digest, until); }
  void take(const KnownCurve& curve) { smallest_curve_ = std::min(smallest_curve_, curve.bits); }
  void take(const KnownSignature& signature, int least_bits, Instant until);
  [[nodiscard]] bool is_full() const { return rows_.size() > kMostRows; }
  // Nothing: more rows than a table holds.
  std::optional<pki::AlgorithmTable> finish();

 private:
  static constexpr std::size_t kMostRows = 1024;
  using Algorithm = std::tuple<crypto::SignatureScheme, crypto::DigestAlgorithm, crypto::ParameterSet>;
  struct Row {
    crypto::KeyType key;
    Algorithm algorithm;
    int least_bits;
    auto operator<=>(const Row&) const = default;
  };

  // What is evaluated twice ends when the first of them does.
  template <class Key>
  static void earliest(std::map<Key, Instant>& ends, const Key& key, Instant until) {
    const auto [held, fresh] = ends.try_emplace(key, until);
    if (!fresh) held->second = std::min(held->second, until);
  }
  void spread();
  [[nodiscard]] Instant end_of(crypto::KeyType key, int bits, const std::map<Algorithm, Instant>& ends) const;

  std::map<crypto::DigestAlgorithm, Instant> digests_;
  std::map<Row, Instant> rows_;
  int smallest_curve_ = kMostBits;  // no key is that long
};

}  // namespace mohr::verify
