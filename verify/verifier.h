// The one entry: octets in, verdict out. Owns trust, policy and caches; const and safe over threads.
#pragma once

#include "format/reader.h"
#include "pki/crypto/opinion.h"
#include "pki/revocation_cache.h"
#include "verify/path_judge.h"
#include "verify/verdict.h"

namespace mohr::verify {

// What the caller expects, besides a good signature. Empty strings expect nothing.
struct Question {
  Instant now;
  bool time_was_given = false;
  std::string expect_receiver, expect_sender, expect_tracking_id;
  std::optional<crypto::Hash> expect_request;  // SHA-256 of the message that this one answers
};

struct Options {
  Limits limits;
  bool revocation = true;  // false only for measurements and tests: says so in the verdict's warnings
  bool cache = true;
  int opinions = 2;  // how many libraries are asked: 2 asks Botan too where it is installed (verify/opinions.h)
  const crypto::OpinionModule* second = nullptr;  // asked in place of the installed one
  pki::RevocationCache* kept = nullptr;           // what was fetched before, on disk; outlives the verifier
  std::vector<std::string> allowed_hosts;         // may be asked for missing issuers though no path verifies yet (--allow-host)
  const Assumptions* assumed = nullptr;           // null but for explanation.h
  Findings overrides;                             // what the door's caller decided about trust: named in every verdict
};

class Verifier {
 public:
  Verifier(pki::Trust trust, Options options);
  ~Verifier();

  // The loop of ARCHITECTURE.md: read, then needs / fetch until nothing new, then evaluate. `fetcher` null: offline.
  // Errors: could not (unreadable, budget, environment: no anchor configured). A bad signature is a verdict.
  [[nodiscard]] Result<Verdict> verify(const Source& document, const Source* content, const pki::Evidence& given, const Question& question,
                                       pki::Fetcher* fetcher) const;
  // The same from facts that were read before: nothing of a document is looked at, and nothing is fetched.
  [[nodiscard]] Result<Verdict> judge(format::SignedDocument facts, const pki::Evidence& given, const Question& question) const;
  [[nodiscard]] const pki::Trust& trust() const;
  [[nodiscard]] const Options& options() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mohr::verify
