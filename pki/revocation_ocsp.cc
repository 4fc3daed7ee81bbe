// OCSP responses as a source (RFC 6960 4.2.2.2).
#include <algorithm>

#include "pki/crypto_policy.h"
#include "pki/revocation_sources.h"

namespace mohr::pki {
namespace {

bool is_responder(const OcspResponse& response, const Certificate& certificate) {
  if (response.responder_name()) return response.responder_name()->equals(certificate.subject());
  return equal(response.responder_key_hash(), crypto::digest(crypto::DigestAlgorithm::sha1, certificate.key_octets()).view());
}

enum class Delegate : std::uint8_t { no, unchecked, yes };

// A delegate: certified by the issuer's own key for exactly this, and valid when it answered. Whether it was revoked since need not be
// asked when its issuer says so (nocheck) or names no place to ask at (4.2.2.2.1).
Result<Delegate> judge_delegate(const RevocationQuery& query, const OcspResponse& response, const Certificate& candidate) {
  if (!candidate.has_extended_key_usage(asn1::Oid::kp_ocsp_signing)) return Delegate::no;
  if (!candidate.issuer().equals(query.issuer.subject())) return Delegate::no;
  if (response.produced_at() < candidate.not_before() || response.produced_at() > candidate.not_after()) return Delegate::no;
  if (candidate.key_usage() && !(*candidate.key_usage() & (kDigitalSignature | kContentCommitment))) return Delegate::no;
  const auto key = candidate.key();
  if (!key || response.produced_at() >= usable_until(**key) || response.produced_at() >= usable_until(candidate.signature_algorithm()))
    return Delegate::no;
  MOHR_TRY(const bool signs, is_signed_by(candidate, response.signature_algorithm(), response.tbs(), response.signature(), query.budget));
  if (!signs) return Delegate::no;
  MOHR_CHECK(query.budget.spend(Limit::raw_verifications));
  if (verify_signature(candidate, query.issuer) != crypto::SignatureCheck::good) return Delegate::no;
  if (candidate.extension(asn1::Oid::ocsp_nocheck) != nullptr) return Delegate::yes;
  if (candidate.crl_distribution_points().empty() && candidate.ocsp_urls().empty()) return Delegate::yes;
  MOHR_TRY(const bool good, is_signer_good(query, candidate, query.issuer));
  return good ? Delegate::yes : Delegate::unchecked;
}

Result<Delegate> find_responder(const RevocationQuery& query, const OcspResponse& response) {
  if (is_responder(response, query.issuer)) {
    MOHR_TRY(const bool own,
             is_signed_by(query.issuer, response.signature_algorithm(), response.tbs(), response.signature(), query.budget));
    if (own) return Delegate::yes;
  }
  std::vector<CertificatePtr> candidates(response.certificates().begin(), response.certificates().end());
  for (const Held<Certificate>& held : query.evidence.certificates()) candidates.push_back(held.item);
  Delegate best = Delegate::no;
  for (const CertificatePtr& candidate : candidates) {
    if (!is_responder(response, *candidate)) continue;
    MOHR_TRY(const Delegate delegate, judge_delegate(query, response, *candidate));
    best = std::max(best, delegate);
    if (best == Delegate::yes) break;
  }
  return best;
}

std::string responder_name(const OcspResponse& response) {
  if (response.responder_name()) return response.responder_name()->display();
  return response.certificates().empty() ? "OCSP" : response.certificates().front()->subject().display();
}

// The newest of its answers about the certificate.
const SingleResponse* find_single(const RevocationQuery& query, const OcspResponse& response) {
  const SingleResponse* newest = nullptr;
  for (const SingleResponse& one : response.responses()) {
    if (newest != nullptr && one.this_update <= newest->this_update) continue;
    if (matches(one.id, query.certificate, query.issuer)) newest = &one;
  }
  return newest;
}

}  // namespace

Result<std::optional<RevocationAnswer>> ask_ocsp(const RevocationQuery& query, const OcspResponse& response, Findings& findings) {
  const SingleResponse* single = find_single(query, response);
  if (single == nullptr) return std::optional<RevocationAnswer>();
  const std::string responder = responder_name(response);
  const std::string subject = query.certificate.subject().display();
  const auto refuse = [&](Finding finding) {
    findings.push_back(std::move(finding));
    return std::optional<RevocationAnswer>();
  };
  if (response.has_unknown_critical_extension() || single->unknown_critical_extension)
    return refuse(findings::ocsp_has_unknown_extension(responder));
  if (!is_timely(query, single->this_update, single->next_update, responder, findings)) return std::optional<RevocationAnswer>();
  if (const Instant until = usable_until(response.signature_algorithm()); query.now >= until)
    return refuse(findings::revocation_algorithm_weak(responder, Code{crypto::signature_name(response.signature_algorithm())}, until));
  MOHR_TRY(const Delegate delegate, find_responder(query, response));
  if (delegate == Delegate::no) return refuse(findings::ocsp_not_authorised(responder, query.issuer.subject().display()));
  if (delegate == Delegate::unchecked) return refuse(findings::ocsp_responder_unchecked(responder));
  if (single->status == OcspStatus::unknown) return refuse(findings::ocsp_status_unknown(responder, subject));
  const bool archived = single->archive_cutoff && *single->archive_cutoff <= query.certificate.not_after();
  if (single->status == OcspStatus::good && !archived && !covers_expiry(query, single->this_update))
    return refuse(findings::revocation_after_expiry(responder, subject));
  RevocationAnswer answer;
  answer.this_update = single->this_update;
  answer.next_update = single->next_update;
  answer.source = responder;
  if (single->status == OcspStatus::revoked) settle(query, single->revocation_time, single->reason, answer);
  return std::optional(std::move(answer));
}

}  // namespace mohr::pki
