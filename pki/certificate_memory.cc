#include "pki/certificate_memory.h"

#include <cstring>
#include <mutex>

namespace mohr::pki {
namespace {

constexpr std::size_t kKeyOctets = 8;

std::uint64_t key_of(ByteView der) {
  std::uint64_t key = 0;
  std::memcpy(&key, der.data() + der.size() - kKeyOctets, kKeyOctets);
  return key ^ der.size();
}

}  // namespace

CertificatePtr CertificateMemory::find(ByteView der) const {
  if (der.size() < kKeyOctets) return nullptr;
  const std::shared_lock lock(mutex_);
  const auto found = certificates_.find(key_of(der));
  return found != certificates_.end() && equal(found->second->der(), der) ? found->second : nullptr;
}

void CertificateMemory::keep(const CertificatePtr& certificate) {
  const std::unique_lock lock(mutex_);
  if (certificates_.size() >= kMost) certificates_.clear();
  certificates_.insert_or_assign(key_of(certificate->der()), certificate);
}

Result<CertificatePtr> parse_certificate(ByteView der, CertificateMemory* memory) {
  if (memory == nullptr) return Certificate::parse(der);
  if (CertificatePtr held = memory->find(der)) return held;
  MOHR_TRY(CertificatePtr certificate, Certificate::parse(der));
  memory->keep(certificate);
  return certificate;
}

}  // namespace mohr::pki
