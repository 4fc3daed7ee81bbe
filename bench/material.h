// Keys, certificates and signed messages for the measurements, made at run time.
#pragma once

#include "sign/signer.h"
#include "verify/verifier.h"

namespace mohr::bench {

inline constexpr Instant kNow{1795600000};

struct Chain {  // root, issuing CA, signer: all of one kind of key
  std::unique_ptr<crypto::SigningKey> root_key, ca_key, key;
  pki::CertificatePtr root, ca, certificate;
  pki::CrlPtr root_crl, ca_crl;
};
Chain make_chain(crypto::NewKey kind);

struct Authority {
  std::unique_ptr<crypto::SigningKey> key;
  pki::CertificatePtr certificate;
};
// One whose key is for that purpose, certified by the CA of `chain` (null: by itself). A responder needs no status of its own.
Authority make_authority(crypto::NewKey kind, const char* name, asn1::Oid purpose, const Chain* chain = nullptr);
// A time-stamp token (ContentInfo) over `stamped`.
Bytes token_over(ByteView stamped, const Authority& authority, Instant time);

// Certificates from the target up to the root, each issued by the next.
std::vector<pki::CertificatePtr> make_path(crypto::NewKey kind, std::size_t length);
// `count` authorities that all certify each other (count * (count - 1) certificates), and under the first a target; no root.
std::vector<pki::CertificatePtr> make_mesh(std::size_t count);

sign::Request request_of(const Chain& chain, format::Format format, sign::Packaging packaging);
// A verifier that trusts the chain's root. With revocation its CRLs have to be given as evidence.
std::unique_ptr<verify::Verifier> verifier_of(const Chain& chain, bool revocation, bool cache, int opinions = 1);
pki::Evidence crls_of(const Chain& chain);
// Stops the program when a result is an error: a measurement of nothing is worth nothing.
[[noreturn]] void stop(const std::string& what);
template <class T>
T must(Result<T> result, const std::string& what) {
  if (!result) stop(what + ": " + render(result.error(), Language::en));
  return std::move(*result);
}

}  // namespace mohr::bench
