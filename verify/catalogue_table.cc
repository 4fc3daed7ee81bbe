#include "verify/catalogue_table.h"

#include <algorithm>

namespace mohr::verify {
namespace {

using crypto::DigestAlgorithm;
using crypto::KeyType;
using crypto::SignatureScheme;

constexpr Instant kTooWeak{1};  // before anything was signed

constexpr KnownDigest kKnownDigests[] = {
#define DIGEST(tag, name, oid, uri, openssl, octets) {DigestAlgorithm::tag, oid, uri},
#include "pki/crypto/algorithms.def"
#undef DIGEST
};

constexpr auto kNoDigest = DigestAlgorithm::none;
constexpr auto kNoSet = crypto::ParameterSet::none;
constexpr KnownSignature kKnownSignatures[] = {
#define SIGNATURE(tag, scheme, digest, oid, uri, jws) {SignatureScheme::scheme, DigestAlgorithm::digest, kNoSet, oid, uri},
#define PURE(tag, scheme, name, oid, jws, bits, key_octets, signature_octets) \
  {SignatureScheme::scheme, kNoDigest, crypto::ParameterSet::tag, oid, ""},
#include "pki/crypto/algorithms.def"
#undef SIGNATURE
#undef PURE
    {SignatureScheme::rsa_pkcs1, kNoDigest, kNoSet, "1.2.840.113549.1.1.1", ""},
    {SignatureScheme::rsa_pss, kNoDigest, kNoSet, "1.2.840.113549.1.1.10", "http://www.w3.org/2007/05/xmldsig-more#rsa-pss"},
    {SignatureScheme::ecdsa, kNoDigest, kNoSet, "1.2.840.10045.2.1", ""},
    {SignatureScheme::dsa, kNoDigest, kNoSet, "1.2.840.10040.4.1", ""},
};

constexpr KnownCurve kKnownCurves[] = {{"1.2.840.10045.3.1.7", 256},  {"1.3.132.0.34", 384},          {"1.3.132.0.35", 521},
                                       {"1.3.36.3.3.2.8.1.1.7", 256}, {"1.3.36.3.3.2.8.1.1.11", 384}, {"1.3.36.3.3.2.8.1.1.13", 512},
                                       {"1.3.132.0.33", 224},         {"1.3.132.0.10", 256}};

template <class Row, std::size_t count>
const Row* find(const Row (&rows)[count], std::string_view Row::*member, const std::vector<std::string>& names) {
  for (const Row& row : rows)
    if (!(row.*member).empty() && std::find(names.begin(), names.end(), row.*member) != names.end()) return &row;
  return nullptr;
}

std::vector<KeyType> keys_of(const KnownSignature& algorithm) {
  switch (algorithm.scheme) {
    case SignatureScheme::rsa_pkcs1: return {KeyType::rsa};
    case SignatureScheme::rsa_pss: return {KeyType::rsa, KeyType::rsa_pss};
    case SignatureScheme::ecdsa: return {KeyType::ec};
    case SignatureScheme::dsa: return {KeyType::dsa};
    case SignatureScheme::eddsa: return {algorithm.oid == "1.3.101.112" ? KeyType::ed25519 : KeyType::ed448};
    case SignatureScheme::ml_dsa: return {KeyType::ml_dsa};
    case SignatureScheme::slh_dsa: return {KeyType::slh_dsa};
    case SignatureScheme::none: break;
  }
  return {};
}

}  // namespace

// URIs first: published catalogues have wrong object identifiers beside right ones (TS 119 312 v1.5.1: SHA-224, SHA-384).
Subject subject_of(const std::vector<std::string>& uris, const std::vector<std::string>& oids) {
  Subject subject;
  subject.digest = find(kKnownDigests, &KnownDigest::uri, uris);
  if (subject.digest == nullptr) subject.signature = find(kKnownSignatures, &KnownSignature::uri, uris);
  if (subject.digest != nullptr || subject.signature != nullptr) return subject;
  subject.digest = find(kKnownDigests, &KnownDigest::oid, oids);
  subject.signature = find(kKnownSignatures, &KnownSignature::oid, oids);
  subject.curve = find(kKnownCurves, &KnownCurve::oid, oids);
  return subject;
}

void TableBuilder::take(const KnownSignature& signature, int least_bits, Instant until) {
  for (const KeyType key : keys_of(signature))
    earliest(rows_, {key, {signature.scheme, signature.digest, signature.set}, least_bits}, until);
}

std::optional<pki::AlgorithmTable> TableBuilder::finish() {
  pki::AlgorithmTable table;
  for (const auto& [digest, until] : digests_) table.set(digest, std::max(until, kTooWeak));
  spread();
  std::map<Algorithm, Instant> ends;
  std::map<KeyType, std::set<int>> sizes;
  for (const auto& [row, until] : rows_) {
    Instant& end = ends.try_emplace(row.algorithm, kTooWeak).first->second;
    end = std::max(end, until);
    sizes[row.key].insert(row.least_bits);
  }
  for (const auto& [algorithm, until] : ends) {
    const auto [scheme, digest, set] = algorithm;
    if (!table.add({scheme, digest, set, until})) return std::nullopt;
  }
  for (const auto& [key, least] : sizes) {
    Instant before{};
    for (const int bits : least) {
      const Instant until = end_of(key, bits, ends);
      if (until != before && !table.add({key, bits, std::max(until, kTooWeak)})) return std::nullopt;
      before = until;
    }
  }
  return table;
}

// Schemes of any digest over the digests that have no row of their own with them; ECDSA without a length from the smallest curve on.
void TableBuilder::spread() {
  std::map<Row, Instant> rows;
  const auto has_own = [&](SignatureScheme scheme, DigestAlgorithm digest) {
    return std::any_of(rows_.begin(), rows_.end(), [&](const auto& one) {
      return one.first.algorithm == Algorithm{scheme, digest, kNoSet};
    });
  };
  for (const auto& [held, until] : rows_) {
    Row row = held;
    const auto [scheme, digest, set] = held.algorithm;
    if (row.key == KeyType::ec && row.least_bits == 0) row.least_bits = smallest_curve_;
    if (crypto::is_pure(scheme) || digest != kNoDigest) {
      earliest(rows, row, until);
      continue;
    }
    for (const auto& one : digests_) {
      if (has_own(scheme, one.first)) continue;
      row.algorithm = {scheme, one.first, kNoSet};
      earliest(rows, row, until);
    }
  }
  rows_ = std::move(rows);
}

// The latest that an algorithm has for such a key, but so early that no other gets more than its own evaluation gives it.
Instant TableBuilder::end_of(KeyType key, int bits, const std::map<Algorithm, Instant>& ends) const {
  std::map<Algorithm, Instant> own;  // with this size: the row with the most bits that it reaches
  for (const auto& [row, until] : rows_)
    if (row.key == key && row.least_bits <= bits) own[row.algorithm] = until;
  Instant latest{};
  for (const auto& one : own) latest = std::max(latest, one.second);
  for (const auto& [row, until] : rows_) {
    if (row.key != key) continue;
    const auto held = own.find(row.algorithm);
    const Instant allowed = held == own.end() ? Instant{} : held->second;
    const auto digest = std::get<DigestAlgorithm>(row.algorithm);
    const auto known = digests_.find(digest);
    const Instant by_digest = digest == kNoDigest ? pki::kNoEnd : known == digests_.end() ? Instant{} : known->second;
    if (std::min(ends.at(row.algorithm), by_digest) > allowed) latest = std::min(latest, allowed);
  }
  return latest;
}

}  // namespace mohr::verify
