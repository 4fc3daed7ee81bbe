// Revocation status of one certificate from the evidence at hand (RFC 5280 6.3, RFC 6960), the newest information deciding.
#pragma once

#include <set>

#include "pki/fetch.h"
#include "pki/path_validator.h"

namespace mohr::pki {

enum class RevocationState : std::uint8_t { good, revoked, on_hold, unknown, not_checked };

struct RevocationStatus {
  RevocationState state = RevocationState::unknown;
  Instant revoked_at;  // revoked, on_hold
  std::optional<int> reason;
  Instant this_update;  // of the information used
  std::optional<Instant> next_update;
  std::string source;  // "CRL of X", "OCSP by Y": names for people
  Findings findings;   // why it is unknown: every piece of evidence that was looked at and refused
};

// `issuer` is the validated issuer of `certificate` in its path; `time`: the status is wanted at that time. Information whose nextUpdate
// lies before `time` (one day after thisUpdate when there is none), or whose thisUpdate lies more than five minutes after `now`, counts for
// nothing. A revocation after `time` is good, with its date in `revoked_at`. Signers of lists and answers other than `issuer` itself are
// checked for revocation in turn. Errors: budget_exceeded.
Result<RevocationStatus> revocation_status(const Certificate& certificate, const Certificate& issuer, Instant time, Instant now,
                                           const Trust& trust, const Evidence& evidence, Budget& budget);

// Where the missing facts could be fetched: OCSP before CRL; only from certificates whose path verifies (the caller sees to that).
struct Need {
  enum class Kind : std::uint8_t { ocsp, crl, issuer_certificate } kind;
  std::string url;
  CertificatePtr certificate, issuer;  // issuer is null for issuer_certificate
  // What makes two needs the same: one OCSP responder is asked about many certificates, a list is fetched once.
  [[nodiscard]] std::string identity() const;
};
std::vector<Need> revocation_needs(const CertificatePtr& certificate, const CertificatePtr& issuer);
class RevocationCache;
// Fetches one need into `evidence`; a failure becomes evidence too, and so does the pause after one. Returns whether anything new came.
// `cache` (null: none) keeps what came. Errors: budget_exceeded.
Result<bool> fetch(const Need& need, Fetcher& fetcher, RevocationCache* cache, Evidence& evidence, Budget& budget);

// What was asked for one document, so that nothing is asked twice.
class Asking {
 public:
  // No fetcher: offline; no cache: nothing is on disk.
  explicit Asking(Fetcher* fetcher, RevocationCache* cache = nullptr) : fetcher_(fetcher), cache_(cache) {}
  // Takes what is on disk, then fetches the needs in their order until something new came. False: nothing new is to be had. Errors: budget_exceeded.
  Result<bool> learn(std::span<const Need> needs, Evidence& evidence, Budget& budget);

 private:
  Fetcher* fetcher_;
  RevocationCache* cache_;
  std::set<std::string> recalled_, asked_;
};

}  // namespace mohr::pki
