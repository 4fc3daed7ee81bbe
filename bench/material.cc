#include "bench/material.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "pki/issue.h"
#include "tests/support/token.h"

namespace mohr::bench {
namespace {

pki::CertificatePtr make_certificate(const char* name, bool ca, const crypto::SigningKey& key, const crypto::SigningKey& issuer_key,
                                     const pki::Certificate* issuer) {
  pki::CertificateProfile profile;
  const std::array parts = {pki::NamePart{asn1::Oid::country, "IR"}, pki::NamePart{asn1::Oid::common_name, name}};
  profile.subject = pki::write_name(parts);
  profile.spki = to_bytes(key.public_key().spki());
  profile.serial = crypto::random_bytes(16);
  profile.serial[0] = static_cast<Byte>((profile.serial[0] & 0x7f) | 0x40);
  profile.not_before = kNow - 30 * kDay;
  profile.not_after = kNow + 365 * kDay;
  profile.ca = ca;
  profile.key_usage = ca ? pki::kKeyCertSign | pki::kCrlSign : pki::kDigitalSignature | pki::kContentCommitment;
  const Bytes der = must(pki::issue_certificate(profile, issuer_key, issuer, crypto::preferred_algorithm(issuer_key.public_key())), name);
  return must(pki::Certificate::parse(der), name);
}

pki::CrlPtr make_crl(const crypto::SigningKey& key, const pki::Certificate& issuer) {
  const Bytes der =
      must(pki::issue_crl({}, 1, kNow - kHour, kNow + 7 * kDay, key, issuer, crypto::preferred_algorithm(key.public_key())), "CRL");
  Budget budget;
  return must(pki::Crl::parse(der, budget), "CRL");
}

}  // namespace

void stop(const std::string& what) {
  std::fprintf(stderr, "bench: %s\n", what.c_str());
  std::exit(5);
}

Chain make_chain(crypto::NewKey kind) {
  Chain chain;
  chain.root_key = must(crypto::generate_key(kind), "key");
  chain.ca_key = must(crypto::generate_key(kind), "key");
  chain.key = must(crypto::generate_key(kind), "key");
  chain.root = make_certificate("Bench Root", true, *chain.root_key, *chain.root_key, nullptr);
  chain.ca = make_certificate("Bench CA", true, *chain.ca_key, *chain.root_key, chain.root.get());
  chain.certificate = make_certificate("Bench Officer [Sign]", false, *chain.key, *chain.ca_key, chain.ca.get());
  chain.root_crl = make_crl(*chain.root_key, *chain.root);
  chain.ca_crl = make_crl(*chain.ca_key, *chain.ca);
  return chain;
}

Authority make_authority(crypto::NewKey kind, const char* name, asn1::Oid purpose, const Chain* chain) {
  Authority authority{must(crypto::generate_key(kind), "key"), nullptr};
  const crypto::SigningKey& by = chain != nullptr ? *chain->ca_key : *authority.key;
  pki::CertificateProfile profile;
  const pki::NamePart part{asn1::Oid::common_name, name};
  profile.subject = pki::write_name({&part, 1});
  profile.spki = to_bytes(authority.key->public_key().spki());
  profile.serial = crypto::random_bytes(16);
  profile.serial[0] = 0x41;
  profile.not_before = kNow - kDay;
  profile.not_after = kNow + 365 * kDay;
  profile.key_usage = pki::kDigitalSignature;
  profile.extended_key_usages = {purpose};
  profile.extended_key_usage_critical = purpose == asn1::Oid::kp_time_stamping;
  profile.ocsp_nocheck = purpose == asn1::Oid::kp_ocsp_signing;
  const Bytes der =
      must(pki::issue_certificate(profile, by, chain != nullptr ? chain->ca.get() : nullptr, crypto::preferred_algorithm(by.public_key())),
           name);
  authority.certificate = must(pki::Certificate::parse(der), name);
  return authority;
}

Bytes token_over(ByteView stamped, const Authority& authority, Instant time) {
  return must(test::make_token(*authority.key, authority.certificate, stamped, time), "time-stamp");
}

std::vector<pki::CertificatePtr> make_path(crypto::NewKey kind, std::size_t length) {
  std::vector<pki::CertificatePtr> path;
  auto issuer_key = must(crypto::generate_key(kind), "key");
  path.push_back(make_certificate("Bench Root", true, *issuer_key, *issuer_key, nullptr));
  while (path.size() < length) {
    auto key = must(crypto::generate_key(kind), "key");
    const bool ca = path.size() + 1 < length;
    const std::string name = ca ? "Bench CA " + std::to_string(path.size()) : "Bench Officer [Sign]";
    path.push_back(make_certificate(name.c_str(), ca, *key, *issuer_key, path.back().get()));
    issuer_key = std::move(key);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

std::vector<pki::CertificatePtr> make_mesh(std::size_t count) {
  std::vector<std::unique_ptr<crypto::SigningKey>> keys;
  std::vector<pki::CertificatePtr> roots, mesh;
  const auto name = [](std::size_t i) { return "Bridge " + std::to_string(i); };
  for (std::size_t i = 0; i < count; ++i) {
    keys.push_back(must(crypto::generate_key(crypto::NewKey::p256), "key"));
    roots.push_back(make_certificate(name(i).c_str(), true, *keys[i], *keys[i], nullptr));
  }
  const auto key = must(crypto::generate_key(crypto::NewKey::p256), "key");
  mesh.push_back(make_certificate("Bench Officer [Sign]", false, *key, *keys[0], roots[0].get()));
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j < count; ++j)
      if (i != j) mesh.push_back(make_certificate(name(i).c_str(), true, *keys[i], *keys[j], roots[j].get()));
  return mesh;
}

sign::Request request_of(const Chain& chain, format::Format format, sign::Packaging packaging) {
  sign::Request request;
  request.format = format;
  request.packaging = packaging;
  request.now = kNow;
  request.key = chain.key.get();
  request.certificate = chain.certificate;
  request.chain = {chain.ca};
  return request;
}

std::unique_ptr<verify::Verifier> verifier_of(const Chain& chain, bool revocation, bool cache, int opinions) {
  pki::Trust trust;
  if (auto added = trust.add_anchor({chain.root, false, revocation, "bench"}); !added) stop("anchor");
  verify::Options options;
  options.cache = cache;
  options.opinions = opinions;
  return std::make_unique<verify::Verifier>(std::move(trust), std::move(options));
}

pki::Evidence crls_of(const Chain& chain) {
  pki::Evidence evidence;
  evidence.add(chain.root_crl, pki::Origin::given);
  evidence.add(chain.ca_crl, pki::Origin::given);
  return evidence;
}

}  // namespace mohr::bench
