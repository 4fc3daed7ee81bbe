// A store of 140 roots, as national and commercial lists have: from their DER to something that paths can end at.
#include <openssl/x509.h>

#include "bench/material.h"
#include "bench/rows.h"
#include "pki/issue.h"

namespace mohr::bench {
namespace {

constexpr int kRoots = 140;

std::vector<Bytes> make_roots() {
  std::vector<Bytes> roots;
  const auto key = must(crypto::generate_key(crypto::NewKey::rsa2048), "key");
  for (int i = 0; i < kRoots; ++i) {
    pki::CertificateProfile profile;
    const std::array name = {pki::NamePart{asn1::Oid::country, "IR"}, pki::NamePart{asn1::Oid::organization, "Bench"},
                             pki::NamePart{asn1::Oid::common_name, "Root " + std::to_string(i)}};
    profile.subject = pki::write_name(name);
    profile.spki = to_bytes(key->public_key().spki());
    profile.serial = crypto::random_bytes(16);
    profile.serial[0] = 0x41;
    profile.not_before = kNow - kDay;
    profile.not_after = kNow + 3650 * kDay;
    profile.ca = true;
    profile.key_usage = pki::kKeyCertSign | pki::kCrlSign;
    roots.push_back(must(pki::issue_certificate(profile, *key, nullptr, crypto::preferred_algorithm(key->public_key())), "root"));
  }
  return roots;
}

void load(const std::vector<Bytes>& roots) {
  pki::Trust trust;
  for (const Bytes& der : roots)
    if (!trust.add_anchor({must(pki::Root::outline(der), "root"), false, true, "bench"})) stop("anchor");
  if (trust.anchors().size() != roots.size()) stop("a root is missing");
}

void openssl_load(const std::vector<Bytes>& roots) {
  X509_STORE* store = X509_STORE_new();
  for (const Bytes& der : roots) {
    const unsigned char* at = der.data();
    X509* one = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
    if (one == nullptr || X509_STORE_add_cert(store, one) != 1) stop("OpenSSL refuses a root");
    X509_free(one);
  }
  X509_STORE_free(store);
}

}  // namespace

std::vector<Row> root_rows() {
  const auto roots = std::make_shared<const std::vector<Bytes>>(make_roots());
  Row row;
  row.id = "roots140_load";
  row.what = "140 roots made anchors, found by name and read whole when a path reaches them";
  row.reference = "OpenSSL's d2i_X509 and X509_STORE_add_cert of the same";
  row.most_us = 100;
  row.value = [roots] { load(*roots); };
  row.base = [roots] { openssl_load(*roots); };
  return {row};
}

}  // namespace mohr::bench
