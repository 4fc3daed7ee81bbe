#include "format/timestamp_carrier.h"

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

}  // namespace mohr::format
