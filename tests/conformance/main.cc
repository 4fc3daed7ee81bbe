// mohr_conformance: runs the suites of other projects' test material and compares with what their tables say.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "pki/crypto/public_key.h"
#include "suite.h"

namespace mohr::conformance {

#define SUITE(function, name, folder) void function(const std::string& folder_of_suite, Cases& cases);
#include "suites.def"
#undef SUITE

namespace {

constexpr std::array kSuites = {
#define SUITE(function, name, folder) Suite{name, folder, function},
#define SUITE_OF_PACKAGE(function, name, folder, elsewhere) Suite{name, folder, function, elsewhere},
#include "suites.def"
#undef SUITE
};

constexpr int kAsExpected = 0, kUnexpected = 1, kNothingRun = 2, kUsage = 64;

// "*" stands for anything.
bool matches(std::string_view pattern, std::string_view id) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == id;
  if (!id.starts_with(pattern.substr(0, star))) return false;
  pattern.remove_prefix(star + 1);
  for (std::size_t i = star; i <= id.size(); ++i)
    if (matches(pattern, id.substr(i))) return true;
  return false;
}

// Whether the linked library has the algorithm of this name.
bool is_available(std::string_view name) {
  for (int i = 1; i <= static_cast<int>(crypto::ParameterSet::slh_dsa_shake_256f); ++i) {
    const auto set = static_cast<crypto::ParameterSet>(i);
    if (crypto::signature_name(crypto::pure_algorithm(set)) == name) return crypto::is_available(set);
  }
  return false;
}

// testvectors/external/SUITE/exceptions.json: {"differences": [{"id", "reason"}], "skips": [{"id", "reason", "without"}]}; a row with
// "without" counts only where the linked library lacks that algorithm.
struct Exceptions {
  struct Row {
    std::string pattern, reason;
  };
  std::vector<Row> differences, skips;
  bool broken = false;

  static const Row* find(const std::vector<Row>& rows, std::string_view id) {
    for (const Row& row : rows)
      if (matches(row.pattern, id)) return &row;
    return nullptr;
  }
};

Exceptions read_exceptions(const std::string& folder, std::string_view suite) {
  const std::string path = folder + "/" + std::string(suite) + "/exceptions.json";
  Exceptions exceptions;
  if (!std::filesystem::exists(path)) return exceptions;
  const json::Value document = json_file(path);
  exceptions.broken = document.object() == nullptr;
  for (const auto& [name, rows] : {std::pair{"differences", &exceptions.differences}, std::pair{"skips", &exceptions.skips}}) {
    const json::Value* list = document.member(name);
    if (list == nullptr) continue;
    if (list->array() == nullptr) exceptions.broken = true;
    for (const json::Value& one : list->array() != nullptr ? *list->array() : json::Array{}) {
      if (one.string("without") != nullptr && is_available(text(one, "without"))) continue;
      rows->push_back({text(one, "id"), text(one, "reason")});
      if (rows->back().pattern.empty() || rows->back().reason.empty()) exceptions.broken = true;
    }
  }
  return exceptions;
}

struct Arguments {
  std::string corpora, exceptions = MOHR_SOURCE_DIR "/testvectors/external", json;
  std::vector<std::string> suites;
};

std::optional<Arguments> read_arguments(int count, char** words) {
  Arguments arguments;
  const char* environment = std::getenv("MOHR_CORPORA");  // NOLINT(concurrency-mt-unsafe): one thread
  arguments.corpora = environment != nullptr && *environment != '\0' ? environment : MOHR_SOURCE_DIR "/../shared/corpora";
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (i + 1 >= count) return std::nullopt;
    const std::string value = words[++i];
    if (word == "--corpora") arguments.corpora = value;
    else if (word == "--exceptions") arguments.exceptions = value;
    else if (word == "--json") arguments.json = value;
    else if (word == "--suite") arguments.suites.push_back(value);
    else return std::nullopt;
  }
  return arguments;
}

struct Tally {
  std::size_t passed = 0, failed = 0, skipped = 0, unexpected = 0;
};

// Compares one case with the exceptions; says what people should see.
void settle(Case& one, const Exceptions& exceptions, Tally& tally, std::FILE* out) {
  const Exceptions::Row* difference = Exceptions::find(exceptions.differences, one.id);
  const Exceptions::Row* skip = Exceptions::find(exceptions.skips, one.id);
  const char* trouble = nullptr;
  switch (one.outcome) {
    case Outcome::agreed:
      ++tally.passed;
      if (difference != nullptr) trouble = "PASSES, THOUGH LISTED AS A DIFFERENCE";
      if (skip != nullptr) trouble = "RAN, THOUGH LISTED AS A SKIP";
      break;
    case Outcome::differed:
      ++tally.failed;
      if (difference == nullptr) trouble = "FAILED";
      else one.reason = difference->reason;
      break;
    case Outcome::skipped:
      ++tally.skipped;
      if (skip == nullptr) trouble = "SKIPPED, BUT NOT LISTED";
      else one.reason = skip->reason;
      break;
  }
  if (trouble != nullptr) ++tally.unexpected;
  if (trouble == nullptr && one.outcome != Outcome::differed) return;
  std::fprintf(out, "  %s %s: expected %s, got %s%s%s\n", trouble != nullptr ? trouble : "stands", one.id.c_str(), one.expected.c_str(),
               one.actual.c_str(), one.reason.empty() ? "" : ": ", one.reason.c_str());
}

json::Value to_json(const Case& one) {
  json::Value out;
  out.add("id", one.id).add("expected", one.expected).add("actual", one.actual);
  out.add("ok", one.outcome == Outcome::skipped ? json::Value() : json::Value(one.outcome == Outcome::agreed));
  out.add("reason", one.reason);
  return out;
}

// Where its material lies; "" when it is not here.
std::string folder_of(const Suite& suite, const Arguments& arguments) {
  const std::string folder = arguments.corpora + "/" + std::string(suite.folder);
  if (std::filesystem::is_directory(folder)) return folder;
  return std::filesystem::is_directory(suite.elsewhere) ? std::string(suite.elsewhere) : std::string();
}

json::Value run_suite(const Suite& suite, const std::string& folder, const Arguments& arguments, std::size_t& unexpected, std::FILE* out) {
  Cases cases;
  suite.run(folder, cases);
  const Exceptions exceptions = read_exceptions(arguments.exceptions, suite.name);
  Tally tally;
  json::Array rows;
  for (Case& one : cases.all()) {
    settle(one, exceptions, tally, out);
    rows.push_back(to_json(one));
  }
  if (rows.empty()) {
    ++tally.unexpected;
    std::fprintf(out, "  no case was found in its folder\n");
  }
  if (exceptions.broken) {
    ++tally.unexpected;
    std::fprintf(out, "  the exceptions of this suite cannot be read, or lack a reason\n");
  }
  std::fprintf(out, "%.*s: %zu passed, %zu failed, %zu skipped\n", static_cast<int>(suite.name.size()), suite.name.data(), tally.passed,
               tally.failed, tally.skipped);
  std::fflush(out);
  unexpected += tally.unexpected;
  json::Value result;
  result.add("suite", suite.name).add("passed", static_cast<std::int64_t>(tally.passed));
  result.add("failed", static_cast<std::int64_t>(tally.failed)).add("skipped", static_cast<std::int64_t>(tally.skipped));
  result.add("cases", std::move(rows));
  return result;
}

bool write_json(const std::string& path, const json::Value& document) {
  const std::string octets = json::write(document, 1) + "\n";
  std::FILE* file = path == "-" ? stdout : std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  const bool whole = std::fwrite(octets.data(), 1, octets.size(), file) == octets.size();
  return (file == stdout ? std::fflush(file) : std::fclose(file)) == 0 && whole;
}

bool is_wanted(const Suite& suite, const Arguments& arguments) {
  if (arguments.suites.empty()) return true;
  for (const std::string& name : arguments.suites)
    if (name == suite.name) return true;
  return false;
}

// One line for suites that were asked for, or lie in the corpora, and that this program does not know; they are skipped.
void tell_unknown(const Arguments& arguments) {
  std::vector<std::string> names = arguments.suites;
  std::error_code error;
  if (names.empty())
    for (std::filesystem::directory_iterator i(arguments.corpora, error), end; !error && i != end; i.increment(error))
      if (i->is_directory(error)) names.push_back(i->path().filename().string());
  std::sort(names.begin(), names.end());
  std::string unknown;
  for (const std::string& name : names)
    if (std::none_of(kSuites.begin(), kSuites.end(), [&](const Suite& suite) { return suite.name == name || suite.folder == name; }))
      unknown += " " + name;
  if (!unknown.empty()) std::fprintf(stderr, "mohr_conformance: skipped, no such suite here:%s\n", unknown.c_str());
}

int run(const Arguments& arguments) {
  std::FILE* out = arguments.json == "-" ? stderr : stdout;
  tell_unknown(arguments);
  json::Array suites;
  std::size_t unexpected = 0;
  bool missing = false;
  for (const Suite& suite : kSuites) {
    if (!is_wanted(suite, arguments)) continue;
    const std::string folder = folder_of(suite, arguments);
    if (folder.empty()) {
      std::fprintf(stderr, "mohr_conformance: there is no folder %s/%s\n", arguments.corpora.c_str(), std::string(suite.folder).c_str());
      missing = missing || !arguments.suites.empty();
      continue;
    }
    suites.push_back(run_suite(suite, folder, arguments, unexpected, out));
  }
  const bool ran = !suites.empty();
  json::Value document;
  document.add("suites", std::move(suites));
  if (!arguments.json.empty() && !write_json(arguments.json, document)) {
    std::fprintf(stderr, "mohr_conformance: %s cannot be written\n", arguments.json.c_str());
    return kNothingRun;
  }
  if (unexpected != 0) {
    std::fprintf(out, "%zu unexpected\n", unexpected);
    return kUnexpected;
  }
  return ran && !missing ? kAsExpected : kNothingRun;
}

}  // namespace
}  // namespace mohr::conformance

int main(int count, char** words) {
  const auto arguments = mohr::conformance::read_arguments(count, words);
  if (!arguments) {
    std::fprintf(stderr, "usage: mohr_conformance [--corpora DIR] [--suite NAME]... [--json FILE|-] [--exceptions DIR]\n");
    return mohr::conformance::kUsage;
  }
  return mohr::conformance::run(*arguments);
}
