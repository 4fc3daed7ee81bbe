#include "pki/core/time.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace mohr {
namespace {

// Days that the calendar goes to on both sides of 1970, years -8982 to 12921; what is further off is shown as the last of them.
constexpr std::int64_t kFarthest = 4'000'000;

// Days since 1970-01-01 of a proleptic Gregorian date (H. Hinnant's days_from_civil, through the standard library).
std::int64_t days_of(int year, int month, int day) {
  using namespace std::chrono;
  return sys_days(year_month_day(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                 std::chrono::day(static_cast<unsigned>(day))))
      .time_since_epoch()
      .count();
}

bool number(std::string_view text, std::size_t at, std::size_t digits, int& value) {
  if (at + digits > text.size()) return false;
  value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  return true;
}

// "Z", "+hh:mm", "+hhmm" or nothing: seconds east of UTC.
std::optional<std::int64_t> offset_of(std::string_view text) {
  if (text.empty() || text == "Z") return 0;
  if (text.starts_with('Z')) text.remove_prefix(1);  // "…Z+0330": the form of the national tax system (national.md 2.1)
  if (text[0] != '+' && text[0] != '-') return std::nullopt;
  int hours = 0, minutes = 0;
  const std::size_t minutes_at = text.size() == 6 && text[3] == ':' ? 4 : 3;
  if (text.size() != minutes_at + 2 || !number(text, 1, 2, hours) || !number(text, minutes_at, 2, minutes) || hours > 14 || minutes > 59)
    return std::nullopt;
  const std::int64_t seconds = hours * kHour + minutes * kMinute;
  return text[0] == '-' ? -seconds : seconds;
}

}  // namespace

CivilTime civil(Instant time) {
  std::int64_t days = time.seconds / kDay, rest = time.seconds % kDay;
  if (rest < 0) {
    rest += kDay;
    --days;
  }
  using namespace std::chrono;
  const year_month_day date{sys_days{std::chrono::days{std::clamp(days, -kFarthest, kFarthest)}}};
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(rest / kHour),
          static_cast<int>(rest / kMinute % 60),
          static_cast<int>(rest % 60)};
}

std::optional<Instant> instant(const CivilTime& c) {
  constexpr std::array<int, 12> kLengths = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (c.year < 0 || c.year > 9999 || c.month < 1 || c.month > 12) return std::nullopt;
  const bool leap = c.year % 4 == 0 && (c.year % 100 != 0 || c.year % 400 == 0);
  const int length = kLengths[static_cast<std::size_t>(c.month - 1)] + (leap && c.month == 2 ? 1 : 0);
  if (c.day < 1 || c.day > length || c.hour < 0 || c.hour > 23 || c.minute < 0 || c.minute > 59 || c.second < 0 || c.second > 59)
    return std::nullopt;
  return Instant{days_of(c.year, c.month, c.day) * kDay + c.hour * kHour + c.minute * kMinute + c.second};
}

std::string iso8601(Instant time) {
  const CivilTime c = civil(time);
  std::array<char, 40> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<Instant> from_iso8601(std::string_view text) {
  CivilTime c;
  if (!number(text, 0, 4, c.year) || !number(text, 5, 2, c.month) || !number(text, 8, 2, c.day) || text[4] != '-' || text[7] != '-')
    return std::nullopt;
  if (text.size() == 10) return instant(c);
  if (text.size() < 19 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || !number(text, 11, 2, c.hour) ||
      !number(text, 14, 2, c.minute) || !number(text, 17, 2, c.second))
    return std::nullopt;
  text.remove_prefix(19);
  if (text.starts_with('.')) {
    std::size_t digits = 1;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
    if (digits == 1) return std::nullopt;
    text.remove_prefix(digits);
  }
  const auto offset = offset_of(text);
  const auto local = instant(c);
  if (!offset || !local) return std::nullopt;
  return *local - *offset;
}

Instant SystemClock::now() const {
  return {std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
}

}  // namespace mohr
