// Message digests. The algorithm is fetched from the library once and kept (performance.md 1).
#pragma once

#include <array>
#include <memory>

#include "pki/core/source.h"
#include "pki/crypto/algorithm.h"

namespace mohr::crypto {

// A digest value, up to 64 octets, without allocation.
struct Hash {
  std::array<Byte, 64> octets{};
  std::uint8_t size = 0;
  [[nodiscard]] ByteView view() const { return {octets.data(), size}; }
  bool operator==(const Hash& other) const { return equal(view(), other.view()); }
  bool operator<(const Hash& other) const { return less(view(), other.view()); }
};

// Size 0 when the linked library cannot compute it; that equals no digest a document names.
Hash digest(DigestAlgorithm algorithm, ByteView message);
inline Hash sha256(ByteView message) { return digest(DigestAlgorithm::sha256, message); }

// HMAC-SHA-256 (RFC 2104). Size 0 when the linked library refuses.
Hash hmac_sha256(ByteView key, ByteView message);
bool equal_in_constant_time(ByteView a, ByteView b);

// A running digest; movable; finish() once.
class Digest {
 public:
  explicit Digest(DigestAlgorithm algorithm);
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  ~Digest();
  void update(ByteView more);
  [[nodiscard]] Hash finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct Range {
  std::uint64_t offset = 0, length = 0;
};
// Digest of all octets of `source`, read through the same window.
Result<Hash> digest_source(const Source& source, DigestAlgorithm algorithm, Budget& budget);
// Digests of the same octets of `source`, all algorithms in one pass, read through one window of 256 KiB.
Result<std::vector<Hash>> digest_ranges(const Source& source, std::span<const Range> ranges, std::span<const DigestAlgorithm> algorithms,
                                        Budget& budget);

}  // namespace mohr::crypto
