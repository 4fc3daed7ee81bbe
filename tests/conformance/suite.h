// What a suite is to the runner: a name, the folder of the corpora that it reads, and a function that judges its cases.
// To add one: a .cc file with that function, and a row in suites.def.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pki/core/bytes.h"
#include "pki/core/json.h"

namespace mohr::conformance {

enum class Outcome : std::uint8_t { agreed, differed, skipped };

struct Case {
  std::string id;                // unique in its suite, stable over runs
  std::string expected, actual;  // in the suite's own words
  Outcome outcome = Outcome::agreed;
  std::string reason;  // why ours is what it is; replaced by the one in exceptions.json
};

class Cases {
 public:
  void judge(std::string id, std::string expected, std::string actual, bool agreed, std::string reason = {});
  // Not computed at all: allowed only when exceptions.json lists it.
  void skip(std::string id, std::string expected, std::string reason);
  [[nodiscard]] std::vector<Case>& all() { return cases_; }
  [[nodiscard]] const std::vector<Case>& all() const { return cases_; }

 private:
  std::vector<Case> cases_;
};

struct Suite {
  std::string_view name, folder;
  void (*run)(const std::string& folder, Cases& cases);
  std::string_view elsewhere = {};  // the same material as a Debian package installs it, where there are no corpora
};

// Files under `folder` whose name ends in `ending`, sorted; relative to it.
std::vector<std::string> files_under(const std::string& folder, std::string_view ending);
// Empty when it cannot be read.
Bytes file_octets(const std::string& path);
// Null when it cannot be read or is no JSON. Corpora are trusted: large limits.
json::Value json_file(const std::string& path);
// "" when there is no such text.
std::string text(const json::Value& object, std::string_view member);
Bytes hex_octets(const json::Value& object, std::string_view member);
std::string describe(const Error& error);

}  // namespace mohr::conformance
