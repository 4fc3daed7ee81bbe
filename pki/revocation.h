// Revocation status of one certificate from the evidence at hand (RFC 5280 6.3, RFC 6960), the newest information deciding.
#pragma once

#include <set>

#include "pki/existence.h"
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
  std::string source;                    // "CRL of X", "OCSP by Y": names for people
  Findings findings;                     // why it is unknown: every piece of evidence that was looked at and refused
  std::vector<std::string> delta_urls;   // where changes since the list that was used could be had (freshestCRL)
  std::vector<std::string> signer_urls;  // unknown: where the signer of a list at hand could be had
};

struct StatusRules {
  std::optional<std::int64_t> longest_age = {};  // seconds that information counts from thisUpdate on
  bool next_update_binds = true;                 // it counts until nextUpdate
  std::int64_t without_next_update = kDay;       // seconds that it counts from thisUpdate on when it has none, and that binds
  const Anchor* anchor = nullptr;                // of the path in which `issuer` stands; null: looked for
  const AlgorithmTable* algorithms = &default_algorithms();
  // When its rows must hold for what was signed, if it is not when that is known to exist.
  std::optional<Instant> algorithms_at = {};
  // Since when a list or an answer is known to exist; null: since now. Its signer must not have expired by then, and its algorithms must
  // have been strong (EN 319 102-1 5.6.2.2): whoever holds the key of an expired signer can date a list as he likes.
  const ProofsOfExistence* proofs = nullptr;
};

// `issuer` is the validated issuer of `certificate` in its path; `time`: the status is wanted at that time. Information that says "good" or
// "on hold" counts until its nextUpdate (EN 319 102-1 5.2.5); a revocation counts however old it is, since none is ever taken back. What
// was made more than five minutes after `now` counts for nothing. A revocation after `time` is good, with its date in `revoked_at`. Signers
// of lists and answers other than `issuer` itself need a path to the same anchor, and are checked for revocation in turn. Errors:
// budget_exceeded.
Result<RevocationStatus> revocation_status(const Certificate& certificate, const Certificate& issuer, Instant time, Instant now,
                                           const Trust& trust, const Evidence& evidence, Budget& budget, const StatusRules& rules = {});

// Whether a responder may answer for `issuer`: the issuer itself, or a delegate that it certified for this (RFC 6960 4.2.2.2) and whose
// own status is known. Errors: budget_exceeded.
enum class ResponderRight : std::uint8_t { none, expired, unchecked, authorised };  // expired: before the answer is known to exist
Result<ResponderRight> right_to_answer(const OcspResponse& response, const Certificate& issuer, Instant time, Instant now,
                                       const Trust& trust, const Evidence& evidence, Budget& budget, const StatusRules& rules = {});

// Whether whoever signed the list may do so for `certificate`: its issuer, or another with a path to the same anchor (RFC 5280 6.3.3 f, g).
// Errors: budget_exceeded.
Result<bool> is_rightly_signed(const Crl& crl, const Certificate& certificate, const Certificate& issuer, Instant now, const Trust& trust,
                               const Evidence& evidence, Budget& budget);

// Where the missing facts could be fetched: OCSP before CRL; only from certificates whose path verifies (the caller sees to that).
struct Need {
  enum class Kind : std::uint8_t { ocsp, crl, issuer_certificate } kind;
  std::string url;
  CertificatePtr certificate, issuer;  // issuer is null for issuer_certificate
  Bytes nonce = {};                    // ocsp: goes with the request; an answer that carries another one is refused
  // What makes two needs the same: one OCSP responder is asked about many certificates, a list is fetched once.
  [[nodiscard]] std::string identity() const;
};
// Of an unknown status: responders and lists, then the signers of lists at hand that nobody knows. Of one that a list says: its deltas.
std::vector<Need> revocation_needs(const CertificatePtr& certificate, const CertificatePtr& issuer, const RevocationStatus& status);
class RevocationCache;

// What was asked for one document, so that nothing is asked twice.
class Asking {
 public:
  // No fetcher: offline; no cache: nothing is on disk. All three outlive it.
  explicit Asking(const Trust& trust, Fetcher* fetcher, RevocationCache* cache = nullptr)
      : trust_(trust), fetcher_(fetcher), cache_(cache) {}
  // Takes what is on disk, then fetches the needs in their order until something new came; a failure becomes evidence too, and so does the
  // pause after one. False: nothing new is to be had. Errors: budget_exceeded.
  Result<bool> learn(std::span<const Need> needs, Evidence& evidence, Budget& budget);

 private:
  struct List {
    Need need;
    CrlPtr crl;
    Validators validators;
  };
  Result<bool> recall(const Need& need, Evidence& evidence, Budget& budget) const;
  Result<bool> fetch(const Need& need, Evidence& evidence, Budget& budget);
  Result<bool> take(const Need& need, Evidence& evidence, Budget& budget);
  Result<void> keep_lists(const Evidence& evidence, Budget& budget);

  const Trust& trust_;
  Fetcher* fetcher_;
  RevocationCache* cache_;
  std::set<std::string> recalled_, asked_;
  std::vector<List> unproven_;  // nobody with a right to sign them is known yet
};

}  // namespace mohr::pki
