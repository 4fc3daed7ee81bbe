#include "pki/newest_time.h"

#include "pki/core/file_lock.h"
#include "pki/kept_file.h"

namespace mohr::pki {
namespace {

constexpr std::string_view kPurpose = "newest time";
constexpr std::int64_t kSkew = 5 * kMinute;

}  // namespace

std::optional<Instant> NewestTime::seen() const {
  const auto file = open_kept(path(), kPurpose, *installation_);
  if (!file) return std::nullopt;
  const std::string* time = file->facts.string("time");
  return time != nullptr ? from_iso8601(*time) : std::nullopt;
}

void NewestTime::saw(Instant time) const {
  if (const auto before = seen(); before && *before >= time) return;
  const auto lock = FileLock::take(installation_->folder() + "/lock");
  if (!lock) return;
  if (const auto before = seen(); before && *before >= time) return;  // another process knows better
  json::Value facts;
  facts.add("time", iso8601(time));
  (void)write_kept(path(), kPurpose, *installation_, facts);
}

Result<void> NewestTime::check(Instant now) const {
  if (const auto newest = seen(); newest && now + kSkew < *newest) return errors::clock_wrong(now, *newest);
  return {};
}

}  // namespace mohr::pki
