// What one CRL or one OCSP response says about one certificate. Only for revocation.cc and the two that answer.
#pragma once

#include "pki/revocation.h"

namespace mohr::pki {

// ReasonFlags (RFC 5280 4.2.1.13) without the unused first: keyCompromise to aACompromise.
inline constexpr std::uint32_t kAllReasons = 0x1fe;

struct RevocationQuery {
  const Certificate& certificate;
  const Certificate& issuer;
  Instant time, now;
  const Trust& trust;
  const Evidence& evidence;
  Budget& budget;
  int depth = 0;  // 1: the certificate signed a CRL or an OCSP response; 2: it vouched for such a signer; no deeper
};

struct RevocationAnswer {
  RevocationState state = RevocationState::good;
  Instant revoked_at;
  std::optional<int> reason;
  Instant this_update;
  std::optional<Instant> next_update;
  std::string source;
  std::uint32_t reasons = kAllReasons;  // what a good answer covers
};

// Nothing when the source does not speak of the certificate, or cannot be believed; then `findings` says why.
Result<std::optional<RevocationAnswer>> ask_crl(const RevocationQuery& query, const Crl& crl, Findings& findings);
Result<std::optional<RevocationAnswer>> ask_ocsp(const RevocationQuery& query, const OcspResponse& response, Findings& findings);
Result<RevocationStatus> find_status(const RevocationQuery& query);

// The certificate that signed a source, itself below `issuer`, is not revoked; false when that is unknown.
Result<bool> is_signer_good(const RevocationQuery& query, const Certificate& signer, const Certificate& issuer);

// Made before `now`, and its nextUpdate not before the time in question (EN 319 102-1 5.2.5). Without nextUpdate it counts for one day.
bool is_timely(const RevocationQuery& query, Instant this_update, const std::optional<Instant>& next_update, const std::string& source,
               Findings& findings);
// An issuer need not list a certificate any longer that had expired (RFC 5280 3.3).
bool covers_expiry(const RevocationQuery& query, Instant this_update);
// What a revocation at that time means for the time in question.
void settle(const RevocationQuery& query, Instant at, std::optional<int> reason, RevocationAnswer& answer);

Result<bool> is_signed_by(const Certificate& signer, const crypto::SignatureAlgorithm& algorithm, ByteView tbs, ByteView signature,
                          Budget& budget);
// The certificate outlives the query: no ownership is needed.
CertificatePtr borrowed(const Certificate& certificate);

}  // namespace mohr::pki
