// What an accepted signature is in law: national or internal, and at which assurance level (national.md 1.3, 1.6).
#include <algorithm>

#include "verify/evaluation.h"

namespace mohr::verify {
namespace {

// Whoever signed the revocation data of a chain has a path to the same anchor (pki/revocation.h), so the anchor speaks for all of them.
pki::Domain domain_of(const PathJudgement& chain) {
  return chain.anchor == nullptr || chain.anchor->demonstration ? pki::Domain::internal : chain.anchor->domain;
}

}  // namespace

void find_standing(SignatureVerdict& verdict) {
  pki::Domain domain = domain_of(*verdict.chain);
  for (const TimestampVerdict& timestamp : verdict.timestamps) {  // the verdict rests on the good ones only
    if (timestamp.good) {
      domain = std::max(domain, domain_of(*timestamp.chain));
      verdict.demonstration |= timestamp.chain->anchor->demonstration;
    }
  }
  verdict.domain = domain;
  verdict.level = assurance_of(verdict.chain);
  if (domain == pki::Domain::internal && !verdict.demonstration) verdict.warnings.push_back(findings::signature_internal_only());
}

}  // namespace mohr::verify
