// What an accepted signature is in law: national or internal, and at which assurance level (national.md 1.3, 1.6).
#include <algorithm>

#include "verify/evaluation.h"

namespace mohr::verify {
namespace {

pki::Domain domain_of(const pki::Anchor* anchor) {
  return anchor == nullptr || anchor->demonstration ? pki::Domain::internal : anchor->domain;
}

// Of one chain and of everybody who vouched for the status of its certificates.
pki::Domain weakest(const PathJudgement& chain) {
  pki::Domain domain = domain_of(chain.anchor);
  for (const CertificateFacts& facts : chain.path)
    if (facts.revocation && facts.revocation->anchor != nullptr) domain = std::max(domain, domain_of(facts.revocation->anchor));
  return domain;
}

}  // namespace

void find_standing(SignatureVerdict& verdict) {
  pki::Domain domain = weakest(*verdict.chain);
  for (const TimestampVerdict& timestamp : verdict.timestamps) {  // the verdict rests on the good ones only
    if (timestamp.good) {
      domain = std::max(domain, weakest(*timestamp.chain));
      verdict.demonstration |= timestamp.chain->anchor->demonstration;
    }
  }
  verdict.domain = domain;
  std::vector<pki::CertificatePtr> path;
  for (const CertificateFacts& facts : verdict.chain->path) path.push_back(facts.certificate);
  verdict.level = pki::level_of(*verdict.chain->anchor, path);
  if (domain == pki::Domain::internal && !verdict.demonstration) verdict.warnings.push_back(findings::signature_internal_only());
}

}  // namespace mohr::verify
