// mohr authority demo: makes a demonstration national CA.
#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>

#include "cli/command.h"
#include "cli/setting.h"
#include "pki/authority.h"

namespace mohr::cli {
namespace {

const std::vector<OptionRow>& options() {
  static const std::vector<OptionRow> rows = with_usual_options({
      {"port", "N", "port of its services on loopback (default: a free one)"},
  });
  return rows;
}

// While one exists, the signals that end a program wait until the folder with its keys is complete or removed.
class Postponed {
 public:
  Postponed() {
    sigset_t ending;
    sigemptyset(&ending);
    for (const int signal : kEnding) sigaddset(&ending, signal);
    pthread_sigmask(SIG_BLOCK, &ending, &before_);
  }
  Postponed(const Postponed&) = delete;
  Postponed& operator=(const Postponed&) = delete;
  ~Postponed() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  static bool is_waiting() {
    sigset_t waiting;
    sigpending(&waiting);
    return std::any_of(kEnding.begin(), kEnding.end(), [&](int signal) { return sigismember(&waiting, signal) == 1; });
  }

 private:
  static constexpr std::array kEnding = {SIGINT, SIGTERM, SIGHUP};
  sigset_t before_{};
};

Result<void> make(const Arguments& arguments) {
  const std::vector<std::string>& words = arguments.files();
  if (words.size() != 2 || words[0] != "demo")
    return misspelt(words.empty() ? "" : words[0], {"demo"}, "mohr authority demo DIR (this version makes demonstration authorities only)");
  int port = 0;
  if (arguments.has("port")) {
    const std::string text = arguments.value("port");
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), port);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || port < 1 || port > 65535)
      return errors::usage_invalid(Code{"--port " + text});
  }
  const Postponed signals;
  return pki::make_demonstration(words[1], port, SystemClock().now(), &Postponed::is_waiting);
}

int run(const Arguments& arguments, const Terminal& terminal) {
  const auto made = make(arguments);
  if (!made) return terminal.fail(made.error());
  terminal.out(arguments.files()[1] + "\n");
  return kAccept;
}

}  // namespace

const Command kAuthority = {"authority",
                            "Make a demonstration national CA with its services",
                            "mohr authority demo DIR [--port N]",
                            "  mohr authority demo demo\n"
                            "  mohr serve --demo demo\n",
                            &options,
                            &run};

}  // namespace mohr::cli
