// Limits of one reading or search. Reaching one is its own outcome (Failure::budget), never a crash and never "invalid".
// docs/limits.md lists them with their defaults.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "pki/core/result.h"

namespace mohr {

enum class Limit : std::uint8_t {
#define LIMIT(tag, id, amount, en) tag,
#include "pki/core/limits.def"
#undef LIMIT
  count_,
};
std::string_view limit_id(Limit limit);

class Limits {
 public:
  Limits();  // the defaults of limits.def
  [[nodiscard]] std::uint64_t of(Limit limit) const { return amounts_[static_cast<std::size_t>(limit)]; }
  Limits& set(Limit limit, std::uint64_t amount) {
    amounts_[static_cast<std::size_t>(limit)] = amount;
    return *this;
  }

 private:
  std::array<std::uint64_t, static_cast<std::size_t>(Limit::count_)> amounts_{};
};

// Not safe over threads: one document, one budget.
class Budget {
 public:
  explicit Budget(const Limits& limits = {});
  // Takes `amount` of what is left; errors::budget_exceeded when there is less.
  Result<void> spend(Limit limit, std::uint64_t amount = 1);
  // For limits that are a height and not a sum (depth, size of one thing).
  Result<void> within(Limit limit, std::uint64_t amount) const;
  // Error when Limit::seconds have passed since this budget was made.
  Result<void> in_time() const;
  [[nodiscard]] std::uint64_t limit(Limit limit) const { return limits_.of(limit); }
  [[nodiscard]] std::uint64_t left(Limit limit) const { return left_.of(limit); }
  [[nodiscard]] const Limits& limits() const { return limits_; }

 private:
  Limits limits_;
  Limits left_;
  std::chrono::steady_clock::time_point until_;
};

}  // namespace mohr
