// Who may sign what (national.md 6, articles 9, 13, 21 and 34): a good signature of the wrong body is none.
#include <algorithm>

#include "pki/national.h"
#include "verify/evaluation.h"
#include "verify/policy.h"

namespace mohr::verify {
namespace {

bool allows(const std::set<std::string>& wanted, const std::string& word) { return wanted.empty() || wanted.contains(word); }

bool fits(const AuthorityRule& rule, const format::Signature& signature, const pki::NationalIdentity& identity,
          const std::optional<pki::AssuranceLevel>& level) {
  const pki::Name& subject = signature.signer->subject();
  const bool organization = rule.organizations.empty() || rule.organizations.contains(identity.identifier) ||
                            rule.organizations.contains(identity.organization_id);
  return organization && allows(rule.services, signature.identity.service_id) && allows(rule.receivers, signature.identity.receiver) &&
         allows(rule.roles, std::string(pki::role_id(identity.role))) && allows(rule.titles, subject.first(asn1::Oid::title)) &&
         (!rule.least_level || (level && *level >= *rule.least_level));
}

}  // namespace

void judge_authority(const Policy& policy, const format::Signature& signature, const PathJudgementPtr& chain, Findings& findings) {
  if (policy.authorities().empty() || !signature.signer) return;
  std::optional<pki::AssuranceLevel> level;
  if (chain && chain->anchor != nullptr) {
    std::vector<pki::CertificatePtr> path;
    for (const CertificateFacts& facts : chain->path) path.push_back(facts.certificate);
    level = pki::level_of(*chain->anchor, path);
  }
  const pki::NationalIdentity identity = pki::national_identity(signature.signer->subject());
  const auto rules = policy.authorities();
  if (std::any_of(rules.begin(), rules.end(), [&](const AuthorityRule& rule) { return fits(rule, signature, identity, level); })) return;
  findings.push_back(findings::signer_not_entitled(signature.signer->subject().display()));
}

}  // namespace mohr::verify
