#include "jwk.h"

#include "format/jades.h"
#include "pki/asn1/der_writer.h"
#include "pki/crypto_policy.h"
#include "suite.h"

namespace mohr::conformance {
namespace {

Bytes octets(const json::Value& jwk, std::string_view member) { return from_base64url(text(jwk, member)).value_or(Bytes{}); }

Bytes spki(std::initializer_list<ByteView> algorithm, ByteView key) {
  return asn1::sequence({asn1::sequence(algorithm), asn1::bit_string(key)});
}

struct CurveName {
  std::string_view jose, oid;
  std::size_t octets;
};
constexpr CurveName kCurves[] = {
    {"P-256", "1.2.840.10045.3.1.7", 32}, {"P-384", "1.3.132.0.34", 48}, {"P-521", "1.3.132.0.35", 66}, {"secp256k1", "1.3.132.0.10", 32}};

Result<Bytes> spki_from_jwk(const json::Value& jwk) {
  const std::string type = text(jwk, "kty"), curve = text(jwk, "crv");
  if (type == "RSA") {
    const Bytes key = asn1::sequence({asn1::unsigned_integer(octets(jwk, "n")), asn1::unsigned_integer(octets(jwk, "e"))});
    return spki({asn1::oid("1.2.840.113549.1.1.1"), asn1::null()}, key);
  }
  if (const auto algorithm = crypto::signature_from_jws(text(jwk, "alg")); type == "AKP" && algorithm) {
    return asn1::sequence({crypto::write_signature_algorithm(*algorithm), asn1::bit_string(octets(jwk, "pub"))});
  }
  if (type == "OKP" && curve == "Ed25519") return spki({asn1::oid("1.3.101.112")}, octets(jwk, "x"));
  if (type == "OKP" && curve == "Ed448") return spki({asn1::oid("1.3.101.113")}, octets(jwk, "x"));
  for (const CurveName& name : kCurves) {
    if (type != "EC" || curve != name.jose) continue;
    Bytes point{4};
    for (const std::string_view coordinate : {"x", "y"}) {
      const Bytes value = octets(jwk, coordinate);
      if (value.size() != name.octets) return errors::key_unsupported(Code{"a coordinate of another length than the curve's"});
      append(point, value);
    }
    return spki({asn1::oid("1.2.840.10045.2.1"), asn1::oid(name.oid)}, point);
  }
  return errors::key_unsupported(Code{type + " " + curve});
}

// RFC 7517 4.2 to 4.4: a key that says what it is for is used for nothing else.
std::string unfit(const json::Value& jwk, std::string_view alg) {
  if (const std::string* use = jwk.string("use"); use != nullptr && *use != "sig") return "the key is for " + *use;
  if (const std::string* own = jwk.string("alg"); own != nullptr && *own != alg) return "the key is for " + *own + " only";
  const json::Value* operations = jwk.member("key_ops");
  if (operations == nullptr) return {};
  for (const json::Value& one : operations->array() != nullptr ? *operations->array() : json::Array{})
    if (one.string() != nullptr && (*one.string() == "verify" || *one.string() == "sign")) return {};
  return "the key is not for signatures";
}

std::string why_not(const format::Signature& signature, const json::Value& jwk) {
  if (const std::string reason = unfit(jwk, signature.algorithm_name); !reason.empty()) return reason;
  const auto key = public_key_from_jwk(jwk);
  if (!key) return describe(key.error());
  if (pki::usable_until(**key) <= SystemClock().now()) return "the key is too weak: " + (*key)->name();
  if (signature.signed_octets.empty()) return "its content is missing";
  switch ((*key)->verify(signature.algorithm, signature.signed_octets, signature.value, signature.ecdsa_form)) {
    case crypto::SignatureCheck::good: return {};
    case crypto::SignatureCheck::bad: return "the signature value is bad";
    case crypto::SignatureCheck::wrong_key: return "the algorithm does not fit the key";
    case crypto::SignatureCheck::unsupported: break;
  }
  return "the algorithm is not supported";
}

}  // namespace

Result<std::shared_ptr<const crypto::PublicKey>> public_key_from_jwk(const json::Value& jwk) {
  MOHR_TRY(const Bytes encoding, spki_from_jwk(jwk));
  return crypto::PublicKey::from_spki(encoding);
}

Result<std::unique_ptr<crypto::SigningKey>> signing_key_from_jwk(const json::Value& jwk) {
  if (const auto algorithm = crypto::signature_from_jws(text(jwk, "alg")); text(jwk, "kty") == "AKP" && algorithm) {
    const Bytes seed = asn1::element(asn1::context(0, false), octets(jwk, "priv"));  // RFC 9881 6
    const Bytes pkcs8 = asn1::sequence({asn1::integer(0), crypto::write_signature_algorithm(*algorithm), asn1::octet_string(seed)});
    return crypto::signing_key_from_pkcs8(Secret(pkcs8));
  }
  Bytes key = asn1::integer(0);  // RFC 8017 A.1.2
  for (const std::string_view member : {"n", "e", "d", "p", "q", "dp", "dq", "qi"})
    append(key, asn1::unsigned_integer(octets(jwk, member)));
  const Bytes pkcs8 = asn1::sequence(
      {asn1::integer(0), asn1::sequence({asn1::oid("1.2.840.113549.1.1.1"), asn1::null()}), asn1::octet_string(asn1::sequence({key}))});
  return crypto::signing_key_from_pkcs8(Secret(pkcs8));
}

JwsResult verify_jws(ByteView jws, std::span<const json::Value> keys, std::optional<ByteView> content) {
  Budget budget;
  const MemorySource document(jws), detached(content.value_or(ByteView{}));
  const auto read = format::read_jades(document, content ? &detached : nullptr, budget);
  if (!read) return {false, describe(read.error())};
  if (read->signatures.empty()) return {false, "it holds no signature"};
  if (keys.size() != 1 && keys.size() != read->signatures.size()) return {false, "other keys than signatures"};
  for (std::size_t i = 0; i < read->signatures.size(); ++i) {
    const std::string reason = why_not(read->signatures[i], keys.size() == 1 ? keys[0] : keys[i]);
    if (!reason.empty()) return {false, reason};
  }
  return {true, {}};
}

}  // namespace mohr::conformance
