// A file that mohr keeps for itself: facts (JSON) that the installation's key authenticates, then octets that whoever uses them checks.
#pragma once

#include "pki/core/json.h"
#include "pki/core/source.h"
#include "pki/installation.h"

namespace mohr::pki {

struct KeptFile {
  json::Value facts;
  std::unique_ptr<FileSource> source;
  std::uint64_t octets_at = 0;  // where they begin in `source`
  // Errors: budget_exceeded when there are more.
  [[nodiscard]] Result<Bytes> octets(std::uint64_t at_most) const;
};
// Errors: file errors; state_unsafe when it is damaged, of another purpose or of another installation.
Result<KeptFile> open_kept(const std::string& path, std::string_view purpose, const Installation& installation);
// It appears whole or not at all, for its owner alone.
Result<void> write_kept(const std::string& path, std::string_view purpose, const Installation& installation, const json::Value& facts,
                        ByteView octets = {});

}  // namespace mohr::pki
