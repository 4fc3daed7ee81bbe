#include "pki/crypto/opinion.h"

#include "pki/core/module.h"

namespace mohr::crypto {

const OpinionModule* SecondOpinion::module() const {
  std::call_once(once_, [this] {
    if (const auto found = load_module("botan")) module_ = static_cast<const OpinionModule*>(*found);
  });
  return module_;
}

Opinion ask_about_value(const OpinionModule& module, const PublicKey& key, const SignatureAlgorithm& algorithm, ByteView message,
                        ByteView value, EcdsaForm form) {
  if (!fits(algorithm, key)) return {Opinion::Answer::none, "an algorithm for another kind of key"};
  if (!module.knows(algorithm, key.type(), key.curve())) return {Opinion::Answer::none, signature_name(algorithm) + ", " + key.name()};
  const std::size_t octets = (static_cast<std::size_t>(key.bits()) + 7) / 8;
  std::optional<Bytes> fixed;
  if (algorithm.scheme == SignatureScheme::ecdsa && form == EcdsaForm::der) {
    fixed = ecdsa_fixed_from_der(value, octets);
    if (!fixed) return {Opinion::Answer::none, "a malformed value"};
    value = *fixed;
  }
  const bool rsa = algorithm.scheme == SignatureScheme::rsa_pkcs1 || algorithm.scheme == SignatureScheme::rsa_pss;
  if (rsa && value.size() != octets) return {Opinion::Answer::none, "a malformed value"};
  return module.signature(key.spki(), algorithm, message, value);
}

std::string_view opinion_package() { return MOHR_BOTAN_PACKAGE; }

}  // namespace mohr::crypto
