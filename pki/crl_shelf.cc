#include "pki/crl_shelf.h"

#include <sys/stat.h>

#include <algorithm>

#include "pki/asn1/pem.h"
#include "pki/core/folder.h"

namespace mohr::pki {

CrlShelf::CrlShelf(InstallationPtr installation, std::uint64_t at_most)
    : installation_(std::move(installation)), folder_(installation_->folder() + "/indexes"), at_most_(at_most) {}

std::string CrlShelf::path_of(const crypto::Hash& fingerprint) const { return folder_ + "/" + hex(fingerprint.view()) + ".index"; }

CrlIndexPtr CrlShelf::find(const crypto::Hash& fingerprint) const {
  auto index = CrlIndex::open(path_of(fingerprint), *installation_);
  // A file that stands under the name of another list says nothing about this one.
  return index && (*index)->head().fingerprint == fingerprint ? *std::move(index) : nullptr;
}

CrlIndexPtr CrlShelf::keep(const Crl& crl, const crypto::Hash& signer_spki, Budget& budget) const {
  if (crl.der().size() < kWorthAnIndex) return nullptr;
  ::mkdir(folder_.c_str(), 0700);
  const auto built = CrlIndex::build(crl, signer_spki, *installation_, path_of(crl.fingerprint()), budget);
  if (!built || !*built) return nullptr;
  remove_oldest(folder_, at_most_);
  return find(crl.fingerprint());
}

Result<std::vector<CrlPtr>> read_crls(const std::string& path, const CrlShelfPtr& shelf, Budget& budget) {
  MOHR_TRY(const std::unique_ptr<FileSource> file, FileSource::open(path));
  const std::uint64_t most = budget.limit(Limit::crl_bytes);
  Bytes beginning(std::min<std::uint64_t>(file->size(), 1));
  MOHR_CHECK(file->read_at(0, beginning));
  const bool big = shelf && file->size() >= CrlShelf::kWorthAnIndex && file->size() <= most && beginning[0] == asn1::kSequence;
  if (!big) {
    MOHR_TRY(const Bytes octets, read_all(*file, most, Limit::crl_bytes));
    return parse_crls(octets, budget);
  }
  MOHR_TRY(const crypto::Hash fingerprint, crypto::digest_source(*file, crypto::DigestAlgorithm::sha256, budget));
  if (CrlIndexPtr index = shelf->find(fingerprint)) {
    const auto reread = [path, most] { return read_file(path, most, Limit::crl_bytes); };
    if (auto crl = Crl::from_index(std::move(index), reread, shelf, budget)) return std::vector<CrlPtr>{*std::move(crl)};
  }
  MOHR_TRY(Bytes octets, read_all(*file, most, Limit::crl_bytes));
  MOHR_TRY(CrlPtr crl, Crl::parse(std::move(octets), budget, shelf));
  return std::vector<CrlPtr>{std::move(crl)};
}

}  // namespace mohr::pki
