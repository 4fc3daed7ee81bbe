#include "pki/core/budget.h"

namespace mohr {
namespace {

struct LimitRow {
  std::string_view id;
  std::uint64_t amount;
};
constexpr std::array kLimits = {
#define LIMIT(tag, id, amount, en) LimitRow{id, amount},
#include "pki/core/limits.def"
#undef LIMIT
};

Error exceeded(Limit limit, std::uint64_t amount) {
  return errors::budget_exceeded(Code{std::string(limit_id(limit))}, static_cast<std::int64_t>(amount));
}

}  // namespace

std::string_view limit_id(Limit limit) { return kLimits[static_cast<std::size_t>(limit)].id; }

Limits::Limits() {
  for (std::size_t i = 0; i < amounts_.size(); ++i) amounts_[i] = kLimits[i].amount;
}

Budget::Budget(const Limits& limits)
    : limits_(limits), left_(limits), until_(std::chrono::steady_clock::now() + std::chrono::seconds(limits.of(Limit::seconds))) {}

Result<void> Budget::spend(Limit limit, std::uint64_t amount) {
  if (left_.of(limit) < amount) return exceeded(limit, limits_.of(limit));
  left_.set(limit, left_.of(limit) - amount);
  return {};
}

Result<void> Budget::within(Limit limit, std::uint64_t amount) const {
  if (amount > limits_.of(limit)) return exceeded(limit, limits_.of(limit));
  return {};
}

Result<void> Budget::in_time() const {
  if (std::chrono::steady_clock::now() > until_) return exceeded(Limit::seconds, limits_.of(Limit::seconds));
  return {};
}

}  // namespace mohr
