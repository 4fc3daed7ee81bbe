// Certificates that were parsed before, found again by their octets: messages of one sender bring the same ones each time.
#pragma once

#include <shared_mutex>
#include <unordered_map>

#include "pki/certificate.h"

namespace mohr::pki {

// Bounded; safe over threads. Every octet is compared, so a certificate from here is the one that parsing would give.
class CertificateMemory {
 public:
  [[nodiscard]] CertificatePtr find(ByteView der) const;
  void keep(const CertificatePtr& certificate);

 private:
  static constexpr std::size_t kMost = 4096;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::uint64_t, CertificatePtr> certificates_;  // by the last octets, which belong to the signature
};

// Certificate::parse, looking into `memory` first and keeping what is new there; null: no memory.
Result<CertificatePtr> parse_certificate(ByteView der, CertificateMemory* memory);

}  // namespace mohr::pki
