// What the commands that write a file say when they are done.
#pragma once

#include "cli/options.h"
#include "cli/terminal.h"
#include "pki/core/json.h"

namespace mohr::cli {

struct Written {
  std::string path;
  json::Value facts;  // for --json: an object
};
// The path of what was written, or a JSON document with it, the document's and the facts; the error otherwise. Gives the status.
int say_written(const Arguments& arguments, const Terminal& terminal, const Result<Written>& written);

}  // namespace mohr::cli
