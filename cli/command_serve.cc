// mohr serve --demo DIR: answers for a demonstration authority until SIGTERM.
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>

#include "cli/command.h"
#include "cli/setting.h"
#include "pki/crypto/signing_key.h"
#include "service/demonstration.h"

namespace mohr::cli {
namespace {

const std::vector<OptionRow>& options() {
  static const std::vector<OptionRow> rows = with_usual_options({
      {"demo", "DIR", "answer for this demonstration authority"},
      {"ready-fd", "N", "write a byte to this file descriptor when ready"},
  });
  return rows;
}

Result<int> ready_descriptor(const Arguments& arguments) {
  if (!arguments.has("ready-fd")) return -1;
  const std::string text = arguments.value("ready-fd");
  int fd = -1;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), fd);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || fd < 0)
    return errors::usage_invalid(Code{"--ready-fd " + text});
  return fd;
}

Result<void> serve(const Arguments& arguments, const Terminal& terminal) {
  if (!arguments.has("demo") || !arguments.files().empty()) return errors::usage_invalid(Code{"mohr serve --demo DIR"});
  MOHR_TRY(const int ready, ready_descriptor(arguments));
  crypto::protect_process();
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);  // before the server's threads are made, so that they inherit it
  const SystemClock clock;
  MOHR_TRY(const auto demonstration, service::start_demonstration(arguments.value("demo"), clock));
  terminal.out("tsa " + demonstration->tsa_url() + "\nocsp " + demonstration->ocsp_url() + "\ncrl " + demonstration->crl_url() + "\n");
  if (ready >= 0) {
    while (::write(ready, "\n", 1) < 0 && errno == EINTR) {
    }
    ::close(ready);
  }
  int signal = 0;
  while (sigwait(&stop, &signal) != 0) {
  }
  return {};
}

int run(const Arguments& arguments, const Terminal& terminal) {
  const auto done = serve(arguments, terminal);
  return done ? static_cast<int>(kAccept) : terminal.fail(done.error());
}

}  // namespace

const Command kServe = {"serve",
                        "Run the time-stamp, OCSP and CRL services of a demonstration authority",
                        "mohr serve --demo DIR [--ready-fd N]",
                        "  mohr serve --demo demo &\n",
                        &options,
                        &run};

}  // namespace mohr::cli
