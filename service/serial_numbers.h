// Serial numbers of a time-stamp authority (RFC 3161 2.4.2: unique, also after a crash). Blocks of them are made durable before the first
// number of a block is handed out; what a killed process had left of its block is lost, never used again.
#pragma once

#include <mutex>
#include <string>

#include "pki/core/bytes.h"
#include "pki/core/result.h"

namespace mohr::service {

// Safe over threads and over processes that share the file.
class SerialNumbers {
 public:
  // `path`: a file of one number, the first that nobody reserved; made when it is missing.
  explicit SerialNumbers(std::string path, std::uint64_t block = 1000) : path_(std::move(path)), block_(block) {}
  // A magnitude of 16 octets: the number, and 8 random octets, so that a copy of the folder does not repeat the original's numbers.
  // Errors: file_not_writable, file_not_readable, crypto_failed.
  Result<Bytes> next();

 private:
  Result<void> reserve();
  std::string path_;
  std::uint64_t block_;
  std::mutex mutex_;
  std::uint64_t next_ = 0, end_ = 0;
};

}  // namespace mohr::service
