// Libraries that the file at hand does not need are not loaded: libxml2, libcurl and libmicrohttpd stand behind modules that are
// opened at first use from the folder beside this library or program (ARCHITECTURE.md, "Libraries").
#pragma once

#include "pki/core/result.h"

namespace mohr {

// The symbol `mohr_module` of lib/mohr/mohr-NAME.so, found relative to the object that holds this function.
// Errors: module_missing. The module stays loaded until the process ends.
Result<void*> load_module(const std::string& name);

}  // namespace mohr
