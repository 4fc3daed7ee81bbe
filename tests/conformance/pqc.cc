// Post-quantum certificates, keys, CMS and JWS of several implementations; every case must verify.
#include <algorithm>

#include "format/reader.h"
#include "jwk.h"
#include "pki/path_validator.h"
#include "suite.h"
#include "verify/evaluation.h"

namespace mohr::conformance {
namespace {

constexpr const char* kExpected = "VALID";

void judge(const std::string& id, const std::string& why, Cases& cases) {
  cases.judge(id, kExpected, why.empty() ? kExpected : "INVALID", why.empty(), why);
}

bool is_unsupported(const Error& error) { return error.code == ErrorCode::key_unsupported || error.code == ErrorCode::algorithm_unknown; }

// A certificate under its own key.
void judge_certificate(const std::string& id, ByteView der, Cases& cases) {
  const auto certificate = pki::Certificate::parse(der);
  if (!certificate) return judge(id, describe(certificate.error()), cases);
  switch (pki::verify_signature(**certificate, **certificate)) {
    case crypto::SignatureCheck::good: return judge(id, {}, cases);
    case crypto::SignatureCheck::unsupported: return cases.skip(id, kExpected, "unsupported algorithm");
    default: return judge(id, "its signature does not verify", cases);
  }
}

// A private key belongs to the certificate whose name it begins with: "NAME_seed_priv.der" to "NAME_ta.der".
void judge_key(const std::string& folder, const std::string& id, Cases& cases) {
  const std::string certificate_name = id.substr(0, id.find('_')) + "_ta.der";
  const auto certificate = pki::Certificate::parse(file_octets(folder + "/" + certificate_name));
  if (!certificate) return judge(id, certificate_name + ": " + describe(certificate.error()), cases);
  if (!(*certificate)->key() && is_unsupported((*certificate)->key().error())) return cases.skip(id, kExpected, "unsupported algorithm");
  const auto key = crypto::signing_key_from_pkcs8(Secret(file_octets(folder + "/" + id)));
  if (!key) return judge(id, describe(key.error()), cases);
  const bool same = equal((*key)->public_key().spki(), (*certificate)->spki());
  judge(id, same ? "" : "it belongs to another public key", cases);
}

void judge_cms(const std::string& folder, const std::string& id, Cases& cases) {
  const Bytes octets = file_octets(folder + "/" + id), plain = file_octets(folder + "/ossl35/cms/expected_plaintext.txt");
  const MemorySource source(octets);
  Budget budget;
  const auto facts = format::read(source, nullptr, budget);
  if (!facts) return judge(id, describe(facts.error()), cases);
  const auto root = pki::Certificate::parse(file_octets(folder + "/ossl35/cms/ta.der"));
  for (const format::Signature& signature : facts->signatures) {
    if (!signature.signer || !root) return judge(id, "a certificate is missing", cases);
    if (!signature.signer->key() && is_unsupported(signature.signer->key().error()))
      return cases.skip(id, kExpected, "unsupported algorithm");
    Findings found;
    verify::verify_cryptographically(signature, signature.signer.get(), found);
    for (const Finding& finding : found) return judge(id, render(finding, Language::en), cases);
    if (pki::verify_signature(*signature.signer, **root) != crypto::SignatureCheck::good)
      return judge(id, "its certificate was not issued by the root", cases);
    if (!equal(signature.references.front().actual, crypto::digest(signature.references.front().digest, plain).view()))
      return judge(id, "its content is another", cases);
  }
  judge(id, facts->signatures.empty() ? "no signature" : "", cases);
}

// "NAME_jws.txt" with "NAME_jwk_pub.json" and "NAME_jwk_priv.json".
void judge_jws(const std::string& folder, const std::string& id, Cases& cases) {
  const std::string stem = folder + "/" + id.substr(0, id.rfind("_jws.txt"));
  const json::Value open = json_file(stem + "_jwk_pub.json"), secret = json_file(stem + "_jwk_priv.json");
  const auto key = public_key_from_jwk(open);
  if (!key && is_unsupported(key.error())) return cases.skip(id, kExpected, "unsupported algorithm");
  if (!key) return judge(id, describe(key.error()), cases);
  Bytes octets = file_octets(folder + "/" + id);
  while (!octets.empty() && octets.back() <= ' ') octets.pop_back();
  const JwsResult result = verify_jws(octets, {&open, 1}, std::nullopt);
  if (!result.good) return judge(id, result.why, cases);
  const auto signing = signing_key_from_jwk(secret);
  if (!signing) return judge(id, "its private key: " + describe(signing.error()), cases);
  judge(id, equal((*signing)->public_key().spki(), (*key)->spki()) ? "" : "its private key belongs to another", cases);
}

}  // namespace

void run_pqc(const std::string& folder, Cases& cases) {
  for (const std::string& id : files_under(folder, "_ta.der")) judge_certificate(id, file_octets(folder + "/" + id), cases);
  for (const std::string& id : files_under(folder, "_priv.der")) judge_key(folder, id, cases);
  for (const std::string& id : files_under(folder, "_signed_attrs.der")) judge_cms(folder, id, cases);
  for (const std::string& id : files_under(folder, "_jws.txt")) judge_jws(folder, id, cases);
}

}  // namespace mohr::conformance
