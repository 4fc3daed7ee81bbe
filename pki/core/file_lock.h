// One holder of a file among all processes; goes with the object, and with the process.
#pragma once

#include <string>
#include <utility>

#include "pki/core/result.h"

namespace mohr {

class FileLock {
 public:
  // Waits for the others. The file is made when it is missing. Errors: file_not_writable.
  static Result<FileLock> take(const std::string& path);
  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace mohr
