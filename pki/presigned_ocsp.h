// OCSP answers that were signed before they are asked for (RFC 6960 2.5): found by the CertID of a request without a nonce.
#pragma once

#include <shared_mutex>
#include <unordered_map>

#include "pki/ocsp.h"

namespace mohr::pki {

// Safe over threads. Bounded: when it is full, what it holds is let go.
class PresignedOcsp {
 public:
  // The whole OCSPResponse for that certificate; null when none is held for `now`. Under a microsecond.
  [[nodiscard]] std::shared_ptr<const Bytes> find(const CertificateId& id, Instant now) const;
  // Holds `response`, made at `made`, until `refresh`. Only for certificates that are known: strangers must not fill it.
  void hold(const CertificateId& id, Bytes response, Instant made, Instant refresh);

 private:
  struct Held {
    std::shared_ptr<const Bytes> response;
    Instant made, refresh;
  };
  // Digest, hash of the issuer's name, hash of its key, serial number.
  using Key = std::string;
  struct Hasher {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>{}(key); }
  };
  static constexpr std::size_t kMost = 200'000;
  mutable std::shared_mutex mutex_;
  std::unordered_map<Key, Held, Hasher, std::equal_to<>> held_;
};

}  // namespace mohr::pki
