// The secret of one installation: it authenticates the files that mohr keeps for itself (indexes of lists, fetched lists, the newest time),
// so that a file of somebody else or a damaged one is never believed.
#pragma once

#include <memory>

#include "pki/crypto/digest.h"

namespace mohr::pki {

class Installation;
using InstallationPtr = std::shared_ptr<const Installation>;

// Immutable; safe over threads.
class Installation {
 public:
  // The folder is made for its owner alone when it is missing, and the key in it too; several processes may do so at once.
  // Errors: state_unsafe (somebody else may read or write the key), file_not_readable, file_not_writable.
  static Result<InstallationPtr> open(const std::string& folder);

  [[nodiscard]] const std::string& folder() const { return folder_; }
  // HMAC-SHA-256 (RFC 2104) over the purpose and the octets: a file of one purpose is none of another.
  [[nodiscard]] crypto::Hash mac(std::string_view purpose, ByteView octets) const;
  [[nodiscard]] bool is_ours(std::string_view purpose, ByteView octets, ByteView mac) const;

 private:
  Installation(std::string folder, Secret key) : folder_(std::move(folder)), key_(std::move(key)) {}
  std::string folder_;
  Secret key_;
};

}  // namespace mohr::pki
