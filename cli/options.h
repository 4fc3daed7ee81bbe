// The arguments of one command, read by getopt_long from a table of rows; help is made from the same rows.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pki/core/result.h"

namespace mohr::cli {

struct OptionRow {
  const char* name;   // without "--"
  const char* value;  // "FILE"; null: a switch
  const char* help;
  char letter = 0;  // "-o"
};

class Arguments {
 public:
  // `argv[0]` is the command's word. Errors: usage_invalid, with the nearest known option.
  static Result<Arguments> parse(int argc, char** argv, const std::vector<OptionRow>& rows);
  [[nodiscard]] bool has(const std::string& name) const { return values_.contains(name); }
  [[nodiscard]] std::string value(const std::string& name, const std::string& otherwise = {}) const;  // the last one given
  [[nodiscard]] std::vector<std::string> values(const std::string& name) const;
  [[nodiscard]] const std::vector<std::string>& files() const { return files_; }

 private:
  std::map<std::string, std::vector<std::string>> values_;
  std::vector<std::string> files_;
};

// "unknown word lst; did you mean list?": the known word that is nearest, begins as `word` does or has it in it; else `usage`.
Error misspelt(const std::string& word, const std::vector<std::string>& known, const std::string& usage);
std::string closest(const std::string& word, const std::vector<std::string>& known);  // "": none

std::string option_help(const std::vector<OptionRow>& rows);

}  // namespace mohr::cli
