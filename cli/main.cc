// mohr: the command line. Translates arguments and prints; decides nothing.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <new>

#include "cli/command.h"
#include "cli/version.h"

namespace mohr::cli {
namespace {

constexpr std::array<const Command*, 12> kCommands = {&kSign,      &kVerify, &kInspect,     &kExplain,   &kReplay, &kPolicy,
                                                      &kTimestamp, &kTrust,  &kCertificate, &kAuthority, &kServe,  &kDoctor};

std::string overview() {
  std::string text = "mohr (مُهر): sign, time-stamp and verify documents and inquiries\n\nusage: mohr COMMAND [OPTION]... [FILE]...\n\n";
  for (const Command* command : kCommands) {
    const std::string name = command->name;
    text += "  " + name + std::string(13 - name.size(), ' ') + command->summary + "\n";
  }
  return text +
         "\nTry it: mohr authority demo DIR && mohr serve --demo DIR\n"
         "  mohr sign letter.pdf --key DIR/officer.p12 --pass-file DIR/officer.pass\n"
         "  mohr verify letter.signed.pdf --trust DIR\n\n"
         "mohr COMMAND --help tells more; --lang fa speaks Persian.\n"
         "Status of verify: 0 accept, 1 reject, 2 hold, 3 no signature, 4 unreadable,\n"
         "5 environment, 6 limit reached, 64 usage.\n";
}

std::string command_help(const Command& command) {
  return std::string("usage: ") + command.usage + "\n\n" + command.summary + ".\n\n" + option_help(command.options()) + "\nExamples:\n" +
         command.examples;
}

int unknown_command(const std::string& word, const Terminal& terminal) {
  std::vector<std::string> known;
  for (const Command* command : kCommands) known.emplace_back(command->name);
  const std::string best = closest(word, known);
  return terminal.fail(errors::usage_invalid(Code{"unknown command " + word + (best.empty() ? "" : "; did you mean " + best + "?")}));
}

const Command* command_of(std::string_view word) {
  for (const Command* command : kCommands)
    if (word == command->name) return command;
  return nullptr;
}

// --lang wherever it stands, so that even a call that is wrong is answered in that language.
Language language_of(int argc, char** argv) {
  constexpr std::string_view kJoined = "--lang=";
  for (int i = 1; i < argc && argv[i] != std::string_view("--"); ++i) {
    const std::string_view word = argv[i];
    const std::string value = word.starts_with(kJoined)          ? std::string(word.substr(kJoined.size()))
                              : word == "--lang" && i + 1 < argc ? argv[i + 1]
                                                                 : "";
    const auto language = language_from(value);
    if (!value.empty() && language) return *language;
  }
  return language_from("").value_or(Language::en);
}

// Takes --lang out of the front of the call; gives its value.
std::string leading_language(std::vector<char*>& words) {
  const std::string first = words.size() > 1 ? words[1] : "";
  const bool apart = first == "--lang" && words.size() > 2;
  if (!apart && !first.starts_with("--lang=")) return {};
  const std::string value = apart ? words[2] : first.substr(first.find('=') + 1);
  words.erase(words.begin() + 1, words.begin() + (apart ? 3 : 2));
  return value;
}

int help(const std::vector<char*>& words, const Terminal& terminal) {
  const Command* command = words.size() > 2 ? command_of(words[2]) : nullptr;
  if (words.size() > 2 && command == nullptr) return unknown_command(words[2], terminal);
  terminal.out(command != nullptr ? command_help(*command) : overview());
  return words.size() > 1 ? kAccept : kUsage;
}

int run(int argc, char** argv) {
  const Terminal plain(language_of(argc, argv));
  std::vector<char*> words(argv, argv + argc);
  const std::string leading = leading_language(words);
  if (const auto known = language_from(leading); !known) return plain.fail(known.error());
  const std::string word = words.size() > 1 ? words[1] : "--help";
  if (word == "--help" || word == "-h" || word == "help") return help(words, plain);
  if (word == "--version") {
    plain.out(std::string("mohr ") + kVersion + "\n");
    return kAccept;
  }
  const Command* command = command_of(word);
  if (command == nullptr) return unknown_command(word, plain);
  const auto arguments = Arguments::parse(static_cast<int>(words.size()) - 1, words.data() + 1, command->options());
  if (!arguments) return plain.fail(arguments.error());
  if (arguments->has("help")) {
    plain.out(command_help(*command));
    return kAccept;
  }
  const auto language = language_from(arguments->value("lang", leading));
  if (!language) return plain.fail(language.error());
  return command->run(*arguments, Terminal(*language));
}

// So that no file that is opened later is taken for standard output; writing to it fails.
void fill_closed_streams() {
  int fd = ::open("/dev/null", O_RDONLY);
  while (fd >= 0 && fd <= STDERR_FILENO) fd = ::open("/dev/null", O_RDONLY);
  ::close(fd);
}

// What was printed and did not arrive is no success.
int checked(int status, Language language) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  return worse(status, Terminal(language).fail(errors::output_lost()));
}

}  // namespace
}  // namespace mohr::cli

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  mohr::cli::fill_closed_streams();
  try {
    return mohr::cli::checked(mohr::cli::run(argc, argv), mohr::cli::language_of(argc, argv));
  } catch (const std::bad_alloc&) {  // the one exception that may cross a box
    return mohr::cli::Terminal(mohr::Language::en).fail(mohr::errors::budget_exceeded(mohr::Code{"memory"}, 0));
  }
}
