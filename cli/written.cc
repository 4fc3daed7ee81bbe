#include "cli/written.h"

#include "pki/core/json.h"

namespace mohr::cli {

int say_written(const Arguments& arguments, const Terminal& terminal, const Result<std::string>& output) {
  if (!output) return terminal.fail(output.error(), arguments.files().empty() ? "" : arguments.files().front());
  if (!arguments.has("json")) {
    terminal.out(*output + "\n");
    return kAccept;
  }
  json::Value result;
  result.add("version", 1);
  result.add("document", arguments.files().front());
  result.add("output", *output);
  terminal.out(json::write(result, 2) + "\n");
  return kAccept;
}

}  // namespace mohr::cli
