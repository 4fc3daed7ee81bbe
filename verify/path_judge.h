// Path and revocation of one certificate at one time, as EN 319 102-1 5.2.6 combines them; good results are cached by the Verifier.
#pragma once

#include <set>
#include <shared_mutex>
#include <unordered_map>

#include "pki/crypto/opinion.h"
#include "verify/verdict.h"

namespace mohr::verify {

class Policy;
enum class StatusOf : std::uint8_t;  // policy.h
struct PathQuestion;

// Bounded; safe over threads; holds good judgements only, by everything they were built on.
class PathCache {
 public:
  [[nodiscard]] PathJudgementPtr find(const crypto::Hash& key, const PathQuestion& question) const;
  void keep(const crypto::Hash& key, PathJudgementPtr judgement);

 private:
  static constexpr std::size_t kMost = 4096;
  struct Hasher {
    std::size_t operator()(const crypto::Hash& hash) const;
  };
  mutable std::shared_mutex mutex_;
  std::unordered_map<crypto::Hash, PathJudgementPtr, Hasher> judgements_;
};

// What is taken for true though nothing shows it: only to find out what would help (explanation.h). A verdict under assumptions is never
// shown as one.
struct Assumptions {
  std::set<crypto::Hash> good_status;     // certificates
  std::optional<Instant> signature_time;  // the signature existed then
};

struct PathQuestion {
  pki::CertificatePtr target;
  pki::Purpose purpose = pki::Purpose::signing;
  Instant time;                 // the status is wanted at that time
  Instant now;                  // the time of checking
  bool time_is_proven = false;  // `time` comes from a good time-stamp
  bool revocation = true;
};
// What the judgement rests on. `document` are the certificates that came with the document, beside the evidence.
struct Grounds {
  const pki::Evidence& evidence;
  const pki::Trust& trust;
  Budget& budget;
  PathCache* cache = nullptr;
  crypto::Hash identity{};                         // of evidence, its proofs and trust together; needed with a cache
  const crypto::OpinionModule* opinion = nullptr;  // who else is asked about chains and values
  const Assumptions* assumed = nullptr;
  const Policy* policy = nullptr;                  // null: rules.def as it stands
  const pki::ProofsOfExistence* proofs = nullptr;  // since when the evidence is known to exist; null: since now
};
Result<PathJudgementPtr> judge_path(const PathQuestion& question, const Grounds& grounds);
// How the policy (null: the default) wants a status looked for.
pki::StatusRules status_rules(const Policy* policy, StatusOf whose, const pki::Anchor* anchor, const pki::ProofsOfExistence* proofs);
std::vector<pki::CertificatePtr> certificates_of(const PathJudgement& judgement);
// Where the statuses that are unknown in it could be had.
std::vector<pki::Need> missing_statuses(const PathJudgement& judgement);
// The same for a single certificate, fetching what is missing (null: offline) into `evidence`.
Result<PathJudgementPtr> judge_with_network(const PathQuestion& question, const pki::Trust& trust, pki::Evidence& evidence,
                                            pki::Fetcher* fetcher, Budget& budget);

}  // namespace mohr::verify
