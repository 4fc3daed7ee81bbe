// What a call may write to: nothing that it reads, nothing twice, and nothing that exists unless --force says so.
#pragma once

#include "cli/options.h"

namespace mohr::cli {

// `is_replaceable`: existing files whose place may be taken all the same. Errors: output_is_input and outputs_same (by device and inode, so
// links too; --force changes nothing), file_exists, file_is_directory.
Result<void> check_outputs(const Arguments& arguments, const std::vector<std::string>& outputs,
                           bool (*is_replaceable)(const std::string& path) = nullptr);

}  // namespace mohr::cli
