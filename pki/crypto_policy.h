// Until when algorithms and keys count as strong enough (crypto_policy.def). The time asked about is always a parameter: a signature that
// a time-stamp proves to be older than the date stays good.
#pragma once

#include "pki/core/time.h"
#include "pki/crypto/public_key.h"

namespace mohr::pki {

inline constexpr Instant kNoEnd{INT64_MAX};

// The first instant at which it is too weak; kNoEnd when none is known; 1970 for what stands in no row.
Instant usable_until(crypto::DigestAlgorithm digest);
Instant usable_until(const crypto::SignatureAlgorithm& algorithm);  // the earlier of its digests
Instant usable_until(const crypto::PublicKey& key);

// Bits of security against the best known attack (NIST SP 800-57 part 1, table 2; digests by their collisions).
int strength_of(const crypto::SignatureAlgorithm& algorithm);
int strength_of(const crypto::PublicKey& key);

}  // namespace mohr::pki
