// The library's digest handles, fetched once and kept for the life of the process, shared by the openssl_*.cc files.
#pragma once

#include "pki/crypto/algorithm.h"

struct evp_md_st;

namespace mohr::crypto {

// Null when the library does not have it (or for DigestAlgorithm::none).
const evp_md_st* digest_handle(DigestAlgorithm algorithm);

}  // namespace mohr::crypto
