#include "pki/existence.h"

#include <algorithm>

namespace mohr::pki {

void ProofsOfExistence::add(const crypto::Hash& object, Instant time) {
  const auto [place, fresh] = times_.emplace(object, time);
  if (!fresh) place->second = std::min(place->second, time);
}

std::optional<Instant> ProofsOfExistence::of(const crypto::Hash& object) const {
  const auto place = times_.find(object);
  return place == times_.end() ? std::nullopt : std::optional(place->second);
}

Instant ProofsOfExistence::known_since(const crypto::Hash& object, Instant now) const { return std::min(of(object).value_or(now), now); }

}  // namespace mohr::pki
