// Botan and GnuTLS beside us: the same path, parsed before, validated the way their users do.
#pragma once

#include <functional>

#include "pki/certificate.h"

namespace mohr::bench {

// `path`: target first, root last. Empty when the library is not there.
std::function<void()> botan_path(const std::vector<pki::CertificatePtr>& path, Instant time);
std::function<void()> gnutls_path(const std::vector<pki::CertificatePtr>& path, Instant time);

}  // namespace mohr::bench
