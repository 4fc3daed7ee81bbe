#include "verify/path_judge.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "verify/opinions.h"
#include "verify/policy.h"
#include "verify/rules.h"

namespace mohr::verify {
namespace {

crypto::Hash cache_key(const PathQuestion& question, const Grounds& grounds) {
  std::array<Byte, 74> octets{};
  std::copy_n(question.target->fingerprint().octets.begin(), 32, octets.begin());
  std::copy_n(grounds.identity.octets.begin(), 32, octets.begin() + 32);
  octets[64] = static_cast<Byte>(question.purpose);
  octets[65] = static_cast<Byte>((question.time_is_proven ? 1 : 0) | (question.revocation ? 2 : 0));
  // What is good at one proven time says nothing of another one: an answer that did not decide may say otherwise there.
  if (question.time_is_proven) std::memcpy(&octets[66], &question.time.seconds, sizeof question.time.seconds);
  return crypto::sha256(octets);
}

// The last instant at which everything at hand says what it says now: rows of algorithms change at midnight, certificates of signers end,
// lists and answers begin (5 minutes before they say so, pki/revocation.cc), end, and date revocations.
Instant before_next_change(const pki::Path& path, const pki::Trust& trust, const pki::Evidence& evidence, Instant now) {
  Instant until{(now.seconds / kDay + 1) * kDay - 1};
  const auto changes_at = [&](Instant time) {
    if (time > now) until = std::min(until, time - 1);
  };
  const auto dates_of = [&](Instant begin, const std::optional<Instant>& end) {
    changes_at(begin);
    changes_at(begin - 5 * kMinute);
    if (end) changes_at(*end + 1);  // it still counts then
  };
  for (const pki::CertificatePtr& one : path.certificates) dates_of(one->not_before(), one->not_after());
  for (const pki::CertificatePtr& one : trust.intermediates()) dates_of(one->not_before(), one->not_after());
  for (const auto& held : evidence.certificates()) dates_of(held.item->not_before(), held.item->not_after());
  for (const auto& held : evidence.crls()) dates_of(held.item->this_update(), held.item->next_update());
  for (const auto& held : evidence.ocsp_responses()) {
    dates_of(held.item->produced_at(), std::nullopt);
    for (const pki::SingleResponse& one : held.item->responses()) {
      dates_of(one.this_update, one.next_update);
      changes_at(one.revocation_time);
    }
    for (const pki::CertificatePtr& one : held.item->certificates()) dates_of(one->not_before(), one->not_after());
  }
  return until;
}

// Why nothing at hand says what the status is: information that is too old, that a signer gave who has expired since, or none at all.
Finding status_unknown(const pki::Certificate& certificate, const pki::RevocationStatus& status) {
  const auto has = [&](Check check) {
    return std::any_of(status.findings.begin(), status.findings.end(), [check](const Finding& finding) { return finding.check == check; });
  };
  std::string subject = certificate.subject().display(), issuer = certificate.issuer().display();
  if (has(Check::revocation_signer_expired)) return findings::revocation_unproven(std::move(subject), std::move(issuer));
  if (has(Check::revocation_algorithm_weak)) return findings::revocation_weak(std::move(subject), std::move(issuer));
  if (has(Check::revocation_stale)) return findings::revocation_outdated(std::move(subject), std::move(issuer));
  return findings::revocation_unknown(std::move(subject), std::move(issuer));
}

// Adds what the status of one certificate of the path means, the target's being the first (5.2.6.4, 5.5.4).
void judge_revocation(const pki::Certificate& certificate, const pki::RevocationStatus& status, bool is_target, Findings& findings) {
  const std::string subject = certificate.subject().display();
  switch (status.state) {
    case pki::RevocationState::good:
      if (status.revoked_at.seconds != 0) findings.push_back(findings::certificate_revoked_later(subject, status.revoked_at));
      return;
    case pki::RevocationState::revoked:
      findings.push_back(is_target ? findings::certificate_revoked(subject, status.revoked_at)
                                   : findings::authority_revoked(subject, status.revoked_at));
      return;
    case pki::RevocationState::on_hold:
      findings.push_back(findings::certificate_on_hold(subject, certificate.issuer().display(), status.revoked_at));
      return;
    case pki::RevocationState::not_checked: return;
    case pki::RevocationState::unknown: break;
  }
  findings.push_back(status_unknown(certificate, status));
  for (const Finding& why : status.findings) findings.push_back(why);
}

}  // namespace

pki::StatusRules status_rules(const Policy* policy, StatusOf whose, const pki::Anchor* anchor, const pki::ProofsOfExistence* proofs) {
  pki::StatusRules rules{.anchor = anchor, .algorithms = &algorithms_of(policy), .proofs = proofs};
  if (policy == nullptr) return rules;
  rules.longest_age = policy->freshness(whose).longest_age;
  rules.next_update_binds = policy->freshness(whose).next_update;
  return rules;
}

std::vector<pki::CertificatePtr> certificates_of(const PathJudgement& judgement) {
  std::vector<pki::CertificatePtr> path;
  for (const CertificateFacts& facts : judgement.path) path.push_back(facts.certificate);
  return path;
}

namespace {

Result<void> check_revocation(const PathQuestion& question, const Grounds& grounds, PathJudgement& judgement) {
  for (std::size_t i = 0; i + 1 < judgement.path.size(); ++i) {
    const pki::CertificatePtr& certificate = judgement.path[i].certificate;
    if (question.purpose == pki::Purpose::ocsp_signing && certificate->extension(asn1::Oid::ocsp_nocheck) != nullptr) continue;
    const bool of_timestamp = question.purpose == pki::Purpose::time_stamping;
    const pki::StatusRules rules = status_rules(grounds.policy,
                                                of_timestamp ? StatusOf::timestamp
                                                : i == 0     ? StatusOf::signer
                                                             : StatusOf::authority,
                                                judgement.anchor, grounds.proofs);
    MOHR_TRY(pki::RevocationStatus status, pki::revocation_status(*certificate, *judgement.path[i + 1].certificate, question.time,
                                                                  question.now, grounds.trust, grounds.evidence, grounds.budget, rules));
    if (grounds.assumed != nullptr && grounds.assumed->good_status.contains(certificate->fingerprint())) {
      status = pki::RevocationStatus{};
      status.state = pki::RevocationState::good;
    }
    judge_revocation(*certificate, status, i == 0, judgement.findings);
    judgement.from = std::max(judgement.from, status.this_update);
    if (rules.next_update_binds && !status.next_update)
      judgement.until = std::min(judgement.until, status.this_update + rules.without_next_update);
    if (rules.longest_age) judgement.until = std::min(judgement.until, status.this_update + *rules.longest_age);
    if (status.revoked_at > question.now) judgement.until = std::min(judgement.until, status.revoked_at - 1);
    judgement.path[i].revocation = std::move(status);
  }
  return {};
}

// What the dates of the target mean beside its status and the proven time (5.2.6.4, 5.5.4): it was good to its end, or it did not exist
// yet.
void refine_dates(const PathQuestion& question, PathJudgement& judgement) {
  const pki::Certificate& target = *judgement.path.front().certificate;
  const auto& status = judgement.path.front().revocation;
  const std::string subject = target.subject().display();
  for (Finding& finding : judgement.findings) {
    const bool early = question.time < target.not_before();
    if (finding.check == Check::certificate_not_yet_valid && early && question.time_is_proven) {
      finding = findings::certificate_newer_than_signature(subject, target.not_before(), question.time);
    } else if (finding.check == Check::certificate_expired && question.time > target.not_after() && status &&
               status->state == pki::RevocationState::good) {
      finding = findings::certificate_expired_unrevoked(subject, target.not_after());
    }
  }
  // Dates come last in 5.2.6.4: what revocation says of a certificate, or cannot say, goes before its end.
  const auto is_end = [](const Finding& finding) {
    return finding.check == Check::certificate_expired || finding.check == Check::certificate_expired_unrevoked;
  };
  std::stable_partition(judgement.findings.begin(), judgement.findings.end(), [&](const Finding& finding) { return !is_end(finding); });
}

}  // namespace

std::size_t PathCache::Hasher::operator()(const crypto::Hash& hash) const {
  std::size_t value = 0;
  std::memcpy(&value, hash.octets.data(), sizeof value);
  return value;
}

PathJudgementPtr PathCache::find(const crypto::Hash& key, const PathQuestion& question) const {
  const std::shared_lock lock(mutex_);
  const auto found = judgements_.find(key);
  if (found == judgements_.end()) return nullptr;
  const PathJudgement& held = *found->second;
  const auto holds = [&](Instant time) { return time >= held.from && time <= held.until; };
  return holds(question.now) && (question.time_is_proven || holds(question.time)) ? found->second : nullptr;
}

void PathCache::keep(const crypto::Hash& key, PathJudgementPtr judgement) {
  const std::unique_lock lock(mutex_);
  if (judgements_.size() >= kMost) judgements_.clear();
  judgements_.insert_or_assign(key, std::move(judgement));
}

Result<PathJudgementPtr> judge_path(const PathQuestion& question, const Grounds& grounds) {
  crypto::Hash key;
  if (grounds.cache != nullptr) {
    key = cache_key(question, grounds);
    if (PathJudgementPtr held = grounds.cache->find(key, question)) return held;
  }
  auto judgement = std::make_shared<PathJudgement>();
  MOHR_TRY(
      pki::Path path,
      pki::find_path(question.target, {.purpose = question.purpose, .time = question.time, .algorithms = &algorithms_of(grounds.policy)},
                     grounds.trust, grounds.evidence, grounds.budget));
  judgement->from = path.valid_from;
  judgement->until = std::min(path.valid_until, before_next_change(path, grounds.trust, grounds.evidence, question.now));
  for (pki::CertificatePtr& certificate : path.certificates) judgement->path.push_back({std::move(certificate), {}});
  judgement->anchor = path.anchor;
  for (pki::Path& rejected : path.rejected) judgement->rejected.push_back({std::move(rejected.certificates), std::move(rejected.findings)});
  judgement->findings = std::move(path.findings);
  if (grounds.opinion != nullptr) ask_about_chain(*grounds.opinion, question.time, *judgement);
  // A policy may let a signer's key have another usage, never that of an authority behind the verdict.
  const auto fails = [&](const Finding& finding) {
    const bool own = finding.check != Check::certificate_wrong_usage || question.purpose == pki::Purpose::signing;
    return !rule_of(finding.check, own ? grounds.policy : nullptr).warning;
  };
  const bool dates_only = std::none_of(judgement->findings.begin(), judgement->findings.end(), [&](const Finding& finding) {
    return fails(finding) && finding.check != Check::certificate_expired && finding.check != Check::certificate_not_yet_valid;
  });
  judgement->chained = judgement->anchor != nullptr && dates_only;
  if (judgement->anchor == nullptr) {
    const pki::Certificate& last = judgement->path.empty() ? *question.target : *judgement->path.back().certificate;
    judgement->findings.insert(judgement->findings.begin(),
                               findings::issuer_not_trusted(question.target->subject().display(), last.issuer().display()));
  } else if (judgement->chained && question.revocation && judgement->anchor->revocation_required) {
    MOHR_CHECK(check_revocation(question, grounds, *judgement));
  } else if (judgement->chained && !question.revocation) {
    judgement->findings.push_back(findings::revocation_not_checked());
  }
  if (judgement->chained) refine_dates(question, *judgement);
  judgement->good = judgement->anchor != nullptr && std::none_of(judgement->findings.begin(), judgement->findings.end(), fails);
  if (judgement->good && grounds.cache != nullptr) grounds.cache->keep(key, judgement);
  return PathJudgementPtr(std::move(judgement));
}

std::vector<pki::Need> missing_statuses(const PathJudgement& judgement) {
  std::vector<pki::Need> needs;
  for (std::size_t i = 0; i + 1 < judgement.path.size(); ++i) {
    const auto& status = judgement.path[i].revocation;
    if (!status) continue;
    const auto wanted = pki::revocation_needs(judgement.path[i].certificate, judgement.path[i + 1].certificate, *status);
    needs.insert(needs.end(), wanted.begin(), wanted.end());
  }
  return needs;
}

Result<PathJudgementPtr> judge_with_network(const PathQuestion& question, const pki::Trust& trust, pki::Evidence& evidence,
                                            pki::Fetcher* fetcher, Budget& budget) {
  pki::Asking asking(trust, fetcher);
  while (true) {
    MOHR_TRY(PathJudgementPtr judgement, judge_path(question, {evidence, trust, budget}));
    if (!judgement->chained) return judgement;
    MOHR_TRY(const bool came, asking.learn(missing_statuses(*judgement), evidence, budget));
    if (!came) return judgement;
  }
}

}  // namespace mohr::verify
