#include "pki/core/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace mohr {

Result<FileLock> FileLock::take(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return errors::file_not_writable(Code{path}, Code{std::strerror(errno)});  // NOLINT(concurrency-mt-unsafe)
  FileLock lock(fd);
  while (::flock(fd, LOCK_EX) != 0)
    if (errno != EINTR) return errors::file_not_writable(Code{path}, Code{std::strerror(errno)});  // NOLINT(concurrency-mt-unsafe)
  return lock;
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace mohr
