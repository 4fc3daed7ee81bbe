#include "pki/installation.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace mohr::pki {
namespace {

constexpr std::size_t kKeySize = 32;

Result<void> make_folder(const std::string& folder) {
  std::error_code problem;
  std::filesystem::create_directories(std::filesystem::path(folder).parent_path(), problem);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return errors::file_not_writable(Code{folder}, Code{std::strerror(errno)});  // NOLINT(concurrency-mt-unsafe): glibc's is safe
  return {};
}

Result<void> make_key(const std::string& path) {
  Secret key(Bytes(kKeySize, 0));
  if (::getentropy(key.bytes().data(), kKeySize) != 0) return errors::crypto_failed(Code{"random octets"});
  MOHR_TRY(NewFile file, NewFile::create(path, false, 0600));
  MOHR_CHECK(file.write(key.view()));
  auto done = file.commit();
  if (!done && done.error().code != ErrorCode::file_exists) return done;  // another process was first: its key is the key
  return {};
}

Result<Secret> read_key(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) {
    if (!S_ISREG(status.st_mode) || status.st_uid != ::geteuid())
      return errors::state_unsafe(Code{path}, Code{"it belongs to somebody else"});
    if ((status.st_mode & 077) != 0) return errors::state_unsafe(Code{path}, Code{"others may read it"});
  }
  MOHR_TRY(Bytes key, read_file(path, 1024));
  Secret secret(std::move(key));
  if (secret.view().size() != kKeySize) return errors::state_unsafe(Code{path}, Code{"it is damaged"});
  return secret;
}

}  // namespace

Result<InstallationPtr> Installation::open(const std::string& folder) {
  const std::string path = folder + "/installation.key";
  auto key = read_key(path);
  if (!key && key.error().code == ErrorCode::file_not_found) {
    MOHR_CHECK(make_folder(folder));
    MOHR_CHECK(make_key(path));
    key = read_key(path);
  }
  if (!key) return std::move(key).error();
  return InstallationPtr(new Installation(folder, *std::move(key)));
}

crypto::Hash Installation::mac(std::string_view purpose, ByteView octets) const {
  Bytes message = to_bytes(as_bytes(purpose));
  message.push_back(0);
  append(message, octets);
  return crypto::hmac_sha256(key_.view(), message);
}

bool Installation::is_ours(std::string_view purpose, ByteView octets, ByteView mac) const {
  const crypto::Hash right = this->mac(purpose, octets);
  return right.size != 0 && crypto::equal_in_constant_time(right.view(), mac);
}

}  // namespace mohr::pki
