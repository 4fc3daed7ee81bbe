// A key that signs: software keys here, tokens and modules later behind the same interface. Part of mohr_keys, not of mohr_pki.
#pragma once

#include "pki/crypto/public_key.h"

namespace mohr::crypto {

class SigningKey {
 public:
  virtual ~SigningKey() = default;
  [[nodiscard]] virtual const PublicKey& public_key() const = 0;
  // Signs `message` (digested inside). Errors: crypto_failed, and what a token says. Safe over threads.
  virtual Result<Bytes> sign(const SignatureAlgorithm& algorithm, ByteView message, EcdsaForm form = EcdsaForm::der) const = 0;
};

// The algorithm a key is used with when the caller names only a digest (RSA: PKCS#1 v1.5; P-256: ECDSA; EdDSA as it is).
SignatureAlgorithm preferred_algorithm(const PublicKey& key, DigestAlgorithm digest = DigestAlgorithm::sha256);

// New software keys, for the demonstration authority and tests.
enum class NewKey : std::uint8_t { rsa1024, rsa2048, rsa3072, rsa4096, p256, p384, p521, brainpool256, ed25519, ed448, ml_dsa_44 };
// Errors: crypto_failed, also where the linked library lacks the algorithm (ML-DSA before OpenSSL 3.5).
Result<std::unique_ptr<SigningKey>> generate_key(NewKey kind);
Result<std::unique_ptr<SigningKey>> signing_key_from_pkcs8(const Secret& der);
Result<Secret> pkcs8_from_signing_key(const SigningKey& key);  // software keys only

// A process that holds keys: not dumpable, no core file (prctl, setrlimit). Called by the doors before a key is opened.
void protect_process();

// Octets from the system's generator.
Bytes random_bytes(std::size_t count);

}  // namespace mohr::crypto
