// mohr policy: what a judgement demands, shown, checked and compared.
#include "cli/command.h"
#include "cli/setting.h"
#include "verify/catalogue.h"

namespace mohr::cli {
namespace {

const std::vector<OptionRow>& options() {
  static const std::vector<OptionRow> rows = with_usual_options({});
  return rows;
}

json::Value difference_value(const verify::PolicyDifference& difference, const verify::Policy& first, const verify::Policy& second) {
  json::Value value;
  value.add("member", difference.member).add("first", difference.first).add("second", difference.second);
  value.add("stricter", difference.stricter == 0 ? json::Value() : json::Value(difference.stricter < 0 ? first.id() : second.id()));
  return value;
}

Result<int> compare(const std::string& a, const std::string& b, const Arguments& arguments, const Terminal& terminal) {
  MOHR_TRY(const verify::PolicyPtr first, verify::Policy::load(a));
  MOHR_TRY(const verify::PolicyPtr second, verify::Policy::load(b));
  const bool fa = terminal.language() == Language::fa;
  json::Array list;
  for (const verify::PolicyDifference& difference : verify::compare(*first, *second)) {
    list.push_back(difference_value(difference, *first, *second));
    if (arguments.has("json")) continue;
    const std::string stricter = difference.stricter == 0 ? ""
                                                          : (fa ? "  سخت‌گیرتر: " : "  stricter: ") +
                                                                (difference.stricter < 0 ? first->id() : second->id());
    terminal.out(difference.member + ": " + json::write(difference.first) + " | " + json::write(difference.second) + stricter + "\n");
  }
  if (arguments.has("json")) {
    json::Value value;
    value.add("version", 1).add("first", first->id()).add("second", second->id()).add("differences", std::move(list));
    terminal.out(json::write(value, 2) + "\n");
  } else if (list.empty()) {
    terminal.out(fa ? "تفاوتی نیست.\n" : "They demand the same.\n");
  }
  return kAccept;
}

// Prints the policy with the table of the catalogue; what is not known here is said beside.
Result<int> import(const std::string& path, const std::string& base, const Terminal& terminal) {
  constexpr std::uint64_t kAtMost = 4 << 20;
  MOHR_TRY(const Bytes text, read_file(path, kAtMost));
  MOHR_TRY(const verify::Catalogue catalogue, verify::read_catalogue(text, path));
  MOHR_TRY(const verify::PolicyPtr policy, verify::Policy::load(base));
  const std::string whole = json::write(verify::policy_with(*policy, catalogue), 2);
  MOHR_CHECK(verify::Policy::parse(as_bytes(whole), path));  // what is printed can be used
  terminal.out(whole + "\n");
  if (catalogue.unknown.empty()) return kAccept;
  std::string hint = terminal.language() == Language::fa ? "ناشناخته‌ها، که هرگز پذیرفته نمی‌شوند:"
                                                         : "not known here, so never accepted:";
  for (const std::string& name : catalogue.unknown) hint += " " + name;
  terminal.hint(hint + "\n");
  return kAccept;
}

Result<int> policy(const Arguments& arguments, const Terminal& terminal) {
  const std::vector<std::string>& words = arguments.files();
  const std::string verb = words.empty() ? "" : words[0];
  if (verb == "show" && words.size() <= 2) {
    MOHR_TRY(const verify::PolicyPtr shown, words.size() == 2 ? verify::Policy::load(words[1]) : verify::Policy::of_machine());
    terminal.out(json::write(shown->json(), 2) + "\n");
    return kAccept;
  }
  if (verb == "check" && words.size() == 2) {
    MOHR_TRY(const verify::PolicyPtr checked, verify::Policy::load(words[1]));
    json::Value value;
    value.add("version", 1).add("id", checked->id()).add("identity", hex(checked->identity().view()));
    const bool fa = terminal.language() == Language::fa;
    terminal.out(arguments.has("json") ? json::write(value, 2) + "\n"
                                       : checked->name(terminal.language()) + (fa ? ": درست است\n" : ": can be used\n"));
    return kAccept;
  }
  if (verb == "diff" && words.size() == 3) return compare(words[1], words[2], arguments, terminal);
  if (verb == "import" && (words.size() == 2 || words.size() == 3))
    return import(words[1], words.size() == 3 ? words[2] : "strict", terminal);
  return misspelt(verb, {"show", "check", "diff", "import"},
                  "mohr policy show [NAME|FILE] | check FILE | diff A B | import CATALOGUE [NAME|FILE]");
}

int run(const Arguments& arguments, const Terminal& terminal) {
  const auto status = policy(arguments, terminal);
  return status ? *status : terminal.fail(status.error());
}

}  // namespace

const Command kPolicy = {"policy",
                         "Show, check, compare and make policies of judgement",
                         "mohr policy show [NAME|FILE] | check FILE | diff A B | import CATALOGUE [NAME|FILE]",
                         "  mohr policy show > ours.json\n"
                         "  mohr policy check ours.json\n"
                         "  mohr policy diff strict ours.json\n"
                         "  mohr policy import 19312MachineReadable.xml > ours.json    (its algorithms, all else strict)\n",
                         &options,
                         &run};

}  // namespace mohr::cli
