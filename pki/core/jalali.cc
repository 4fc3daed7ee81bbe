#include "pki/core/jalali.h"

#include <algorithm>

namespace mohr {
namespace {

constexpr std::int64_t kEpochDays = 719163;    // 1970-01-01 as an ordinal where 0001-01-01 is 1
constexpr std::int64_t kFarthest = 4'000'000;  // days; what is further off is shown as this (as in time.cc)

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// Ordinal of 1 Farvardin (national.md 5.1).
std::int64_t new_year(int year) { return 226895 + 365 * (std::int64_t{year} - 1) + floor_div(8 * std::int64_t{year} + 21, 33); }

int days_before_month(int month) { return month <= 7 ? (month - 1) * 31 : 186 + (month - 7) * 30; }

}  // namespace

bool is_jalali_leap_year(int year) { return (25 * std::int64_t{year} + 11) % 33 < 8; }

JalaliDate jalali_from_days(std::int64_t days) {
  const std::int64_t ordinal = std::clamp(days, -kFarthest, kFarthest) + kEpochDays;
  int year = static_cast<int>(floor_div(33 * (ordinal - 226895), 12053)) + 1;  // 33 years have 12053 days; at most one off
  if (ordinal < new_year(year)) --year;
  if (ordinal >= new_year(year + 1)) ++year;
  const int day_of_year = static_cast<int>(ordinal - new_year(year));
  const int month = day_of_year < 186 ? day_of_year / 31 + 1 : (day_of_year - 186) / 30 + 7;
  return {year, month, day_of_year - days_before_month(month) + 1};
}

std::optional<std::int64_t> days_from_jalali(JalaliDate date) {
  if (date.year < 1 || date.year > 3000 || date.month < 1 || date.month > 12 || date.day < 1) return std::nullopt;
  const int length = date.month <= 6 ? 31 : date.month <= 11 || is_jalali_leap_year(date.year) ? 30 : 29;
  if (date.day > length) return std::nullopt;
  return new_year(date.year) + days_before_month(date.month) + date.day - 1 - kEpochDays;
}

}  // namespace mohr
