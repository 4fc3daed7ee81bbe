#include "cli/outputs.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace mohr::cli {
namespace {

namespace fs = std::filesystem;

struct Node {
  dev_t device = 0;
  ino_t inode = 0;
  bool operator==(const Node&) const = default;
};

std::optional<Node> node_of(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return Node{status.st_dev, status.st_ino};
}

// What the call reads, with the files of folders.
std::vector<Node> inputs_of(const Arguments& arguments) {
  std::vector<std::string> paths = arguments.files();
  for (const char* option :
       {"content", "trust", "intermediate", "crl", "ocsp", "key", "pass-file", "expect-request", "in-reply-to", "policy"})
    for (std::string& path : arguments.values(option)) paths.push_back(std::move(path));
  std::vector<Node> nodes;
  for (const std::string& path : paths) {
    if (const auto node = node_of(path)) nodes.push_back(*node);
    std::error_code ignored;
    for (fs::directory_iterator file(path, ignored), end; !ignored && file != end; file.increment(ignored))
      if (const auto node = node_of(file->path())) nodes.push_back(*node);
  }
  return nodes;
}

bool same_place(const fs::path& a, const fs::path& b) {
  const auto node = node_of(a);
  if (node && node == node_of(b)) return true;
  const auto folder_of = [](const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); };
  return a.filename() == b.filename() && node_of(folder_of(a)) == node_of(folder_of(b));
}

}  // namespace

Result<void> check_outputs(const Arguments& arguments, const std::vector<std::string>& outputs,
                           bool (*is_replaceable)(const std::string&)) {
  const std::vector<Node> inputs = outputs.empty() ? std::vector<Node>() : inputs_of(arguments);
  for (auto output = outputs.begin(); output != outputs.end(); ++output) {
    const auto node = node_of(*output);
    if (node && std::find(inputs.begin(), inputs.end(), *node) != inputs.end()) return errors::output_is_input(Code{*output});
    for (auto other = outputs.begin(); other != output; ++other)
      if (same_place(*other, *output)) return errors::outputs_same(Code{*output});
    struct stat status {};
    if (arguments.has("force") || ::lstat(output->c_str(), &status) != 0) continue;
    if (S_ISDIR(status.st_mode)) return errors::file_is_directory(Code{*output});
    if (!S_ISREG(status.st_mode) || !is_replaceable || !is_replaceable(*output)) return errors::file_exists(Code{*output});
  }
  return {};
}

}  // namespace mohr::cli
