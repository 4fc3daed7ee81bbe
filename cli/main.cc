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

int run(int argc, char** argv) {
  const Terminal plain(language_from("").value_or(Language::en));
  const std::string word = argc > 1 ? argv[1] : "--help";
  if (word == "help" && argc == 3) {
    for (const Command* command : kCommands) {
      if (argv[2] != std::string_view(command->name)) continue;
      plain.out(command_help(*command));
      return kAccept;
    }
    return unknown_command(argv[2], plain);
  }
  if (word == "--help" || word == "-h" || word == "help") {
    plain.out(overview());
    return argc > 1 ? kAccept : kUsage;
  }
  if (word == "--version") {
    plain.out(std::string("mohr ") + kVersion + "\n");
    return kAccept;
  }
  for (const Command* command : kCommands) {
    if (word != command->name) continue;
    const auto arguments = Arguments::parse(argc - 1, argv + 1, command->options());
    if (!arguments) return plain.fail(arguments.error());
    if (arguments->has("help")) {
      plain.out(command_help(*command));
      return kAccept;
    }
    const auto language = language_from(arguments->value("lang"));
    if (!language) return plain.fail(language.error());
    return command->run(*arguments, Terminal(*language));
  }
  return unknown_command(word, plain);
}

// So that no file that is opened later is taken for standard output; writing to it fails.
void fill_closed_streams() {
  int fd = ::open("/dev/null", O_RDONLY);
  while (fd >= 0 && fd <= STDERR_FILENO) fd = ::open("/dev/null", O_RDONLY);
  ::close(fd);
}

// What was printed and did not arrive is no success.
int checked(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  return worse(status, Terminal(language_from("").value_or(Language::en)).fail(errors::output_lost()));
}

}  // namespace
}  // namespace mohr::cli

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  mohr::cli::fill_closed_streams();
  try {
    return mohr::cli::checked(mohr::cli::run(argc, argv));
  } catch (const std::bad_alloc&) {  // the one exception that may cross a box
    return mohr::cli::Terminal(mohr::Language::en).fail(mohr::errors::budget_exceeded(mohr::Code{"memory"}, 0));
  }
}
