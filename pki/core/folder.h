// Folders of files that mohr keeps for itself and can make again.
#pragma once

#include <cstdint>
#include <string>

namespace mohr {

struct FolderSize {
  std::uint64_t files = 0, octets = 0;
};
// All files below it; nothing for a folder that is not there.
FolderSize size_of_folder(const std::string& folder);
// The oldest files go until the others have `at_most` octets in all; the newest stays, and so does a lock (a file "lock").
void remove_oldest(const std::string& folder, std::uint64_t at_most);

}  // namespace mohr
