// The commands: one row and one file each.
#pragma once

#include <vector>

#include "cli/options.h"
#include "cli/terminal.h"

namespace mohr::cli {

struct Command {
  const char* name;
  const char* summary;   // one line of mohr --help
  const char* usage;     // "mohr sign FILE --key KEY.p12 [OPTION]..."
  const char* examples;  // shown by mohr NAME --help
  const std::vector<OptionRow>& (*options)();
  int (*run)(const Arguments& arguments, const Terminal& terminal);
};

extern const Command kSign, kVerify, kInspect, kExplain, kReplay, kTimestamp, kTrust, kCertificate, kAuthority, kServe, kDoctor;

}  // namespace mohr::cli
