// The Jalali calendar: years 1206 to 1498 as the University of Tehran's table has them (33-year rule, see national.md 5.1).
#pragma once

#include <optional>

#include "pki/core/time.h"

namespace mohr {

struct JalaliDate {
  int year = 1, month = 1, day = 1;
  bool operator==(const JalaliDate&) const = default;
};
bool is_jalali_leap_year(int year);
// Days are counted from 1970-01-01 (Gregorian).
JalaliDate jalali_from_days(std::int64_t days);
std::optional<std::int64_t> days_from_jalali(JalaliDate date);

inline constexpr std::int64_t kTehranOffset = 3 * kHour + 30 * kMinute;  // no summer time since 2022

}  // namespace mohr
