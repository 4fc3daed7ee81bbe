// Suites of ASiC containers and of trusted lists, formats that come later: what is neither is judged by its content, the rest is counted.
#include <filesystem>

#include "document_case.h"
#include "format/reader.h"
#include "path_case.h"

namespace mohr::conformance {
namespace {

// What a table says of a file.
enum class Says : std::uint8_t { nothing, readable, intact, broken, refused };

Says meaning_of(const std::string& expected) {
  if (expected == "valid") return Says::intact;
  if (expected == "opens" || expected == "loads") return Says::readable;
  if (expected.starts_with("reject-") || expected == "load-error") return Says::refused;
  if (expected.ends_with("invalid") || expected.starts_with("exception:")) return Says::broken;
  return Says::nothing;
}

// By its first header, or by its end where something stands before it.
bool is_zip(ByteView octets) {
  const std::string_view text = as_text(octets);
  return text.starts_with("PK") || (!text.starts_with("%PDF") && text.find("PK\5\6") != std::string_view::npos);
}
// DIGIDOC-XML, which came before ASiC.
bool is_digidoc_xml(ByteView octets) { return as_text(octets).find("<SignedDoc") != std::string_view::npos; }

// An attack must not be accepted even by who trusts the roots that it brings.
void judge_broken(const std::string& id, const std::string& expected, const Bytes& octets, Cases& cases) {
  constexpr Instant kTime{1609804800};  // 2021-01-05; no table names one
  const std::string outcome = outcome_of(verify::Verifier(with_roots_of({}, octets), {}), octets, kTime);
  cases.judge(id, expected, outcome, outcome != "ACCEPT");
}

void judge_document(const std::string& id, const std::string& expected, Says says, const Bytes& octets, Cases& cases) {
  if (says == Says::broken) return judge_broken(id, expected, octets, cases);
  const MemorySource source(octets);
  Budget budget;
  const auto facts = format::read(source, nullptr, budget);
  if (!facts) return cases.judge(id, expected, "refused", says == Says::refused, describe(facts.error()));
  std::string why;
  if (says == Says::intact)
    for (const format::Signature& signature : facts->signatures)
      if (why.empty()) why = break_in(signature);
  cases.judge(id, expected, why.empty() ? "readable" : "broken", says != Says::refused && why.empty(), why);
}

void judge_file(const std::string& folder, const std::string& file, const std::string& expected, Cases& cases) {
  const std::string path = folder + "/" + file;
  if (!std::filesystem::is_regular_file(path)) return cases.judge(file, expected, "no such file", false);
  const Bytes octets = file_octets(path);
  const Says says = meaning_of(expected);
  if (is_zip(octets)) return cases.skip("container/" + file, expected, "an ASiC container");
  if (is_digidoc_xml(octets) && says != Says::refused) return cases.skip("digidoc-xml/" + file, expected, "DIGIDOC-XML");
  if (says != Says::nothing) judge_document(file, expected, says, octets, cases);
}

// A row of "tests" for each time that upstream asks; they count when they agree. With none the folder says it.
std::string expected_of(const json::Value& row) {
  if (row.string("expected") != nullptr) return text(row, "expected");
  std::string found;
  for (const json::Value& test : list(row, "tests"))
    for (const std::string& outcome : texts(test, "outcome")) {
      if (!found.empty() && found != outcome) return "different outcomes";
      found = outcome;
    }
  return found.empty() ? text(row, "default") : found;
}

json::Value run_cases(const std::string& folder, Cases& cases) {
  json::Value document = json_file(folder + "/expected.json");
  if (document.object() == nullptr) cases.judge("expected.json", "readable", "unreadable", false);
  for (const json::Value& row : list(document, "cases")) judge_file(folder, text(row, "file"), expected_of(row), cases);
  return document;
}

}  // namespace

void run_digidoc4j(const std::string& folder, Cases& cases) { run_cases(folder, cases); }

void run_xroad_asic(const std::string& folder, Cases& cases) { run_cases(folder, cases); }

void run_libdigidocpp(const std::string& folder, Cases& cases) {
  const json::Value document = run_cases(folder, cases);
  for (const json::Value& row : list(document, "trusted_list_cases"))
    cases.skip("trusted-list/" + text(row, "list") + " " + text(row, "container"), text(row, "expected"), "a trusted list");
}

}  // namespace mohr::conformance
