// The second opinion: another library is asked about the same octets, so that no single library's defect makes a verdict. It stands behind
// the module "botan" (pki/core/module.h), opened at first use.
#pragma once

#include <mutex>

#include "pki/core/time.h"
#include "pki/crypto/public_key.h"

namespace mohr::crypto {

// What the other library says of one thing.
struct Opinion {
  enum class Answer : std::uint8_t { good, bad, unreadable, none };
  Answer answer = Answer::none;
  std::string words;  // bad, unreadable: its own reason; none: what it lacks
};

// What the module exports (botan_opinion.cc). Safe over threads.
struct OpinionModule {
  const char* library;
  std::string (*version)();
  Instant earliest, latest;  // it reads no date beyond
  // Whether it can compute this algorithm under this kind of key; when not, it is not asked.
  bool (*knows)(const SignatureAlgorithm& algorithm, KeyType type, Curve curve);
  // `value`: r || s for ECDSA, as XML and JOSE write it; both over octets that our strict reader accepted.
  Opinion (*signature)(ByteView spki, const SignatureAlgorithm& algorithm, ByteView message, ByteView value);
  // Signatures, names, validity at `time` and basic constraints of a chain, target first, anchor last. Of the anchor only the name and key.
  Opinion (*chain)(std::span<const ByteView> certificates, Instant time);
};

// Opens the module when it is asked for the first time. Safe over threads.
class SecondOpinion {
 public:
  // Null when it is not installed.
  [[nodiscard]] const OpinionModule* module() const;

 private:
  mutable std::once_flag once_;
  mutable const OpinionModule* module_ = nullptr;
};

// Asks about one signature value. Values that are not written as the standards say are not handed on: answer none.
Opinion ask_about_value(const OpinionModule& module, const PublicKey& key, const SignatureAlgorithm& algorithm, ByteView message,
                        ByteView value, EcdsaForm form = EcdsaForm::der);

// The Debian package that holds the other library.
std::string_view opinion_package();

}  // namespace mohr::crypto
