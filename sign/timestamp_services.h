// Several time-stamp services in order: one that fails rests for a while, one whose quota is used up is passed over and named, and what
// each did is counted in a file (docs/timestamps.md).
#pragma once

#include "pki/core/json.h"
#include "sign/request.h"

namespace mohr::sign {

struct TimestampService {
  std::string url;
  std::optional<std::int64_t> per_day, total;  // quotas; days are counted in UTC
};

struct TimestampSettings {
  std::vector<TimestampService> services;  // in the order they are asked
  std::int64_t cool_down_seconds = 300;    // a service that failed is asked last for so long
};
// tsa.json, strict. Errors: file errors, timestamp_settings_invalid, json_*.
Result<TimestampSettings> read_timestamp_settings(const std::string& path);

// What is remembered of one service.
struct TimestampStatistics {
  std::string url;
  std::int64_t asked = 0, granted = 0, failed = 0, milliseconds = 0;  // milliseconds: of the granted ones together
  std::int64_t day = 0, today = 0;                                    // days since 1970; asked on that day
  std::optional<Instant> resting_until;
  std::string last_failure;  // id of the error
};
// Empty when there is no file yet. Errors: file errors, timestamp_settings_invalid (a damaged file is not taken for "nothing used yet").
Result<std::vector<TimestampStatistics>> read_timestamp_statistics(const std::string& path);
json::Value timestamp_statistics_json(std::span<const TimestampStatistics> all);

class TimestampServices {
 public:
  // `state`: the file of the statistics, "" for none (then nothing is remembered, and a service with a quota is not asked). The fetcher,
  // the clock and the budget outlive this.
  TimestampServices(TimestampSettings settings, std::string state, pki::Fetcher& fetcher, const Clock& clock, Budget& budget)
      : settings_(std::move(settings)), state_(std::move(state)), fetcher_(fetcher), clock_(clock), budget_(budget) {}

  // Asks one service after the other. A quota is counted before the service is asked. Errors: that of the only service;
  // timestamp_quota_used; timestamp_services_failed.
  Result<Bytes> stamp(ByteView stamped);
  // Which services were passed over, and why: to be shown whether or not a token came.
  [[nodiscard]] Findings take_notices() { return std::exchange(notices_, {}); }

 private:
  Result<std::vector<TimestampService>> in_order(Instant now);
  Result<bool> reserve(const TimestampService& service, Instant now);
  Result<void> record(const std::string& url, Instant now, const Error* error, std::int64_t milliseconds);

  TimestampSettings settings_;
  std::string state_;
  pki::Fetcher& fetcher_;
  const Clock& clock_;
  Budget& budget_;
  Findings notices_;
};

}  // namespace mohr::sign
