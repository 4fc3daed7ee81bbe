// One process at a time: between reading what a folder holds and replacing it.
#pragma once

#include <string>

namespace mohr::pki {

// Waits for its turn. Without the right to write there it locks nothing: then nothing can be replaced either.
class FolderLock {
 public:
  explicit FolderLock(const std::string& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int fd_;
};

}  // namespace mohr::pki
