// RFC 7520 examples: signatures in each of their serialisations, exact signing where the octets are determined, and keys.
#include "jwk.h"
#include "suite.h"

namespace mohr::conformance {
namespace {

std::vector<json::Value> keys_of(const json::Value& input) {
  const json::Value* key = input.member("key");
  if (key == nullptr) return {};
  if (key->array() != nullptr) return *key->array();
  return {*key};
}

void run_forms(const std::string& id, const json::Value& document, const json::Value& input, const json::Value& output, Cases& cases) {
  const std::vector<json::Value> keys = keys_of(input);
  const std::string payload = text(input, "payload");
  for (const json::Member& form : *output.object()) {
    const bool compact = form.second.string() != nullptr;
    const std::string message = compact ? *form.second.string() : json::write(form.second);
    // Detached: no payload member, or nothing between the dots though the input has a payload.
    const bool detached = compact ? message.find("..") != std::string::npos : form.second.member("payload") == nullptr;
    const JwsResult result =
        verify_jws(as_bytes(message), keys, detached && !payload.empty() ? std::optional(as_bytes(payload)) : std::nullopt);
    cases.judge(id + "/" + form.first, "valid", result.good ? "valid" : "invalid", result.good, result.why);
  }
  // RSASSA-PKCS1-v1_5 is deterministic: ours must be the same octets.
  const json::Value* signing = document.member("signing");
  if (signing == nullptr || signing->object() == nullptr || keys.size() != 1 || !text(input, "alg").starts_with("RS")) return;
  const auto key = signing_key_from_jwk(keys[0]);
  const auto algorithm = crypto::signature_from_jws(text(input, "alg"));
  const auto value = key && algorithm ? (*key)->sign(*algorithm, as_bytes(text(*signing, "sig-input"))) : Result<Bytes>(Bytes{});
  const bool same = value && base64url(*value) == text(*signing, "sig");
  cases.judge(id + "/sign", "the same octets", same ? "the same octets" : "other octets", same);
}

}  // namespace

void run_jose_cookbook(const std::string& folder, Cases& cases) {
  for (const std::string& file : files_under(folder, ".json")) {
    const json::Value document = json_file(folder + "/" + file);
    const std::string id = file.substr(0, file.size() - 5);
    const json::Value* input = document.member("input");
    const json::Value* output = document.member("output");
    if (document.string("kty") != nullptr) {
      const auto key = public_key_from_jwk(document);
      cases.judge(id, "a key", key ? "a key" : "refused", key.has_value(), key ? "" : describe(key.error()));
    } else if (document.member("signing") != nullptr && input != nullptr && output != nullptr && output->object() != nullptr) {
      run_forms(id, document, *input, *output, cases);
    } else {
      cases.skip(id, "valid", "no signature alone");
    }
  }
}

}  // namespace mohr::conformance
