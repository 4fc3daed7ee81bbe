#include "cli/options.h"

#include <getopt.h>

#include <algorithm>

#include "pki/core/text.h"

namespace mohr::cli {
namespace {

constexpr int kFirstLong = 1000;

Error misunderstood(std::string what) { return errors::usage_invalid(Code{std::move(what)}); }

// "unknown option --trsut; did you mean --trust?"
Error unknown_option(const std::string& word, const std::vector<OptionRow>& rows) {
  const std::string bare = word.substr(0, word.find('='));
  std::vector<std::string> known;
  for (const OptionRow& row : rows) known.push_back(std::string("--") + row.name);
  const std::string best = closest(bare, known);
  return misunderstood("unknown option " + bare + (best.empty() ? "" : "; did you mean " + best + "?"));
}

bool is_repeatable(const OptionRow& row) { return std::string_view(row.help).find("repeatable") != std::string_view::npos; }

}  // namespace

Result<Arguments> Arguments::parse(int argc, char** argv, const std::vector<OptionRow>& rows) {
  std::vector<option> longs;
  std::string shorts = ":";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    longs.push_back({rows[i].name, rows[i].value != nullptr ? required_argument : no_argument, nullptr, kFirstLong + static_cast<int>(i)});
    if (rows[i].letter == 0) continue;
    shorts += rows[i].letter;
    if (rows[i].value != nullptr) shorts += ':';
  }
  longs.push_back({nullptr, 0, nullptr, 0});
  Arguments arguments;
  optind = 0;
  opterr = 0;
  while (true) {
    const int at = std::max(optind, 1);
    const int got = ::getopt_long(argc, argv, shorts.c_str(), longs.data(), nullptr);
    if (got == -1) break;
    const std::string word = at < argc ? argv[at] : "";
    if (got == ':') return misunderstood("the option " + std::string(argv[optind - 1]) + " needs a value");
    if (got == '?') return unknown_option(word.starts_with("--") ? word : argv[optind - 1], rows);
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const OptionRow& r) {
      return got >= kFirstLong ? &r == &rows[static_cast<std::size_t>(got - kFirstLong)] : r.letter == got;
    });
    if (row == rows.end()) return misunderstood("the option " + word);
    if (row->value != nullptr && !is_repeatable(*row) && arguments.has(row->name))
      return misunderstood(std::string("the option --") + row->name + " is given twice");
    arguments.values_[row->name].emplace_back(optarg != nullptr ? optarg : "");
  }
  for (int i = optind; i < argc; ++i) arguments.files_.emplace_back(argv[i]);
  return arguments;
}

std::string Arguments::value(const std::string& name, const std::string& otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : found->second.back();
}

std::vector<std::string> Arguments::values(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

std::string closest(const std::string& word, const std::vector<std::string>& known) {
  std::string best;
  for (const std::string& one : known)
    if (!nearest(word, {one}).empty()) best = one;
  constexpr std::size_t kTelling = 3;
  for (const std::string& one : known)
    if (best.empty() && word.size() >= kTelling && one.find(word) != std::string::npos) best = one;
  return best;
}

Error misspelt(const std::string& word, const std::vector<std::string>& known, const std::string& usage) {
  const std::string best = closest(word, known);
  return misunderstood(best.empty() || best == word ? usage : "unknown word " + word + "; did you mean " + best + "?");
}

namespace {

// At most 80 columns, each line but the first indented by `column`.
std::string wrapped(std::string_view words, std::size_t column) {
  constexpr std::size_t kColumns = 80;
  std::string text;
  while (words.size() > kColumns - column) {
    const std::size_t space = words.rfind(' ', kColumns - column);
    if (space == std::string_view::npos) break;
    text.append(words.substr(0, space)).append("\n").append(column, ' ');
    words.remove_prefix(space + 1);
  }
  return text.append(words);
}

}  // namespace

std::string option_help(const std::vector<OptionRow>& rows) {
  std::size_t width = 0;
  std::vector<std::string> left;
  for (const OptionRow& row : rows) {
    std::string words = row.letter != 0 ? std::string("-") + row.letter + ", " : std::string("    ");
    words += std::string("--") + row.name + (row.value != nullptr ? std::string(" ") + row.value : "");
    width = std::max(width, words.size());
    left.push_back(std::move(words));
  }
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i)
    text += "  " + left[i] + std::string(width - left[i].size() + 2, ' ') + wrapped(rows[i].help, width + 4) + "\n";
  return text;
}

}  // namespace mohr::cli
