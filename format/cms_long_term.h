// What keeps a CMS signature alive: certificates, revocation data and time-stamps over more than its value, in its unsigned attributes
// (EN 319 122-1 5.4, 5.5, A.1).
#pragma once

#include <functional>

#include "format/signed_document.h"

namespace mohr::format {

// certificate-values and revocation-values to the evidence of `signature`; what cannot be read becomes a finding. Errors: budget_exceeded.
Result<void> read_values(const pki::CmsAttribute& attribute, Signature& signature, Budget& budget, pki::CertificateMemory* memory);

// The signed content; empty when it is not at hand. Errors: those of reading it.
struct SignedContent {
  std::function<Result<Bytes>(crypto::DigestAlgorithm)> digest;
  std::function<Result<Bytes>()> octets;  // of what stands outside the message
};
// Whether a time-stamp of that attribute is read here.
bool is_long_term_timestamp(asn1::Oid attribute);
// Imprints of the content time-stamps, and the time-stamps of a signer over references and archives. Errors: budget_exceeded, those of
// `content`.
Result<void> read_long_term_timestamps(const pki::SignedData& data, const pki::SignerInfo& signer, const SignedContent& content,
                                       Signature& signature, Budget& budget, pki::CertificateMemory* memory);

// Adds what stands in a value of an unsigned attribute: certificates, revocation data, tokens, counter-signatures.
void cover_value(const pki::CmsAttribute& attribute, ByteView value, const Signature& signature, TimestampCarrier& carrier);

// Certificates, lists and answers that a token brings for its own path, to the evidence of `signature`. Errors: budget_exceeded.
Result<void> read_token_evidence(const pki::TimestampToken& token, Signature& signature, Budget& budget, pki::CertificateMemory* memory);

}  // namespace mohr::format
