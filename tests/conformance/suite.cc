#include "suite.h"

#include <algorithm>
#include <filesystem>

#include "pki/core/source.h"

namespace mohr::conformance {

void Cases::judge(std::string id, std::string expected, std::string actual, bool agreed, std::string reason) {
  cases_.push_back(
      {std::move(id), std::move(expected), std::move(actual), agreed ? Outcome::agreed : Outcome::differed, std::move(reason)});
}

void Cases::skip(std::string id, std::string expected, std::string reason) {
  cases_.push_back({std::move(id), std::move(expected), "skipped", Outcome::skipped, std::move(reason)});
}

std::vector<std::string> files_under(const std::string& folder, std::string_view ending) {
  std::vector<std::string> found;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator i(folder, error), end; !error && i != end; i.increment(error)) {
    if (!i->is_regular_file(error)) continue;
    const std::string name = std::filesystem::relative(i->path(), folder, error).string();
    if (name.ends_with(ending)) found.push_back(name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

Bytes file_octets(const std::string& path) {
  constexpr std::uint64_t kLargest = 1ULL << 30;
  auto octets = read_file(path, kLargest);
  return octets ? *std::move(octets) : Bytes{};
}

json::Value json_file(const std::string& path) {
  Budget budget;
  const Bytes octets = file_octets(path);
  auto value = json::parse(octets, budget);
  return value ? *std::move(value) : json::Value{};
}

std::string text(const json::Value& object, std::string_view member) {
  const std::string* found = object.string(member);
  return found != nullptr ? *found : std::string();
}

Bytes hex_octets(const json::Value& object, std::string_view member) { return from_hex(text(object, member)).value_or(Bytes{}); }

std::string describe(const Error& error) { return render(error, Language::en); }

}  // namespace mohr::conformance
