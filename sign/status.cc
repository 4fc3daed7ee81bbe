#include "sign/status.h"

#include <algorithm>

namespace mohr::sign {
namespace {

constexpr std::size_t kNonceOctets = 32;  // RFC 9654 2.1

// Asks for the status of one certificate, fetching what is missing.
Result<pki::RevocationStatus> status_of(const pki::CertificatePtr& certificate, const pki::CertificatePtr& issuer, Instant now,
                                        const pki::Trust& trust, pki::Evidence& evidence, pki::Fetcher* fetcher, pki::RevocationCache* kept,
                                        Budget& budget) {
  pki::Asking asking(trust, fetcher, kept);
  while (true) {
    MOHR_TRY(pki::RevocationStatus status, pki::revocation_status(*certificate, *issuer, now, now, trust, evidence, budget));
    std::vector<pki::Need> needs = pki::revocation_needs(certificate, issuer, status);
    for (pki::Need& need : needs)
      if (need.kind == pki::Need::Kind::ocsp) need.nonce = crypto::random_bytes(kNonceOctets);  // the answer should be of now
    MOHR_TRY(const bool came, asking.learn(needs, evidence, budget));
    if (!came) return status;
  }
}

}  // namespace

Result<Findings> review_status(const Request& request, const pki::Trust& trust, pki::Evidence evidence, pki::Fetcher* fetcher,
                               pki::RevocationCache* kept, Budget& budget) {
  Findings warnings;
  for (const pki::CertificatePtr& certificate : request.chain) evidence.add(certificate, pki::Origin::given);
  const std::string subject = request.certificate->subject().display();
  MOHR_TRY(const pki::Path path, pki::find_path(request.certificate, {.time = request.now}, trust, evidence, budget));
  if (path.anchor == nullptr) {
    warnings.push_back(findings::issuer_not_trusted(subject, request.certificate->issuer().display()));
    return warnings;
  }
  for (const Finding& finding : path.findings) warnings.push_back(finding);
  if (std::any_of(warnings.begin(), warnings.end(), [](const Finding& f) { return !pki::is_warning(f.check); })) return warnings;
  for (std::size_t i = 0; i + 1 < path.certificates.size(); ++i) {
    const pki::CertificatePtr& certificate = path.certificates[i];
    MOHR_TRY(const pki::RevocationStatus status,
             status_of(certificate, path.certificates[i + 1], request.now, trust, evidence, fetcher, kept, budget));
    const std::string name = certificate->subject().display();
    if (status.state == pki::RevocationState::revoked || status.state == pki::RevocationState::on_hold)
      return errors::certificate_revoked_for_signing(name, status.revoked_at);
    if (status.state == pki::RevocationState::unknown)
      warnings.push_back(findings::revocation_unknown(name, certificate->issuer().display()));
  }
  return warnings;
}

Result<Findings> review_status_alone(const Request& request, std::span<const pki::CertificatePtr> chain, const pki::Evidence& evidence,
                                     pki::Fetcher* fetcher, pki::RevocationCache* kept, Budget& budget) {
  std::vector<pki::CertificatePtr> known(chain.begin(), chain.end());
  for (const auto& held : evidence.certificates()) known.push_back(held.item);
  const auto issuer = std::find_if(known.begin(), known.end(), [&](const pki::CertificatePtr& one) {
    return one->is_ca() && one->subject().equals(request.certificate->issuer());
  });
  if (issuer != known.end()) {
    pki::Trust own;
    MOHR_CHECK(own.add_anchor({*issuer, false, true, ""}));
    return review_status(request, own, evidence, fetcher, kept, budget);
  }
  return Findings{findings::revocation_unknown(request.certificate->subject().display(), request.certificate->issuer().display())};
}

}  // namespace mohr::sign
