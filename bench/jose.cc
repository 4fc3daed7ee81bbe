#include "bench/jose.h"

#ifdef MOHR_HAVE_JOSE
extern "C" {
#include <jansson.h>
#include <jose/jose.h>
}

#include <memory>

#include "bench/material.h"

namespace mohr::bench {
namespace {

// {"kty":"EC"|"RSA",...} from a SubjectPublicKeyInfo.
std::string jwk_of(ByteView spki) {
  auto outer = must(asn1::single(spki, asn1::kSequence), "SPKI");
  must(outer.next(), "algorithm");
  const ByteView key = must(outer.bit_string(), "key");
  if (key[0] == 0x04)
    return R"({"kty":"EC","crv":"P-256","x":")" + base64url(key.subspan(1, 32)) + R"(","y":")" + base64url(key.subspan(33)) + "\"}";
  auto rsa = must(asn1::single(key, asn1::kSequence), "RSA key");
  const ByteView n = must(rsa.unsigned_integer(), "n"), e = must(rsa.unsigned_integer(), "e");
  return R"({"kty":"RSA","n":")" + base64url(n) + R"(","e":")" + base64url(e) + "\"}";
}

}  // namespace

std::function<void()> jose_verify(const std::string& compact, const std::string& spki) {
  const std::size_t first = compact.find('.'), second = compact.find('.', first + 1);
  const std::string flattened = R"({"protected":")" + compact.substr(0, first) + R"(","payload":")" +
                                compact.substr(first + 1, second - first - 1) + R"(","signature":")" + compact.substr(second + 1) + "\"}";
  const std::shared_ptr<json_t> jws(json_loads(flattened.c_str(), 0, nullptr), [](json_t* value) { json_decref(value); });
  const std::shared_ptr<json_t> jwk(json_loads(jwk_of(as_bytes(spki)).c_str(), 0, nullptr), [](json_t* value) { json_decref(value); });
  return [jws, jwk] {
    if (!jose_jws_ver(nullptr, jws.get(), nullptr, jwk.get(), false)) stop("libjose does not verify");
  };
}

}  // namespace mohr::bench
#else
namespace mohr::bench {
std::function<void()> jose_verify(const std::string&, const std::string&) { return {}; }
}  // namespace mohr::bench
#endif
