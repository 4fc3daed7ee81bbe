#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <bit>
#include <mutex>

#include "pki/asn1/der_writer.h"
#include "pki/asn1/oid.h"
#include "pki/crypto/digest.h"
#include "pki/crypto/openssl_handles.h"
#include "pki/crypto/public_key.h"

namespace mohr::crypto {
namespace {

struct KeyDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct ContextDeleter {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
struct MdContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyDeleter>;
using Context = std::unique_ptr<EVP_PKEY_CTX, ContextDeleter>;

// What the library says about a failure stays out of the caller's error queue.
class QuietErrors {
 public:
  QuietErrors() { ERR_set_mark(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
  ~QuietErrors() { ERR_pop_to_mark(); }
};

struct CurveRow {
  Curve curve;
  asn1::OidOctets oid;
  const char* library;
  std::string_view name;
  int bits;
};
constexpr std::array kCurves = {
    CurveRow{Curve::p256, asn1::oid_octets("1.2.840.10045.3.1.7"), "P-256", "P-256", 256},
    CurveRow{Curve::p384, asn1::oid_octets("1.3.132.0.34"), "P-384", "P-384", 384},
    CurveRow{Curve::p521, asn1::oid_octets("1.3.132.0.35"), "P-521", "P-521", 521},
    CurveRow{Curve::secp256k1, asn1::oid_octets("1.3.132.0.10"), "secp256k1", "secp256k1", 256},
    CurveRow{Curve::p224, asn1::oid_octets("1.3.132.0.33"), "P-224", "P-224", 224},
    CurveRow{Curve::brainpool256, asn1::oid_octets("1.3.36.3.3.2.8.1.1.7"), "brainpoolP256r1", "brainpoolP256r1", 256},
    CurveRow{Curve::brainpool384, asn1::oid_octets("1.3.36.3.3.2.8.1.1.11"), "brainpoolP384r1", "brainpoolP384r1", 384},
    CurveRow{Curve::brainpool512, asn1::oid_octets("1.3.36.3.3.2.8.1.1.13"), "brainpoolP512r1", "brainpoolP512r1", 512},
};

constexpr asn1::OidOctets kRsa = asn1::oid_octets("1.2.840.113549.1.1.1"), kRsaPss = asn1::oid_octets("1.2.840.113549.1.1.10"),
                          kEc = asn1::oid_octets("1.2.840.10045.2.1"), kEd25519 = asn1::oid_octets("1.3.101.112"),
                          kEd448 = asn1::oid_octets("1.3.101.113"), kDsa = asn1::oid_octets("1.2.840.10040.4.1");

struct PureRow {
  ParameterSet set;
  KeyType type;
  asn1::OidOctets oid;
  const char* library;
  int bits;
  std::size_t key_octets;
};
constexpr std::array kPures = {
#define PURE(tag, scheme, name, oid, jws, bits, key_octets, signature_octets) \
  PureRow{ParameterSet::tag, KeyType::scheme, asn1::oid_octets(oid), name, bits, key_octets},
#include "pki/crypto/algorithms.def"
#undef PURE
};

constexpr int kSmallestModulus = 512, kLargestModulus = 16384;  // bits; the library verifies nothing larger
constexpr std::size_t kLargestExponent = 8;                     // octets: a longer one only buys time from us
constexpr std::size_t kPoolSize = 8;                            // contexts kept for each key

int bit_length(ByteView magnitude) {
  if (magnitude.empty() || magnitude[0] == 0) return 0;
  return static_cast<int>(magnitude.size() * 8) - std::countl_zero(magnitude[0]);
}

// Moduli of the flawed generator of CVE-2017-15361 (ROCA; national identity cards had it) are a power of 65537 modulo each of
// these primes; others are with probability 2^-28. Such a key is factored at moderate cost, so it proves nothing.
constexpr std::array kRocaGroups = {
    std::array<std::uint32_t, 6>{11, 13, 17, 19, 37, 53},
    std::array<std::uint32_t, 6>{61, 71, 73, 79, 97, 1},
    std::array<std::uint32_t, 6>{103, 107, 109, 127, 1, 1},
    std::array<std::uint32_t, 6>{151, 157, 1, 1, 1, 1},
};
bool is_power_of_65537(std::uint32_t value, std::uint32_t prime) {
  std::uint32_t power = 1;
  for (std::uint32_t i = 0; i < prime; ++i) {
    if (power == value) return true;
    power = power * (65537 % prime) % prime;
  }
  return false;
}
bool has_flawed_primes(ByteView modulus) {
  for (const auto& group : kRocaGroups) {
    std::uint64_t product = 1, rest = 0;
    for (const std::uint32_t prime : group) product *= prime;
    for (std::size_t i = 0; i < modulus.size();) {  // four octets at a time: the products lie below 2^32
      std::uint64_t chunk = modulus[i];
      unsigned bits = 8;
      for (++i; i < modulus.size() && (modulus.size() - i) % 4 != 0; ++i, bits += 8) chunk = chunk << 8 | modulus[i];
      rest = (rest << bits | chunk) % product;
    }
    for (const std::uint32_t prime : group)
      if (prime != 1 && !is_power_of_65537(static_cast<std::uint32_t>(rest % prime), prime)) return false;
  }
  return true;
}

// Parameters of EVP_PKEY_fromdata over buffers that live as long as this does.
class Parameters {
 public:
  void number(const char* name, ByteView magnitude) {
    Bytes& native = buffers_.emplace_back(magnitude.begin(), magnitude.end());
    if constexpr (std::endian::native == std::endian::little) std::reverse(native.begin(), native.end());
    parameters_.push_back(OSSL_PARAM{name, OSSL_PARAM_UNSIGNED_INTEGER, native.data(), native.size(), OSSL_PARAM_UNMODIFIED});
  }
  void octets(const char* name, ByteView value) {
    Bytes& copy = buffers_.emplace_back(value.begin(), value.end());
    parameters_.push_back(OSSL_PARAM_construct_octet_string(name, copy.data(), copy.size()));
  }
  void text(const char* name, const char* value) {
    parameters_.push_back(OSSL_PARAM_construct_utf8_string(name, const_cast<char*>(value), 0));  // NOLINT: only read
  }
  Key build(const char* type) {
    parameters_.push_back(OSSL_PARAM_construct_end());
    // One context for each thread and kind of key: making it costs more than the import (performance.md 1).
    thread_local std::array<std::pair<const char*, Context>, 4> contexts;
    const auto slot = std::find_if(contexts.begin(), contexts.end(), [&](const auto& c) { return c.first == nullptr || c.first == type; });
    if (slot == contexts.end()) return nullptr;
    if (!slot->second) {
      Context fresh(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
      if (!fresh || EVP_PKEY_fromdata_init(fresh.get()) != 1) return nullptr;
      *slot = {type, std::move(fresh)};
    }
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata(slot->second.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters_.data()) != 1) {
      EVP_PKEY_free(key);
      slot->second.reset();
      slot->first = nullptr;
      return nullptr;
    }
    return Key(key);
  }

 private:
  std::vector<Bytes> buffers_ = reserved();
  std::vector<OSSL_PARAM> parameters_;
  static std::vector<Bytes> reserved() {
    std::vector<Bytes> out;
    out.reserve(8);
    return out;
  }
};
constexpr const char *kRsaName = "RSA", *kEcName = "EC", *kDsaName = "DSA";

}  // namespace

struct PublicKey::State {
  Bytes spki;
  KeyType type = KeyType::rsa;
  Curve curve = Curve::none;
  ParameterSet set = ParameterSet::none;
  int bits = 0;
  std::optional<SignatureAlgorithm> only;  // RSASSA-PSS parameters in the key (RFC 4055 1.2): salt is the least
  Key key;
  struct Ready {
    SignatureAlgorithm algorithm;
    Context context;
  };
  mutable std::mutex mutex;
  mutable std::vector<Ready> pool;

  Context take(const SignatureAlgorithm& algorithm) const;
  void give(const SignatureAlgorithm& algorithm, Context context) const;
  SignatureCheck verify_message(ByteView message, ByteView signature) const;
};

namespace {

using State = PublicKey::State;

Result<void> read_rsa(ByteView octets, State& state) {
  MOHR_TRY(asn1::Reader fields, asn1::single(octets, asn1::kSequence));
  MOHR_TRY(const ByteView modulus, fields.unsigned_integer());
  MOHR_TRY(const ByteView exponent, fields.unsigned_integer());
  MOHR_CHECK(fields.finish());
  state.bits = bit_length(modulus);
  if (state.bits < kSmallestModulus || state.bits > kLargestModulus)
    return errors::key_unsupported(Code{"RSA-" + std::to_string(state.bits)});
  if ((modulus.back() & 1) == 0) return errors::key_unsupported(Code{"RSA with an even modulus"});
  if (has_flawed_primes(modulus)) return errors::key_unsupported(Code{"RSA by a flawed generator (CVE-2017-15361)"});
  if (exponent.size() > kLargestExponent) return errors::key_unsupported(Code{"RSA with an exponent above 64 bits"});
  if ((exponent.back() & 1) == 0 || bit_length(exponent) < 2)
    return errors::key_unsupported(Code{"RSA with an exponent that is even or 1"});
  Parameters parameters;
  parameters.number(OSSL_PKEY_PARAM_RSA_N, modulus);
  parameters.number(OSSL_PKEY_PARAM_RSA_E, exponent);
  state.key = parameters.build(kRsaName);
  return {};
}

Result<void> read_ec(asn1::Reader& identifier, ByteView octets, State& state) {
  if (identifier.peek() != asn1::kOid) return errors::key_unsupported(Code{"elliptic curve without a name"});  // RFC 5480 2.1.1
  MOHR_TRY(const ByteView oid, identifier.oid());
  MOHR_CHECK(identifier.finish());
  const auto found = std::find_if(kCurves.begin(), kCurves.end(), [&](const CurveRow& c) { return equal(c.oid.view(), oid); });
  if (found == kCurves.end()) return errors::key_unsupported(Code{"elliptic curve " + asn1::dotted(oid)});
  state.curve = found->curve;
  state.bits = found->bits;
  const std::size_t field = (static_cast<std::size_t>(found->bits) + 7) / 8;
  const bool uncompressed = octets.size() == 2 * field + 1 && octets[0] == 4;
  const bool compressed = octets.size() == field + 1 && (octets[0] == 2 || octets[0] == 3);
  if (!uncompressed && !compressed) return errors::der_invalid(Code{"a public key that is no point of its curve"});
  Parameters parameters;
  parameters.text(OSSL_PKEY_PARAM_GROUP_NAME, found->library);
  parameters.octets(OSSL_PKEY_PARAM_PUB_KEY, octets);
  state.key = parameters.build(kEcName);  // refuses a point beside the curve
  if (!state.key) return errors::der_invalid(Code{"a public key that is no point of its curve"});
  return {};
}

Result<void> read_edwards(ByteView octets, State& state) {
  const bool small = state.type == KeyType::ed25519;
  state.bits = small ? 255 : 448;
  if (octets.size() != (small ? 32U : 57U)) return errors::der_invalid(Code{"an Edwards key of the wrong length"});
  state.key.reset(EVP_PKEY_new_raw_public_key_ex(nullptr, small ? "ED25519" : "ED448", nullptr, octets.data(), octets.size()));
  return {};
}

// RFC 9881 4, RFC 9909 4: the octets of the key stand in the BIT STRING as they are.
Result<void> read_pure(const PureRow& row, ByteView octets, State& state) {
  state.type = row.type;
  state.set = row.set;
  state.bits = row.bits;
  if (octets.size() != row.key_octets) return errors::der_invalid(Code{std::string(row.library) + " key of the wrong length"});
  state.key.reset(EVP_PKEY_new_raw_public_key_ex(nullptr, row.library, nullptr, octets.data(), octets.size()));
  if (!state.key) return errors::key_unsupported(Code{row.library});  // before OpenSSL 3.5
  return {};
}

// RFC 3279 2.3.2. The house signs nothing with DSA and no policy accepts it; test suites have it.
Result<void> read_dsa(asn1::Reader& identifier, ByteView octets, State& state) {
  if (identifier.at_end()) return errors::key_unsupported(Code{"DSA with inherited parameters"});
  MOHR_TRY(asn1::Reader domain, identifier.enter(asn1::kSequence));
  MOHR_CHECK(identifier.finish());
  MOHR_TRY(const ByteView p, domain.unsigned_integer());
  MOHR_TRY(const ByteView q, domain.unsigned_integer());
  MOHR_TRY(const ByteView g, domain.unsigned_integer());
  MOHR_CHECK(domain.finish());
  asn1::Reader value(octets);
  MOHR_TRY(const ByteView y, value.unsigned_integer());
  MOHR_CHECK(value.finish());
  state.bits = bit_length(p);
  const bool in_range = bit_length(g) >= 2 && bit_length(y) >= 2 && (g.size() < p.size() || (g.size() == p.size() && less(g, p))) &&
                        (y.size() < p.size() || (y.size() == p.size() && less(y, p)));
  if (state.bits < kSmallestModulus || state.bits > 4096 || bit_length(q) < 160 || bit_length(q) > 256 || !in_range)
    return errors::key_unsupported(Code{"DSA-" + std::to_string(state.bits)});
  Parameters parameters;
  parameters.number(OSSL_PKEY_PARAM_FFC_P, p);
  parameters.number(OSSL_PKEY_PARAM_FFC_Q, q);
  parameters.number(OSSL_PKEY_PARAM_FFC_G, g);
  parameters.number(OSSL_PKEY_PARAM_PUB_KEY, y);
  state.key = parameters.build(kDsaName);
  return {};
}

Result<void> read_key(ByteView oid, asn1::Reader& identifier, ByteView octets, State& state) {
  if (equal(oid, kRsa.view())) {
    state.type = KeyType::rsa;
    MOHR_CHECK(identifier.null());  // RFC 3279 2.3.1
    MOHR_CHECK(identifier.finish());
    return read_rsa(octets, state);
  }
  if (equal(oid, kRsaPss.view())) {
    state.type = KeyType::rsa_pss;
    if (!identifier.at_end()) {
      MOHR_TRY(state.only, read_pss_parameters(identifier));
      MOHR_CHECK(identifier.finish());
    }
    return read_rsa(octets, state);
  }
  if (equal(oid, kEc.view())) {
    state.type = KeyType::ec;
    return read_ec(identifier, octets, state);
  }
  if (equal(oid, kEd25519.view()) || equal(oid, kEd448.view())) {
    state.type = equal(oid, kEd25519.view()) ? KeyType::ed25519 : KeyType::ed448;
    MOHR_CHECK(identifier.finish());  // RFC 8410 3
    return read_edwards(octets, state);
  }
  if (equal(oid, kDsa.view())) {
    state.type = KeyType::dsa;
    return read_dsa(identifier, octets, state);
  }
  for (const PureRow& row : kPures) {
    if (!equal(oid, row.oid.view())) continue;
    MOHR_CHECK(identifier.finish());
    return read_pure(row, octets, state);
  }
  return errors::key_unsupported(Code{asn1::dotted(oid)});
}

bool prepare(EVP_PKEY_CTX* context, const SignatureAlgorithm& algorithm) {
  if (context == nullptr || EVP_PKEY_verify_init(context) != 1) return false;
  const EVP_MD* digest = digest_handle(algorithm.digest);
  if (digest == nullptr) return false;
  if (algorithm.scheme == SignatureScheme::rsa_pkcs1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1) return false;
  if (algorithm.scheme == SignatureScheme::rsa_pss && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) != 1) return false;
  if (EVP_PKEY_CTX_set_signature_md(context, digest) != 1) return false;
  if (algorithm.scheme == SignatureScheme::rsa_pss) {
    const EVP_MD* mask = digest_handle(algorithm.mgf_digest);
    if (mask == nullptr || EVP_PKEY_CTX_set_rsa_mgf1_md(context, mask) != 1) return false;
    if (EVP_PKEY_CTX_set_rsa_pss_saltlen(context, algorithm.salt_octets) != 1) return false;
  }
  return true;
}

struct TwoNumbers {
  ByteView r, s;
};
// Ecdsa-Sig-Value and Dss-Sig-Value (RFC 3279 2.2.2, 2.2.3): DER, both positive.
std::optional<TwoNumbers> read_two_numbers(ByteView der) {
  auto fields = asn1::single(der, asn1::kSequence);
  if (!fields) return std::nullopt;
  const auto r = fields->unsigned_integer();
  const auto s = r ? fields->unsigned_integer() : r;
  if (!s || !fields->finish()) return std::nullopt;
  if ((*r)[0] == 0 || (*s)[0] == 0) return std::nullopt;
  return TwoNumbers{*r, *s};
}

}  // namespace

Context PublicKey::State::take(const SignatureAlgorithm& algorithm) const {
  {
    const std::lock_guard lock(mutex);
    for (Ready& ready : pool) {
      if (!(ready.algorithm == algorithm)) continue;
      Context context = std::move(ready.context);
      if (&ready != &pool.back()) ready = std::move(pool.back());
      pool.pop_back();
      return context;
    }
  }
  Context fresh(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  return prepare(fresh.get(), algorithm) ? std::move(fresh) : nullptr;
}

void PublicKey::State::give(const SignatureAlgorithm& algorithm, Context context) const {
  const std::lock_guard lock(mutex);
  if (pool.size() < kPoolSize) pool.push_back({algorithm, std::move(context)});
}

SignatureCheck PublicKey::State::verify_message(ByteView message, ByteView signature) const {
  // A fresh context each time: from OpenSSL 3.4 on a one-shot context cannot be used twice.
  const std::unique_ptr<EVP_MD_CTX, MdContextDeleter> context(EVP_MD_CTX_new());
  if (!context || EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr) != 1)
    return SignatureCheck::unsupported;
  const int good = EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size());
  return good == 1 ? SignatureCheck::good : SignatureCheck::bad;
}

Result<std::shared_ptr<const PublicKey>> PublicKey::from_spki(ByteView spki) {
  const QuietErrors quiet;
  auto state = std::make_unique<State>();
  state->spki = to_bytes(spki);
  MOHR_TRY(asn1::Reader fields, asn1::single(state->spki, asn1::kSequence));
  MOHR_TRY(asn1::Reader identifier, fields.enter(asn1::kSequence));
  MOHR_TRY(const ByteView oid, identifier.oid());
  MOHR_TRY(const ByteView octets, fields.bit_string());
  MOHR_CHECK(fields.finish());
  MOHR_CHECK(read_key(oid, identifier, octets, *state));
  if (!state->key) return errors::key_unsupported(Code{asn1::dotted(oid)});
  return std::make_shared<const PublicKey>(std::move(state));
}

PublicKey::PublicKey(std::unique_ptr<State> state) : state_(std::move(state)) {}
PublicKey::~PublicKey() = default;

KeyType PublicKey::type() const { return state_->type; }
Curve PublicKey::curve() const { return state_->curve; }
ParameterSet PublicKey::set() const { return state_->set; }
int PublicKey::bits() const { return state_->bits; }
ByteView PublicKey::spki() const { return state_->spki; }

std::string PublicKey::name() const {
  switch (state_->type) {
    case KeyType::rsa:
    case KeyType::rsa_pss: return "RSA-" + std::to_string(state_->bits);
    case KeyType::dsa: return "DSA-" + std::to_string(state_->bits);
    case KeyType::ed25519: return "Ed25519";
    case KeyType::ed448: return "Ed448";
    case KeyType::ml_dsa:
    case KeyType::slh_dsa: return signature_name(pure_algorithm(state_->set));
    case KeyType::ec: break;
  }
  const auto found = std::find_if(kCurves.begin(), kCurves.end(), [&](const CurveRow& c) { return c.curve == state_->curve; });
  return found == kCurves.end() ? std::string() : std::string(found->name);
}

SignatureCheck PublicKey::verify(const SignatureAlgorithm& algorithm, ByteView message, ByteView signature, EcdsaForm form) const {
  if (!fits(algorithm, *this)) return SignatureCheck::wrong_key;
  const QuietErrors quiet;
  if (is_pure(algorithm.scheme)) return state_->verify_message(message, signature);
  std::optional<Bytes> converted;
  if (algorithm.scheme == SignatureScheme::ecdsa) {
    const std::size_t field = (static_cast<std::size_t>(state_->bits) + 7) / 8;
    if (form == EcdsaForm::fixed) {
      if (signature.size() != 2 * field || !(converted = ecdsa_der_from_fixed(signature))) return SignatureCheck::bad;
      signature = *converted;
    } else if (!read_two_numbers(signature)) {
      return SignatureCheck::bad;
    }
  } else if (algorithm.scheme == SignatureScheme::dsa) {
    if (!read_two_numbers(signature)) return SignatureCheck::bad;
  } else if (signature.size() != (static_cast<std::size_t>(state_->bits) + 7) / 8) {
    return SignatureCheck::bad;  // RFC 8017 8.1.2, 8.2.2 step 1
  }
  Context context = state_->take(algorithm);
  if (!context) return SignatureCheck::unsupported;
  const Hash hash = digest(algorithm.digest, message);
  if (hash.size == 0) return SignatureCheck::unsupported;
  const int good = EVP_PKEY_verify(context.get(), signature.data(), signature.size(), hash.octets.data(), hash.size);
  state_->give(algorithm, std::move(context));
  return good == 1 ? SignatureCheck::good : SignatureCheck::bad;
}

bool PublicKey::accepts(const SignatureAlgorithm& algorithm) const {
  switch (algorithm.scheme) {
    case SignatureScheme::rsa_pkcs1: return state_->type == KeyType::rsa;
    case SignatureScheme::rsa_pss: {
      const auto& only = state_->only;  // RFC 4055 3.3: same digests, a salt at least as long
      return state_->type == KeyType::rsa ||
             (state_->type == KeyType::rsa_pss && (!only || (only->digest == algorithm.digest && only->mgf_digest == algorithm.mgf_digest &&
                                                             algorithm.salt_octets >= only->salt_octets)));
    }
    case SignatureScheme::ecdsa: return state_->type == KeyType::ec && (algorithm.curve == Curve::none || algorithm.curve == state_->curve);
    case SignatureScheme::dsa: return state_->type == KeyType::dsa;
    case SignatureScheme::eddsa:
      return (state_->type == KeyType::ed25519 && algorithm.edwards_bits != 448) ||
             (state_->type == KeyType::ed448 && algorithm.edwards_bits != 255);
    case SignatureScheme::ml_dsa:
    case SignatureScheme::slh_dsa: return algorithm.set == state_->set;
    case SignatureScheme::none: break;
  }
  return false;
}

bool is_available(ParameterSet set) {
  const QuietErrors quiet;
  return Context(EVP_PKEY_CTX_new_from_name(nullptr, signature_name(pure_algorithm(set)).c_str(), nullptr)) != nullptr;
}

bool fits(const SignatureAlgorithm& algorithm, const PublicKey& key) { return key.accepts(algorithm); }

std::optional<Bytes> ecdsa_fixed_from_der(ByteView der, std::size_t field_octets) {
  const auto numbers = read_two_numbers(der);
  if (!numbers || numbers->r.size() > field_octets || numbers->s.size() > field_octets) return std::nullopt;
  Bytes out(2 * field_octets);
  std::copy(numbers->r.begin(), numbers->r.end(), out.begin() + static_cast<std::ptrdiff_t>(field_octets - numbers->r.size()));
  std::copy(numbers->s.begin(), numbers->s.end(), out.begin() + static_cast<std::ptrdiff_t>(2 * field_octets - numbers->s.size()));
  return out;
}

std::optional<Bytes> ecdsa_der_from_fixed(ByteView fixed) {
  if (fixed.empty() || fixed.size() % 2 != 0) return std::nullopt;
  const auto is_zero = [](ByteView number) { return std::all_of(number.begin(), number.end(), [](Byte b) { return b == 0; }); };
  const ByteView r = fixed.first(fixed.size() / 2), s = fixed.subspan(fixed.size() / 2);
  if (is_zero(r) || is_zero(s)) return std::nullopt;
  return asn1::sequence({asn1::unsigned_integer(r), asn1::unsigned_integer(s)});
}

}  // namespace mohr::crypto
