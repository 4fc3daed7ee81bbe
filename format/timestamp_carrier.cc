#include "format/timestamp_carrier.h"

#include <algorithm>

namespace mohr::format {

Result<TimestampCarrier> read_carrier(TimestampKind kind, ByteView token, Budget& budget, pki::CertificateMemory* memory) {
  TimestampCarrier carrier;
  carrier.kind = kind;
  carrier.encoding = to_bytes(token);
  auto read = pki::parse_timestamp_token(token, budget, memory);
  if (read) carrier.token = std::make_shared<const pki::TimestampToken>(*std::move(read));
  else if (failure(read.error()) == Failure::budget) return std::move(read).error();
  return carrier;
}

Result<TimestampCarrier> read_carrier_over(TimestampKind kind, ByteView token, ByteView stamped, const Signature& signature, Budget& budget,
                                           pki::CertificateMemory* memory) {
  MOHR_TRY(TimestampCarrier carrier, read_carrier(kind, token, budget, memory));
  if (carrier.token) carrier.imprint = to_bytes(crypto::digest(carrier.token->digest, stamped).view());
  if (kind != TimestampKind::content) carrier.covers.push_back(signature.hash);
  return carrier;
}

void cover_token(ByteView encoding, const Signature& signature, TimestampCarrier& carrier) {
  for (const TimestampCarrier& other : signature.timestamps) {
    if (!other.token || !equal(other.encoding, encoding)) continue;
    carrier.covers.push_back(crypto::sha256(encoding));
    const pki::SignedData& cms = other.token->cms;
    for (const auto* list : {&cms.certificate_encodings, &cms.crl_encodings, &cms.ocsp_encodings})
      for (const ByteView der : *list) carrier.covers.push_back(crypto::sha256(der));
    return;
  }
}

void cover_named(std::vector<NamedEvidence> named, const Signature& signature, TimestampCarrier& carrier) {
  std::erase_if(named, [](const NamedEvidence& one) { return crypto::digest_size(one.digest) <= 20; });
  std::sort(named.begin(), named.end());
  std::vector<crypto::DigestAlgorithm> digests;
  for (const NamedEvidence& one : named)
    if (digests.empty() || digests.back() != one.digest) digests.push_back(one.digest);
  const auto cover = [&](const auto& items) {
    for (const auto& item : items)
      for (const crypto::DigestAlgorithm digest : digests)
        if (std::binary_search(named.begin(), named.end(), NamedEvidence{digest, to_bytes(crypto::digest(digest, item->der()).view())}))
          carrier.covers.push_back(item->fingerprint());
  };
  cover(signature.certificates);
  cover(signature.crls);
  cover(signature.ocsp_responses);
}

}  // namespace mohr::format
