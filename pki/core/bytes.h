// Octets: borrowed (ByteView), owned (Bytes), wiped (Secret), and their text forms (hex, base64, base64url).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mohr {

using Byte = std::uint8_t;
using ByteView = std::span<const Byte>;  // borrows: whoever hands it out says how long it lives
using Bytes = std::vector<Byte>;

inline ByteView as_bytes(std::string_view text) { return {reinterpret_cast<const Byte*>(text.data()), text.size()}; }
inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
inline Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }
void append(Bytes& to, ByteView more);

[[nodiscard]] bool equal(ByteView a, ByteView b);
[[nodiscard]] bool less(ByteView a, ByteView b);  // lexicographic, as DER sorts a SET OF

// Lower-case hexadecimal. from_hex takes either case, nothing else.
std::string hex(ByteView bytes);
std::optional<Bytes> from_hex(std::string_view text);

// RFC 4648 section 4, with padding. from_base64 skips white space (XML and PEM have it) and refuses everything else,
// non-zero trailing bits too.
std::string base64(ByteView bytes);
std::optional<Bytes> from_base64(std::string_view text);

// RFC 4648 section 5 without padding, as JOSE wants it (RFC 7515 section 2); strict: no padding, no white space, no loose bits.
std::string base64url(ByteView bytes);
std::optional<Bytes> from_base64url(std::string_view text);

// Octets that are wiped when they go: passphrases and key material. Move only.
class Secret {
 public:
  Secret() = default;
  explicit Secret(Bytes bytes) : bytes_(std::move(bytes)) {}
  explicit Secret(std::string_view text) : bytes_(text.begin(), text.end()) {}
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(); }

  [[nodiscard]] ByteView view() const { return bytes_; }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] Bytes& bytes() { return bytes_; }
  void wipe();

 private:
  Bytes bytes_;
};

}  // namespace mohr
