// A time-stamp where a document carries it: its token read, and the digest of what it is over.
#pragma once

#include "format/signed_document.h"

namespace mohr::format {

// The token read; imprint and covers are the caller's. A token that cannot be read is kept as octets. Errors: budget_exceeded.
Result<TimestampCarrier> read_carrier(TimestampKind kind, ByteView token, Budget& budget, pki::CertificateMemory* memory);
// The same over octets at hand that stand for the signature's value.
Result<TimestampCarrier> read_carrier_over(TimestampKind kind, ByteView token, ByteView stamped, const Signature& signature, Budget& budget,
                                           pki::CertificateMemory* memory);

// Evidence that is named by its digest only.
struct NamedEvidence {
  crypto::DigestAlgorithm digest = crypto::DigestAlgorithm::none;
  Bytes value;
  auto operator<=>(const NamedEvidence&) const = default;
};
// Adds the certificates, lists and answers of `signature` that `named` names; digests of 160 bits and fewer name nothing (EN 319 102-1
// 5.6.2.3.4: as long as no other object can be found for them).
void cover_named(std::vector<NamedEvidence> named, const Signature& signature, TimestampCarrier& carrier);

// Adds what a token at `encoding` is and brings, when it is one that `signature` carries: itself, its certificates, lists and answers.
void cover_token(ByteView encoding, const Signature& signature, TimestampCarrier& carrier);

}  // namespace mohr::format
