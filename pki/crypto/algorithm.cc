#include "pki/crypto/algorithm.h"

#include <array>

#include "pki/asn1/der_writer.h"
#include "pki/asn1/oid.h"

namespace mohr::crypto {
namespace {

using asn1::OidOctets;

struct DigestRow {
  std::string_view name, oid, uri;
  std::size_t octets = 0;
  OidOctets contents;
};
constexpr std::array kDigests = {
    DigestRow{},
#define DIGEST(tag, name, oid, uri, openssl, octets) DigestRow{name, oid, uri, octets, asn1::oid_octets(oid)},
#include "pki/crypto/algorithms.def"
#undef DIGEST
};
const DigestRow& row(DigestAlgorithm algorithm) { return kDigests[static_cast<std::size_t>(algorithm)]; }

struct SignatureRow {
  SignatureScheme scheme;
  DigestAlgorithm digest;
  std::string_view oid, uri, jws;
  OidOctets contents;
};
constexpr std::array kSignatures = {
#define SIGNATURE(tag, scheme, digest, oid, uri, jws) \
  SignatureRow{SignatureScheme::scheme, DigestAlgorithm::digest, oid, uri, jws, asn1::oid_octets(oid)},
#include "pki/crypto/algorithms.def"
#undef SIGNATURE
};

struct PureRow {
  SignatureScheme scheme = SignatureScheme::none;
  std::string_view name, oid, jws;
  OidOctets contents;
};
constexpr std::array kPures = {
    PureRow{},
#define PURE(tag, scheme, name, oid, jws, bits, key_octets, signature_octets) \
  PureRow{SignatureScheme::scheme, name, oid, jws, asn1::oid_octets(oid)},
#include "pki/crypto/algorithms.def"
#undef PURE
};
const PureRow& row(ParameterSet set) { return kPures[static_cast<std::size_t>(set)]; }

template <class Wanted>
std::optional<SignatureAlgorithm> find_pure(const Wanted& wanted) {
  for (std::size_t i = 1; i < kPures.size(); ++i)
    if (wanted(kPures[i])) return pure_algorithm(static_cast<ParameterSet>(i));
  return std::nullopt;
}

constexpr OidOctets kShake256Len = asn1::oid_octets("2.16.840.1.101.3.4.2.18");
constexpr std::string_view kEd25519 = "1.3.101.112", kEd448 = "1.3.101.113", kPss = "1.2.840.113549.1.1.10", kMgf1 = "1.2.840.113549.1.1.8";
constexpr OidOctets kPssContents = asn1::oid_octets(kPss), kMgf1Contents = asn1::oid_octets(kMgf1),
                    kRsaContents = asn1::oid_octets("1.2.840.113549.1.1.1"), kEcContents = asn1::oid_octets("1.2.840.10045.2.1"),
                    kDsaContents = asn1::oid_octets("1.2.840.10040.4.1");
constexpr std::int64_t kLongestSalt = 2048;  // octets: no modulus that is accepted has room for more

int edwards_bits(std::string_view oid) { return oid == kEd25519 ? 255 : oid == kEd448 ? 448 : 0; }

SignatureAlgorithm algorithm_of(const SignatureRow& found) {
  SignatureAlgorithm out;
  out.scheme = found.scheme;
  out.digest = found.digest;
  out.edwards_bits = edwards_bits(found.oid);
  if (found.scheme == SignatureScheme::rsa_pss) {  // the named forms: MGF1 with the same digest, salt as long as it
    out.mgf_digest = found.digest;
    out.salt_octets = static_cast<int>(digest_size(found.digest));
  }
  return out;
}

// The row whose name means exactly this algorithm.
const SignatureRow* row_of(const SignatureAlgorithm& algorithm) {
  for (const SignatureRow& candidate : kSignatures) {
    if (candidate.scheme != algorithm.scheme || candidate.digest != algorithm.digest) continue;
    SignatureAlgorithm named = algorithm_of(candidate);
    if (algorithm.edwards_bits == 0) named.edwards_bits = 0;  // Ed25519 comes first
    named.curve = algorithm.curve;
    if (named == algorithm) return &candidate;
  }
  return nullptr;
}

Result<void> read_absent_or_null(asn1::Reader& reader) {
  if (!reader.at_end()) MOHR_CHECK(reader.null());
  return reader.finish();
}

Bytes pss_digest_identifier(DigestAlgorithm digest) {  // RFC 4055 2.1: NULL is present here
  return asn1::sequence({asn1::oid(row(digest).oid), asn1::null()});
}

Bytes pss_parameters(const SignatureAlgorithm& algorithm) {
  Bytes fields;
  if (algorithm.digest != DigestAlgorithm::sha1) append(fields, asn1::element(asn1::context(0), pss_digest_identifier(algorithm.digest)));
  if (algorithm.mgf_digest != DigestAlgorithm::sha1)
    append(fields, asn1::element(asn1::context(1), asn1::sequence({asn1::oid(kMgf1), pss_digest_identifier(algorithm.mgf_digest)})));
  if (algorithm.salt_octets != 20) append(fields, asn1::element(asn1::context(2), asn1::integer(algorithm.salt_octets)));
  return asn1::sequence({fields});
}

}  // namespace

std::size_t digest_size(DigestAlgorithm algorithm) { return row(algorithm).octets; }
std::string_view digest_name(DigestAlgorithm algorithm) { return row(algorithm).name; }
std::string_view digest_uri(DigestAlgorithm algorithm) { return row(algorithm).uri; }

std::optional<DigestAlgorithm> digest_from_oid(ByteView oid_contents) {
  for (std::size_t i = 1; i < kDigests.size(); ++i)
    if (equal(kDigests[i].contents.view(), oid_contents)) return static_cast<DigestAlgorithm>(i);
  return std::nullopt;
}

std::optional<DigestAlgorithm> digest_from_uri(std::string_view uri) {
  for (std::size_t i = 1; i < kDigests.size(); ++i)
    if (!uri.empty() && kDigests[i].uri == uri) return static_cast<DigestAlgorithm>(i);
  return std::nullopt;
}

Result<DigestAlgorithm> read_digest_algorithm(asn1::Reader& reader) {
  MOHR_TRY(asn1::Reader identifier, reader.enter(asn1::kSequence));
  MOHR_TRY(const ByteView oid, identifier.oid());
  if (equal(oid, kShake256Len.view())) {  // RFC 8419 2.2: the length of the output in bits
    MOHR_TRY(const std::int64_t bits, identifier.small_integer());
    MOHR_CHECK(identifier.finish());
    if (bits != 512) return errors::algorithm_unknown(Code{"SHAKE256 with " + std::to_string(bits) + " bits"});
    return DigestAlgorithm::shake256;
  }
  const auto found = digest_from_oid(oid);
  if (!found) return errors::algorithm_unknown(Code{asn1::dotted(oid)});
  MOHR_CHECK(read_absent_or_null(identifier));
  return *found;
}

Bytes write_digest_algorithm(DigestAlgorithm algorithm) { return asn1::sequence({asn1::oid(row(algorithm).oid)}); }

std::string signature_name(const SignatureAlgorithm& algorithm) {
  const std::string digest(digest_name(algorithm.digest));
  switch (algorithm.scheme) {
    case SignatureScheme::rsa_pkcs1: return "RSA with " + digest;
    case SignatureScheme::rsa_pss: return "RSA-PSS with " + digest;
    case SignatureScheme::ecdsa: return "ECDSA with " + digest;
    case SignatureScheme::dsa: return "DSA with " + digest;
    case SignatureScheme::eddsa: return algorithm.edwards_bits == 255 ? "Ed25519" : algorithm.edwards_bits == 448 ? "Ed448" : "EdDSA";
    case SignatureScheme::ml_dsa:
    case SignatureScheme::slh_dsa: return std::string(row(algorithm.set).name);
    case SignatureScheme::none: break;
  }
  return "unknown";
}

SignatureAlgorithm pure_algorithm(ParameterSet set) {
  SignatureAlgorithm out;
  out.scheme = row(set).scheme;
  out.set = set;
  return out;
}

bool is_pure(SignatureScheme scheme) {
  return scheme == SignatureScheme::eddsa || scheme == SignatureScheme::ml_dsa || scheme == SignatureScheme::slh_dsa;
}

std::optional<DigestAlgorithm> demanded_digest(const SignatureAlgorithm& algorithm) {
  if (algorithm.digest != DigestAlgorithm::none) return algorithm.digest;
  if (algorithm.scheme == SignatureScheme::eddsa && algorithm.edwards_bits == 255) return DigestAlgorithm::sha512;
  if (algorithm.scheme == SignatureScheme::eddsa && algorithm.edwards_bits == 448) return DigestAlgorithm::shake256;
  return std::nullopt;
}

DigestAlgorithm content_digest(const SignatureAlgorithm& algorithm) { return demanded_digest(algorithm).value_or(DigestAlgorithm::sha512); }

Result<SignatureAlgorithm> read_pss_parameters(asn1::Reader& reader) {
  SignatureAlgorithm out;
  out.scheme = SignatureScheme::rsa_pss;
  out.digest = out.mgf_digest = DigestAlgorithm::sha1;
  out.salt_octets = 20;
  MOHR_TRY(asn1::Reader fields, reader.enter(asn1::kSequence));
  // RFC 4055 3.1. Encoders write the defaults too, against DER; they are read.
  if (fields.peek() == asn1::context(0)) {
    MOHR_TRY(asn1::Reader field, fields.enter(asn1::context(0)));
    MOHR_TRY(out.digest, read_digest_algorithm(field));
    MOHR_CHECK(field.finish());
  }
  if (fields.peek() == asn1::context(1)) {
    MOHR_TRY(asn1::Reader field, fields.enter(asn1::context(1)));
    MOHR_TRY(asn1::Reader generator, field.enter(asn1::kSequence));
    MOHR_CHECK(field.finish());
    MOHR_TRY(const ByteView oid, generator.oid());
    if (!equal(oid, kMgf1Contents.view())) return errors::algorithm_unknown(Code{asn1::dotted(oid)});
    MOHR_TRY(out.mgf_digest, read_digest_algorithm(generator));
    MOHR_CHECK(generator.finish());
  }
  if (fields.peek() == asn1::context(2)) {
    MOHR_TRY(asn1::Reader field, fields.enter(asn1::context(2)));
    MOHR_TRY(const std::int64_t salt, field.small_integer());
    MOHR_CHECK(field.finish());
    if (salt < 0 || salt > kLongestSalt) return fields.error("a salt length out of range");
    out.salt_octets = static_cast<int>(salt);
  }
  if (fields.peek() == asn1::context(3)) {
    MOHR_TRY(asn1::Reader field, fields.enter(asn1::context(3)));
    MOHR_TRY(const std::int64_t trailer, field.small_integer());
    MOHR_CHECK(field.finish());
    if (trailer != 1) return errors::algorithm_unknown(Code{"RSASSA-PSS trailer " + std::to_string(trailer)});
  }
  MOHR_CHECK(fields.finish());
  return out;
}

Result<SignatureAlgorithm> read_signature_algorithm(asn1::Reader& reader, DigestAlgorithm digest) {
  MOHR_TRY(asn1::Reader identifier, reader.enter(asn1::kSequence));
  MOHR_TRY(const ByteView oid, identifier.oid());
  if (equal(oid, kPssContents.view())) {
    MOHR_TRY(const SignatureAlgorithm pss, read_pss_parameters(identifier));
    MOHR_CHECK(identifier.finish());
    return pss;
  }
  for (const SignatureRow& candidate : kSignatures) {
    if (!equal(candidate.contents.view(), oid)) continue;
    // RFC 4055 5: NULL with RSA (absent is read too). RFC 5758 3.1, 3.2 and RFC 8410 3: absent.
    if (candidate.scheme == SignatureScheme::rsa_pkcs1) {
      MOHR_CHECK(read_absent_or_null(identifier));
    } else {
      MOHR_CHECK(identifier.finish());
    }
    return algorithm_of(candidate);
  }
  if (const auto pure = find_pure([&](const PureRow& candidate) { return equal(candidate.contents.view(), oid); })) {
    MOHR_CHECK(identifier.finish());  // RFC 9881 2, RFC 9909 3: no parameters
    return *pure;
  }
  if (digest != DigestAlgorithm::none) {  // RFC 5652 10.1.2, RFC 3370 3.2: a key type where the digest stands elsewhere
    SignatureAlgorithm out;
    out.digest = digest;
    if (equal(oid, kRsaContents.view())) out.scheme = SignatureScheme::rsa_pkcs1;
    if (equal(oid, kEcContents.view())) out.scheme = SignatureScheme::ecdsa;
    if (equal(oid, kDsaContents.view())) out.scheme = SignatureScheme::dsa;
    if (out.scheme != SignatureScheme::none) {
      if (!identifier.at_end()) MOHR_CHECK(identifier.next());  // NULL or the curve: the certificate's key decides
      MOHR_CHECK(identifier.finish());
      return out;
    }
  }
  return errors::algorithm_unknown(Code{asn1::dotted(oid)});
}

Bytes write_signature_algorithm(const SignatureAlgorithm& algorithm) {
  if (algorithm.scheme == SignatureScheme::rsa_pss) return asn1::sequence({asn1::oid(kPss), pss_parameters(algorithm)});
  if (algorithm.set != ParameterSet::none) return asn1::sequence({asn1::oid(row(algorithm.set).oid)});
  const SignatureRow* found = row_of(algorithm);
  if (found == nullptr || found->oid.empty()) return asn1::sequence({});
  if (algorithm.scheme == SignatureScheme::rsa_pkcs1) return asn1::sequence({asn1::oid(found->oid), asn1::null()});
  return asn1::sequence({asn1::oid(found->oid)});
}

std::optional<SignatureAlgorithm> signature_from_uri(std::string_view uri) {
  for (const SignatureRow& candidate : kSignatures)
    if (!uri.empty() && candidate.uri == uri) return algorithm_of(candidate);
  return std::nullopt;
}

std::string_view signature_uri(const SignatureAlgorithm& algorithm) {
  const SignatureRow* found = row_of(algorithm);
  return found == nullptr ? std::string_view{} : found->uri;
}

std::optional<SignatureAlgorithm> signature_from_jws(std::string_view alg) {
  for (const SignatureRow& candidate : kSignatures) {
    if (alg.empty() || candidate.jws != alg) continue;
    SignatureAlgorithm out = algorithm_of(candidate);
    out.edwards_bits = 0;
    if (out.scheme == SignatureScheme::ecdsa) {
      out.curve = out.digest == DigestAlgorithm::sha256 ? Curve::p256 : out.digest == DigestAlgorithm::sha384 ? Curve::p384 : Curve::p521;
    }
    return out;
  }
  if (alg == "Ed25519" || alg == "Ed448") {  // RFC 9864 2.2: one curve only
    SignatureAlgorithm out;
    out.scheme = SignatureScheme::eddsa;
    out.edwards_bits = alg == "Ed25519" ? 255 : 448;
    return out;
  }
  return find_pure([&](const PureRow& candidate) { return !alg.empty() && candidate.jws == alg; });
}

std::string_view signature_jws(const SignatureAlgorithm& algorithm) {
  if (algorithm.set != ParameterSet::none) return row(algorithm.set).jws;
  const SignatureRow* found = row_of(algorithm);
  return found == nullptr ? std::string_view{} : found->jws;
}

}  // namespace mohr::crypto
