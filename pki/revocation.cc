#include "pki/revocation.h"

#include <algorithm>

#include "pki/revocation_sources.h"

namespace mohr::pki {
namespace {


constexpr int kDeepest = 2;

// Collects the answers: the newest decides. CRLs that cover some reasons only make one good answer together (RFC 5280 6.3.3), which cannot
// outdo a revocation that one of them holds.
class Answers {
 public:
  void add(std::optional<RevocationAnswer> answer) {
    if (!answer) return;
    if (answer->reasons == kAllReasons) return take(*std::move(answer));
    if (answer->state != RevocationState::good) {
      partly_revoked_ = true;
      return take(*std::move(answer));
    }
    if (together_) {
      together_->reasons |= answer->reasons;
      together_->this_update = std::min(together_->this_update, answer->this_update);
      if (answer->next_update && (!together_->next_update || *answer->next_update < *together_->next_update))
        together_->next_update = answer->next_update;
    } else {
      together_ = std::move(answer);
    }
  }

  [[nodiscard]] std::optional<RevocationAnswer> decide(Findings& findings) {
    if (together_ && together_->reasons == kAllReasons && !partly_revoked_) take(*std::move(together_));
    else if (together_ && !newest_) findings.push_back(findings::crl_some_reasons_only(together_->source));
    return std::move(newest_);
  }

 private:
  void take(RevocationAnswer answer) {
    const bool decides = !newest_ || answer.this_update > newest_->this_update ||
                         (answer.this_update == newest_->this_update && answer.state != RevocationState::good);
    if (decides) newest_ = std::move(answer);
  }

  std::optional<RevocationAnswer> newest_, together_;
  bool partly_revoked_ = false;
};

}  // namespace

CertificatePtr borrowed(const Certificate& certificate) { return {CertificatePtr{}, &certificate}; }

bool is_timely(const RevocationQuery& query, Instant this_update, const std::optional<Instant>& next_update, const std::string& source,
               Findings& findings) {
  constexpr std::int64_t kSkew = 5 * kMinute;
  if (this_update > query.now + kSkew) {
    findings.push_back(findings::revocation_from_future(source, this_update));
    return false;
  }
  const Instant until = std::max(next_update.value_or(this_update + kDay), this_update);
  if (until < query.time) {
    findings.push_back(findings::revocation_stale(source, until));
    return false;
  }
  return true;
}

bool covers_expiry(const RevocationQuery& query, Instant this_update) { return this_update <= query.certificate.not_after(); }

void settle(const RevocationQuery& query, Instant at, std::optional<int> reason, RevocationAnswer& answer) {
  answer.revoked_at = at;
  answer.reason = reason;
  if (reason == kRemoveFromCrl || at > query.time) return;  // later than the time in question: good then, and said with its date
  answer.state = reason == kCertificateHold ? RevocationState::on_hold : RevocationState::revoked;
}

Result<bool> is_signed_by(const Certificate& signer, const crypto::SignatureAlgorithm& algorithm, ByteView tbs, ByteView signature,
                          Budget& budget) {
  if (algorithm.scheme == crypto::SignatureScheme::none) return false;
  const auto key = signer.key();
  if (!key) return false;
  MOHR_CHECK(budget.spend(Limit::raw_verifications));
  return (*key)->verify(algorithm, tbs, signature) == crypto::SignatureCheck::good;
}

Result<bool> is_signer_good(const RevocationQuery& query, const Certificate& signer, const Certificate& issuer) {
  if (query.depth >= kDeepest) return false;
  MOHR_TRY(const RevocationStatus status,
           find_status({signer, issuer, query.time, query.now, query.trust, query.evidence, query.budget, query.depth + 1}));
  return status.state == RevocationState::good;
}

Result<RevocationStatus> find_status(const RevocationQuery& query) {
  RevocationStatus status;
  Answers answers;
  for (const Held<OcspResponse>& held : query.evidence.ocsp_responses()) {
    MOHR_TRY(std::optional<RevocationAnswer> answer, ask_ocsp(query, *held.item, status.findings));
    answers.add(std::move(answer));
  }
  for (const Held<Crl>& held : query.evidence.crls()) {
    MOHR_TRY(std::optional<RevocationAnswer> answer, ask_crl(query, *held.item, status.findings));
    answers.add(std::move(answer));
  }
  std::optional<RevocationAnswer> newest = answers.decide(status.findings);
  if (!newest) {
    if (status.findings.empty())
      status.findings.push_back(findings::revocation_missing(query.certificate.subject().display(), query.issuer.subject().display()));
    return status;
  }
  status.state = newest->state;
  status.revoked_at = newest->revoked_at;
  status.reason = newest->reason;
  status.this_update = newest->this_update;
  status.next_update = newest->next_update;
  status.source = std::move(newest->source);
  status.findings.clear();
  return status;
}

Result<RevocationStatus> revocation_status(const Certificate& certificate, const Certificate& issuer, Instant time, Instant now,
                                           const Trust& trust, const Evidence& evidence, Budget& budget) {
  return find_status({certificate, issuer, time, now, trust, evidence, budget});
}

}  // namespace mohr::pki
