#include "pki/revocation.h"

#include <algorithm>

#include "pki/extensions.h"
#include "pki/revocation_sources.h"

namespace mohr::pki {
namespace {

constexpr std::size_t kDeepest = 6;  // signers of lists and answers about signers of lists and answers

bool is_better(const RevocationAnswer& a, const RevocationAnswer& b) {
  if (a.this_update != b.this_update) return a.this_update > b.this_update;
  return a.state != RevocationState::good && b.state == RevocationState::good;
}

// Collects the answers: the newest decides. Lists that cover some reasons only make one good answer together (RFC 5280 6.3.3), which cannot
// outdo a revocation that one of them holds.
class Answers {
 public:
  void add(RevocationAnswer answer) {
    // A revocation is for ever, also where a newer list forgets it; only a hold is ever released (RFC 5280 5.3.1).
    if (answer.state == RevocationState::revoked && (!forever_ || is_better(answer, *forever_))) forever_ = answer;
    if (!answer.scope.empty()) {
      for (RevocationAnswer& held : held_) {
        if (held.scope != answer.scope) continue;
        if (is_better(answer, held)) held = std::move(answer);
        return;
      }
    }
    held_.push_back(std::move(answer));
  }

  [[nodiscard]] std::optional<RevocationAnswer> decide(Findings& findings) {
    std::optional<RevocationAnswer> newest, together;
    bool partly_revoked = false;
    for (RevocationAnswer& answer : held_) {
      const bool whole = answer.reasons == kAllReasons;
      if (!whole && answer.state == RevocationState::good) {
        join(together, std::move(answer));
        continue;
      }
      partly_revoked |= !whole;
      if (!newest || is_better(answer, *newest)) newest = std::move(answer);
    }
    if (forever_) return forever_;
    if (!together || partly_revoked) return newest;
    if (together->reasons != kAllReasons) {
      if (!newest) findings.push_back(findings::crl_some_reasons_only(together->source));
    } else if (!newest || is_better(*together, *newest)) {
      newest = std::move(together);
    }
    return newest;
  }

 private:
  static void join(std::optional<RevocationAnswer>& together, RevocationAnswer answer) {
    if (!together) {
      together = std::move(answer);
      return;
    }
    together->reasons |= answer.reasons;
    together->this_update = std::min(together->this_update, answer.this_update);
    if (answer.next_update && (!together->next_update || *answer.next_update < *together->next_update))
      together->next_update = answer.next_update;
  }

  std::vector<RevocationAnswer> held_;
  std::optional<RevocationAnswer> forever_;
};

Result<bool> judge_signer(const RevocationQuery& query, const Certificate& signer, const Certificate& issuer, Instant time) {
  const RevocationQuery next{signer, issuer, time, query.now, query.trust, query.evidence, query.budget, query.rules, query.memory};
  MOHR_TRY(const RevocationStatus status, find_status(next));
  return status.state == RevocationState::good;
}

// Where the changes since a list are: the certificate says it, or the list (RFC 5280 4.2.1.15, 5.2.6).
std::vector<std::string> delta_urls(const Certificate& certificate, const Crl& crl) {
  std::vector<std::string> urls;
  const auto take = [&](std::span<const DistributionPoint> points) {
    for (const DistributionPoint& point : points)
      for (const std::string& url : point.urls)
        if (std::find(urls.begin(), urls.end(), url) == urls.end()) urls.push_back(url);
  };
  if (const Extension* extension = certificate.extension(asn1::Oid::freshest_crl)) {
    asn1::Reader value(extension->value);
    bool odd = false;
    if (const auto points = read_distribution_points(value, odd)) take(*points);
  }
  take(crl.freshest());
  return urls;
}

constexpr std::int64_t kSkew = 5 * kMinute;  // between the clocks of authorities

}  // namespace

CertificatePtr borrowed(const Certificate& certificate) { return {CertificatePtr{}, &certificate}; }

bool is_from_future(const RevocationQuery& query, Instant this_update) {
  return this_update > query.now + kSkew;
}

std::optional<Finding> staleness(const RevocationQuery& query, const crypto::Hash& source, Instant this_update,
                                 const std::optional<Instant>& next_update, const std::string& name) {
  if (!query.rules.next_update_binds && !query.rules.longest_age) return std::nullopt;
  Instant until{INT64_MAX};
  if (query.rules.next_update_binds) until = std::max(next_update.value_or(this_update + query.rules.without_next_update), this_update);
  if (query.rules.longest_age) until = std::min(until, this_update + *query.rules.longest_age);
  const bool archived = query.known_since(source) < query.now;
  if (this_update + kSkew >= query.time || until >= (archived ? query.time : query.now)) return std::nullopt;
  return findings::revocation_stale(name, until);
}

void settle(const RevocationQuery& query, Instant at, std::optional<int> reason, RevocationAnswer& answer) {
  answer.revoked_at = at;
  answer.reason = reason;
  if (at > query.time) return;  // later than the time in question: good then, and said with its date
  answer.state = reason == kCertificateHold ? RevocationState::on_hold : RevocationState::revoked;
}

Result<bool> is_signed_by(const Certificate& signer, const crypto::SignatureAlgorithm& algorithm, ByteView tbs, ByteView signature,
                          Budget& budget) {
  if (algorithm.scheme == crypto::SignatureScheme::none) return false;
  const auto key = signer.key();
  if (!key) return false;
  MOHR_CHECK(budget.spend(Limit::raw_verifications));
  return (*key)->verify(algorithm, tbs, signature) == crypto::SignatureCheck::good;
}

bool is_outlived(const RevocationQuery& query, const Certificate& signer, const crypto::Hash& source) {
  return signer.not_after() < query.known_since(source) && query.trust.anchor_of(signer) == nullptr;
}

bool has_strong_key(const RevocationQuery& query, const Certificate& signer, const crypto::Hash& source, Findings& findings) {
  const auto key = signer.key();
  const Instant until = key ? query.rules.algorithms->usable_until(**key) : Instant{};
  if (query.strong_at(source) < until) return true;
  findings.push_back(findings::revocation_algorithm_weak(signer.subject().display(), Code{key ? (*key)->name() : ""}, until));
  return false;
}

Result<bool> is_signer_good(const RevocationQuery& query, const Certificate& signer, const Certificate& issuer, Instant time) {
  StatusMemory& memory = query.memory;
  const crypto::Hash& hash = signer.fingerprint();
  if (const auto known = memory.good.find({hash, time}); known != memory.good.end()) return known->second;
  if (std::find(memory.asked.begin(), memory.asked.end(), hash) != memory.asked.end() || memory.asked.size() >= kDeepest) return false;
  MOHR_TRY(const bool good, judge_signer(query, signer, issuer, time));
  memory.good.emplace(std::pair(hash, time), good);
  return good;
}

Result<RevocationStatus> find_status(const RevocationQuery& query) {
  query.memory.asked.push_back(query.certificate.fingerprint());
  RevocationStatus status;
  Answers answers;
  for (const Held<OcspResponse>& held : query.evidence.ocsp_responses()) {
    MOHR_TRY(std::optional<RevocationAnswer> answer, ask_ocsp(query, *held.item, status.findings));
    if (answer) answers.add(*std::move(answer));
  }
  MOHR_TRY(ListAnswers lists, ask_crls(query, status.findings));
  for (RevocationAnswer& answer : lists.answers) answers.add(std::move(answer));
  query.memory.asked.pop_back();
  std::optional<RevocationAnswer> newest = answers.decide(status.findings);
  if (!newest) {
    status.signer_urls = std::move(lists.signer_urls);
    if (status.findings.empty())
      status.findings.push_back(findings::revocation_missing(query.certificate.subject().display(), query.issuer.subject().display()));
    return status;
  }
  status.state = newest->state;
  status.revoked_at = newest->revoked_at;
  status.reason = newest->reason;
  status.this_update = newest->this_update;
  status.next_update = newest->next_update;
  status.source = std::move(newest->source);
  if (newest->list != nullptr && newest->state != RevocationState::revoked)
    status.delta_urls = delta_urls(query.certificate, *newest->list);
  status.findings.clear();
  return status;
}

Result<RevocationStatus> revocation_status(const Certificate& certificate, const Certificate& issuer, Instant time, Instant now,
                                           const Trust& trust, const Evidence& evidence, Budget& budget, const StatusRules& rules) {
  StatusMemory memory;
  return find_status({certificate, issuer, time, now, trust, evidence, budget, rules, memory});
}

}  // namespace mohr::pki
