// The JSON options of mohr.h, read strictly: an unknown member is an error and not a wish unheard.
#pragma once

#include <optional>

#include "pki/evidence_file.h"
#include "pki/fetch.h"
#include "pki/trust.h"
#include "verify/verifier.h"

namespace mohr::embed {

struct OpenOptions {
  std::vector<std::string> trust;
  pki::EvidenceFiles files;
  std::vector<std::string> allowed_hosts;
  bool offline = false;
  int opinions = 2;
  std::string cache;   // folder; "": nothing is kept
  std::string policy;  // name or path; "": the machine's
  std::optional<Instant> at;
};
// Errors: usage_invalid, naming the member; json_*.
Result<OpenOptions> open_options(std::string_view text);

struct QuestionOptions {
  std::optional<Instant> at;
  std::string expect_receiver, expect_sender, expect_tracking_id;
  std::string expect_request;  // path
};
Result<QuestionOptions> question_options(std::string_view text);

}  // namespace mohr::embed
