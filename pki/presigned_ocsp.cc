#include "pki/presigned_ocsp.h"

#include <algorithm>
#include <array>
#include <mutex>

namespace mohr::pki {
namespace {

// The parts of a CertID side by side, on the stack. The digest gives the sizes of both hashes, so that no two CertIDs look alike.
class KeyOctets {
 public:
  explicit KeyOctets(const CertificateId& id) {
    const std::size_t hash = crypto::digest_size(id.digest);
    fits_ = id.digest != crypto::DigestAlgorithm::none && id.issuer_name_hash.size() == hash && id.issuer_key_hash.size() == hash &&
            1 + 2 * hash + id.serial.size() <= octets_.size();
    if (!fits_) return;
    octets_[size_++] = static_cast<char>(id.digest);
    for (const ByteView part : {id.issuer_name_hash, id.issuer_key_hash, id.serial}) {
      std::copy(part.begin(), part.end(), octets_.begin() + static_cast<std::ptrdiff_t>(size_));
      size_ += part.size();
    }
  }
  [[nodiscard]] bool fits() const { return fits_; }
  [[nodiscard]] std::string_view view() const { return {octets_.data(), size_}; }

 private:
  std::array<char, 192> octets_;
  std::size_t size_ = 0;
  bool fits_ = false;
};

}  // namespace

std::shared_ptr<const Bytes> PresignedOcsp::find(const CertificateId& id, Instant now) const {
  const KeyOctets key(id);
  if (!key.fits()) return nullptr;
  const std::shared_lock lock(mutex_);
  const auto found = held_.find(key.view());
  if (found == held_.end() || now < found->second.made || now >= found->second.refresh) return nullptr;
  return found->second.response;
}

void PresignedOcsp::hold(const CertificateId& id, Bytes response, Instant made, Instant refresh) {
  const KeyOctets key(id);
  if (!key.fits()) return;
  auto kept = std::make_shared<const Bytes>(std::move(response));
  const std::unique_lock lock(mutex_);
  if (held_.size() >= kMost) held_.clear();
  held_.insert_or_assign(Key(key.view()), Held{std::move(kept), made, refresh});
}

}  // namespace mohr::pki
