// What a policy demands of a signature beside what the standard wants (EN 319 102-1 5.2.2, 5.2.8, 5.5.4; docs/policy.md).
#include <algorithm>

#include "pki/asn1/oid.h"
#include "pki/national.h"
#include "verify/evaluation.h"
#include "verify/policy.h"

namespace mohr::verify {
namespace {

// A time-stamp that only waits for a status is no missing one: what holds it up is said instead, and who can mend that.
void miss_timestamp(const Policy& policy, SignatureVerdict& verdict) {
  for (const TimestampVerdict& timestamp : verdict.timestamps) {
    if (timestamp.good || timestamp.kind == format::TimestampKind::content || !timestamp.chain) continue;
    Findings open = timestamp.findings;
    open.insert(open.end(), timestamp.chain->findings.begin(), timestamp.chain->findings.end());
    std::erase_if(open, [&](const Finding& finding) { return policy.rule(finding.check).warning; });
    const auto holds = [&](const Finding& finding) { return policy.rule(finding.check).outcome == Outcome::hold; };
    if (open.empty() || !std::all_of(open.begin(), open.end(), holds)) continue;
    verdict.findings.insert(verdict.findings.end(), open.begin(), open.end());
    return;
  }
  verdict.findings.push_back(findings::timestamp_missing());
}

void judge_times(const Policy& policy, const format::Signature& signature, SignatureVerdict& verdict) {
  const Demands& demands = policy.demands();
  const auto claimed = signature.claimed_time, proven = verdict.best_signature_time;
  const bool delay = demands.timestamp_delay.has_value();
  if ((demands.claimed_time || delay) && !claimed) verdict.findings.push_back(findings::claimed_time_missing());
  if ((demands.timestamp || delay) && !proven) miss_timestamp(policy, verdict);
  if (delay && claimed && proven && *proven - *claimed > *demands.timestamp_delay)
    verdict.findings.push_back(findings::timestamp_late(*claimed, *proven));
}

void judge_signer(const Demands& demands, const pki::Certificate& signer, SignatureVerdict& verdict) {
  const std::string subject = signer.subject().display();
  const std::uint32_t missing = demands.key_usages & ~signer.key_usage().value_or(0);
  if (missing & pki::kDigitalSignature) verdict.findings.push_back(findings::signer_usage_missing(subject, Code{"digitalSignature"}));
  if (missing & pki::kContentCommitment) verdict.findings.push_back(findings::signer_usage_missing(subject, Code{"contentCommitment"}));
  const auto demanded = [&](ByteView policy) { return demands.certificate_policies.contains(asn1::dotted(policy)); };
  if (!demands.certificate_policies.empty() && std::none_of(signer.policies().begin(), signer.policies().end(), demanded))
    verdict.findings.push_back(findings::signer_policy_missing(subject));
  if (!demands.least_level) return;
  const auto level = assurance_of(verdict.chain);
  if (!level || *level < *demands.least_level)
    verdict.findings.push_back(findings::signer_level_low(subject, Code{std::string(pki::level_id(*demands.least_level))}));
}

}  // namespace

void judge_demands(const Policy& policy, const format::Signature& signature, SignatureVerdict& verdict) {
  const Demands& demands = policy.demands();
  if (!demands.formats.empty() && !demands.formats.contains(signature.format))
    verdict.findings.push_back(findings::format_not_accepted(Code{std::string(format::format_id(signature.format))}));
  if (demands.content_type && signature.content_type.empty()) verdict.findings.push_back(findings::content_type_missing());
  judge_times(policy, signature, verdict);
  if (signature.signer) judge_signer(demands, *signature.signer, verdict);
  if (demands.services.empty()) return;
  const std::string& stated = signature.identity.service_id;
  if (stated.empty()) return verdict.findings.push_back(findings::service_missing());
  if (!demands.services.contains(pki::parse_identifier(pki::IdentifierKind::service_id, stated).value_or(stated)))
    verdict.findings.push_back(findings::service_unknown(Code{stated}));
}

}  // namespace mohr::verify
