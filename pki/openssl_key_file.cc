// PKCS#12 through OpenSSL. Old files (RC2, 3DES with SHA-1) need its legacy provider, which is loaded into a context of its own.
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include <algorithm>

#include "pki/key_file.h"

namespace mohr::pki {
namespace {

struct Free {
  void operator()(PKCS12* p) const { PKCS12_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(STACK_OF(X509) * p) const { sk_X509_pop_free(p, X509_free); }
  void operator()(OSSL_LIB_CTX* p) const { OSSL_LIB_CTX_free(p); }
  void operator()(OSSL_PROVIDER* p) const { OSSL_PROVIDER_unload(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// PKCS12 functions want a NUL at the end; the copy is wiped with the rest.
Secret terminated(const Secret& passphrase) {
  Bytes octets = to_bytes(passphrase.view());
  octets.push_back(0);
  return Secret(std::move(octets));
}
const char* text(const Secret& secret) { return reinterpret_cast<const char*>(secret.view().data()); }

Result<CertificatePtr> certificate_from(const X509* x509) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(x509, &der);
  if (size <= 0) return errors::key_file_invalid(Code{"a certificate in it is broken"});
  auto certificate = Certificate::parse(ByteView(der, static_cast<std::size_t>(size)));
  OPENSSL_free(der);
  return certificate;
}

Result<std::unique_ptr<crypto::SigningKey>> signing_key_from(EVP_PKEY* key) {
  PKCS8_PRIV_KEY_INFO* info = EVP_PKEY2PKCS8(key);
  unsigned char* der = nullptr;
  const int size = info != nullptr ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;
  PKCS8_PRIV_KEY_INFO_free(info);
  if (size <= 0) return errors::key_file_invalid(Code{"its key cannot be used"});
  const Secret secret(Bytes(der, der + size));
  OPENSSL_clear_free(der, static_cast<std::size_t>(size));
  return crypto::signing_key_from_pkcs8(secret);
}

struct Contents {
  Owned<EVP_PKEY> key;
  std::vector<CertificatePtr> certificates;
};

Result<Contents> open_with(OSSL_LIB_CTX* context, ByteView file, const Secret& passphrase) {
  const unsigned char* at = file.data();
  Owned<PKCS12> p12(PKCS12_init_ex(NID_pkcs7_data, context, nullptr));
  PKCS12* raw = p12.release();
  if (d2i_PKCS12(&raw, &at, static_cast<long>(file.size())) == nullptr || at != file.data() + file.size()) {
    PKCS12_free(raw);  // null after a failed reading
    ERR_clear_error();
    return errors::key_file_invalid(Code{"it is no PKCS#12 file, or was cut short"});
  }
  p12.reset(raw);
  EVP_PKEY* key = nullptr;
  X509* own = nullptr;
  STACK_OF(X509)* others = nullptr;
  const bool opened = PKCS12_parse(p12.get(), text(passphrase), &key, &own, &others) == 1;
  Contents contents{Owned<EVP_PKEY>(key), {}};
  const Owned<X509> own_owned(own);
  const Owned<STACK_OF(X509)> others_owned(others);
  if (!opened) {
    const unsigned long code = ERR_peek_error();
    const bool mac = ERR_GET_LIB(code) == ERR_LIB_PKCS12 && ERR_GET_REASON(code) == PKCS12_R_MAC_VERIFY_FAILURE;
    ERR_clear_error();
    if (mac) return errors::key_wrong_passphrase();
    return errors::key_file_invalid(Code{"its contents cannot be opened"});
  }
  if (own_owned) {
    MOHR_TRY(contents.certificates.emplace_back(), certificate_from(own_owned.get()));
  }
  for (int i = 0; others_owned && i < sk_X509_num(others_owned.get()); ++i) {
    MOHR_TRY(contents.certificates.emplace_back(), certificate_from(sk_X509_value(others_owned.get(), i)));
  }
  return contents;
}

bool is_pkcs12(ByteView file) {
  auto outer = asn1::single(file, asn1::kSequence);
  if (!outer) return !file.empty() && file[0] == asn1::kSequence;  // BER: OpenSSL decides
  const auto version = outer->small_integer();
  return version && *version == 3;
}

// The key is read again in the process's own context, so that it outlives the one it was opened in.
Result<KeyFile> key_file_from(Contents contents) {
  if (!contents.key) return errors::key_file_invalid(Code{"there is no key in it"});
  KeyFile out;
  MOHR_TRY(out.key, signing_key_from(contents.key.get()));
  for (CertificatePtr& certificate : contents.certificates) {
    if (!out.certificate && equal(certificate->spki(), out.key->public_key().spki())) {
      out.certificate = std::move(certificate);
    } else {
      out.chain.push_back(std::move(certificate));
    }
  }
  if (!out.certificate && out.chain.empty()) return errors::key_file_invalid(Code{"there is no certificate in it"});
  if (!out.certificate) return errors::key_certificate_mismatch(out.chain.front()->subject().display());
  return out;
}

Result<KeyFile> open_old_pkcs12(ByteView file, const Secret& secret) {
  const Owned<OSSL_LIB_CTX> context(OSSL_LIB_CTX_new());
  const Owned<OSSL_PROVIDER> legacy(OSSL_PROVIDER_load(context.get(), "legacy"));
  const Owned<OSSL_PROVIDER> standard(OSSL_PROVIDER_load(context.get(), "default"));
  ERR_clear_error();
  if (!legacy || !standard) return errors::key_file_invalid(Code{"its old encryption is not available here"});
  MOHR_TRY(Contents contents, open_with(context.get(), file, secret));
  return key_file_from(std::move(contents));
}

}  // namespace

Result<KeyFile> open_pkcs12(ByteView file, const Secret& passphrase) {
  if (!is_pkcs12(file)) return errors::key_file_invalid(Code{"it is no PKCS#12 file"});
  const Secret secret = terminated(passphrase);
  auto contents = open_with(nullptr, file, secret);
  if (contents) return key_file_from(*std::move(contents));
  if (contents.error().code == ErrorCode::key_wrong_passphrase) return std::move(contents).error();
  return open_old_pkcs12(file, secret);
}

Result<Bytes> write_pkcs12(const crypto::SigningKey& key, const Certificate& certificate, std::span<const CertificatePtr> chain,
                           const Secret& passphrase, const std::string& friendly_name) {
  MOHR_TRY(const Secret pkcs8, crypto::pkcs8_from_signing_key(key));
  const unsigned char* at = pkcs8.view().data();
  const Owned<EVP_PKEY> native(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(pkcs8.view().size())));
  const auto x509_from = [](const Certificate& c) {
    const unsigned char* der = c.der().data();
    return d2i_X509(nullptr, &der, static_cast<long>(c.der().size()));
  };
  const Owned<X509> own(x509_from(certificate));
  const Owned<STACK_OF(X509)> others(sk_X509_new_null());
  for (const CertificatePtr& c : chain) {
    X509* x509 = x509_from(*c);
    if (x509 == nullptr || sk_X509_push(others.get(), x509) == 0) {
      X509_free(x509);
      return errors::crypto_failed(Code{"writing a key file"});
    }
  }
  const Secret secret = terminated(passphrase);
  constexpr int kIterations = 10000;
  const Owned<PKCS12> p12(PKCS12_create_ex(text(secret), friendly_name.c_str(), native.get(), own.get(), others.get(), NID_aes_256_cbc,
                                           NID_aes_256_cbc, kIterations, kIterations, 0, nullptr, nullptr));
  unsigned char* der = nullptr;
  const int size = p12 ? i2d_PKCS12(p12.get(), &der) : -1;
  ERR_clear_error();
  if (size <= 0) return errors::crypto_failed(Code{"writing a key file"});
  Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

}  // namespace mohr::pki
