// Proofs that something existed at a time (EN 319 102-1 5.6.2.3): what a good time-stamp covers.
#pragma once

#include <map>

#include "pki/core/time.h"
#include "pki/crypto/digest.h"

namespace mohr::pki {

// Objects by the SHA-256 of their octets: signature values, certificates, CRLs, OCSP responses, time-stamp tokens.
class ProofsOfExistence {
 public:
  // Of several proofs the earliest counts.
  void add(const crypto::Hash& object, Instant time);
  [[nodiscard]] std::optional<Instant> of(const crypto::Hash& object) const;
  // Since when the object is known to exist: what is at hand exists now (5.6.2.3.1).
  [[nodiscard]] Instant known_since(const crypto::Hash& object, Instant now) const;
  [[nodiscard]] bool empty() const { return times_.empty(); }

 private:
  std::map<crypto::Hash, Instant> times_;
};

}  // namespace mohr::pki
