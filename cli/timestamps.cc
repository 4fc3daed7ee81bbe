#include "cli/timestamps.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "pki/core/text.h"

namespace mohr::cli {
namespace {

std::string home_folder(const char* variable, const char* below_home) {
  const char* folder = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe)
  if (folder != nullptr && *folder != 0) return folder;
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe)
  return home != nullptr && *home != 0 ? std::string(home) + below_home : std::string();
}

// Of this user, else of this machine; none is no error.
Result<sign::TimestampSettings> configured() {
  const std::string user = home_folder("XDG_CONFIG_HOME", "/.config");
  for (const std::string& path : {user.empty() ? user : user + "/mohr/tsa.json", std::string("/etc/mohr/tsa.json")}) {
    std::error_code ignored;
    if (!path.empty() && std::filesystem::exists(path, ignored)) return sign::read_timestamp_settings(path);
  }
  return sign::TimestampSettings{};
}

std::string state_file() {
  const std::string folder = home_folder("XDG_STATE_HOME", "/.local/state");
  return folder.empty() ? folder : folder + "/mohr/tsa.json";
}

}  // namespace

std::string timestamp_state_file(const Arguments& arguments, const sign::TimestampSettings& settings) {
  const bool one_given = arguments.has("tsa") && settings.services.size() == 1;
  if (one_given && !settings.services[0].per_day && !settings.services[0].total) return {};
  return state_file();
}

Result<sign::TimestampSettings> timestamp_settings_from(const Arguments& arguments) {
  MOHR_TRY(sign::TimestampSettings settings, configured());
  if (!arguments.has("tsa")) return settings;
  std::vector<sign::TimestampService> given;
  for (const std::string& url : arguments.values("tsa")) {
    if (!pki::is_fetchable(url)) return errors::url_invalid(Code{url});
    const auto known = std::find_if(settings.services.begin(), settings.services.end(),
                                    [&](const sign::TimestampService& service) { return service.url == url; });
    given.push_back(known == settings.services.end() ? sign::TimestampService{url, {}, {}} : *known);
  }
  settings.services = std::move(given);
  return settings;
}

std::vector<std::string> hosts_of(const sign::TimestampSettings& settings) {
  std::vector<std::string> hosts;
  for (const sign::TimestampService& service : settings.services) hosts.push_back(pki::host_and_port(service.url));
  return hosts;
}

void tell_notices(sign::TimestampServices& services, const Terminal& terminal) {
  for (const Finding& notice : services.take_notices()) terminal.hint("mohr: " + render(notice, terminal.language()) + "\n");
}

Result<void> print_timestamp_status(const Arguments& arguments, const Terminal& terminal) {
  const std::string path = state_file();
  MOHR_TRY(const std::vector<sign::TimestampStatistics> all,
           path.empty() ? Result<std::vector<sign::TimestampStatistics>>(std::vector<sign::TimestampStatistics>{})
                        : sign::read_timestamp_statistics(path));
  if (arguments.has("json")) {
    terminal.out(json::write(sign::timestamp_statistics_json(all), 2) + "\n");
    return {};
  }
  const bool fa = terminal.language() == Language::fa;
  if (all.empty()) terminal.out(fa ? "هنوز از هیچ سرویسی مهر زمانی خواسته نشده است.\n" : "No service was asked for a time-stamp yet.\n");
  for (const sign::TimestampStatistics& one : all) {
    const auto number = [&](std::int64_t n) { return fa ? persian_digits(std::to_string(n)) : std::to_string(n); };
    const std::int64_t mean = one.granted > 0 ? one.milliseconds / one.granted : 0;
    std::string line = isolate_ltr(printable(one.url)) + "\n  ";
    line += fa ? "خواسته " + number(one.asked) + "، گرفته " + number(one.granted) + "، ناموفق " + number(one.failed) + "، میانگین " +
                     number(mean) + " میلی‌ثانیه"
               : "asked " + number(one.asked) + ", granted " + number(one.granted) + ", failed " + number(one.failed) + ", mean " +
                     number(mean) + " ms";
    if (!one.last_failure.empty()) line += (fa ? "\n  آخرین شکست: " : "\n  last failure: ") + isolate_ltr(one.last_failure);
    if (one.resting_until) line += (fa ? "\n  در استراحت تا " : "\n  resting until ") + display(*one.resting_until, terminal.language());
    terminal.out(line + "\n");
  }
  return {};
}

}  // namespace mohr::cli
