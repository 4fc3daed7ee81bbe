// Digest and signature algorithms and their names in ASN.1, XML and JOSE (algorithms.def).
#pragma once

#include <optional>

#include "pki/asn1/der_reader.h"

namespace mohr::crypto {

enum class DigestAlgorithm : std::uint8_t {
  none,
#define DIGEST(tag, name, oid, uri, openssl, octets) tag,
#include "pki/crypto/algorithms.def"
#undef DIGEST
};
std::size_t digest_size(DigestAlgorithm algorithm);       // octets
std::string_view digest_name(DigestAlgorithm algorithm);  // "SHA-256"
std::string_view digest_uri(DigestAlgorithm algorithm);   // XML identifier, "" when there is none
std::optional<DigestAlgorithm> digest_from_oid(ByteView oid_contents);
std::optional<DigestAlgorithm> digest_from_uri(std::string_view uri);
// AlgorithmIdentifier of a digest (parameters absent or NULL), read from `reader`.
Result<DigestAlgorithm> read_digest_algorithm(asn1::Reader& reader);
Bytes write_digest_algorithm(DigestAlgorithm algorithm);  // parameters absent (RFC 5754)

enum class Curve : std::uint8_t { none, p256, p384, p521, secp256k1, p224, brainpool256, brainpool384, brainpool512 };
enum class SignatureScheme : std::uint8_t { none, rsa_pkcs1, rsa_pss, ecdsa, eddsa, dsa, ml_dsa, slh_dsa };
// Of ML-DSA and SLH-DSA.
enum class ParameterSet : std::uint8_t {
  none,
#define PURE(tag, scheme, name, oid, jws, bits, key_octets, signature_octets) tag,
#include "pki/crypto/algorithms.def"
#undef PURE
};

struct SignatureAlgorithm {
  SignatureScheme scheme = SignatureScheme::none;
  DigestAlgorithm digest = DigestAlgorithm::none;      // none for EdDSA, ML-DSA, SLH-DSA
  DigestAlgorithm mgf_digest = DigestAlgorithm::none;  // PSS only
  int salt_octets = 0;                                 // PSS only
  int edwards_bits = 0;                                // EdDSA: 255 or 448; 0 when the identifier leaves it to the key (JOSE)
  Curve curve = Curve::none;                           // ECDSA as JOSE names it: this curve only (RFC 7518 3.4); none: any
  ParameterSet set = ParameterSet::none;               // ML-DSA, SLH-DSA
  bool operator==(const SignatureAlgorithm&) const = default;
};
std::string signature_name(const SignatureAlgorithm& algorithm);  // "ECDSA with SHA-256"
SignatureAlgorithm pure_algorithm(ParameterSet set);
// Schemes that sign the message itself, without a digest before.
bool is_pure(SignatureScheme scheme);
// The digest of the content that CMS demands beside this algorithm: SHA-512 for Ed25519, SHAKE256 for Ed448 (RFC 8419 3.1), else its own;
// nothing when none is fixed.
std::optional<DigestAlgorithm> demanded_digest(const SignatureAlgorithm& algorithm);
// The one that we write: what is demanded, else SHA-512 (RFC 9882 3.3, RFC 9814 4).
DigestAlgorithm content_digest(const SignatureAlgorithm& algorithm);

// AlgorithmIdentifier of a signature. CMS may name a bare key type (rsaEncryption, id-ecPublicKey): then `digest` fills the gap.
// Errors: algorithm_unknown, der_invalid (PSS parameters are read whole: digest, MGF1 digest, salt; trailer 1).
Result<SignatureAlgorithm> read_signature_algorithm(asn1::Reader& reader, DigestAlgorithm digest = DigestAlgorithm::none);
// RSASSA-PSS-params alone (RFC 4055 3.1), as a key that is limited to them has it too.
Result<SignatureAlgorithm> read_pss_parameters(asn1::Reader& reader);
Bytes write_signature_algorithm(const SignatureAlgorithm& algorithm);  // RFC 4055, 5758, 8410, 9881, 9909
std::optional<SignatureAlgorithm> signature_from_uri(std::string_view uri);
std::string_view signature_uri(const SignatureAlgorithm& algorithm);
// JOSE (RFC 7518, 8037, 9864, and the drafts for ML-DSA): EdDSA gives scheme eddsa; the curve is the key's. "none" and HS* are not here.
std::optional<SignatureAlgorithm> signature_from_jws(std::string_view alg);
std::string_view signature_jws(const SignatureAlgorithm& algorithm);

}  // namespace mohr::crypto
