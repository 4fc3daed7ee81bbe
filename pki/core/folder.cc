#include "pki/core/folder.h"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace mohr {
namespace {

namespace fs = std::filesystem;

struct File {
  fs::file_time_type time;
  std::uint64_t octets = 0;
  fs::path path;
};

}  // namespace

FolderSize size_of_folder(const std::string& folder) {
  FolderSize size;
  std::error_code ended, gone;
  for (fs::recursive_directory_iterator at(folder, ended), end; !ended && at != end; at.increment(ended)) {
    if (!at->is_regular_file(gone)) continue;
    ++size.files;
    const std::uintmax_t octets = at->file_size(gone);
    if (!gone) size.octets += octets;
  }
  return size;
}

void remove_oldest(const std::string& folder, std::uint64_t at_most) {
  std::vector<File> files;
  std::uint64_t sum = 0;
  std::error_code ended;
  for (fs::directory_iterator at(folder, ended), end; !ended && at != end; at.increment(ended)) {
    std::error_code gone;  // another process may be making room too
    if (at->path().filename() == "lock") continue;
    const File file{at->last_write_time(gone), gone ? 0 : at->file_size(gone), at->path()};
    if (gone) continue;
    sum += file.octets;
    files.push_back(file);
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.time < b.time; });
  for (std::size_t i = 0; i + 1 < files.size() && sum > at_most; ++i) {
    std::error_code failed;
    if (fs::remove(files[i].path, failed)) sum -= files[i].octets;
  }
}

}  // namespace mohr
