// What CRLs and OCSP responses say about one certificate. Only for revocation.cc and the files that answer.
#pragma once

#include <map>

#include "pki/revocation.h"

namespace mohr::pki {

// ReasonFlags (RFC 5280 4.2.1.13) without the unused first: keyCompromise to aACompromise.
inline constexpr std::uint32_t kAllReasons = 0x1fe;

// What one question about a status has found out on its way, whatever certificate it was about.
struct StatusMemory {
  std::vector<crypto::Hash> asked;  // certificates whose status is being looked for, the outermost first: none vouches for itself
  std::map<std::pair<crypto::Hash, Instant>, bool> good;            // signers of lists and answers, at a time
  std::map<std::pair<crypto::Hash, crypto::Hash>, bool> signed_by;  // source and certificate
};

struct RevocationQuery {
  const Certificate& certificate;
  const Certificate& issuer;
  Instant time, now;
  const Trust& trust;
  const Evidence& evidence;
  Budget& budget;
  const StatusRules& rules;
  StatusMemory& memory;
  // Since when the source with that fingerprint is known to exist, and when its algorithms must be strong.
  [[nodiscard]] Instant known_since(const crypto::Hash& source) const {
    return rules.proofs ? rules.proofs->known_since(source, now) : now;
  }
  [[nodiscard]] Instant strong_at(const crypto::Hash& source) const { return rules.algorithms_at.value_or(known_since(source)); }
};

struct RevocationAnswer {
  RevocationState state = RevocationState::good;
  Instant revoked_at;
  std::optional<int> reason;
  Instant this_update;
  std::optional<Instant> next_update;
  std::string source;
  std::uint32_t reasons = kAllReasons;  // what it speaks about
  Bytes scope;                          // answers of one scope replace each other: issuer and IssuingDistributionPoint of a list
  const Crl* list = nullptr;            // the complete list, when no delta has brought it up to date
};

struct ListAnswers {
  std::vector<RevocationAnswer> answers;
  std::vector<std::string> signer_urls;  // where the certificate of a signer that nobody knows could be had (RFC 5280 5.2.7)
};
// RFC 5280 6.3.3 over every list at hand. What was looked at and refused is told in `findings`.
Result<ListAnswers> ask_crls(const RevocationQuery& query, Findings& findings);
// Nothing when the response does not speak of the certificate, or cannot be believed; then `findings` says why.
Result<std::optional<RevocationAnswer>> ask_ocsp(const RevocationQuery& query, const OcspResponse& response, Findings& findings);
Result<RevocationStatus> find_status(const RevocationQuery& query);

// 6.3.3 b 1, b 2, d: the reasons for which the list speaks about the certificate; none when it is not in the list's scope.
std::uint32_t covered_reasons(const Certificate& certificate, const Crl& crl);
// The certificate leaves this list's issuer, who is not its own, to say what its status is (cRLIssuer, 4.2.1.13).
bool is_delegated_to(const Certificate& certificate, const Name& crl_issuer);
// 6.3.3 f, g: the certificate whose key signed the list; null when there is none with a right to it at that time.
Result<CertificatePtr> find_crl_signer(const RevocationQuery& query, const Crl& crl, Instant time);
Result<bool> is_crl_signed_by(const RevocationQuery& query, const Crl& crl, const Certificate& signer);

// The certificate that signed a source, itself below `issuer`, is not revoked at that time; false when that is unknown.
Result<bool> is_signer_good(const RevocationQuery& query, const Certificate& signer, const Certificate& issuer, Instant time);
// Its key counts as strong for as long as the source may have been signed: who breaks it later could say that all is good.
bool has_strong_key(const RevocationQuery& query, const Certificate& signer, const crypto::Hash& source, Findings& findings);
// The signer of a source expired before the source is known to exist. An anchor's dates bind nobody.
bool is_outlived(const RevocationQuery& query, const Certificate& signer, const crypto::Hash& source);

// Made after `now`: then it is not believed whatever it says.
bool is_from_future(const RevocationQuery& query, Instant this_update);
// Whether `source`, made at `this_update`, is too old (EN 319 102-1 5.2.5). What was made at the time in question (5 minutes for clocks) or
// later speaks of it whole; else it has to be fresh still, since a newer one may say that the certificate was revoked by then: now, or,
// where it is proven to exist since an earlier time and so was kept with an archive, at the time in question. A revocation needs no such
// thing: it does not end.
std::optional<Finding> staleness(const RevocationQuery& query, const crypto::Hash& source, Instant this_update,
                                 const std::optional<Instant>& next_update, const std::string& name);
// What a revocation at that time means for the time in question.
void settle(const RevocationQuery& query, Instant at, std::optional<int> reason, RevocationAnswer& answer);

Result<bool> is_signed_by(const Certificate& signer, const crypto::SignatureAlgorithm& algorithm, ByteView tbs, ByteView signature,
                          Budget& budget);
// The certificate outlives the query: no ownership is needed.
CertificatePtr borrowed(const Certificate& certificate);

}  // namespace mohr::pki
