// The layout of an index of a list: head, pages of records, pages of the tree, the root last. Only for crl_index.cc and its writer.
#pragma once

#include <algorithm>

#include "pki/crl_index.h"

namespace mohr::pki::index_form {

inline constexpr std::size_t kPage = 4096, kHash = 32, kDate = 5, kLongestSerial = 64;
inline constexpr std::size_t kLargestSkeleton = 1U << 20;
inline constexpr std::uint64_t kMostRecords = std::uint64_t{1} << 40;
inline constexpr std::string_view kMagic = "mohr CRL index 1";
inline constexpr std::string_view kPurpose = "crl-index";
inline constexpr Byte kNoReason = 0xff;
inline constexpr std::int64_t kDateBias = std::int64_t{1} << 38;  // years -6700 to 19000 in 5 octets
inline constexpr std::int64_t kNoDate = -kDateBias;

// Pages of records are the lowest level; each level above names the pages of the one below it; the last is the root alone.
struct Level {
  std::uint64_t first_page = 0, pages = 0, items = 0;
};

struct Form {
  std::size_t key = 0;     // length of the serial number, its octets, zeros: compared as octets
  std::size_t record = 0;  // key, revocation date, reason, invalidity date
  std::size_t child = 0;   // key of the first record below, SHA-256 of the page
  std::uint64_t head_pages = 0;
  std::vector<Level> levels;
  [[nodiscard]] std::size_t item_size(std::size_t level) const { return level == 0 ? record : child; }
  [[nodiscard]] std::uint64_t items_in_page(std::size_t level) const { return kPage / item_size(level); }
  [[nodiscard]] std::uint64_t file_size() const {
    return (levels.empty() ? head_pages : levels.back().first_page + levels.back().pages) * kPage;
  }
};

Form form_of(const CrlIndexHead& head);
// The head with its authentication code, padded to whole pages.
Bytes write_head(const CrlIndexHead& head, const Installation& installation);
// Nothing when it is not one of this installation. `file`: at least the head.
std::optional<CrlIndexHead> read_head(ByteView file, const Installation& installation);
// How many octets of a file hold its head; nothing when it does not begin like one.
std::optional<std::size_t> head_size(ByteView beginning);

inline void put_number(Byte* at, std::size_t octets, std::uint64_t value) {
  for (std::size_t i = octets; i-- > 0; value >>= 8) at[i] = static_cast<Byte>(value);
}
inline std::uint64_t get_number(const Byte* at, std::size_t octets) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < octets; ++i) value = value << 8 | at[i];
  return value;
}
inline void put_key(Byte* at, std::size_t key, ByteView serial) {
  at[0] = static_cast<Byte>(serial.size());
  std::fill(std::copy(serial.begin(), serial.end(), at + 1), at + key, Byte{0});
}

}  // namespace mohr::pki::index_form
