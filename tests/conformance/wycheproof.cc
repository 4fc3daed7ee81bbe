// Signature files of Wycheproof, each group by its type; files of other types (MAC, KDF, key wrap) are not this suite's.
#include <algorithm>
#include <array>

#include "jwk.h"
#include "listener.h"
#include "pki/crypto/public_key.h"
#include "suite.h"

namespace mohr::conformance {
namespace {

using crypto::DigestAlgorithm;
using crypto::SignatureScheme;

enum class Way : std::uint8_t { raw, jws, none };
struct Kind {
  std::string_view type;
  Way way;
  SignatureScheme scheme;
  crypto::EcdsaForm form;
};
constexpr std::array kKinds = {
    Kind{"EcdsaVerify", Way::raw, SignatureScheme::ecdsa, crypto::EcdsaForm::der},
    Kind{"EcdsaP1363Verify", Way::raw, SignatureScheme::ecdsa, crypto::EcdsaForm::fixed},
    Kind{"DsaVerify", Way::raw, SignatureScheme::dsa, crypto::EcdsaForm::der},
    Kind{"EddsaVerify", Way::raw, SignatureScheme::eddsa, crypto::EcdsaForm::der},
    Kind{"MlDsaVerify", Way::raw, SignatureScheme::ml_dsa, crypto::EcdsaForm::der},
    Kind{"RsassaPkcs1Verify", Way::raw, SignatureScheme::rsa_pkcs1, crypto::EcdsaForm::der},
    Kind{"RsassaPssVerify", Way::raw, SignatureScheme::rsa_pss, crypto::EcdsaForm::der},
    Kind{"RsassaPssWithParametersVerify", Way::raw, SignatureScheme::rsa_pss, crypto::EcdsaForm::der},
    Kind{"JsonWebSignature", Way::jws, SignatureScheme::none, crypto::EcdsaForm::fixed},
    Kind{"JsonWebKey", Way::jws, SignatureScheme::none, crypto::EcdsaForm::fixed},
};

DigestAlgorithm digest_called(std::string_view name) {
  for (int i = 1; i <= static_cast<int>(DigestAlgorithm::ripemd160); ++i) {
    const auto digest = static_cast<DigestAlgorithm>(i);
    if (crypto::digest_name(digest) == name) return digest;
  }
  return DigestAlgorithm::none;
}

struct Group {
  const json::Value& value;
  Kind kind;
  std::string stem;
};

void record(const Group& group, const json::Value& test, bool good, std::string reason, Cases& cases) {
  const std::string expected = text(test, "result");
  const std::int64_t* number = test.member("tcId") != nullptr ? test.member("tcId")->integer() : nullptr;
  const bool agreed = expected == "acceptable" || (expected == "valid") == good;
  if (const std::string comment = text(test, "comment"); !agreed && !comment.empty())
    reason += reason.empty() ? comment : " (" + comment + ")";
  cases.judge(group.stem + "/" + std::to_string(number != nullptr ? *number : 0), expected, good ? "valid" : "invalid", agreed,
              agreed ? "" : reason);
}

void skip_all(const Group& group, const json::Array& tests, const std::string& reason, Cases& cases) {
  for (const json::Value& test : tests) {
    const std::int64_t* number = test.member("tcId") != nullptr ? test.member("tcId")->integer() : nullptr;
    cases.skip(group.stem + "/" + std::to_string(number != nullptr ? *number : 0), text(test, "result"), reason);
  }
}

// "mldsa_44_verify_test": the file names the parameter set.
crypto::ParameterSet set_of(std::string_view stem) {
  if (stem.find("_44_") != std::string_view::npos) return crypto::ParameterSet::ml_dsa_44;
  if (stem.find("_65_") != std::string_view::npos) return crypto::ParameterSet::ml_dsa_65;
  return crypto::ParameterSet::ml_dsa_87;
}

void run_raw(const Group& group, const json::Array& tests, Cases& cases) {
  crypto::SignatureAlgorithm algorithm;
  algorithm.scheme = group.kind.scheme;
  algorithm.digest = digest_called(text(group.value, "sha"));
  algorithm.mgf_digest = digest_called(text(group.value, "mgfSha"));
  if (const json::Value* salt = group.value.member("sLen"); salt != nullptr && salt->integer() != nullptr)
    algorithm.salt_octets = static_cast<int>(*salt->integer());
  if (algorithm.scheme == SignatureScheme::ml_dsa) {
    const crypto::ParameterSet set = set_of(group.stem);
    if (!crypto::is_available(set)) return skip_all(group, tests, "the linked library has no ML-DSA", cases);
    algorithm = crypto::pure_algorithm(set);
  }
  const auto key = crypto::PublicKey::from_spki(hex_octets(group.value, "publicKeyDer"));
  for (const json::Value& test : tests) {
    if (!text(test, "ctx").empty()) {
      record(group, test, false, "a signature with a context", cases);
      continue;
    }
    if (!key) {
      record(group, test, false, describe(key.error()), cases);
      continue;
    }
    const Bytes message = hex_octets(test, "msg"), value = hex_octets(test, "sig");
    const auto check = verify_value({**key, algorithm, message, value, group.kind.form});
    record(group, test, check == crypto::SignatureCheck::good,
           check == crypto::SignatureCheck::unsupported ? "not supported"
           : check == crypto::SignatureCheck::wrong_key ? "the algorithm does not fit the key"
                                                        : "the signature value is bad",
           cases);
  }
}

// The one key that a message names; nothing when the set is ambiguous.
std::vector<json::Value> keys_of(const json::Value& group) {
  const json::Value* given = group.member("public");
  if (given == nullptr) given = group.member("private");
  if (given == nullptr) return {};
  const json::Value* set = given->member("keys");
  if (set == nullptr || set->array() == nullptr) return {*given};
  return *set->array();
}

void run_jws(const Group& group, const json::Array& tests, Cases& cases) {
  const std::vector<json::Value> keys = keys_of(group.value);
  for (const json::Value& test : tests) {
    const json::Value* jws = test.member("jws");
    const std::string message = jws == nullptr ? std::string() : jws->string() != nullptr ? *jws->string() : json::write(*jws);
    // Nothing between the dots is an empty payload here, not a detached one.
    const auto content = message.find("..") != std::string::npos ? std::optional(ByteView{}) : std::nullopt;
    const JwsResult result = verify_jws(as_bytes(message), keys, content);
    record(group, test, result.good, result.why, cases);
  }
}

}  // namespace

void run_wycheproof(const std::string& folder, Cases& cases) {
  for (const std::string& file : files_under(folder, "_test.json")) {
    const json::Value document = json_file(folder + "/" + file);
    const json::Value* groups = document.member("testGroups");
    if (groups == nullptr || groups->array() == nullptr) {
      cases.judge(file, "readable", "unreadable", false);
      continue;
    }
    for (const json::Value& value : *groups->array()) {
      const std::string type = text(value, "type");
      const json::Value* tests = value.member("tests");
      if (tests == nullptr || tests->array() == nullptr) continue;
      const auto found = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& kind) { return kind.type == type; });
      const Group group{value, found == kKinds.end() ? Kind{} : *found, file.substr(0, file.size() - 5)};
      if (found == kKinds.end()) {
        if (type.ends_with("Verify")) skip_all(group, *tests->array(), "no such signature scheme: " + type, cases);
      } else if (group.kind.way == Way::raw) {
        run_raw(group, *tests->array(), cases);
      } else {
        run_jws(group, *tests->array(), cases);
      }
    }
  }
}

}  // namespace mohr::conformance
