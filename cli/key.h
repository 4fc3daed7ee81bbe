// Key and signing certificate from --key and the ways to give its passphrase.
#pragma once

#include "cli/options.h"
#include "pki/key_file.h"

namespace mohr::cli {

// --key FILE.p12 with --pass-file, --pass-fd, --pass-env or a prompt. Secrets never come as arguments.
Result<pki::KeyFile> key_from(const Arguments& arguments);

}  // namespace mohr::cli
