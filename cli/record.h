// Records of verdicts as files.
#pragma once

#include "verify/record.h"

namespace mohr::cli {

// Errors: file errors, those of verify::read_record.
Result<verify::Record> read_record(const std::string& path);
// The file begins as a ZIP file does.
bool is_record(const std::string& path);

}  // namespace mohr::cli
