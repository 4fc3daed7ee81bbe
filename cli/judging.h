// What mohr verify and mohr serve --desk share: everything a judgement needs, from the arguments, kept for many documents.
#pragma once

#include "cli/setting.h"
#include "pki/newest_time.h"
#include "verify/record.h"

namespace mohr::cli {

// The options of judgement, behind a command's own: trust, evidence, network, opinions, policy.
std::vector<OptionRow> with_judging_options(std::vector<OptionRow> own);

class Judging {
 public:
  static Result<std::unique_ptr<Judging>> from(const Arguments& arguments);
  Judging(const Judging&) = delete;
  Judging& operator=(const Judging&) = delete;
  // --at, else now; the clock is compared with what was seen before.
  [[nodiscard]] Result<verify::Question> question() const;
  // Everything that the verdict was made from.
  [[nodiscard]] Result<verify::Record> record(const verify::Verdict& verdict, const Source& document, const Source* content,
                                              const verify::Question& question) const;
  [[nodiscard]] Result<verify::Verdict> judge(const Source& document, const Source* content, const verify::Question& question) const;

 private:
  Judging() = default;
  std::optional<Instant> at_;
  SystemClock clock_;
  pki::InstallationPtr installation_;
  pki::Evidence evidence_;
  std::unique_ptr<pki::Fetcher> fetcher_;
  std::optional<pki::RevocationCache> kept_;
  std::optional<pki::NewestTime> newest_;
  std::optional<verify::Verifier> verifier_;
};

}  // namespace mohr::cli
