// What the commands that write a file say when they are done.
#pragma once

#include "cli/options.h"
#include "cli/terminal.h"

namespace mohr::cli {

// The path of what was written, or a JSON document with it and the document's; the error otherwise. Gives the status.
int say_written(const Arguments& arguments, const Terminal& terminal, const Result<std::string>& output);

}  // namespace mohr::cli
