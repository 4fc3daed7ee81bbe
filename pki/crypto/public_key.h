// A public key and its verification. Keys are built from raw parameters, never through the library's decoder.
#pragma once

#include <memory>

#include "pki/crypto/algorithm.h"

namespace mohr::crypto {

enum class KeyType : std::uint8_t { rsa, rsa_pss, ec, ed25519, ed448, dsa, ml_dsa, slh_dsa };

// How an ECDSA signature is written: Ecdsa-Sig-Value (X.509, CMS) or r || s of fixed width (XML, JWS). Ignored for other keys.
enum class EcdsaForm : std::uint8_t { der, fixed };

enum class SignatureCheck : std::uint8_t {
  good,
  bad,          // the value does not verify, or is malformed
  wrong_key,    // the algorithm does not fit this kind of key
  unsupported,  // the linked library cannot compute it: never "invalid"
};

// Immutable; safe over threads (contexts are kept in a pool of the key).
class PublicKey {
 public:
  // `spki`: SubjectPublicKeyInfo, strict DER; points must lie on their curve; RSA exponent odd and at least 3.
  // Errors: key_unsupported, der_invalid.
  static Result<std::shared_ptr<const PublicKey>> from_spki(ByteView spki);
  ~PublicKey();

  [[nodiscard]] KeyType type() const;
  [[nodiscard]] Curve curve() const;
  [[nodiscard]] ParameterSet set() const;  // ML-DSA, SLH-DSA
  [[nodiscard]] int bits() const;          // modulus or field size; strength of ML-DSA and SLH-DSA
  [[nodiscard]] std::string name() const;  // "RSA-2048", "P-256"
  [[nodiscard]] ByteView spki() const;

  [[nodiscard]] bool accepts(const SignatureAlgorithm& algorithm) const;  // what fits() says

  // Verifies `signature` over `message` (which is digested here, unless is_pure).
  [[nodiscard]] SignatureCheck verify(const SignatureAlgorithm& algorithm, ByteView message, ByteView signature,
                                      EcdsaForm form = EcdsaForm::der) const;

  struct State;  // in openssl_public_key.cc
  explicit PublicKey(std::unique_ptr<State> state);

 private:
  std::unique_ptr<State> state_;
};

// Whether the linked library has these (OpenSSL from 3.5 on).
bool is_available(ParameterSet set);
// Whether an algorithm can be used with a kind of key at all (a PSS-only key with PKCS#1 cannot).
bool fits(const SignatureAlgorithm& algorithm, const PublicKey& key);
// r || s of fixed width from Ecdsa-Sig-Value and back; nothing when malformed or out of range.
std::optional<Bytes> ecdsa_fixed_from_der(ByteView der, std::size_t field_octets);
std::optional<Bytes> ecdsa_der_from_fixed(ByteView fixed);

}  // namespace mohr::crypto
