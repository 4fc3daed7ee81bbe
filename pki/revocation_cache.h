// Fetched lists and status answers on disk, by the issuer's key and the place they came from, and the places that failed a short time ago.
#pragma once

#include <map>
#include <mutex>

#include "pki/crl_shelf.h"
#include "pki/revocation.h"

namespace mohr::pki {

// Safe over threads and processes. It is only ever a help: what cannot be read or written is as if it were not there, and what it gives is
// judged like everything that was fetched.
class RevocationCache {
 public:
  static constexpr std::uint64_t kDefaultSize = 2ULL << 30;
  // `clock` outlives it; `at_most`: octets on disk, beyond which the oldest goes; `shelf`: where the indexes of big lists stand (null:
  // every list is read whole).
  RevocationCache(InstallationPtr installation, const Clock& clock, CrlShelfPtr shelf = {}, std::uint64_t at_most = kDefaultSize);

  // The octets of what was kept for the need.
  [[nodiscard]] std::optional<Bytes> find(const Need& need, std::uint64_t at_most) const;
  // The list that was kept for the need; a big one through its index. Null: none. Errors: crl_invalid, budget_exceeded.
  [[nodiscard]] Result<CrlPtr> find_list(const Need& need, Budget& budget) const;
  [[nodiscard]] const CrlShelfPtr& shelf() const { return shelf_; }
  [[nodiscard]] Instant now() const { return clock_.now(); }
  // What its server called it; both empty when nothing is kept.
  [[nodiscard]] Validators validators(const Need& need) const;
  // Kept when it says when the next is due, and what is there is not newer (crlNumber, thisUpdate). Returns whether it was kept. The caller
  // knows that the list is rightly signed; of an answer this is looked at here. Errors: budget_exceeded.
  bool keep(const Need& need, const Crl& crl, const Validators& validators) const;
  Result<bool> keep(const Need& need, const OcspResponse& response, Budget& budget) const;

  // Half a minute after a failure the place may be asked again, after each further one twice as long, up to a quarter of an hour.
  [[nodiscard]] std::optional<Error> cooling_down(const std::string& url) const;
  void remember_failure(const std::string& url);
  void remember_success(const std::string& url);

  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  struct Failure {
    std::int64_t times = 0;
    Instant last;
  };
  [[nodiscard]] std::string path_of(const Need& need) const;
  [[nodiscard]] CrlIndexPtr find_index(const Need& need) const;
  [[nodiscard]] bool replace(const Need& need, ByteView der, Instant this_update, ByteView number, const Validators& validators) const;
  [[nodiscard]] std::map<std::string, Failure> failures_on_disk() const;
  void change_failures(const std::string& url, bool failed);

  InstallationPtr installation_;
  const Clock& clock_;
  CrlShelfPtr shelf_;
  std::uint64_t at_most_;
  std::string folder_;
  mutable std::mutex mutex_;
  std::map<std::string, Failure> failures_;  // of this process, where nothing can be written too
};

}  // namespace mohr::pki
