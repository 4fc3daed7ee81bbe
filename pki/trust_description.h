// trust.json as data (docs/trust.md): what a folder says of its authorities. Strict: an unknown member refuses all of it.
#pragma once

#include "pki/anchor.h"
#include "pki/core/json.h"

namespace mohr::pki {

struct TrustDescription {
  struct Row {
    std::string file;    // relative to the folder; exactly one certificate
    std::string sha256;  // lower-case hexadecimal; empty: not checked
    Anchor anchor;       // without its certificate and levels
  };
  bool locked = false;  // on this machine's own folder: nobody may add to it
  std::vector<Row> anchors;
  std::vector<std::string> intermediates, allowed_hosts;
  LevelTable levels;
};

// Errors: trust_invalid (the place is `path`), json_*.
Result<TrustDescription> parse_trust_description(ByteView text, const std::string& path);
json::Value trust_description_json(const TrustDescription& description);

// Errors: trust_invalid, naming `what`.
Result<AnchorPurposes> anchor_purposes(std::span<const std::string> words, const std::string& path);
Result<Domain> anchor_domain(std::string_view word, const std::string& path);

}  // namespace mohr::pki
