#include "pki/crl_shelf.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "pki/asn1/pem.h"

namespace mohr::pki {

namespace fs = std::filesystem;

namespace {
constexpr std::string_view kEnding = ".index";
}

CrlShelf::CrlShelf(InstallationPtr installation, std::uint64_t at_most)
    : installation_(std::move(installation)), folder_(installation_->folder() + "/indexes"), at_most_(at_most) {}

std::string CrlShelf::path_of(const crypto::Hash& fingerprint) const {
  return folder_ + "/" + hex(fingerprint.view()) + std::string(kEnding);
}

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
  make_room();
  return find(crl.fingerprint());
}

void CrlShelf::make_room() const {
  struct File {
    fs::file_time_type time;
    fs::path path;
    std::uint64_t size;
  };
  std::vector<File> files;
  std::uint64_t sum = 0;
  std::error_code problem;
  for (fs::directory_iterator at(folder_, problem), end; !problem && at != end; at.increment(problem)) {
    if (at->path().extension() != kEnding) continue;
    std::error_code gone;  // another process may be making room too
    const std::uint64_t size = at->file_size(gone);
    if (gone) continue;
    files.push_back({at->last_write_time(gone), at->path(), size});
    sum += size;
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.time < b.time; });
  for (std::size_t i = 0; i + 1 < files.size() && sum > at_most_; ++i) {  // the newest stays
    fs::remove(files[i].path, problem);
    sum -= files[i].size;
  }
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
