// xmlsec beside us: verifies an enveloped signature and its certificate, the way its users do.
#pragma once

#include <functional>

#include "bench/material.h"

namespace mohr::bench {

// Empty when libxmlsec1 is not there. `document` is parsed anew each time.
std::function<void()> xmlsec_verify(const Bytes& document, const pki::Certificate& root);

}  // namespace mohr::bench
