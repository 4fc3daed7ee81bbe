// mohr timestamp: an RFC 3161 time-stamp token over a file.
#include "cli/command.h"
#include "cli/outputs.h"
#include "cli/setting.h"
#include "cli/timestamps.h"
#include "cli/written.h"
#include "pki/core/source.h"
#include "pki/timestamp.h"
#include "sign/request.h"

namespace mohr::cli {
namespace {

const std::vector<OptionRow>& options() {
  static const std::vector<OptionRow> rows = with_usual_options({
      {"tsa", "URL", "time-stamp service (RFC 3161; repeatable: asked in order; default: tsa.json)"},
      {"status", nullptr, "what the services gave so far"},
      {"output", "FILE", "where to write the token (default: FILE.tst)", 'o'},
      {"force", nullptr, "replace the output if it exists"},
  });
  return rows;
}

Result<Written> stamp(const Arguments& arguments, const Terminal& terminal) {
  if (arguments.files().size() != 1) return errors::usage_invalid(Code{"which file? mohr timestamp FILE --tsa URL"});
  const std::string& path = arguments.files().front();
  Budget budget;
  MOHR_TRY(const Bytes octets, read_file(path, budget.limit(Limit::memory_bytes)));
  const std::string output = arguments.value("output", path + ".tst");
  MOHR_CHECK(check_outputs(arguments, {output}));
  MOHR_TRY(sign::TimestampSettings settings, timestamp_settings_from(arguments));
  if (settings.services.empty()) return errors::timestamp_service_needed();
  MOHR_TRY(const auto fetcher, fetcher_from(arguments, {}, hosts_of(settings)));
  const SystemClock clock;
  const std::string state = timestamp_state_file(arguments, settings);
  sign::TimestampServices services(std::move(settings), state, *fetcher, clock, budget);
  const auto token = services.stamp(octets);
  tell_notices(services, terminal);
  if (!token) return token.error();
  MOHR_TRY(NewFile file, NewFile::create(output, arguments.has("force")));
  MOHR_CHECK(file.write(*token));
  MOHR_CHECK(file.commit());
  MOHR_TRY(const pki::TimestampToken made, pki::parse_timestamp_token(*token, budget));
  json::Value facts;
  facts.add("time", iso8601(made.time));
  return Written{output, std::move(facts)};
}

int run(const Arguments& arguments, const Terminal& terminal) {
  if (!arguments.has("status")) return say_written(arguments, terminal, stamp(arguments, terminal));
  if (!arguments.files().empty()) return terminal.fail(errors::usage_invalid(Code{"--status takes no file"}));
  const auto printed = print_timestamp_status(arguments, terminal);
  return printed ? static_cast<int>(kAccept) : terminal.fail(printed.error());
}

}  // namespace

const Command kTimestamp = {"timestamp",
                            "Time-stamp a file",
                            "mohr timestamp FILE [--tsa URL]... [OPTION]... | --status",
                            "  mohr timestamp report.odt --tsa http://tsa.example.ir/tsa\n"
                            "  openssl ts -verify -token_in -in report.odt.tst -data report.odt -CAfile root.pem\n",
                            &options,
                            &run};

}  // namespace mohr::cli
