// A big revocation list as a file that is asked without being read: its entries sorted in pages of 4 KiB below a tree of pages, each of
// which holds the SHA-256 of those below it; the head holds that of the root and is authenticated by the installation's key. A lookup
// verifies the pages that it touches for the first time. What is damaged, cut short or somebody else's is never believed
// (crl_index_damaged).
#pragma once

#include "pki/crl.h"
#include "pki/installation.h"

namespace mohr::pki {

class CrlIndex;
using CrlIndexPtr = std::shared_ptr<const CrlIndex>;

// What the head says besides the entries.
struct CrlIndexHead {
  std::uint64_t records = 0;    // in the index: one for each serial number
  std::uint64_t listed = 0;     // in the list
  std::size_t serial_size = 0;  // octets of the longest serial number
  bool invalidity_dates = false, unknown_critical = false, empty_list = false;
  crypto::Hash fingerprint;  // of the list's whole encoding
  crypto::Hash signer_spki;  // SHA-256 of the key under which the list's signature verified
  crypto::Hash root;
  Bytes skeleton;  // the list's encoding without its entries
};

// Immutable; safe over threads. Files are written whole and renamed, never changed in place.
class CrlIndex {
 public:
  // Writes the index of a list whose signature verified under the key whose SubjectPublicKeyInfo hashes to `signer_spki`. False: a list of
  // a form that is not indexed (indirect, serial numbers beyond 64 octets). Errors: budget_exceeded, file_not_writable.
  static Result<bool> build(const Crl& crl, const crypto::Hash& signer_spki, const Installation& installation, const std::string& path,
                            Budget& budget);
  // Errors: file_not_found, file_not_readable, crl_index_damaged.
  static Result<CrlIndexPtr> open(const std::string& path, const Installation& installation);
  ~CrlIndex();
  CrlIndex(const CrlIndex&) = delete;
  CrlIndex& operator=(const CrlIndex&) = delete;

  [[nodiscard]] const CrlIndexHead& head() const;
  [[nodiscard]] const std::string& path() const;
  [[nodiscard]] std::uint64_t file_size() const;
  // INTEGER contents. Errors: crl_index_damaged.
  [[nodiscard]] Result<std::optional<RevokedEntry>> find(ByteView serial) const;

 private:
  struct State;  // in crl_index.cc
  explicit CrlIndex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mohr::pki
