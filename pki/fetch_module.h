// What the module "fetch" exports (fetch_curl.cc).
#pragma once

#include "pki/fetch.h"

namespace mohr::pki {

struct FetchModule {
  Result<std::unique_ptr<Fetcher>> (*open)(FetchRules rules);
};

}  // namespace mohr::pki
