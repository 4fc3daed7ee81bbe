// EN 319 102-1 5.3: validation of one signature, in the order of its steps.
#include <algorithm>
#include <iterator>

#include "pki/national.h"
#include "verify/evaluation.h"
#include "verify/opinions.h"
#include "verify/policy.h"

namespace mohr::verify {
namespace {

std::string subject_of(const format::Signature& signature) {
  return signature.signer ? signature.signer->subject().display() : std::string();
}

// 5.2.8: the algorithms of the signature and of its references, at the time that the signature is known to have existed
// (the table of the policy).
void accept_algorithms(const format::Signature& signature, Instant time, const pki::AlgorithmTable& table, Findings& findings) {
  if (signature.algorithm.scheme != crypto::SignatureScheme::none && time >= table.usable_until(signature.algorithm))
    findings.push_back(findings::signature_digest_weak(Code{crypto::signature_name(signature.algorithm)}));
  for (const format::Reference& reference : signature.references) {
    if (reference.digest != signature.algorithm.digest && time >= table.usable_until(reference.digest))
      findings.push_back(findings::signature_digest_weak(Code{std::string(crypto::digest_name(reference.digest))}));
  }
}

// 5.2.3, 5.2.8: the strongest of the digests that fix the signer's certificate.
void accept_binding(const format::Signature& signature, Instant time, const pki::AlgorithmTable& table, Findings& findings) {
  const auto& references = signature.signing_certificate;
  const auto is_strong = [&](const pki::SigningCertificateReference& one) { return time < table.usable_until(one.digest); };
  if (!signature.signer || std::all_of(references.begin(), references.end(), is_strong)) return;
  const auto binds = [&](const pki::SigningCertificateReference& one) { return is_strong(one) && pki::refers_to(one, *signature.signer); };
  if (std::any_of(references.begin(), references.end(), binds)) return;
  const pki::SigningCertificateReference& first = references.front();
  if (pki::refers_to(first, *signature.signer))  // else the binding is no binding, which is said already
    findings.push_back(findings::signer_binding_weak(subject_of(signature), Code{std::string(crypto::digest_name(first.digest))}));
}

// 5.5.4: what the time-stamps of the document say about this signature, judged before it: the latest that its content is known to be older
// than it, the earliest that it is known to exist itself.
void take_times(const format::Signature& signature, const Timeline& timeline, const Instant now, SignatureVerdict& verdict) {
  std::optional<Instant> after, before;  // as the believable ones say it
  for (const format::TimestampCarrier& carrier : signature.timestamps) {
    const TimestampVerdict& timestamp = timeline.verdicts.at(&carrier);
    if (!timestamp.good) verdict.warnings.push_back(findings::timestamp_not_usable(timestamp.authority));
    if (timestamp.good && carrier.kind == format::TimestampKind::content)
      verdict.signed_after = std::max(verdict.signed_after.value_or(timestamp.time), timestamp.time);
    for (const Finding& finding : timestamp.findings)
      if (finding.check == Check::timestamp_order_wrong) verdict.findings.push_back(finding);
    const bool covers = std::find(carrier.covers.begin(), carrier.covers.end(), signature.hash) != carrier.covers.end();
    if (is_believable(timestamp) && timestamp.time <= now) {
      if (carrier.kind == format::TimestampKind::content) after = std::max(after.value_or(timestamp.time), timestamp.time);
      if (covers) before = std::min(before.value_or(timestamp.time), timestamp.time);
    }
    verdict.timestamps.push_back(timestamp);
  }
  if (const auto proven = timeline.proofs.of(signature.hash); proven && *proven <= now) verdict.best_signature_time = proven;
  if (verdict.best_signature_time) before = std::min(before.value_or(now), *verdict.best_signature_time);
  if (after && before && *after > *before) verdict.findings.push_back(findings::timestamp_order_wrong(*before, *after));
  if (before && signature.signer && *before < signature.signer->not_before() && *before < verdict.best_signature_time.value_or(now))
    verdict.findings.push_back(findings::certificate_newer_than_signature(subject_of(signature), signature.signer->not_before(), *before));
}

// 5.2.6: path and revocation at the time that is proven, else now.
Result<void> judge_certificate(const format::Signature& signature, const Situation& situation, SignatureVerdict& verdict) {
  const Instant now = situation.question.now;
  const PathQuestion question{signature.signer,
                              pki::Purpose::signing,
                              verdict.best_signature_time.value_or(now),
                              now,
                              verdict.best_signature_time.has_value(),
                              situation.options.revocation};
  MOHR_TRY(verdict.chain, judge_path(question, situation.grounds));
  verdict.demonstration = verdict.chain->anchor != nullptr && verdict.chain->anchor->demonstration;
  return {};
}

// 5.2.8: the claimed time proves nothing, but one at which the certificate was not valid contradicts it.
void compare_claimed_time(Instant claimed, const pki::Certificate& signer, Findings& findings) {
  constexpr std::int64_t kSkew = 5 * kMinute;
  if (claimed + kSkew < signer.not_before() || claimed - kSkew > signer.not_after())
    findings.push_back(
        findings::claimed_time_outside_certificate(claimed, signer.subject().display(), signer.not_before(), signer.not_after()));
}

// 5.3.4: a time-stamp of the content shows that the signature is younger than the end of its certificate or its algorithms.
void compare_with_content_time(const format::Signature& signature, SignatureVerdict& verdict) {
  if (!verdict.signed_after || !signature.signer) return;
  const Instant after = *verdict.signed_after;
  const std::string subject = subject_of(signature);
  for (Finding& finding : verdict.findings) {
    if (finding.check == Check::certificate_revoked) {
      const Instant revoked = std::get<Instant>(finding.params.back());
      if (after >= revoked) finding = findings::certificate_revoked_before_signing(subject, revoked);
    } else if (finding.check == Check::certificate_expired || finding.check == Check::certificate_expired_unrevoked) {
      const Instant end = signature.signer->not_after();
      const bool own = std::get<Instant>(finding.params.back()) == end;
      if (own && after > end) finding = findings::certificate_expired_before_signing(subject, end);
    }
  }
}

// Where two libraries differ, nothing else that a document waits for matters; those about its time-stamps count too.
void put_differences_first(SignatureVerdict& verdict) {
  const auto differs = [](const Finding& finding) { return is_difference(finding.check); };
  for (const TimestampVerdict& timestamp : verdict.timestamps) {
    std::copy_if(timestamp.findings.begin(), timestamp.findings.end(), std::back_inserter(verdict.findings), differs);
    if (timestamp.chain)
      std::copy_if(timestamp.chain->findings.begin(), timestamp.chain->findings.end(), std::back_inserter(verdict.findings), differs);
  }
  std::stable_partition(verdict.findings.begin(), verdict.findings.end(), differs);
}

Result<SignatureVerdict> judge(const format::Signature& signature, const Situation& situation, const Timeline& timeline) {
  SignatureVerdict verdict;
  verdict.findings = signature.findings;
  take_times(signature, timeline, situation.question.now, verdict);
  if (signature.signer) MOHR_CHECK(judge_certificate(signature, situation, verdict));
  identify_signer(signature, verdict.findings);
  if (signature.signer) {
    const pki::NationalIdentity identity = pki::national_identity(signature.signer->subject());
    verdict.findings.insert(verdict.findings.end(), identity.findings.begin(), identity.findings.end());
  }
  // The certificate of a path that was judged before has its key ready; its octets are the same.
  const bool held = verdict.chain && !verdict.chain->path.empty();
  const pki::Certificate* signer = held ? verdict.chain->path.front().certificate.get() : signature.signer.get();
  verify_cryptographically(signature, signer, verdict.findings);
  if (situation.grounds.opinion != nullptr) ask_about_signature(*situation.grounds.opinion, signature, signer, verdict);
  if (verdict.chain) verdict.findings.insert(verdict.findings.end(), verdict.chain->findings.begin(), verdict.chain->findings.end());
  compare_with_content_time(signature, verdict);
  put_differences_first(verdict);
  if (situation.options.opinions > 1 && situation.grounds.opinion == nullptr)
    verdict.findings.push_back(findings::opinion_not_installed(Code{"Botan"}, Code{std::string(crypto::opinion_package())}));
  const Instant proven = verdict.best_signature_time.value_or(situation.question.now);
  accept_algorithms(signature, proven, algorithms_of(situation.grounds.policy), verdict.findings);
  accept_binding(signature, proven, algorithms_of(situation.grounds.policy), verdict.findings);
  if (signature.claimed_time && signature.signer) compare_claimed_time(*signature.claimed_time, *signature.signer, verdict.findings);
  if (signature.claimed_time && *signature.claimed_time > situation.question.now + 5 * kMinute)
    verdict.findings.push_back(findings::claimed_time_in_future(*signature.claimed_time));
  compare_with_question(signature, situation, verdict.findings);
  if (const Policy* policy = situation.grounds.policy) {
    judge_demands(*policy, signature, verdict);
    judge_authority(*policy, signature, verdict.chain, verdict.findings);
    if (situation.question.now >= policy->review_algorithms_before())
      verdict.findings.push_back(findings::algorithms_not_reviewed(policy->review_algorithms_before()));
  }
  decide(signature, situation, verdict);
  return verdict;
}

}  // namespace

void identify_signer(const format::Signature& signature, Findings& findings) {
  if (!signature.signer) {
    findings.push_back(findings::signer_certificate_missing());
    return;
  }
  if (signature.signing_certificate.empty()) {
    findings.push_back(findings::signer_not_bound(subject_of(signature)));
  } else if (!pki::refers_to(signature.signing_certificate.front(), *signature.signer)) {
    findings.push_back(findings::signer_binding_mismatch(subject_of(signature)));
  }
}

void verify_cryptographically(const format::Signature& signature, const pki::Certificate* signer, Findings& findings) {
  for (const format::Reference& reference : signature.references) {
    if (!reference.present()) {
      findings.push_back(findings::content_missing());
    } else if (!reference.matches()) {
      findings.push_back(!reference.is_content    ? findings::signature_properties_changed()
                         : signature.countersigns ? findings::countersigned_value_differs()
                                                  : findings::content_changed());
    }
  }
  if (signature.references.empty()) findings.push_back(findings::content_missing());
  if (signature.signed_octets.empty()) {  // a JWS signs its content directly: without it there is nothing to verify
    if (findings.empty() || findings.back().check != Check::content_missing) findings.push_back(findings::content_missing());
    return;
  }
  if (signer == nullptr) return;
  if (signature.algorithm.scheme == crypto::SignatureScheme::none) {
    findings.push_back(findings::signature_algorithm_unknown(Code{signature.algorithm_name}));
    return;
  }
  const auto key = signer->key();
  if (!key) {
    findings.push_back(findings::signature_algorithm_unknown(Code{crypto::signature_name(signature.algorithm)}));
    return;
  }
  switch ((*key)->verify(signature.algorithm, signature.signed_octets, signature.value, signature.ecdsa_form)) {
    case crypto::SignatureCheck::good: return;
    case crypto::SignatureCheck::bad: findings.push_back(findings::signature_value_bad(subject_of(signature))); return;
    case crypto::SignatureCheck::wrong_key:
      findings.push_back(findings::signature_key_mismatch(subject_of(signature), Code{crypto::signature_name(signature.algorithm)}));
      return;
    case crypto::SignatureCheck::unsupported:
      findings.push_back(findings::signature_algorithm_unknown(Code{crypto::signature_name(signature.algorithm)}));
      return;
  }
}

Result<std::vector<SignatureVerdict>> evaluate(const format::SignedDocument& facts, const Situation& situation) {
  MOHR_TRY(Timeline timeline, judge_timestamps(facts, situation));
  if (situation.grounds.assumed != nullptr && situation.grounds.assumed->signature_time)
    for (const format::Signature& signature : facts.signatures)
      timeline.proofs.add(signature.hash, *situation.grounds.assumed->signature_time);
  Grounds grounds = situation.grounds;
  grounds.proofs = &timeline.proofs;
  grounds.identity = timeline.identity;
  const Situation proven{situation.question, situation.options, grounds};
  std::vector<SignatureVerdict> verdicts;
  verdicts.reserve(facts.signatures.size());
  for (const format::Signature& signature : facts.signatures) {
    MOHR_CHECK(situation.grounds.budget.spend(Limit::raw_verifications));
    MOHR_TRY(SignatureVerdict verdict, judge(signature, proven, timeline));
    verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

}  // namespace mohr::verify
