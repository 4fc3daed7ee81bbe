// JSON web keys (RFC 7517) to keys, for the suites only: mohr itself takes keys from certificates.
#pragma once

#include "pki/core/json.h"
#include "pki/crypto/signing_key.h"

namespace mohr::conformance {

Result<std::shared_ptr<const crypto::PublicKey>> public_key_from_jwk(const json::Value& jwk);
// RSA, ML-DSA.
Result<std::unique_ptr<crypto::SigningKey>> signing_key_from_jwk(const json::Value& jwk);

struct JwsResult {
  bool good = false;
  std::string why;  // when it is not
};
// All signatures of a JWS, each by the key of `keys` at its place (one key: for all). `content`: of a detached one.
JwsResult verify_jws(ByteView jws, std::span<const json::Value> keys, std::optional<ByteView> content);

}  // namespace mohr::conformance
