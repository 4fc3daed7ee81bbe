// Instants in UTC seconds. "Now" is always a parameter: only Clock asks the machine.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mohr {

// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
struct Instant {
  std::int64_t seconds = 0;
  auto operator<=>(const Instant&) const = default;
};
inline Instant operator+(Instant t, std::int64_t seconds) { return {t.seconds + seconds}; }
inline Instant operator-(Instant t, std::int64_t seconds) { return {t.seconds - seconds}; }
inline std::int64_t operator-(Instant a, Instant b) { return a.seconds - b.seconds; }

inline constexpr std::int64_t kMinute = 60;
inline constexpr std::int64_t kHour = 3600;
inline constexpr std::int64_t kDay = 86400;

struct CivilTime {  // proleptic Gregorian, UTC
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
};
CivilTime civil(Instant time);
// Nothing when a field is out of range (February 30, second 60).
std::optional<Instant> instant(const CivilTime& civil);

// "2026-11-25T09:30:00Z".
std::string iso8601(Instant time);
// The same form, with "Z", "+hh:mm", "+hhmm" or no offset (then UTC); fractions of a second are cut; a date alone is midnight UTC.
std::optional<Instant> from_iso8601(std::string_view text);

// The one place that asks the machine what time it is; passed in by the doors.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
};
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
};

}  // namespace mohr
