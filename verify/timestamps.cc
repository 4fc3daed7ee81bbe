// EN 319 102-1 5.4 and 5.6.3.4: the time-stamps of a document, the newest first, and what the good ones prove.
#include <algorithm>
#include <array>
#include <set>

#include "verify/evaluation.h"
#include "verify/opinions.h"
#include "verify/policy.h"

namespace mohr::verify {
namespace {

bool has_failure(const Findings& findings, const Policy* policy) {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) { return !rule_of(finding.check, policy).warning; });
}

// 5.2.8 for a token: its imprint, the index of what it is over and its own signature, at the time that it is known to exist. Not the digest
// of its ESSCertID: RFC 3161 2.4.2 demands SHA-1 there, and to name another certificate it takes a second preimage.
void accept_algorithms(const format::TimestampCarrier& carrier, Instant time, const pki::AlgorithmTable& table, Findings& findings) {
  const pki::TimestampToken& token = *carrier.token;
  const pki::SignerInfo& signer = token.cms.signers.front();
  const bool has_index = carrier.index_digest != crypto::DigestAlgorithm::none;
  for (const crypto::DigestAlgorithm digest : std::set{token.digest, signer.digest, has_index ? carrier.index_digest : token.digest})
    if (time >= table.usable_until(digest))
      findings.push_back(findings::signature_digest_weak(Code{std::string(crypto::digest_name(digest))}));
  if (signer.signature_algorithm.scheme != crypto::SignatureScheme::none && time >= table.usable_until(signer.signature_algorithm))
    findings.push_back(findings::signature_digest_weak(Code{crypto::signature_name(signer.signature_algorithm)}));
}

struct Stamp {
  const format::TimestampCarrier* carrier;
  const format::Signature* signature;
};

// A time-stamp that covers another comes before it, so that what it proves is known when the other's turn comes.
std::vector<Stamp> newest_first(const format::SignedDocument& facts) {
  std::vector<Stamp> stamps;
  for (const format::Signature& signature : facts.signatures)
    for (const format::TimestampCarrier& carrier : signature.timestamps) stamps.push_back({&carrier, &signature});
  const auto time_of = [](const Stamp& stamp) { return stamp.carrier->token ? stamp.carrier->token->time : Instant{INT64_MAX}; };
  std::stable_sort(stamps.begin(), stamps.end(), [&](const Stamp& a, const Stamp& b) {
    if (time_of(a) != time_of(b)) return time_of(a) > time_of(b);
    return a.carrier->kind > b.carrier->kind;
  });
  return stamps;
}

// What it is over is older than what it proves: a time-stamp that covers a later one contradicts it (5.5.4).
bool covers_later(const format::TimestampCarrier& carrier, const std::map<crypto::Hash, Instant>& tokens) {
  return std::any_of(carrier.covers.begin(), carrier.covers.end(), [&](const crypto::Hash& object) {
    const auto other = tokens.find(object);
    return other != tokens.end() && other->second > carrier.token->time;
  });
}

// What is proven of the evidence changes judgements of paths, so it belongs to what they are cached by.
crypto::Hash identity_with(const pki::ProofsOfExistence& proofs, const Grounds& grounds) {
  Bytes octets;
  const auto add = [&](const crypto::Hash& object) {
    if (const auto time = proofs.of(object)) {
      append(octets, object.view());
      append(octets, as_bytes(std::to_string(time->seconds)));
    }
  };
  for (const auto& held : grounds.evidence.crls()) add(held.item->fingerprint());
  for (const auto& held : grounds.evidence.ocsp_responses()) add(held.item->fingerprint());
  if (octets.empty()) return grounds.identity;
  append(octets, grounds.identity.view());
  return crypto::sha256(octets);
}

// What a policy decides beside the checks that it may relax.
constexpr std::array kPolicyMatters = {Check::revocation_outdated, Check::revocation_weak, Check::signature_digest_weak,
                                       Check::certificate_algorithm_weak, Check::certificate_key_weak};

}  // namespace

bool is_believable(const TimestampVerdict& timestamp) {
  if (timestamp.good || !timestamp.chain || timestamp.chain->anchor == nullptr) return timestamp.good;
  const auto is_matter_of_policy = [](const Finding& finding) {
    return rule(finding.check).warning || may_be_relaxed(finding.check) ||
           std::find(kPolicyMatters.begin(), kPolicyMatters.end(), finding.check) != kPolicyMatters.end();
  };
  const auto all = [&](const Findings& findings) { return std::all_of(findings.begin(), findings.end(), is_matter_of_policy); };
  return all(timestamp.findings) && all(timestamp.chain->findings);
}

Result<TimestampVerdict> judge_timestamp(const format::TimestampCarrier& carrier, std::span<const pki::CertificatePtr> certificates,
                                         const Situation& situation) {
  TimestampVerdict verdict;
  verdict.kind = carrier.kind;
  if (!carrier.token) {
    verdict.findings.push_back(findings::timestamp_unreadable());
    return verdict;
  }
  const pki::TimestampToken& token = *carrier.token;
  const Instant now = situation.question.now;
  const Instant at = situation.grounds.proofs->known_since(crypto::sha256(carrier.encoding), now);
  verdict.time = token.time;
  verdict.judged_at = at;
  MOHR_CHECK(situation.grounds.budget.spend(Limit::raw_verifications));
  pki::TokenCheck checked = pki::check_token(token, certificates);
  verdict.findings = carrier.findings;
  verdict.findings.insert(verdict.findings.end(), checked.findings.begin(), checked.findings.end());
  accept_algorithms(carrier, at, algorithms_of(situation.grounds.policy), verdict.findings);
  if (carrier.imprint.empty()) {
    verdict.findings.push_back(findings::content_missing());
  } else if (!equal(carrier.imprint, token.imprint)) {
    verdict.findings.push_back(findings::timestamp_of_other_data());
  }
  if (token.time > now) verdict.findings.push_back(findings::timestamp_in_future(token.time));
  if (!checked.signer) return verdict;
  verdict.authority = checked.signer->subject().display();
  if (situation.grounds.opinion != nullptr) ask_about_timestamp(*situation.grounds.opinion, token, *checked.signer, verdict);
  const PathQuestion question{checked.signer, pki::Purpose::time_stamping, at, now, at < now, situation.options.revocation};
  MOHR_TRY(verdict.chain, judge_path(question, situation.grounds));
  verdict.good = verdict.chain->good && !has_failure(verdict.findings, situation.grounds.policy);
  return verdict;
}

Result<Timeline> judge_timestamps(const format::SignedDocument& facts, const Situation& situation) {
  Timeline timeline;
  Grounds grounds = situation.grounds;
  grounds.proofs = &timeline.proofs;
  std::map<crypto::Hash, Instant> believable;
  for (const Stamp& stamp : newest_first(facts)) {
    const Situation here{situation.question, situation.options, grounds};
    MOHR_TRY(TimestampVerdict verdict, judge_timestamp(*stamp.carrier, stamp.signature->certificates, here));
    if (verdict.good && covers_later(*stamp.carrier, believable)) {
      verdict.good = false;
      verdict.findings.push_back(findings::timestamp_order_wrong(verdict.time, verdict.judged_at));
    }
    if (verdict.good) {
      for (const crypto::Hash& object : stamp.carrier->covers) timeline.proofs.add(object, verdict.time);
      grounds.identity = identity_with(timeline.proofs, situation.grounds);
    }
    if (is_believable(verdict)) believable.emplace(crypto::sha256(stamp.carrier->encoding), verdict.time);
    timeline.verdicts.emplace(stamp.carrier, std::move(verdict));
  }
  timeline.identity = grounds.identity;
  return timeline;
}

}  // namespace mohr::verify
