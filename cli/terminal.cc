#include "cli/terminal.h"

#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "pki/core/text.h"

namespace mohr::cli {

int status_of(Failure failure) {
  switch (failure) {
    case Failure::unreadable: return kUnreadable;
    case Failure::environment: return kEnvironment;
    case Failure::budget: return kBudget;
    case Failure::usage: break;
  }
  return kUsage;
}

int worse(int a, int b) {
  for (const int status : {64, 5, 6, 4, 1, 2, 3})
    if (a == status || b == status) return status;
  return 0;
}

bool Terminal::colour() const { return ::isatty(STDOUT_FILENO) != 0 && ::getenv("NO_COLOR") == nullptr; }  // NOLINT(concurrency-mt-unsafe)
bool Terminal::is_interactive() { return ::isatty(STDIN_FILENO) != 0; }

void Terminal::out(std::string_view text) const {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void Terminal::hint(std::string_view text) const { std::fwrite(text.data(), 1, text.size(), stderr); }

int Terminal::fail(const Error& error, std::string_view file) const {
  std::string text = "mohr: ";
  if (!file.empty() && !names(error, file)) text += printable(file) + ": ";
  text += render(error, language_) + "\n      " + render_next(error, language_) + "\n";
  hint(text);
  return status_of(failure(error));
}

void Terminal::progress(std::size_t done, std::size_t total) const {
  if (::isatty(STDERR_FILENO) == 0 || total < 2) return;
  constexpr std::size_t kWidth = 40;
  const std::size_t filled = done * kWidth / total;
  std::string bar =
      "\r[" + std::string(filled, '#') + std::string(kWidth - filled, ' ') + "] " + std::to_string(done) + "/" + std::to_string(total);
  if (done == total) bar = "\r" + std::string(bar.size(), ' ') + "\r";
  hint(bar);
}

Result<Language> language_from(const std::string& option) {
  if (option == "fa") return Language::fa;
  if (option == "en") return Language::en;
  if (!option.empty()) return errors::usage_invalid(Code{"--lang " + option + " (fa and en are known)"});
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = ::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    if (value != nullptr && *value != 0) return std::string_view(value).starts_with("fa") ? Language::fa : Language::en;
  }
  return Language::en;
}

Result<Secret> ask_passphrase(const std::string& prompt) {
  if (!Terminal::is_interactive())
    return errors::usage_invalid(Code{"no passphrase (give --pass-file, --pass-fd or --pass-env; nothing is asked without a terminal)"});
  std::fputs(prompt.c_str(), stderr);
  termios before{};
  const bool echo_known = ::tcgetattr(STDIN_FILENO, &before) == 0;
  termios silent = before;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  if (echo_known) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  Secret secret;
  secret.bytes().reserve(1024);  // no reallocation leaves a copy behind
  for (int c = std::getchar(); c != EOF && c != '\n' && secret.bytes().size() < 1024; c = std::getchar())
    secret.bytes().push_back(static_cast<Byte>(c));
  if (echo_known) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
  std::fputs("\n", stderr);
  return secret;
}

}  // namespace mohr::cli
