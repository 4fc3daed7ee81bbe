// Who signed a revocation list, and with what right (RFC 5280 6.3.3 f and g).
#include <algorithm>

#include "pki/revocation_sources.h"

namespace mohr::pki {
namespace {

bool may_sign_crls(const Certificate& certificate) { return !certificate.key_usage() || (*certificate.key_usage() & kCrlSign); }

Result<const Anchor*> anchor_above(const RevocationQuery& query) {
  if (query.rules.anchor != nullptr) return query.rules.anchor;
  if (const Anchor* anchor = query.trust.anchor_of(query.issuer)) return anchor;
  MOHR_TRY(const Path path, find_path(borrowed(query.issuer),
                                      {.purpose = Purpose::crl_signing,
                                       .time = query.time,
                                       .algorithms = query.rules.algorithms,
                                       .algorithms_at = query.rules.algorithms_at},
                                      query.trust, query.evidence, query.budget));
  return path.anchor;
}

// No certificate of the signer's path is revoked. The signer itself may vouch for itself only where its issuer left that to it.
Result<bool> is_path_good(const RevocationQuery& query, const Path& path, const Name& crl_issuer, Instant time) {
  for (std::size_t i = 0; i + 1 < path.certificates.size(); ++i) {
    const Certificate& certificate = *path.certificates[i];
    const bool itself = certificate.fingerprint() == query.certificate.fingerprint();
    if (i == 0 && itself && is_delegated_to(certificate, crl_issuer)) continue;
    MOHR_TRY(const bool good, is_signer_good(query, certificate, *path.certificates[i + 1], time));
    if (!good) return false;
  }
  return true;
}

// A certificate of the list's issuer other than the one that issued the certificate in question: its path ends at the same anchor.
Result<bool> is_other_signer(const RevocationQuery& query, const Crl& crl, const CertificatePtr& candidate, Instant time) {
  if (!candidate->subject().equals(crl.issuer()) || !may_sign_crls(*candidate)) return false;
  if (candidate->fingerprint() == query.issuer.fingerprint()) return false;
  if (candidate->fingerprint() == query.certificate.fingerprint() && !is_delegated_to(query.certificate, crl.issuer())) return false;
  MOHR_TRY(const bool signs, is_crl_signed_by(query, crl, *candidate));
  if (!signs) return false;
  MOHR_TRY(
      const Path path,
      find_path(
          candidate,
          {.purpose = Purpose::crl_signing, .time = time, .algorithms = query.rules.algorithms, .algorithms_at = query.rules.algorithms_at},
          query.trust, query.evidence, query.budget));
  const bool fails = std::any_of(path.findings.begin(), path.findings.end(), [](const Finding& f) { return !is_warning(f.check); });
  if (path.anchor == nullptr || fails) return false;
  MOHR_TRY(const Anchor* anchor, anchor_above(query));
  if (anchor != path.anchor) return false;
  if (!path.anchor->revocation_required) return true;
  return is_path_good(query, path, crl.issuer(), time);
}

}  // namespace

Result<bool> is_crl_signed_by(const RevocationQuery& query, const Crl& crl, const Certificate& signer) {
  const auto pair = std::make_pair(crl.fingerprint(), signer.fingerprint());
  if (const auto key = crl.verified_under()) return *key == crypto::sha256(signer.spki());
  if (const auto known = query.memory.signed_by.find(pair); known != query.memory.signed_by.end()) return known->second;
  MOHR_TRY(const bool signs, is_signed_by(signer, crl.signature_algorithm(), crl.tbs(), crl.signature(), query.budget));
  query.memory.signed_by.emplace(pair, signs);
  if (signs) crl.keep(crypto::sha256(signer.spki()), query.budget);
  return signs;
}

Result<CertificatePtr> find_crl_signer(const RevocationQuery& query, const Crl& crl, Instant time) {
  if (query.issuer.subject().equals(crl.issuer()) && may_sign_crls(query.issuer)) {
    MOHR_TRY(const bool own, is_crl_signed_by(query, crl, query.issuer));
    if (own) return borrowed(query.issuer);
  }
  std::vector<CertificatePtr> candidates;
  for (const Anchor& anchor : query.trust.anchors()) {
    if (!anchor.certificate.subject().equals(crl.issuer())) continue;
    if (auto whole = anchor.certificate.whole()) candidates.push_back(*std::move(whole));
  }
  candidates.insert(candidates.end(), query.trust.intermediates().begin(), query.trust.intermediates().end());
  for (const Held<Certificate>& held : query.evidence.certificates()) candidates.push_back(held.item);
  for (const CertificatePtr& candidate : candidates) {
    MOHR_TRY(const bool signs, is_other_signer(query, crl, candidate, time));
    if (signs) return candidate;
  }
  return CertificatePtr();
}

Result<bool> is_rightly_signed(const Crl& crl, const Certificate& certificate, const Certificate& issuer, Instant now, const Trust& trust,
                               const Evidence& evidence, Budget& budget) {
  StatusMemory memory;
  const StatusRules rules;
  MOHR_TRY(const CertificatePtr signer, find_crl_signer({certificate, issuer, now, now, trust, evidence, budget, rules, memory}, crl, now));
  return signer != nullptr;
}

}  // namespace mohr::pki
