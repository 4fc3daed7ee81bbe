// mohr timestamp: an RFC 3161 time-stamp token over a file.
#include "cli/command.h"
#include "cli/setting.h"
#include "cli/written.h"
#include "pki/core/source.h"
#include "sign/request.h"

namespace mohr::cli {
namespace {

const std::vector<OptionRow>& options() {
  static const std::vector<OptionRow> rows = with_usual_options({
      {"tsa", "URL", "time-stamp service (RFC 3161)"},
      {"output", "FILE", "where to write the token (default: FILE.tst)", 'o'},
      {"force", nullptr, "replace the output if it exists"},
  });
  return rows;
}

Result<std::string> stamp(const Arguments& arguments) {
  if (arguments.files().size() != 1) return errors::usage_invalid(Code{"which file? mohr timestamp FILE --tsa URL"});
  if (!arguments.has("tsa")) return errors::stamp_needed();
  const std::string tsa = arguments.value("tsa");
  if (!pki::is_fetchable(tsa)) return errors::url_invalid(Code{tsa});
  Budget budget;
  MOHR_TRY(const Bytes octets, read_file(arguments.files().front(), budget.limit(Limit::memory_bytes)));
  MOHR_TRY(const auto fetcher, fetcher_from(arguments, {}, {pki::host_and_port(tsa)}));
  MOHR_TRY(const Bytes token, sign::stamp_from(tsa, *fetcher, budget)(octets));
  std::string output = arguments.value("output", arguments.files().front() + ".tst");
  MOHR_TRY(NewFile file, NewFile::create(output, arguments.has("force")));
  MOHR_CHECK(file.write(token));
  MOHR_CHECK(file.commit());
  return output;
}

int run(const Arguments& arguments, const Terminal& terminal) { return say_written(arguments, terminal, stamp(arguments)); }

}  // namespace

const Command kTimestamp = {"timestamp",
                            "Time-stamp a file",
                            "mohr timestamp FILE --tsa URL [OPTION]...",
                            "  mohr timestamp report.odt --tsa http://tsa.example.ir/tsa\n"
                            "  openssl ts -verify -token_in -in report.odt.tst -data report.odt -CAfile root.pem\n",
                            &options,
                            &run};

}  // namespace mohr::cli
