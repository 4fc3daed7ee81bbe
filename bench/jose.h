// libjose beside us: verifies a JWS with a parsed JWK, the way its users do.
#pragma once

#include <functional>
#include <string>

namespace mohr::bench {

// Empty when libjose is not there. `compact`: a compact JWS; `spki`: the signer's key.
std::function<void()> jose_verify(const std::string& compact, const std::string& spki);

}  // namespace mohr::bench
