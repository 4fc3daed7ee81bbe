// The module "botan": Botan 2.19 (Debian 12) and 3 (Debian 13) as the second opinion. Nothing that Botan throws leaves this file.
#include <botan/pubkey.h>
#include <botan/version.h>
#include <botan/x509_key.h>
#include <botan/x509path.h>

#include <chrono>
#include <new>

#include "pki/crypto/opinion.h"

namespace mohr::crypto {
namespace {

using Botan::Certificate_Status_Code;
using Answer = Opinion::Answer;

constexpr bool kIsBotan3 = BOTAN_VERSION_MAJOR >= 3;

constexpr Instant kEarliest{-631152000}, kLatest{35690889599};  // the years 1950 to 3100

std::string version() { return Botan::short_version_string(); }

std::string hash_name(DigestAlgorithm digest) {
  switch (digest) {
    case DigestAlgorithm::sha1: return "SHA-1";
    case DigestAlgorithm::sha224: return "SHA-224";
    case DigestAlgorithm::sha256: return "SHA-256";
    case DigestAlgorithm::sha384: return "SHA-384";
    case DigestAlgorithm::sha512: return "SHA-512";
    case DigestAlgorithm::sha512_256: return "SHA-512-256";
    case DigestAlgorithm::sha3_224: return "SHA-3(224)";
    case DigestAlgorithm::sha3_256: return "SHA-3(256)";
    case DigestAlgorithm::sha3_384: return "SHA-3(384)";
    case DigestAlgorithm::sha3_512: return "SHA-3(512)";
    default: return {};
  }
}

bool knows(const SignatureAlgorithm& algorithm, KeyType type, Curve /*curve*/) {
  const bool has_digest = !hash_name(algorithm.digest).empty();
  switch (algorithm.scheme) {
    case SignatureScheme::rsa_pkcs1: return has_digest && type == KeyType::rsa;
    case SignatureScheme::rsa_pss: return has_digest && algorithm.mgf_digest == algorithm.digest;
    case SignatureScheme::ecdsa: return has_digest;
    case SignatureScheme::eddsa: return type == KeyType::ed25519 || (kIsBotan3 && type == KeyType::ed448);
    case SignatureScheme::ml_dsa:
    case SignatureScheme::slh_dsa: return kIsBotan3;
    case SignatureScheme::dsa:  // no policy accepts it
    case SignatureScheme::none: break;
  }
  return false;
}

std::string padding(const SignatureAlgorithm& algorithm) {
  const std::string hash = hash_name(algorithm.digest);
  switch (algorithm.scheme) {
    case SignatureScheme::rsa_pkcs1: return "EMSA3(" + hash + ")";
    case SignatureScheme::rsa_pss: return "EMSA4(" + hash + ",MGF1," + std::to_string(algorithm.salt_octets) + ")";
    case SignatureScheme::ecdsa: return "EMSA1(" + hash + ")";
    case SignatureScheme::eddsa: return "Pure";
    default: return {};
  }
}

// Botan's exceptions as answers: what it lacks is none, everything else a refusal of the kind that is given.
template <class Question>
Opinion ask_once(Answer refused, const Question& question) {
  try {
    return question();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const Botan::Lookup_Error& lacks) {
    return {Answer::none, lacks.what()};
  } catch (const Botan::Not_Implemented& lacks) {
    return {Answer::none, lacks.what()};
  } catch (const std::exception& refusal) {
    return {refused, refusal.what()};
  } catch (...) {
    return {refused, "an unknown exception"};
  }
}

// Asked again unless it is good: inside Botan, memory that runs out becomes a bad signature or an unknown algorithm.
template <class Question>
Opinion ask(Answer refused, const Question& question) {
  Opinion opinion = ask_once(refused, question);
  return opinion.answer == Answer::good ? opinion : ask_once(refused, question);
}

Opinion signature(ByteView spki, const SignatureAlgorithm& algorithm, ByteView message, ByteView value) {
  return ask(Answer::bad, [&]() -> Opinion {
    const std::unique_ptr<Botan::Public_Key> key(Botan::X509::load_key(std::vector<std::uint8_t>(spki.begin(), spki.end())));
    Botan::PK_Verifier verifier(*key, padding(algorithm));
    if (verifier.verify_message(message.data(), message.size(), value.data(), value.size())) return {Answer::good, {}};
    return {Answer::bad, "the value does not verify"};
  });
}

#if BOTAN_VERSION_MAJOR >= 3
using Chain = std::vector<Botan::X509_Certificate>;
void extend(Chain& chain, ByteView der) { chain.emplace_back(der.data(), der.size()); }
Botan::CertificatePathStatusCodes check(const Chain& chain, std::chrono::system_clock::time_point time) {
  const Botan::Path_Validation_Restrictions any_strength(false, 0, false, std::set<std::string>{});
  return Botan::PKIX::check_chain(chain, time, "", Botan::Usage_Type::UNSPECIFIED, any_strength);
}
#else
using Chain = std::vector<std::shared_ptr<const Botan::X509_Certificate> >;
void extend(Chain& chain, ByteView der) { chain.push_back(std::make_shared<const Botan::X509_Certificate>(der.data(), der.size())); }
Botan::CertificatePathStatusCodes check(const Chain& chain, std::chrono::system_clock::time_point time) {
  return Botan::PKIX::check_chain(chain, time, "", Botan::Usage_Type::UNSPECIFIED, 0, {});
}
#endif

// What is asked; other codes speak of things that are not (policies, name constraints, usage, strength, odd serial numbers).
Answer meaning(Certificate_Status_Code code) {
  switch (code) {
    case Certificate_Status_Code::SIGNATURE_ERROR:
    case Certificate_Status_Code::CERT_PUBKEY_INVALID:
    case Certificate_Status_Code::CHAIN_NAME_MISMATCH:
    case Certificate_Status_Code::CERT_NOT_YET_VALID:
    case Certificate_Status_Code::CERT_HAS_EXPIRED:
    case Certificate_Status_Code::CA_CERT_NOT_FOR_CERT_ISSUER:
    case Certificate_Status_Code::CERT_CHAIN_TOO_LONG: return Answer::bad;
    case Certificate_Status_Code::SIGNATURE_ALGO_UNKNOWN:
    case Certificate_Status_Code::SIGNATURE_ALGO_BAD_PARAMS:  // parameters that it does not compute, or that we read leniently
    case Certificate_Status_Code::UNTRUSTED_HASH: return Answer::none;
    default: return Answer::good;
  }
}

// Of the anchor, which is the last, neither the dates nor its own signature are asked about (RFC 5280 6.1); one of version 1 cannot say
// that it is an authority.
Opinion judge(const Chain& chain, std::chrono::system_clock::time_point time) {
  const auto codes = check(chain, time);
  Opinion opinion{Answer::good, {}};
  for (std::size_t i = 0; i + 1 < codes.size(); ++i) {
    for (const Certificate_Status_Code code : codes[i]) {
      if (code == Certificate_Status_Code::CA_CERT_NOT_FOR_CERT_ISSUER && i + 2 == codes.size()) continue;  // about the anchor
      const Answer answer = meaning(code);
      if (answer == Answer::bad) return {Answer::bad, Botan::to_string(code)};
      if (answer == Answer::none) opinion = {Answer::none, Botan::to_string(code)};
    }
  }
  return opinion;
}

Opinion chain(std::span<const ByteView> certificates, Instant time) {
  constexpr std::int64_t kClockEnds = 9'000'000'000;  // the year 2255; beyond, the standard clock's nanoseconds overflow
  if (time.seconds < 0 || time.seconds > kClockEnds) return {Answer::none, "a time beyond 2255"};
  Chain path;
  Opinion opinion = ask(Answer::unreadable, [&]() -> Opinion {
    path.clear();
    for (const ByteView der : certificates) extend(path, der);
    return {Answer::good, {}};
  });
  // Botan 2 wants a certificate of an RSASSA-PSS key with parameters to be signed with just these.
  if (opinion.words.find("Algorithm identifier mismatch") != std::string::npos) opinion.answer = Answer::none;
  if (opinion.answer != Answer::good) return opinion;
  return ask(Answer::bad, [&] { return judge(path, std::chrono::system_clock::time_point(std::chrono::seconds(time.seconds))); });
}

}  // namespace
}  // namespace mohr::crypto

extern "C" __attribute__((visibility("default"))) const mohr::crypto::OpinionModule mohr_module = {"Botan",
                                                                                                   &mohr::crypto::version,
                                                                                                   mohr::crypto::kEarliest,
                                                                                                   mohr::crypto::kLatest,
                                                                                                   &mohr::crypto::knows,
                                                                                                   &mohr::crypto::signature,
                                                                                                   &mohr::crypto::chain};
