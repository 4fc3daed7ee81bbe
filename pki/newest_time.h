// The newest time that something verified has shown to this installation (a list, a status answer, a time-stamp): no clock that lies before
// it can be right.
#pragma once

#include "pki/installation.h"

namespace mohr::pki {

// Safe over processes. What cannot be written is not remembered: a clock is only ever found wrong by what is on record.
class NewestTime {
 public:
  explicit NewestTime(InstallationPtr installation) : installation_(std::move(installation)) {}
  [[nodiscard]] std::optional<Instant> seen() const;  // nothing too when the record is damaged or somebody else's
  // Never moves backwards.
  void saw(Instant time) const;
  // Errors: clock_wrong when `now`, the machine's clock, lies more than five minutes before what was seen.
  [[nodiscard]] Result<void> check(Instant now) const;

 private:
  [[nodiscard]] std::string path() const { return installation_->folder() + "/newest-time"; }
  InstallationPtr installation_;
};

}  // namespace mohr::pki
