#include "pki/core/source.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace mohr {
namespace {

std::string reason() { return std::strerror(errno); }  // NOLINT(concurrency-mt-unsafe): glibc's is safe

Error open_error(const std::string& path) {
  if (errno == ENOENT || errno == ENOTDIR) return errors::file_not_found(Code{path});
  return errors::file_not_readable(Code{path}, Code{reason()});
}

std::string temporary_beside(const std::string& path) {
  std::array<Byte, 6> random{};
  return ::getentropy(random.data(), random.size()) == 0 ? path + "." + hex(random) : std::string();
}

Error cut_short(const std::string& name) { return errors::file_not_readable(Code{name}, Code{"it became shorter while it was read"}); }

}  // namespace

Result<void> MemorySource::read_at(std::uint64_t offset, std::span<Byte> into) const {
  if (offset > bytes_.size() || into.size() > bytes_.size() - offset) return cut_short(name_);
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
  return {};
}

Result<std::unique_ptr<FileSource>> FileSource::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return open_error(path);
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    const bool directory = S_ISDIR(status.st_mode);
    ::close(fd);
    if (directory) return errors::file_is_directory(Code{path});
    return errors::file_not_readable(Code{path}, Code{"it is no regular file"});
  }
  return std::unique_ptr<FileSource>(new FileSource(fd, static_cast<std::uint64_t>(status.st_size), status.st_mode & 0777, path));
}

FileSource::~FileSource() { ::close(fd_); }

Result<void> FileSource::read_at(std::uint64_t offset, std::span<Byte> into) const {
  while (!into.empty()) {
    const ssize_t got = ::pread(fd_, into.data(), into.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errors::file_not_readable(Code{name_}, Code{reason()});
    if (got == 0) return cut_short(name_);
    into = into.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<Bytes> read_all(const Source& source, std::uint64_t at_most, Limit limit) {
  if (source.size() > at_most) return errors::budget_exceeded(Code{std::string(limit_id(limit))}, static_cast<std::int64_t>(at_most));
  Bytes bytes(source.size());
  MOHR_CHECK(source.read_at(0, bytes));
  return bytes;
}

Result<Bytes> read_file(const std::string& path, std::uint64_t at_most, Limit limit) {
  MOHR_TRY(const auto source, FileSource::open(path));
  return read_all(*source, at_most, limit);
}

Result<void> MemorySink::write(ByteView bytes) {
  append(bytes_, bytes);
  return {};
}

Result<void> MemorySink::write_at(std::uint64_t offset, ByteView bytes) {
  if (offset > bytes_.size() || bytes.size() > bytes_.size() - offset)
    return errors::file_not_writable(Code{"memory"}, Code{"a patch beyond what was written"});
  std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
  return {};
}

NewFile::NewFile(int fd, std::string path, std::string temporary, bool replace, bool nameless)
    : fd_(fd), path_(std::move(path)), temporary_(std::move(temporary)), replace_(replace), nameless_(nameless) {}

NewFile::NewFile(NewFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      replace_(other.replace_),
      nameless_(other.nameless_) {}

Result<NewFile> NewFile::create(const std::string& path, bool replace, unsigned mode) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return errors::file_is_directory(Code{path});
    if (!S_ISREG(status.st_mode)) return errors::file_not_writable(Code{path}, Code{"it is no regular file"});
  }
  if (!replace && ::lstat(path.c_str(), &status) == 0) return errors::file_exists(Code{path});
  const auto rights = static_cast<mode_t>((mode & 0666) | 0600);
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (const int nameless = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, rights); nameless >= 0) {
    std::string name = "/proc/self/fd/" + std::to_string(nameless);
    if (::access(name.c_str(), F_OK) == 0) return NewFile(nameless, path, std::move(name), replace, true);
    ::close(nameless);
  }
  std::string temporary = temporary_beside(path);
  const int fd = ::open(temporary.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, rights);
  if (fd < 0) return errors::file_not_writable(Code{path}, Code{reason()});
  return NewFile(fd, path, std::move(temporary), replace, false);
}

NewFile::~NewFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!nameless_ && !temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> NewFile::write(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errors::file_not_writable(Code{path_}, Code{reason()});
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> NewFile::write_at(std::uint64_t offset, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errors::file_not_writable(Code{path_}, Code{reason()});
    bytes = bytes.subspan(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
  return {};
}

// linkat(2) never replaces, so what shall replace gets a temporary name first.
Result<void> NewFile::take_name() {
  const std::string name = replace_ ? temporary_beside(path_) : path_;
  if (::linkat(AT_FDCWD, temporary_.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    if (errno == EEXIST && !replace_) return errors::file_exists(Code{path_});
    return errors::file_not_writable(Code{path_}, Code{reason()});
  }
  nameless_ = false;
  temporary_ = replace_ ? name : std::string();
  return {};
}

Result<void> NewFile::commit(Flush flush) {
  if (flush == Flush::yes && ::fsync(fd_) != 0) return errors::file_not_writable(Code{path_}, Code{reason()});
  if (nameless_) MOHR_CHECK(take_name());
  if (::close(std::exchange(fd_, -1)) != 0) return errors::file_not_writable(Code{path_}, Code{reason()});
  if (temporary_.empty()) return {};
  // link() instead of rename() when nothing may be replaced: it fails when the name was taken meanwhile.
  if (!replace_) {
    if (::link(temporary_.c_str(), path_.c_str()) == 0) return {};
    if (errno == EEXIST) return errors::file_exists(Code{path_});
    struct stat status {};
    if (::lstat(path_.c_str(), &status) == 0) return errors::file_exists(Code{path_});
  }
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return errors::file_not_writable(Code{path_}, Code{reason()});
  temporary_.clear();
  return {};
}

}  // namespace mohr
