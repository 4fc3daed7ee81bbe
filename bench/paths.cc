// Certification paths: the whole of RFC 5280 6.1 against the raw verifications alone, OpenSSL, Botan and GnuTLS beside.
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "bench/material.h"
#include "bench/path_peers.h"
#include "bench/rows.h"
#include "verify/path_judge.h"

namespace mohr::bench {
namespace {

constexpr double kMostCachedUs = 2;

// One path with all it needs; lives until the program ends.
struct Ready {
  std::vector<pki::CertificatePtr> path;
  pki::Trust trust;
  pki::Evidence evidence;
  verify::PathCache cache;

  Ready(crypto::NewKey kind, std::size_t length) : path(make_path(kind, length)) {
    if (!trust.add_anchor({path.back(), false, false, "bench"})) stop("anchor");
    for (std::size_t i = 1; i + 1 < path.size(); ++i) evidence.add(path[i], pki::Origin::given);
  }
};

void find(const Ready& ready) {
  Budget budget;
  const auto found = pki::find_path(ready.path[0], {pki::Purpose::signing, kNow}, ready.trust, ready.evidence, budget);
  if (!found || found->anchor == nullptr || !found->findings.empty()) stop("a path that must be good is not");
}

void find_cached(Ready& ready) {
  Budget budget;
  const verify::PathQuestion question{ready.path[0], pki::Purpose::signing, kNow, kNow, false, true};
  const auto judged = verify::judge_path(question, {ready.evidence, ready.trust, budget, &ready.cache, ready.trust.identity()});
  if (!judged || !(*judged)->good) stop("a path that must be good is not");
}

void verify_raw(const Ready& ready) {
  for (std::size_t i = 0; i + 1 < ready.path.size(); ++i)
    if (pki::verify_signature(*ready.path[i], *ready.path[i + 1]) != crypto::SignatureCheck::good) stop("a raw verification failed");
}

struct Openssl {
  X509_STORE* store = X509_STORE_new();
  STACK_OF(X509) * others = sk_X509_new_null();
  X509* target;

  explicit Openssl(const Ready& ready) : target(parse(*ready.path[0])) {
    X509_STORE_add_cert(store, parse(*ready.path.back()));
    for (std::size_t i = 1; i + 1 < ready.path.size(); ++i) sk_X509_push(others, parse(*ready.path[i]));
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), kNow.seconds);
  }
  static X509* parse(const pki::Certificate& certificate) {
    const unsigned char* at = certificate.der().data();
    return d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size()));
  }
  void verify() const {
    X509_STORE_CTX* context = X509_STORE_CTX_new();
    if (X509_STORE_CTX_init(context, store, target, others) != 1 || X509_verify_cert(context) != 1) stop("X509_verify_cert failed");
    X509_STORE_CTX_free(context);
  }
};

void add_rows(std::vector<Row>& rows, const std::string& id, crypto::NewKey kind, std::size_t length, double bar) {
  auto ready = std::make_shared<Ready>(kind, length);
  auto openssl = std::make_shared<Openssl>(*ready);
  const std::string size = std::to_string(length) + " certificates", raw = "the raw verifications";
  rows.push_back(
      {id, "path of " + size + ", parsed before, nothing cached", raw, bar, [ready] { find(*ready); }, [ready] { verify_raw(*ready); }});
  rows.push_back({"openssl_" + id, "OpenSSL's X509_verify_cert of the same", raw, 0, [openssl] { openssl->verify(); },
                  [ready] { verify_raw(*ready); }});
  if (auto botan = botan_path(ready->path, kNow))
    rows.push_back({"botan_" + id, "Botan's x509_path_validate of the same", raw, 0, std::move(botan), [ready] { verify_raw(*ready); }});
  if (auto gnutls = gnutls_path(ready->path, kNow))
    rows.push_back({"gnutls_" + id, "GnuTLS's trust list of the same", raw, 0, std::move(gnutls), [ready] { verify_raw(*ready); }});
}

}  // namespace

std::vector<Row> path_rows() {
  std::vector<Row> rows;
  add_rows(rows, "path3_rsa2048", crypto::NewKey::rsa2048, 3, 1.25);
  add_rows(rows, "path4_rsa2048", crypto::NewKey::rsa2048, 4, 1.25);
  add_rows(rows, "path3_p256", crypto::NewKey::p256, 3, 1.1);
  auto ready = std::make_shared<Ready>(crypto::NewKey::p256, 3);
  rows.push_back({"path_cached", "the same path again, by the cache of verdicts", "the raw verifications", 0,
                  [ready] { find_cached(*ready); }, [ready] { verify_raw(*ready); }});
  rows.back().most_us = kMostCachedUs;
  return rows;
}

}  // namespace mohr::bench
