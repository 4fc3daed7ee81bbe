#include "cli/written.h"

#include "verify/report.h"

namespace mohr::cli {

int say_written(const Arguments& arguments, const Terminal& terminal, const Result<Written>& written) {
  const std::string document = arguments.files().empty() ? "" : arguments.files().front();
  const bool as_json = arguments.has("json");
  if (!written) {
    if (as_json) terminal.out(json::write(verify::report_json(written.error(), document), 2) + "\n");
    return terminal.fail(written.error(), document);
  }
  json::Value result;
  result.add("version", 1).add("document", document).add("output", written->path);
  for (const auto& [name, value] : *written->facts.object()) result.add(name, value);
  terminal.out(as_json ? json::write(result, 2) + "\n" : written->path + "\n");
  return kAccept;
}

}  // namespace mohr::cli
