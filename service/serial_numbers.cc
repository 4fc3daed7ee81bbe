#include "service/serial_numbers.h"

#include <charconv>

#include "pki/core/file_lock.h"
#include "pki/core/source.h"
#include "pki/crypto/signing_key.h"

namespace mohr::service {
namespace {

Result<std::uint64_t> read_number(const std::string& path) {
  const auto octets = read_file(path, 64);
  if (!octets) return octets.error().code == ErrorCode::file_not_found ? Result<std::uint64_t>(1) : octets.error();
  const std::string_view text = as_text(*octets);
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || std::string_view(read.ptr, text.data() + text.size()) != "\n" || number == 0)
    return errors::file_not_readable(Code{path}, Code{"no number in it"});  // starting again from 1 would use numbers twice
  return number;
}

}  // namespace

Result<void> SerialNumbers::reserve() {
  MOHR_TRY(const FileLock lock, FileLock::take(path_ + ".lock"));
  MOHR_TRY(const std::uint64_t first, read_number(path_));
  MOHR_TRY(NewFile file, NewFile::create(path_, true, 0600));
  MOHR_CHECK(file.write(as_bytes(std::to_string(first + block_) + "\n")));
  MOHR_CHECK(file.commit());  // flushed and renamed: durable before any number of the block is used
  next_ = first;
  end_ = first + block_;
  return {};
}

Result<Bytes> SerialNumbers::next() {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    if (next_ == end_) MOHR_CHECK(reserve());
    number = next_++;
  }
  Bytes serial;
  for (int shift = 56; shift >= 0; shift -= 8) serial.push_back(static_cast<Byte>(number >> shift));
  const Bytes random = crypto::random_bytes(8);
  if (random.size() != 8) return errors::crypto_failed(Code{"random octets"});
  append(serial, random);
  return serial;
}

}  // namespace mohr::service
