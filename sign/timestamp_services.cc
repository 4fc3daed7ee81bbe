#include "sign/timestamp_services.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "pki/core/file_lock.h"

namespace mohr::sign {
namespace {

using json::Value;

constexpr std::uint64_t kFileAtMost = 1 << 20;

Error invalid(const std::string& path, std::string what) { return errors::timestamp_settings_invalid(Code{path}, Code{std::move(what)}); }

Result<void> only(const Value& object, std::initializer_list<std::string_view> known, const std::string& path) {
  if (object.object() == nullptr) return invalid(path, "an object was expected");
  if (const std::string* unknown = object.unknown_member(known)) return invalid(path, "unknown member " + *unknown);
  return {};
}

Result<std::optional<std::int64_t>> count(const Value& object, const char* name, const std::string& path) {
  const Value* member = object.member(name);
  if (member == nullptr) return std::optional<std::int64_t>();
  if (member->integer() == nullptr || *member->integer() < 0) return invalid(path, std::string(name) + " is no number from 0 on");
  return std::optional(*member->integer());
}

Result<Value> read_object(const std::string& path) {
  MOHR_TRY(const Bytes octets, read_file(path, kFileAtMost));
  Budget budget;
  auto parsed = json::parse(octets, budget);
  if (!parsed) return invalid(path, render(parsed.error(), Language::en));
  return parsed;
}

Result<const json::Array*> list_of(const Value& value, const std::string& path) {
  const Value* version = value.member("version");
  if (version == nullptr || version->integer() == nullptr || *version->integer() != 1) return invalid(path, "version is not 1");
  const Value* list = value.member("services");
  if (list == nullptr || list->array() == nullptr) return invalid(path, "services is no list");
  return list->array();
}

Result<TimestampStatistics> read_statistics(const Value& value, const std::string& path) {
  MOHR_CHECK(only(value, {"url", "asked", "granted", "failed", "milliseconds", "day", "today", "resting_until", "last_failure"}, path));
  TimestampStatistics one;
  if (value.string("url") == nullptr) return invalid(path, "a service without url");
  one.url = *value.string("url");
  for (const auto& [name, to] :
       {std::pair{"asked", &one.asked}, std::pair{"granted", &one.granted}, std::pair{"failed", &one.failed},
        std::pair{"milliseconds", &one.milliseconds}, std::pair{"day", &one.day}, std::pair{"today", &one.today}}) {
    MOHR_TRY(const auto read, count(value, name, path));
    if (!read) return invalid(path, std::string(name) + " is missing");
    *to = *read;
  }
  if (const std::string* until = value.string("resting_until")) one.resting_until = from_iso8601(*until);
  if (const std::string* failure = value.string("last_failure")) one.last_failure = *failure;
  return one;
}

Result<void> write_statistics(const std::string& path, std::span<const TimestampStatistics> all) {
  MOHR_TRY(NewFile file, NewFile::create(path, true, 0600));
  MOHR_CHECK(file.write(as_bytes(json::write(timestamp_statistics_json(all), 2) + "\n")));
  return file.commit();
}

TimestampStatistics& of(std::vector<TimestampStatistics>& all, const std::string& url) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const TimestampStatistics& one) { return one.url == url; });
  if (found != all.end()) return *found;
  all.push_back({});
  all.back().url = url;
  return all.back();
}

// Reads, changes and writes the statistics while nobody else does.
template <class Change>
Result<void> change_statistics(const std::string& path, Change change) {
  std::error_code problem;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), problem);
  MOHR_TRY(const FileLock lock, FileLock::take(path + ".lock"));
  MOHR_TRY(std::vector<TimestampStatistics> all, read_timestamp_statistics(path));
  change(all);
  return write_statistics(path, all);
}

std::int64_t day_of(Instant now) { return now.seconds / kDay; }

// The quota that is used up, if one is.
std::optional<std::int64_t> used_up(const TimestampService& service, const TimestampStatistics& statistics, Instant now) {
  if (service.total && statistics.asked >= *service.total) return service.total;
  const std::int64_t today = statistics.day == day_of(now) ? statistics.today : 0;
  if (service.per_day && today >= *service.per_day) return service.per_day;
  return std::nullopt;
}

}  // namespace

Result<TimestampSettings> read_timestamp_settings(const std::string& path) {
  MOHR_TRY(const Value value, read_object(path));
  MOHR_CHECK(only(value, {"version", "services", "cool_down_seconds"}, path));
  MOHR_TRY(const json::Array* services, list_of(value, path));
  TimestampSettings settings;
  for (const Value& row : *services) {
    MOHR_CHECK(only(row, {"url", "per_day", "total"}, path));
    TimestampService service;
    if (row.string("url") == nullptr || !pki::is_fetchable(*row.string("url")))
      return invalid(path, "a service without an http or https url");
    service.url = *row.string("url");
    MOHR_TRY(service.per_day, count(row, "per_day", path));
    MOHR_TRY(service.total, count(row, "total", path));
    settings.services.push_back(std::move(service));
  }
  MOHR_TRY(const auto cool_down, count(value, "cool_down_seconds", path));
  if (cool_down) settings.cool_down_seconds = *cool_down;
  return settings;
}

Result<std::vector<TimestampStatistics>> read_timestamp_statistics(const std::string& path) {
  std::vector<TimestampStatistics> all;
  auto value = read_object(path);
  if (!value) {
    if (value.error().code == ErrorCode::file_not_found) return all;
    return std::move(value).error();
  }
  MOHR_CHECK(only(*value, {"version", "services"}, path));
  MOHR_TRY(const json::Array* services, list_of(*value, path));
  for (const Value& row : *services) {
    MOHR_TRY(TimestampStatistics one, read_statistics(row, path));
    all.push_back(std::move(one));
  }
  return all;
}

json::Value timestamp_statistics_json(std::span<const TimestampStatistics> all) {
  json::Array services;
  for (const TimestampStatistics& one : all) {
    Value value;
    value.add("url", one.url).add("asked", one.asked).add("granted", one.granted).add("failed", one.failed);
    value.add("milliseconds", one.milliseconds).add("day", one.day).add("today", one.today);
    if (one.resting_until) value.add("resting_until", iso8601(*one.resting_until));
    if (!one.last_failure.empty()) value.add("last_failure", one.last_failure);
    services.push_back(std::move(value));
  }
  Value value;
  value.add("version", 1).add("services", std::move(services));
  return value;
}

// In the order of the settings, those at rest after the others.
Result<std::vector<TimestampService>> TimestampServices::in_order(Instant now) {
  std::vector<TimestampService> services = settings_.services;
  if (state_.empty()) return services;
  MOHR_TRY(std::vector<TimestampStatistics> all, read_timestamp_statistics(state_));
  const auto is_awake = [&](const TimestampService& service) {
    const auto& until = of(all, service.url).resting_until;
    return !until || *until <= now;
  };
  const auto resting = std::stable_partition(services.begin(), services.end(), is_awake);
  if (resting == services.begin()) return services;  // nobody else to ask
  for (auto one = resting; one != services.end(); ++one)
    notices_.push_back(findings::timestamp_service_resting(Code{one->url}, *of(all, one->url).resting_until));
  return services;
}

// Counts the question before it is put, so that no process can outdo a quota. False: used up.
Result<bool> TimestampServices::reserve(const TimestampService& service, Instant now) {
  const bool limited = service.per_day || service.total;
  std::optional<std::int64_t> quota;
  const auto counted = state_.empty() ? Result<void>(errors::file_not_writable(Code{"tsa.json"}, Code{"no state folder"}))
                                      : change_statistics(state_, [&](std::vector<TimestampStatistics>& all) {
                                          TimestampStatistics& one = of(all, service.url);
                                          quota = used_up(service, one, now);
                                          if (quota) return;
                                          if (one.day != day_of(now)) one.today = 0;
                                          one.day = day_of(now);
                                          ++one.asked;
                                          ++one.today;
                                        });
  if (!counted && limited) return counted.error();  // a quota that cannot be counted is not used
  if (!quota) return true;
  notices_.push_back(findings::timestamp_quota_used_up(Code{service.url}, *quota));
  return false;
}

Result<void> TimestampServices::record(const std::string& url, Instant now, const Error* error, std::int64_t milliseconds) {
  return change_statistics(state_, [&](std::vector<TimestampStatistics>& all) {
    TimestampStatistics& one = of(all, url);
    if (error != nullptr) {
      ++one.failed;
      one.last_failure = row(error->code).id;
      one.resting_until = now + settings_.cool_down_seconds;
    } else {
      ++one.granted;
      one.milliseconds += milliseconds;
      one.resting_until.reset();
    }
  });
}

Result<Bytes> TimestampServices::stamp(ByteView stamped) {
  MOHR_TRY(const std::vector<TimestampService> services, in_order(clock_.now()));
  std::optional<Error> last;
  std::string last_url;
  for (const TimestampService& service : services) {
    MOHR_CHECK(budget_.in_time());
    const Instant now = clock_.now();
    MOHR_TRY(const bool asked, reserve(service, now));
    if (!asked) continue;
    const auto begun = std::chrono::steady_clock::now();
    auto token = stamp_from(service.url, fetcher_, budget_)(stamped);
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun).count();
    // What cannot be remembered makes the next call slower, not this token worse.
    if (!state_.empty()) static_cast<void>(record(service.url, now, token ? nullptr : &token.error(), passed));
    if (token || failure(token.error()) == Failure::budget) return token;
    if (services.size() > 1) notices_.push_back(findings::timestamp_service_failed(Code{service.url}, cause(token.error())));
    last = std::move(token).error();
    last_url = service.url;
  }
  if (!last) {
    const TimestampService& first = settings_.services.front();
    return errors::timestamp_quota_used(Code{first.url}, first.per_day.value_or(first.total.value_or(0)));
  }
  if (services.size() == 1) return *std::move(last);
  return errors::timestamp_services_failed(static_cast<std::int64_t>(services.size()), Code{last_url}, cause(*last));
}

}  // namespace mohr::sign
