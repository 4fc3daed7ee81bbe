// The manners of the program: what goes to standard output and what to standard error, colours, prompts, statuses.
#pragma once

#include <string>

#include "pki/core/bytes.h"
#include "pki/core/result.h"

namespace mohr::cli {

// DEVELOPERS: the contract of the CLI.
enum Status : int { kAccept = 0, kReject = 1, kHold = 2, kNoSignature = 3, kUnreadable = 4, kEnvironment = 5, kBudget = 6, kUsage = 64 };
int status_of(Failure failure);
// The status of several: the first that occurs of 64, 5, 6, 4, 1, 2, 3, 0.
int worse(int a, int b);

class Terminal {
 public:
  explicit Terminal(Language language) : language_(language) {}
  [[nodiscard]] Language language() const { return language_; }
  [[nodiscard]] bool colour() const;           // of standard output
  [[nodiscard]] static bool is_interactive();  // standard input is a terminal: only then may a question be asked
  void out(std::string_view text) const;       // standard output
  void hint(std::string_view text) const;      // standard error
  // "mohr: FILE: what happened" and the next step, on standard error; without FILE where the sentence names it. Gives the status.
  int fail(const Error& error, std::string_view file = {}) const;
  // A bar on standard error while `done` of `total` grows; only on a terminal.
  void progress(std::size_t done, std::size_t total) const;

 private:
  Language language_;
};

// --lang, else LANG and LC_ALL: "fa..." is Persian.
Result<Language> language_from(const std::string& option);
// A passphrase without echo. Errors: usage_invalid when standard input is no terminal.
Result<Secret> ask_passphrase(const std::string& prompt);

}  // namespace mohr::cli
