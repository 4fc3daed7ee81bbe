// Software keys over OpenSSL's EVP interface. Part of mohr_keys: the verifying libraries hold no private-key code.
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "pki/crypto/openssl_handles.h"
#include "pki/crypto/signing_key.h"

namespace mohr::crypto {
namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};

Error refused(const char* operation) {
  ERR_clear_error();
  return errors::crypto_failed(Code{operation});
}

class SoftwareKey final : public SigningKey {
 public:
  static Result<std::unique_ptr<SigningKey>> make(Key key) {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key.get(), &der);
    if (size <= 0) return refused("encoding a public key");
    auto public_key = PublicKey::from_spki(ByteView(der, static_cast<std::size_t>(size)));
    OPENSSL_free(der);
    if (!public_key) return std::move(public_key).error();
    return std::unique_ptr<SigningKey>(new SoftwareKey(std::move(key), *std::move(public_key)));
  }

  [[nodiscard]] const PublicKey& public_key() const override { return *public_key_; }
  [[nodiscard]] EVP_PKEY* native() const { return key_.get(); }

  Result<Bytes> sign(const SignatureAlgorithm& algorithm, ByteView message, EcdsaForm form) const override {
    if (!fits(algorithm, *public_key_))
      return errors::crypto_failed(Code{"signing with " + signature_name(algorithm) + " by this kind of key"});
    const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
    const EVP_MD* md = is_pure(algorithm.scheme) ? nullptr : digest_handle(algorithm.digest);
    EVP_PKEY_CTX* parameters = nullptr;
    if (!context || EVP_DigestSignInit(context.get(), &parameters, md, nullptr, key_.get()) != 1) return refused("signing");
    if (algorithm.scheme == SignatureScheme::rsa_pss &&
        (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, algorithm.salt_octets) != 1 ||
         EVP_PKEY_CTX_set_rsa_mgf1_md(parameters, digest_handle(algorithm.mgf_digest)) != 1))
      return refused("RSASSA-PSS parameters");
    std::size_t size = 0;
    if (EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) != 1) return refused("signing");
    Bytes signature(size);
    if (EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) != 1) return refused("signing");
    signature.resize(size);
    if (algorithm.scheme != SignatureScheme::ecdsa || form == EcdsaForm::der) return signature;
    auto fixed = ecdsa_fixed_from_der(signature, static_cast<std::size_t>(public_key_->bits() + 7) / 8);
    if (!fixed) return refused("writing an ECDSA signature");
    return *std::move(fixed);
  }

 private:
  SoftwareKey(Key key, std::shared_ptr<const PublicKey> public_key) : key_(std::move(key)), public_key_(std::move(public_key)) {}
  Key key_;
  std::shared_ptr<const PublicKey> public_key_;
};

}  // namespace

SignatureAlgorithm preferred_algorithm(const PublicKey& key, DigestAlgorithm digest) {
  SignatureAlgorithm algorithm;
  algorithm.digest = digest;
  switch (key.type()) {
    case KeyType::rsa: algorithm.scheme = SignatureScheme::rsa_pkcs1; break;
    case KeyType::rsa_pss:
      algorithm.scheme = SignatureScheme::rsa_pss;
      algorithm.mgf_digest = digest;
      algorithm.salt_octets = static_cast<int>(digest_size(digest));
      break;
    case KeyType::ec:
      algorithm.scheme = SignatureScheme::ecdsa;
      // The digest of the curve's strength, as JOSE fixes it (RFC 7518 3.4).
      if (digest == DigestAlgorithm::sha256 && key.curve() == Curve::p384) algorithm.digest = DigestAlgorithm::sha384;
      if (digest == DigestAlgorithm::sha256 && key.curve() == Curve::p521) algorithm.digest = DigestAlgorithm::sha512;
      break;
    case KeyType::ed25519:
    case KeyType::ed448:
      algorithm.scheme = SignatureScheme::eddsa;
      algorithm.digest = DigestAlgorithm::none;
      algorithm.edwards_bits = key.type() == KeyType::ed25519 ? 255 : 448;
      break;
    case KeyType::dsa: algorithm.scheme = SignatureScheme::dsa; break;
    case KeyType::ml_dsa:
    case KeyType::slh_dsa: algorithm = pure_algorithm(key.set()); break;
  }
  return algorithm;
}

Result<std::unique_ptr<SigningKey>> generate_key(NewKey kind) {
  Key key;
  switch (kind) {
    case NewKey::rsa1024: key.reset(EVP_RSA_gen(1024)); break;
    case NewKey::rsa2048: key.reset(EVP_RSA_gen(2048)); break;
    case NewKey::rsa3072: key.reset(EVP_RSA_gen(3072)); break;
    case NewKey::rsa4096: key.reset(EVP_RSA_gen(4096)); break;
    case NewKey::p256: key.reset(EVP_EC_gen("P-256")); break;
    case NewKey::p384: key.reset(EVP_EC_gen("P-384")); break;
    case NewKey::p521: key.reset(EVP_EC_gen("P-521")); break;
    case NewKey::brainpool256: key.reset(EVP_EC_gen("brainpoolP256r1")); break;
    case NewKey::ed25519: key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); break;
    case NewKey::ed448: key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448")); break;
    case NewKey::ml_dsa_44: key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ML-DSA-44")); break;
  }
  if (!key) return refused("making a key");
  return SoftwareKey::make(std::move(key));
}

Result<std::unique_ptr<SigningKey>> signing_key_from_pkcs8(const Secret& der) {
  const unsigned char* at = der.view().data();
  Key key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.view().size())));
  if (!key) return refused("reading a private key");
  return SoftwareKey::make(std::move(key));
}

Result<Secret> pkcs8_from_signing_key(const SigningKey& key) {
  const auto* software = dynamic_cast<const SoftwareKey*>(&key);
  if (software == nullptr) return errors::crypto_failed(Code{"exporting a key that is not software"});
  PKCS8_PRIV_KEY_INFO* info = EVP_PKEY2PKCS8(software->native());
  unsigned char* der = nullptr;
  const int size = info != nullptr ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;
  PKCS8_PRIV_KEY_INFO_free(info);
  if (size <= 0) return refused("encoding a private key");
  Secret secret(Bytes(der, der + size));
  OPENSSL_clear_free(der, static_cast<std::size_t>(size));
  return secret;
}

void protect_process() {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

Bytes random_bytes(std::size_t count) {
  Bytes bytes(count);
  if (count != 0 && RAND_bytes(bytes.data(), static_cast<int>(count)) != 1) bytes.clear();
  return bytes;
}

}  // namespace mohr::crypto
