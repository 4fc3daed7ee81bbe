// Whether the signer's own certificate was revoked, asked before signing.
#pragma once

#include "pki/revocation.h"
#include "sign/request.h"

namespace mohr::sign {

// With an anchor at hand: path and revocation of the signing certificate now. Errors: certificate_revoked_for_signing (on hold too).
// `kept` (null: nothing) is what was fetched before. Findings are warnings: an authority that is not trusted here, a status that nobody
// could tell.
Result<Findings> review_status(const Request& request, const pki::Trust& trust, pki::Evidence evidence, pki::Fetcher* fetcher,
                               pki::RevocationCache* kept, Budget& budget);

// The same where no authority is configured: what the issuer of the certificate, taken from `chain` or the evidence, says of it. Errors:
// those of review_status.
Result<Findings> review_status_alone(const Request& request, std::span<const pki::CertificatePtr> chain, const pki::Evidence& evidence,
                                     pki::Fetcher* fetcher, pki::RevocationCache* kept, Budget& budget);

}  // namespace mohr::sign
