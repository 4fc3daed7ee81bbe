// mohr serve: the services of a demonstration authority, or the clerk's desk, until SIGTERM.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <climits>
#include <csignal>

#include "cli/command.h"
#include "cli/judging.h"
#include "pki/crypto/signing_key.h"
#include "service/demonstration.h"
#include "service/desk.h"

namespace mohr::cli {
namespace {

constexpr int kDeskPort = 8642;

const std::vector<OptionRow>& options() {
  static const std::vector<OptionRow> rows = with_judging_options({
      {"demo", "DIR", "answer for this demonstration authority"},
      {"tsa-policy", "OID", "of its time-stamp authority (default: the demonstration's own)"},
      {"tsa-accuracy", "SECONDS", "that its time-stamps claim (default: 1)"},
      {"desk", nullptr, "a page on this computer that takes signed files and gives reports"},
      {"port", "N", "of the desk (default: 8642; 0: a free one)"},
      {"address", "IP", "of the desk: this computer only (default: 127.0.0.1)"},
      {"ready-fd", "N", "write a byte to this file descriptor when ready"},
  });
  return rows;
}

Result<int> number_of(const Arguments& arguments, const char* name, int otherwise, int at_most) {
  if (!arguments.has(name)) return otherwise;
  const std::string text = arguments.value(name);
  int number = -1;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || number < 0 || number > at_most)
    return errors::usage_invalid(Code{"--" + std::string(name) + " " + text});
  return number;
}

void wait_for_the_end(const sigset_t& stop, int ready) {
  if (ready >= 0) {
    while (::write(ready, "\n", 1) < 0 && errno == EINTR) {
    }
    ::close(ready);
  }
  int signal = 0;
  while (sigwait(&stop, &signal) != 0) {
  }
}

Result<pki::TimestampTerms> terms_from(const Arguments& arguments) {
  constexpr int kMostSeconds = 3600;
  pki::TimestampTerms terms{arguments.value("tsa-policy"), 1};
  if (arguments.has("tsa-policy") && !asn1::contents_from_dotted(terms.policy))
    return errors::usage_invalid(Code{"--tsa-policy " + terms.policy + " (an identifier looks like 2.999.1)"});
  MOHR_TRY(terms.accuracy_seconds, number_of(arguments, "tsa-accuracy", 1, kMostSeconds));
  if (terms.accuracy_seconds < 1) return errors::usage_invalid(Code{"--tsa-accuracy: 1 second or more"});
  return terms;
}

Result<void> serve_demonstration(const Arguments& arguments, const Terminal& terminal, const sigset_t& stop, int ready) {
  const SystemClock clock;
  MOHR_TRY(pki::TimestampTerms terms, terms_from(arguments));
  MOHR_TRY(const auto demonstration, service::start_demonstration(arguments.value("demo"), clock, std::move(terms)));
  terminal.out("tsa " + demonstration->tsa_url() + "\nocsp " + demonstration->ocsp_url() + "\ncrl " + demonstration->crl_url() + "\n");
  wait_for_the_end(stop, ready);
  return {};
}

Result<void> serve_desk(const Arguments& arguments, const Terminal& terminal, const sigset_t& stop, int ready) {
  MOHR_TRY(const int port, number_of(arguments, "port", kDeskPort, 65535));
  MOHR_TRY(const std::unique_ptr<Judging> judging, Judging::from(arguments));
  service::Desk desk;
  desk.judge = [&judging](const Source& document, const Source* content) -> Result<verify::Verdict> {
    MOHR_TRY(const verify::Question question, judging->question());
    return judging->judge(document, content, question);
  };
  desk.address = arguments.value("address", desk.address);
  desk.language = terminal.language();
  MOHR_TRY(const std::unique_ptr<service::HttpServer> server, service::open_desk(desk, port));
  terminal.out("desk http://" + desk.address + ":" + std::to_string(server->port()) + "/\n");
  wait_for_the_end(stop, ready);
  return {};
}

Result<void> serve(const Arguments& arguments, const Terminal& terminal) {
  if (arguments.has("demo") == arguments.has("desk") || !arguments.files().empty())
    return errors::usage_invalid(Code{"mohr serve --demo DIR|--desk"});
  MOHR_TRY(const int ready, number_of(arguments, "ready-fd", -1, INT_MAX));
  if (ready >= 0 && ::fcntl(ready, F_GETFD) < 0)
    return errors::usage_invalid(Code{"--ready-fd " + arguments.value("ready-fd") + " is not open"});
  crypto::protect_process();
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);  // before the server's threads are made, so that they inherit it
  return arguments.has("desk") ? serve_desk(arguments, terminal, stop, ready) : serve_demonstration(arguments, terminal, stop, ready);
}

int run(const Arguments& arguments, const Terminal& terminal) {
  const auto done = serve(arguments, terminal);
  return done ? static_cast<int>(kAccept) : terminal.fail(done.error());
}

}  // namespace

const Command kServe = {"serve",
                        "Run the clerk's desk, or a demonstration authority's services",
                        "mohr serve --desk [OPTION]... | mohr serve --demo DIR",
                        "  mohr serve --desk --lang fa\n"
                        "  mohr serve --demo demo &\n",
                        &options,
                        &run};

}  // namespace mohr::cli
