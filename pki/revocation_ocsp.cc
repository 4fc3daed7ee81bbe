// OCSP responses as a source (RFC 6960 4.2.2.2).
#include <algorithm>

#include "pki/revocation_sources.h"

namespace mohr::pki {
namespace {

bool is_responder(const OcspResponse& response, const Certificate& certificate) {
  if (response.responder_name()) return response.responder_name()->equals(certificate.subject());
  return equal(response.responder_key_hash(), crypto::digest(crypto::DigestAlgorithm::sha1, certificate.key_octets()).view());
}

// A delegate: certified by the issuer's own key for exactly this, and valid when it answered. Whether it was revoked since need not be
// asked when its issuer says so (nocheck) or names no place to ask at (4.2.2.2.1).
Result<ResponderRight> judge_delegate(const RevocationQuery& query, const OcspResponse& response, const Certificate& candidate) {
  if (!candidate.has_extended_key_usage(asn1::Oid::kp_ocsp_signing)) return ResponderRight::none;
  if (!candidate.issuer().equals(query.issuer.subject())) return ResponderRight::none;
  if (query.rules.anchor != nullptr && !allows(query.rules.anchor->purposes, Purpose::ocsp_signing)) return ResponderRight::none;
  if (response.produced_at() < candidate.not_before() || response.produced_at() > candidate.not_after()) return ResponderRight::none;
  if (candidate.key_usage() && !(*candidate.key_usage() & (kDigitalSignature | kContentCommitment))) return ResponderRight::none;
  if (has_unprocessed_critical(candidate, asn1::Oid::ocsp_nocheck)) return ResponderRight::none;
  const auto key = candidate.key();
  const Instant strong_at = query.strong_at(response.fingerprint());
  const AlgorithmTable& algorithms = *query.rules.algorithms;
  if (!key || strong_at >= algorithms.usable_until(**key) || strong_at >= algorithms.usable_until(candidate.signature_algorithm()))
    return ResponderRight::none;
  MOHR_TRY(const bool signs, is_signed_by(candidate, response.signature_algorithm(), response.tbs(), response.signature(), query.budget));
  if (!signs) return ResponderRight::none;
  MOHR_CHECK(query.budget.spend(Limit::raw_verifications));
  if (verify_signature(candidate, query.issuer) != crypto::SignatureCheck::good) return ResponderRight::none;
  if (is_outlived(query, candidate, response.fingerprint())) return ResponderRight::expired;
  if (candidate.extension(asn1::Oid::ocsp_nocheck) != nullptr) return ResponderRight::authorised;
  if (candidate.crl_distribution_points().empty() && candidate.ocsp_urls().empty()) return ResponderRight::authorised;
  MOHR_TRY(const bool good, is_signer_good(query, candidate, query.issuer, query.known_since(response.fingerprint())));
  return good ? ResponderRight::authorised : ResponderRight::unchecked;
}

Result<ResponderRight> find_responder(const RevocationQuery& query, const OcspResponse& response) {
  if (is_responder(response, query.issuer)) {
    MOHR_TRY(const bool own,
             is_signed_by(query.issuer, response.signature_algorithm(), response.tbs(), response.signature(), query.budget));
    if (own) return is_outlived(query, query.issuer, response.fingerprint()) ? ResponderRight::expired : ResponderRight::authorised;
  }
  std::vector<CertificatePtr> candidates(response.certificates().begin(), response.certificates().end());
  for (const Held<Certificate>& held : query.evidence.certificates()) candidates.push_back(held.item);
  ResponderRight best = ResponderRight::none;
  for (const CertificatePtr& candidate : candidates) {
    if (!is_responder(response, *candidate)) continue;
    MOHR_TRY(const ResponderRight right, judge_delegate(query, response, *candidate));
    best = std::max(best, right);
    if (best == ResponderRight::authorised) break;
  }
  return best;
}

std::string responder_name(const OcspResponse& response) {
  if (response.responder_name()) return response.responder_name()->display();
  return response.certificates().empty() ? "OCSP" : response.certificates().front()->subject().display();
}

// Its answer about the certificate; of several the worst.
const SingleResponse* find_single(const RevocationQuery& query, const OcspResponse& response) {
  constexpr auto rank = [](OcspStatus status) { return status == OcspStatus::revoked ? 2 : status == OcspStatus::unknown ? 1 : 0; };
  const SingleResponse* worst = nullptr;
  for (const SingleResponse& one : response.responses()) {
    if (!matches(one.id, query.certificate, query.issuer)) continue;
    if (worst == nullptr || rank(one.status) > rank(worst->status) || (one.status == worst->status && one.this_update > worst->this_update))
      worst = &one;
  }
  return worst;
}

// Why the answer does not count, whoever gave it; nothing when it does.
std::optional<Finding> objection(const RevocationQuery& query, const OcspResponse& response, const SingleResponse& single,
                                 const RevocationAnswer& answer) {
  const std::string subject = query.certificate.subject().display();
  const Instant until = query.rules.algorithms->usable_until(response.signature_algorithm());
  if (response.has_unknown_critical_extension() || single.unknown_critical_extension)
    return findings::ocsp_has_unknown_extension(answer.source);
  if (is_from_future(query, single.this_update)) return findings::revocation_from_future(answer.source, single.this_update);
  if (is_from_future(query, response.produced_at())) return findings::revocation_from_future(answer.source, response.produced_at());
  if (response.produced_at() < query.certificate.not_before())
    return findings::ocsp_before_certificate(answer.source, subject, response.produced_at());
  if (answer.state == RevocationState::revoked) return std::nullopt;  // however weak it is: no stricter table undoes a revocation
  if (answer.state == RevocationState::good && query.strong_at(response.fingerprint()) >= until)
    return findings::revocation_algorithm_weak(answer.source, Code{crypto::signature_name(response.signature_algorithm())}, until);
  if (auto stale = staleness(query, response.fingerprint(), single.this_update, single.next_update, answer.source)) return stale;
  // An issuer need not know a certificate any longer that had expired, unless it keeps an archive (RFC 6960 4.4.4).
  const Instant end = query.certificate.not_after();
  const bool archived = single.archive_cutoff && *single.archive_cutoff <= end;
  if (single.status == OcspStatus::good && !archived && std::max(single.this_update, response.produced_at()) > end)
    return findings::revocation_after_expiry(answer.source, subject);
  return std::nullopt;
}

}  // namespace

Result<std::optional<RevocationAnswer>> ask_ocsp(const RevocationQuery& query, const OcspResponse& response, Findings& findings) {
  const SingleResponse* single = find_single(query, response);
  if (single == nullptr) return std::optional<RevocationAnswer>();
  const auto refuse = [&](Finding finding) {
    findings.push_back(std::move(finding));
    return std::optional<RevocationAnswer>();
  };
  RevocationAnswer answer;
  answer.this_update = single->this_update;
  answer.next_update = single->next_update;
  answer.source = responder_name(response);
  if (single->status == OcspStatus::revoked) settle(query, single->revocation_time, single->reason, answer);
  if (auto why = objection(query, response, *single, answer)) return refuse(*std::move(why));
  MOHR_TRY(const ResponderRight right, find_responder(query, response));
  if (right == ResponderRight::none) return refuse(findings::ocsp_not_authorised(answer.source, query.issuer.subject().display()));
  if (right == ResponderRight::expired && answer.state != RevocationState::revoked)
    return refuse(findings::revocation_signer_expired(answer.source));
  if (answer.state == RevocationState::good && is_responder(response, query.issuer) &&
      !has_strong_key(query, query.issuer, response.fingerprint(), findings))
    return std::optional<RevocationAnswer>();
  if (right == ResponderRight::unchecked) return refuse(findings::ocsp_responder_unchecked(answer.source));
  if (single->status == OcspStatus::unknown)
    return refuse(findings::ocsp_status_unknown(answer.source, query.certificate.subject().display()));
  return std::optional(std::move(answer));
}

Result<ResponderRight> right_to_answer(const OcspResponse& response, const Certificate& issuer, Instant time, Instant now,
                                       const Trust& trust, const Evidence& evidence, Budget& budget, const StatusRules& rules) {
  StatusMemory memory;
  return find_responder({issuer, issuer, time, now, trust, evidence, budget, rules, memory}, response);
}

}  // namespace mohr::pki
