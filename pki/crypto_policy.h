// Until when algorithms and keys count as strong enough. The time asked about is always a parameter: a signature that a time-stamp proves
// to be older than the date stays good.
#pragma once

#include <array>
#include <span>

#include "pki/core/time.h"
#include "pki/crypto/public_key.h"

namespace mohr::pki {

inline constexpr Instant kNoEnd{INT64_MAX};

// A value; what stands in no row was never strong enough.
class AlgorithmTable {
 public:
  struct KeyRow {
    crypto::KeyType type;
    int least_bits;
    Instant until;
    bool operator==(const KeyRow&) const = default;
  };
  // A signature algorithm by what it is made of; the digest is none and the set not, or the other way round; both are none for EdDSA.
  struct SignatureRow {
    crypto::SignatureScheme scheme;
    crypto::DigestAlgorithm digest;
    crypto::ParameterSet set;
    Instant until;
    bool operator==(const SignatureRow&) const = default;
  };
  static constexpr std::size_t kDigests = 0
#define DIGEST(tag, name, oid, uri, openssl, octets) +1
#include "pki/crypto/algorithms.def"
#undef DIGEST
                                          + 1;
  static constexpr std::size_t kMostKeys = 64, kMostSignatures = 96;

  constexpr AlgorithmTable() = default;
  // The first instant at which it is too weak; kNoEnd when none is known; 1970 for what stands in no row.
  [[nodiscard]] Instant usable_until(crypto::DigestAlgorithm digest) const { return digests_[static_cast<std::size_t>(digest)]; }
  // The earliest of its digests and, where signatures have rows of their own, of its row.
  [[nodiscard]] Instant usable_until(const crypto::SignatureAlgorithm& algorithm) const;
  [[nodiscard]] Instant usable_until(const crypto::PublicKey& key) const { return usable_until(key.type(), key.bits()); }
  [[nodiscard]] Instant usable_until(crypto::KeyType type, int bits) const;

  constexpr void set(crypto::DigestAlgorithm digest, Instant until) { digests_[static_cast<std::size_t>(digest)] = until; }
  constexpr bool add(const KeyRow& row) {  // false: it is full
    if (key_count_ == kMostKeys) return false;
    keys_[key_count_++] = row;
    return true;
  }
  constexpr void clear_keys() {
    keys_ = {};
    key_count_ = 0;
  }
  // From the first on, a signature algorithm without a row was never strong enough.
  constexpr bool add(const SignatureRow& row) {  // false: it is full
    if (signature_count_ == kMostSignatures) return false;
    signatures_[signature_count_++] = row;
    return true;
  }
  [[nodiscard]] std::span<const KeyRow> keys() const { return {keys_.data(), key_count_}; }
  [[nodiscard]] std::span<const SignatureRow> signatures() const { return {signatures_.data(), signature_count_}; }
  bool operator==(const AlgorithmTable&) const = default;

 private:
  std::array<Instant, kDigests> digests_{};
  std::array<KeyRow, kMostKeys> keys_{};
  std::array<SignatureRow, kMostSignatures> signatures_{};
  std::size_t key_count_ = 0, signature_count_ = 0;
};

// The rows of crypto_policy.def.
const AlgorithmTable& default_algorithms();
template <class Subject>
Instant usable_until(const Subject& subject) {
  return default_algorithms().usable_until(subject);
}

// Bits of security against the best known attack (NIST SP 800-57 part 1, table 2; digests by their collisions).
int strength_of(const crypto::SignatureAlgorithm& algorithm);
int strength_of(const crypto::PublicKey& key);

}  // namespace mohr::pki
