#include "pki/crypto_policy.h"

#include <algorithm>

namespace mohr::pki {
namespace {

constexpr Instant kNever{0};

// Days from the civil calendar (proleptic Gregorian), for dates after 1970.
constexpr Instant date(int year, int month, int day) {
  const int y = month <= 2 ? year - 1 : year;
  const int century = y / 400, of_century = y - century * 400;
  const int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int days = of_century * 365 + of_century / 4 - of_century / 100 + of_year;
  return {(static_cast<std::int64_t>(century) * 146097 + days - 719468) * kDay};
}
static_assert(date(2000, 3, 1).seconds == 951868800);

constexpr AlgorithmTable kDefault = [] {
  AlgorithmTable table;
#define USABLE_DIGEST(tag, until) table.set(crypto::DigestAlgorithm::tag, until);
#define USABLE_KEY(type, least_bits, until) table.add({crypto::KeyType::type, least_bits, until});
#include "pki/crypto_policy.def"
#undef USABLE_DIGEST
#undef USABLE_KEY
  return table;
}();

}  // namespace

const AlgorithmTable& default_algorithms() { return kDefault; }

Instant AlgorithmTable::usable_until(const crypto::SignatureAlgorithm& algorithm) const {
  Instant until = kNoEnd;
  switch (algorithm.scheme) {
    case crypto::SignatureScheme::none: return kNever;
    case crypto::SignatureScheme::eddsa:
    case crypto::SignatureScheme::ml_dsa:
    case crypto::SignatureScheme::slh_dsa: break;  // their keys decide
    case crypto::SignatureScheme::rsa_pss: until = std::min(usable_until(algorithm.digest), usable_until(algorithm.mgf_digest)); break;
    default: until = usable_until(algorithm.digest);
  }
  if (signatures().empty()) return until;
  const auto is_it = [&](const SignatureRow& row) {
    return row.scheme == algorithm.scheme && row.digest == algorithm.digest && row.set == algorithm.set;
  };
  const auto row = std::find_if(signatures().begin(), signatures().end(), is_it);
  return row == signatures().end() ? kNever : std::min(until, row->until);
}

// The row with the most bits that the key reaches.
Instant AlgorithmTable::usable_until(crypto::KeyType type, int bits) const {
  const KeyRow* best = nullptr;
  for (const KeyRow& row : keys())
    if (row.type == type && bits >= row.least_bits && (best == nullptr || row.least_bits > best->least_bits)) best = &row;
  return best != nullptr ? best->until : kNever;
}

int strength_of(const crypto::SignatureAlgorithm& algorithm) {
  constexpr int kMd5 = 39, kSha1 = 63;  // what attacks in practice have left of them
  switch (algorithm.digest) {
    case crypto::DigestAlgorithm::none: return algorithm.scheme == crypto::SignatureScheme::none ? 0 : 128;
    case crypto::DigestAlgorithm::md5: return kMd5;
    case crypto::DigestAlgorithm::sha1: return kSha1;
    default: return static_cast<int>(crypto::digest_size(algorithm.digest)) * 4;
  }
}

int strength_of(const crypto::PublicKey& key) {
  switch (key.type()) {
    case crypto::KeyType::rsa:
    case crypto::KeyType::rsa_pss:
    case crypto::KeyType::dsa: {
      constexpr std::pair<int, int> kRows[] = {{15360, 256}, {7680, 192}, {3072, 128}, {2048, 112}, {1024, 80}};
      for (const auto& [bits, strength] : kRows)
        if (key.bits() >= bits) return strength;
      return 0;
    }
    case crypto::KeyType::ec: return key.bits() / 2;
    case crypto::KeyType::ed25519: return 128;
    case crypto::KeyType::ed448: return 224;
    default: return key.bits();
  }
}

}  // namespace mohr::pki
