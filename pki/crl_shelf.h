// Where the indexes of big lists stand: a folder with one file for each list, named by the list's SHA-256.
#pragma once

#include "pki/crl_index.h"

namespace mohr::pki {

class CrlShelf final : public CrlKeeper {
 public:
  static constexpr std::uint64_t kWorthAnIndex = 1 << 20;  // octets of a list from which on a scan costs more than a lookup in a file
  static constexpr std::uint64_t kDefaultSize = 2ULL << 30;
  // `at_most`: octets of all indexes, beyond which the oldest go.
  explicit CrlShelf(InstallationPtr installation, std::uint64_t at_most = kDefaultSize);

  CrlIndexPtr keep(const Crl& crl, const crypto::Hash& signer_spki, Budget& budget) const override;
  // Null when there is none that can be believed.
  [[nodiscard]] CrlIndexPtr find(const crypto::Hash& fingerprint) const;
  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  [[nodiscard]] std::string path_of(const crypto::Hash& fingerprint) const;
  InstallationPtr installation_;
  std::string folder_;
  std::uint64_t at_most_;
};
using CrlShelfPtr = std::shared_ptr<const CrlShelf>;

// The lists in a file, PEM or DER. A big one is not read when the shelf (null: none) has its index, and is indexed once its signature has
// verified. Errors: those of files, crl_invalid, budget_exceeded.
Result<std::vector<CrlPtr>> read_crls(const std::string& path, const CrlShelfPtr& shelf, Budget& budget);

}  // namespace mohr::pki
