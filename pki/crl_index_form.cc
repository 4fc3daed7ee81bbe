#include "pki/crl_index_form.h"

#include <algorithm>

namespace mohr::pki::index_form {
namespace {

// Offsets in the head; numbers are big-endian.
enum : std::size_t {
  kSkeletonSize = 16,
  kRecords = 20,
  kListed = 28,
  kSerialSize = 36,
  kFlags = 37,
  kFingerprint = 40,
  kSigner = 72,
  kRoot = 104,
  kSkeleton = 136
};
enum : Byte { kInvalidityDates = 1, kUnknownCritical = 2, kEmptyList = 4 };

crypto::Hash hash_at(const Byte* at) {
  crypto::Hash hash;
  hash.size = kHash;
  std::copy_n(at, kHash, hash.octets.begin());
  return hash;
}

std::uint64_t pages_for(std::uint64_t items, std::uint64_t in_page) { return (items + in_page - 1) / in_page; }

}  // namespace

Form form_of(const CrlIndexHead& head) {
  Form form;
  form.key = 1 + head.serial_size;
  form.record = form.key + kDate + 1 + (head.invalidity_dates ? kDate : 0);
  form.child = form.key + kHash;
  form.head_pages = pages_for(kSkeleton + head.skeleton.size() + kHash, kPage);
  std::uint64_t next_page = form.head_pages, items = head.records;
  while (items > (form.levels.empty() ? 0U : 1U)) {
    const std::uint64_t pages = pages_for(items, form.items_in_page(form.levels.empty() ? 0 : 1));
    form.levels.push_back({next_page, pages, items});
    next_page += pages;
    items = pages;
  }
  return form;
}

Bytes write_head(const CrlIndexHead& head, const Installation& installation) {
  Bytes out(kSkeleton, 0);
  std::copy(kMagic.begin(), kMagic.end(), out.begin());
  put_number(&out[kSkeletonSize], 4, head.skeleton.size());
  put_number(&out[kRecords], 8, head.records);
  put_number(&out[kListed], 8, head.listed);
  out[kSerialSize] = static_cast<Byte>(head.serial_size);
  out[kFlags] = static_cast<Byte>((head.invalidity_dates ? kInvalidityDates : 0) | (head.unknown_critical ? kUnknownCritical : 0) |
                                  (head.empty_list ? kEmptyList : 0));
  for (const auto& [place, hash] : {std::pair{kFingerprint, &head.fingerprint}, {kSigner, &head.signer_spki}, {kRoot, &head.root}})
    std::copy_n(hash->octets.begin(), kHash, &out[place]);
  append(out, head.skeleton);
  append(out, installation.mac(kPurpose, out).view());
  out.resize(pages_for(out.size(), kPage) * kPage);
  return out;
}

std::optional<std::size_t> head_size(ByteView beginning) {
  if (beginning.size() < kSkeleton || !std::equal(kMagic.begin(), kMagic.end(), beginning.begin())) return std::nullopt;
  const std::uint64_t skeleton = get_number(&beginning[kSkeletonSize], 4);
  if (skeleton > kLargestSkeleton) return std::nullopt;
  return kSkeleton + static_cast<std::size_t>(skeleton) + kHash;
}

std::optional<CrlIndexHead> read_head(ByteView file, const Installation& installation) {
  const auto size = head_size(file);
  if (!size || file.size() < *size) return std::nullopt;
  const ByteView signed_part = file.first(*size - kHash);
  if (!installation.is_ours(kPurpose, signed_part, file.subspan(*size - kHash, kHash))) return std::nullopt;
  CrlIndexHead head;
  head.records = get_number(&file[kRecords], 8);
  head.listed = get_number(&file[kListed], 8);
  head.serial_size = file[kSerialSize];
  head.invalidity_dates = (file[kFlags] & kInvalidityDates) != 0;
  head.unknown_critical = (file[kFlags] & kUnknownCritical) != 0;
  head.empty_list = (file[kFlags] & kEmptyList) != 0;
  head.fingerprint = hash_at(&file[kFingerprint]);
  head.signer_spki = hash_at(&file[kSigner]);
  head.root = hash_at(&file[kRoot]);
  head.skeleton = to_bytes(signed_part.subspan(kSkeleton));
  if (head.serial_size > kLongestSerial || head.records > kMostRecords) return std::nullopt;
  return head;
}

}  // namespace mohr::pki::index_form
