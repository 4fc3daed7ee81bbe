// What keeps a CMS signature alive: certificates, revocation data and archive time-stamps in its unsigned attributes (EN 319
// 122-1 5.4, 5.5).
#pragma once

#include <functional>

#include "format/signed_document.h"

namespace mohr::format {

// certificate-values and revocation-values to the evidence of `signature`; what cannot be read becomes a finding. Errors: budget_exceeded.
Result<void> read_values(const pki::CmsAttribute& attribute, Signature& signature, Budget& budget, pki::CertificateMemory* memory);

// The digest of the signed content; empty when the content is not at hand. Errors: those of reading it.
using ContentDigest = std::function<Result<Bytes>(crypto::DigestAlgorithm)>;
// Imprints of the content time-stamps, and the archive-time-stamps (v3) of a signer. Errors: budget_exceeded, those of `content`.
Result<void> read_archive_timestamps(const pki::SignedData& data, const pki::SignerInfo& signer, const ContentDigest& content,
                                     Signature& signature, Budget& budget, pki::CertificateMemory* memory);

// Certificates, lists and answers that a token brings for its own path, to the evidence of `signature`. Errors: budget_exceeded.
Result<void> read_token_evidence(const pki::TimestampToken& token, Signature& signature, Budget& budget, pki::CertificateMemory* memory);

}  // namespace mohr::format
