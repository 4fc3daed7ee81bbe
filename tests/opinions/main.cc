// opinions_test: what the suites ask us is asked of OpenSSL's own validator and of Botan too. Between two who disagree the table of the
// suite decides: one that says as we do is counted, any other must be listed with its reason in testvectors/opinions/exceptions.json, and
// what is listed there must disagree. Botan is asked as in a live verdict: values of the right form, and the path that we found.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "pki/crypto/opinion.h"
#include "tests/conformance/suite.h"
#include "tests/opinions/openssl_verdict.h"

namespace mohr::conformance {
#define SUITE(function, name, folder) void function(const std::string& folder_of_suite, Cases& cases);
#include "tests/conformance/suites.def"
#undef SUITE
}  // namespace mohr::conformance

namespace mohr::opinions {
namespace {

using conformance::PathAnswer;
using conformance::PathCase;
using conformance::ValueCase;
using crypto::SignatureCheck;
using Says = Answer::Says;

constexpr std::array kSuites = {
#define SUITE(function, name, folder) conformance::Suite{name, folder, conformance::function},
#include "tests/conformance/suites.def"
#undef SUITE
};
constexpr int kNothingRun = 2;

struct Disagreement {
  std::string library, suite, id, words;
  bool table_says_ours = false;
};

class Comparison final : public conformance::Listener {
 public:
  Comparison(std::string_view suite, const conformance::Cases& cases, const crypto::OpinionModule& botan)
      : suite_(suite), cases_(cases), botan_(botan) {}

  void hear(const PathCase& question, const PathAnswer& ours) override {
    compare("OpenSSL", ours.valid, openssl_path(question));
    compare("Botan", !fails_in_what_is_asked(ours), botan_path(question, ours));
  }
  void hear(const ValueCase& question, SignatureCheck ours) override {
    if (ours == SignatureCheck::unsupported) return;
    compare("OpenSSL", ours == SignatureCheck::good, openssl_value(question));
    const crypto::Opinion opinion =
        crypto::ask_about_value(botan_, question.key, question.algorithm, question.message, question.value, question.form);
    compare("Botan", ours == SignatureCheck::good, from(opinion));
  }

  // Called when the suite has run: only then is each question's case known.
  void collect(std::vector<Disagreement>& into) const {
    for (const auto& [index, one] : found_) {
      Disagreement named = one;
      const bool known = index < cases_.all().size();
      named.suite = suite_;
      named.id = suite_ + "/" + (known ? cases_.all()[index].id : "?");
      named.table_says_ours = known && cases_.all()[index].outcome == conformance::Outcome::agreed;
      into.push_back(std::move(named));
    }
  }
  [[nodiscard]] std::size_t compared() const { return compared_; }

 private:
  static Answer from(const crypto::Opinion& opinion) {
    switch (opinion.answer) {
      case crypto::Opinion::Answer::good: return {Says::good, {}};
      case crypto::Opinion::Answer::none: return {Says::none, opinion.words};
      default: return {Says::bad, opinion.words};
    }
  }

  void compare(const char* library, bool ours, const Answer& theirs) {
    if (theirs.says == Says::none) return;
    ++compared_;
    if (ours == (theirs.says == Says::good)) return;
    found_.emplace_back(
        cases_.all().size(),
        Disagreement{library, {}, {}, std::string(ours ? "ours good, theirs bad: " : "ours bad, theirs good ") + theirs.words});
  }

  static bool is_asked(Check check) {
    switch (check) {
      case Check::certificate_signature_bad:
      case Check::certificate_expired:
      case Check::certificate_not_yet_valid:
      case Check::issuer_not_authority:
      case Check::path_too_long: return true;
      default: return false;
    }
  }
  static bool fails_in_what_is_asked(const PathAnswer& ours) {
    return std::any_of(ours.findings.begin(), ours.findings.end(), [](const Finding& f) { return is_asked(f.check); });
  }
  Answer botan_path(const PathCase& question, const PathAnswer& ours) const {
    const bool other_reason = std::any_of(ours.findings.begin(), ours.findings.end(),
                                          [](const Finding& f) { return !pki::is_warning(f.check) && !is_asked(f.check); });
    if (!ours.anchored || other_reason || ours.path.size() < 2) return {};
    std::vector<ByteView> encodings;
    for (const pki::CertificatePtr& certificate : ours.path) {
      if (certificate->not_before() < botan_.earliest || certificate->not_after() > botan_.latest) return {};
      encodings.push_back(certificate->der());
    }
    for (std::size_t i = 0; i + 1 < ours.path.size(); ++i) {
      const auto key = ours.path[i + 1]->key();
      if (!key || !botan_.knows(ours.path[i]->signature_algorithm(), (*key)->type(), (*key)->curve())) return {};
    }
    return from(botan_.chain(encodings, question.inputs.time));
  }

  std::string suite_;
  const conformance::Cases& cases_;
  const crypto::OpinionModule& botan_;
  std::vector<std::pair<std::size_t, Disagreement>> found_;
  std::size_t compared_ = 0;
};

// [{"class", "library", "version", "reason", "cases"}]; "version", when it is there, is how the library's version begins.
struct Exceptions {
  std::map<std::pair<std::string, std::string>, std::string> classes;  // by library and case
  std::set<std::string> suites_run;
  bool broken = false;
};

Exceptions read_exceptions(const std::map<std::string, std::string>& versions) {
  Exceptions out;
  const json::Value document = conformance::json_file(MOHR_SOURCE_DIR "/testvectors/opinions/exceptions.json");
  out.broken = document.array() == nullptr;
  for (const json::Value& row : out.broken ? json::Array{} : *document.array()) {
    const std::string library = conformance::text(row, "library"), name = conformance::text(row, "class");
    const json::Value* cases = row.member("cases");
    if (!versions.contains(library) || name.empty() || conformance::text(row, "reason").empty() || cases == nullptr || !cases->array()) {
      out.broken = true;
      continue;
    }
    if (!versions.at(library).starts_with(conformance::text(row, "version"))) continue;
    for (const json::Value& one : *cases->array())
      if (one.string() != nullptr) out.classes[{library, *one.string()}] = name;
  }
  return out;
}

// Prints what is unexpected; how many.
std::size_t judge(const std::vector<Disagreement>& found, const Exceptions& exceptions) {
  std::set<std::pair<std::string, std::string>> seen;
  std::map<std::string, std::size_t> counts;
  std::size_t unexpected = 0;
  for (const Disagreement& one : found) {
    const std::pair key{one.library, one.id};
    seen.insert(key);
    const auto listed = exceptions.classes.find(key);
    if (listed != exceptions.classes.end()) {
      ++counts[listed->second];
      continue;
    }
    if (one.table_says_ours) {
      ++counts[one.library + " against the table of " + one.suite];
      continue;
    }
    ++unexpected;
    std::printf("  DISAGREES %s %s: %s\n", one.library.c_str(), one.id.c_str(), one.words.c_str());
  }
  for (const auto& [key, name] : exceptions.classes) {
    if (seen.contains(key) || !exceptions.suites_run.contains(key.second.substr(0, key.second.find('/')))) continue;
    ++unexpected;
    std::printf("  AGREES, THOUGH LISTED (%s) %s %s\n", name.c_str(), key.first.c_str(), key.second.c_str());
  }
  for (const auto& [name, count] : counts) std::printf("  %4zu %s\n", count, name.c_str());
  return unexpected;
}

int run() {
  const char* environment = std::getenv("MOHR_CORPORA");  // NOLINT(concurrency-mt-unsafe): one thread
  const std::string corpora = environment != nullptr && *environment != '\0' ? environment : MOHR_SOURCE_DIR "/../shared/corpora";
  const crypto::SecondOpinion second;
  if (second.module() == nullptr || !std::filesystem::is_directory(corpora)) {
    std::printf("opinions_test: skipped, %s\n", second.module() == nullptr ? "Botan is not there" : "the corpora are not there");
    return kNothingRun;
  }
  const std::map<std::string, std::string> versions = {{"OpenSSL", openssl_version()}, {"Botan", second.module()->version()}};
  Exceptions exceptions = read_exceptions(versions);
  std::vector<Disagreement> found;
  for (const conformance::Suite& suite : kSuites) {
    conformance::Cases cases;
    Comparison comparison(suite.name, cases, *second.module());
    conformance::set_listener(&comparison);
    suite.run(corpora + "/" + std::string(suite.folder), cases);
    conformance::set_listener(nullptr);
    comparison.collect(found);
    exceptions.suites_run.insert(std::string(suite.name));
    if (comparison.compared() > 0) std::printf("%s: %zu answers compared\n", std::string(suite.name).c_str(), comparison.compared());
  }
  const std::size_t unexpected = judge(found, exceptions);
  if (exceptions.broken) std::printf("the exceptions cannot be read, or lack a class, library, reason or cases\n");
  std::printf("OpenSSL %s, Botan %s: %zu disagreements, %zu unexpected\n", versions.at("OpenSSL").c_str(), versions.at("Botan").c_str(),
              found.size(), unexpected);
  return unexpected == 0 && !exceptions.broken ? 0 : 1;
}

}  // namespace
}  // namespace mohr::opinions

int main() { return mohr::opinions::run(); }
