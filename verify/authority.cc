// Who may sign what (national.md 6, articles 9, 13, 21 and 34): a good signature of the wrong body is none.
#include <algorithm>

#include "pki/core/text.h"
#include "pki/national.h"
#include "verify/evaluation.h"
#include "verify/policy.h"

namespace mohr::verify {
namespace {

using pki::IdentifierKind;

bool allows(const std::set<std::string>& wanted, const std::string& word) { return wanted.empty() || wanted.contains(word); }

std::string in_one_form(IdentifierKind kind, const std::string& stated) { return pki::parse_identifier(kind, stated).value_or(stated); }

struct Signed {
  std::string service, receiver, title;
  pki::NationalIdentity identity;
  std::optional<pki::AssuranceLevel> level;
};

bool is_of(const AuthorityRule& rule, const pki::NationalIdentity& identity) {
  return rule.organizations.empty() || rule.organizations.contains(in_one_form(IdentifierKind::legal_id, identity.identifier)) ||
         rule.organizations.contains(in_one_form(IdentifierKind::legal_id, identity.organization_id));
}

bool fits(const AuthorityRule& rule, const Signed& facts) {
  return is_of(rule, facts.identity) && allows(rule.services, facts.service) && allows(rule.receivers, facts.receiver) &&
         allows(rule.roles, std::string(pki::role_id(facts.identity.role))) && allows(rule.titles, facts.title) &&
         (!rule.least_level || (facts.level && *facts.level >= *rule.least_level));
}

// The row about the service that names who else would have to sign.
const AuthorityRule* custodian_for(std::span<const AuthorityRule> rules, const Signed& facts) {
  const auto names = [&](const AuthorityRule& rule) {
    return allows(rule.services, facts.service) && !is_of(rule, facts.identity) && !rule.custodian_fa.empty();
  };
  const auto rule = std::find_if(rules.begin(), rules.end(), names);
  return rule == rules.end() ? nullptr : &*rule;
}

}  // namespace

std::optional<pki::AssuranceLevel> assurance_of(const PathJudgementPtr& chain) {
  if (!chain || chain->anchor == nullptr) return std::nullopt;
  return pki::level_of(*chain->anchor, certificates_of(*chain));
}

void judge_authority(const Policy& policy, const format::Signature& signature, const PathJudgementPtr& chain, Findings& findings) {
  const auto rules = policy.authorities();
  if (rules.empty() || !signature.signer) return;
  const pki::Name& name = signature.signer->subject();
  const Signed facts{in_one_form(IdentifierKind::service_id, signature.identity.service_id), signature.identity.receiver,
                     name.first(asn1::Oid::title), pki::national_identity(name), assurance_of(chain)};
  if (std::any_of(rules.begin(), rules.end(), [&](const AuthorityRule& rule) { return fits(rule, facts); })) return;
  const AuthorityRule* rule = custodian_for(rules, facts);
  if (rule == nullptr) return findings.push_back(findings::signer_not_entitled(name.display()));
  findings.push_back(findings::signer_not_custodian(
      name.display(), Cause{*rule->organizations.begin(), printable(rule->custodian_en), printable(rule->custodian_fa)}));
}

}  // namespace mohr::verify
