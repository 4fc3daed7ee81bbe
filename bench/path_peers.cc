#include "bench/path_peers.h"

#include "bench/material.h"

#ifdef MOHR_HAVE_BOTAN
#include <botan/certstor.h>
#include <botan/x509cert.h>
#include <botan/x509path.h>
#endif
#ifdef MOHR_HAVE_GNUTLS
#include <gnutls/x509.h>
#endif

namespace mohr::bench {

#ifdef MOHR_HAVE_BOTAN
std::function<void()> botan_path(const std::vector<pki::CertificatePtr>& path, Instant time) {
  const auto chain = std::make_shared<std::vector<Botan::X509_Certificate>>();
  for (const pki::CertificatePtr& one : path) chain->emplace_back(one->der().data(), one->der().size());
  const auto store = std::make_shared<Botan::Certificate_Store_In_Memory>(chain->back());
  chain->pop_back();
  const auto when = std::chrono::system_clock::time_point(std::chrono::seconds(time.seconds));
  return [chain, store, when] {
    const Botan::Path_Validation_Restrictions restrictions;
    const auto result = Botan::x509_path_validate(*chain, restrictions, {store.get()}, "", Botan::Usage_Type::UNSPECIFIED, when);
    if (!result.successful_validation()) stop("Botan refuses a path");
  };
}
#else
std::function<void()> botan_path(const std::vector<pki::CertificatePtr>& /*path*/, Instant /*time*/) { return {}; }
#endif

#ifdef MOHR_HAVE_GNUTLS
namespace {
struct GnutlsPath {
  gnutls_x509_trust_list_t trust = nullptr;
  std::vector<gnutls_x509_crt_t> chain;  // without the root

  GnutlsPath(const std::vector<pki::CertificatePtr>& path, Instant time) {
    gnutls_x509_trust_list_init(&trust, 0);
    for (const pki::CertificatePtr& one : path) {
      gnutls_x509_crt_t& certificate = chain.emplace_back();
      const gnutls_datum_t der = {const_cast<Byte*>(one->der().data()), static_cast<unsigned>(one->der().size())};  // NOLINT: read only
      if (gnutls_x509_crt_init(&certificate) != 0 || gnutls_x509_crt_import(certificate, &der, GNUTLS_X509_FMT_DER) != 0)
        stop("GnuTLS does not read a certificate");
    }
    if (gnutls_x509_trust_list_add_cas(trust, &chain.back(), 1, 0) != 1) stop("GnuTLS does not take a root");
    chain.pop_back();
    now() = time.seconds;
    gnutls_global_set_time_function([](time_t* out) {
      if (out != nullptr) *out = now();
      return now();
    });
  }
  ~GnutlsPath() {
    for (gnutls_x509_crt_t one : chain) gnutls_x509_crt_deinit(one);
    gnutls_x509_trust_list_deinit(trust, 1);
  }
  GnutlsPath(const GnutlsPath&) = delete;
  GnutlsPath& operator=(const GnutlsPath&) = delete;
  static time_t& now() {  // GnuTLS knows one clock for the whole process
    static time_t time = 0;
    return time;
  }
  void verify() {
    unsigned status = 1;
    if (gnutls_x509_trust_list_verify_crt(trust, chain.data(), static_cast<unsigned>(chain.size()), 0, &status, nullptr) != 0 ||
        status != 0)
      stop("GnuTLS refuses a path");
  }
};
}  // namespace
std::function<void()> gnutls_path(const std::vector<pki::CertificatePtr>& path, Instant time) {
  const auto ready = std::make_shared<GnutlsPath>(path, time);
  return [ready] { ready->verify(); };
}
#else
std::function<void()> gnutls_path(const std::vector<pki::CertificatePtr>& /*path*/, Instant /*time*/) { return {}; }
#endif

}  // namespace mohr::bench
