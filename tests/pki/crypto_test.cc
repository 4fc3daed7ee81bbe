// Algorithms, digests, keys and signatures. Expected values: RFC 8032 7.1, FIPS 180 examples, or another implementation where a test says
// so.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <map>
#include <thread>

#include "pki/asn1/der_writer.h"
#include "pki/core/source.h"
#include "pki/crypto/digest.h"
#include "pki/crypto/signing_key.h"

namespace mohr::crypto {
namespace {

using enum DigestAlgorithm;
using S = SignatureScheme;

Bytes spki_of(std::initializer_list<ByteView> algorithm, ByteView key) {
  return asn1::sequence({asn1::sequence(algorithm), asn1::bit_string(key)});
}
const Bytes kRsa = asn1::oid("1.2.840.113549.1.1.1"), kPss = asn1::oid("1.2.840.113549.1.1.10"), kEc = asn1::oid("1.2.840.10045.2.1"),
            kP256 = asn1::oid("1.2.840.10045.3.1.7");

SignatureAlgorithm pss(DigestAlgorithm digest, DigestAlgorithm mask, int salt) { return {S::rsa_pss, digest, mask, salt}; }
SignatureAlgorithm plain(S scheme, DigestAlgorithm digest) { return {scheme, digest}; }

const SigningKey& key_of(NewKey kind) {
  static std::map<NewKey, std::unique_ptr<SigningKey>> keys;
  auto& key = keys[kind];
  if (!key) key = *generate_key(kind);
  return *key;
}

TEST(Algorithm, NamesGoRound) {
  for (const char* uri : {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
                          "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed448",
                          "http://www.w3.org/2000/09/xmldsig#rsa-sha1"}) {
    const auto algorithm = signature_from_uri(uri);
    ASSERT_TRUE(algorithm) << uri;
    EXPECT_EQ(signature_uri(*algorithm), uri);
    const Bytes encoding = write_signature_algorithm(*algorithm);
    asn1::Reader reader(encoding);
    const auto read = read_signature_algorithm(reader);
    ASSERT_TRUE(read) << uri;
    EXPECT_EQ(*read, *algorithm) << uri;
  }
  for (const char* alg : {"RS256", "PS384", "ES256", "ES384", "ES512", "EdDSA", "ML-DSA-44", "ML-DSA-87"}) {
    ASSERT_TRUE(signature_from_jws(alg)) << alg;
    EXPECT_EQ(signature_jws(*signature_from_jws(alg)), alg);
  }
  for (const char* alg : {"none", "HS256", "rs256", "", "ES256K"}) EXPECT_FALSE(signature_from_jws(alg)) << alg;
  EXPECT_EQ(signature_from_jws("Ed25519")->edwards_bits, 255);  // RFC 9864: one curve, where EdDSA leaves it to the key
  EXPECT_EQ(signature_from_jws("Ed448")->edwards_bits, 448);
  EXPECT_EQ(signature_from_jws("EdDSA")->edwards_bits, 0);
  EXPECT_FALSE(signature_from_uri(""));
  EXPECT_FALSE(digest_from_uri(""));
  EXPECT_EQ(signature_jws(pss(sha256, sha1, 32)), "");  // PS256 is MGF1 with SHA-256 and a salt of 32
  EXPECT_EQ(signature_uri(pss(sha256, sha256, 20)), "");
}

TEST(Algorithm, Identifiers) {
  const Bytes sha256_with_rsa = asn1::oid("1.2.840.113549.1.1.11"), ecdsa = asn1::oid("1.2.840.10045.4.3.2"),
              mgf = asn1::oid("1.2.840.113549.1.1.8");
  const Bytes digest256 = asn1::sequence({asn1::oid("2.16.840.1.101.3.4.2.1"), asn1::null()});
  const Bytes salt32 = asn1::element(asn1::context(2), asn1::integer(32));
  struct Row {
    const char* what;
    Bytes encoding;
    DigestAlgorithm digest;
    std::optional<SignatureAlgorithm> expected;
  };
  const std::vector<Row> rows = {
      {"RSA, NULL", asn1::sequence({sha256_with_rsa, asn1::null()}), none, plain(S::rsa_pkcs1, sha256)},
      {"RSA, absent", asn1::sequence({sha256_with_rsa}), none, plain(S::rsa_pkcs1, sha256)},
      {"RSA, a number", asn1::sequence({sha256_with_rsa, asn1::integer(1)}), none, std::nullopt},
      {"ECDSA", asn1::sequence({ecdsa}), none, plain(S::ecdsa, sha256)},
      {"ECDSA, NULL", asn1::sequence({ecdsa, asn1::null()}), none, std::nullopt},
      {"key type with a digest", asn1::sequence({kRsa, asn1::null()}), sha384, plain(S::rsa_pkcs1, sha384)},
      {"curve type with a digest", asn1::sequence({kEc, kP256}), sha256, plain(S::ecdsa, sha256)},
      {"key type alone", asn1::sequence({kRsa, asn1::null()}), none, std::nullopt},
      {"PSS, defaults", asn1::sequence({kPss, asn1::sequence({})}), none, pss(sha1, sha1, 20)},
      {"PSS, all",
       asn1::sequence({kPss, asn1::sequence({asn1::element(asn1::context(0), digest256),
                                             asn1::element(asn1::context(1), asn1::sequence({mgf, digest256})), salt32})}),
       none, pss(sha256, sha256, 32)},
      {"PSS, no parameters", asn1::sequence({kPss}), none, std::nullopt},
      {"PSS, negative salt", asn1::sequence({kPss, asn1::sequence({asn1::element(asn1::context(2), asn1::integer(-1))})}), none,
       std::nullopt},
      {"PSS, trailer 2", asn1::sequence({kPss, asn1::sequence({asn1::element(asn1::context(3), asn1::integer(2))})}), none, std::nullopt},
      {"PSS, other mask", asn1::sequence({kPss, asn1::sequence({asn1::element(asn1::context(1), asn1::sequence({kRsa, digest256}))})}),
       none, std::nullopt},
      {"PSS, fields in disorder", asn1::sequence({kPss, asn1::sequence({salt32, asn1::element(asn1::context(0), digest256)})}), none,
       std::nullopt},
      {"unknown", asn1::sequence({asn1::oid("1.2.3.4")}), sha256, std::nullopt},
  };
  for (const Row& row : rows) {
    asn1::Reader reader(row.encoding);
    const auto read = read_signature_algorithm(reader, row.digest);
    ASSERT_EQ(read.has_value(), row.expected.has_value()) << row.what;
    if (read) {
      EXPECT_EQ(*read, *row.expected) << row.what;
    }
  }
}

TEST(Digests, KnownAnswers) {
  const std::vector<std::tuple<DigestAlgorithm, const char*>> rows = {
      {md5, "900150983cd24fb0d6963f7d28e17f72"},
      {sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
      {sha224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
      {sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {sha384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"},
      {sha3_256, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
      {sha512_256, "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"},
      {shake256,
       "483366601360a8771c6863080cc4114d8db44530f8f1e1ee4f94ea37e78b5739d5a15bef186a5386c75744c0527e1faa9f8726e462a12a4feb06bd8801e751e4"},
      {ripemd160, "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"},
  };
  for (const auto& [algorithm, expected] : rows) {
    EXPECT_EQ(hex(digest(algorithm, as_bytes("abc")).view()), expected) << digest_name(algorithm);
    EXPECT_EQ(digest_size(algorithm) * 2, std::string_view(expected).size());
    Digest running(algorithm);
    running.update(as_bytes("a"));
    Digest moved = std::move(running);
    moved.update(as_bytes("bc"));
    EXPECT_EQ(hex(moved.finish().view()), expected);
  }
  EXPECT_EQ(digest(none, as_bytes("abc")).size, 0);
}

// RFC 8702 3.1 without parameters, RFC 8419 2.2 with the length in bits.
TEST(Digests, Shake256IsWrittenInTwoWays) {
  const Bytes length = asn1::oid("2.16.840.1.101.3.4.2.18");
  const std::pair<Bytes, bool> rows[] = {
      {asn1::sequence({asn1::oid("2.16.840.1.101.3.4.2.12")}), true},
      {asn1::sequence({length, asn1::integer(512)}), true},
      {asn1::sequence({length, asn1::integer(256)}), false},
      {asn1::sequence({length}), false},
  };
  for (const auto& [encoding, good] : rows) {
    asn1::Reader reader(encoding);
    const auto read = read_digest_algorithm(reader);
    EXPECT_EQ(read ? *read : none, good ? shake256 : none);
  }
}

TEST(Digests, Ranges) {
  Bytes octets(700'000);
  for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<Byte>(i * 7 + i / 251);
  const std::string path = testing::TempDir() + "/ranges." + std::to_string(::getpid());
  {
    auto file = NewFile::create(path, true);
    ASSERT_TRUE(file && file->write(octets) && file->commit());
  }
  const auto file = FileSource::open(path);
  ASSERT_TRUE(file);
  const MemorySource memory(octets);
  const std::vector<Range> ranges = {{3, 300'000}, {300'003, 0}, {350'000, 350'000}};
  Bytes expected;
  for (const Range& range : ranges) append(expected, ByteView(octets).subspan(range.offset, range.length));
  const std::vector<DigestAlgorithm> algorithms = {sha256, sha1};
  for (const Source* source : {static_cast<const Source*>(file->get()), static_cast<const Source*>(&memory)}) {
    Budget budget;
    const auto hashes = digest_ranges(*source, ranges, algorithms, budget);
    ASSERT_TRUE(hashes);
    EXPECT_EQ((*hashes)[0], crypto::sha256(expected));
    EXPECT_EQ((*hashes)[1], digest(sha1, expected));
    for (const Range& beyond : {Range{0, 700'001}, Range{700'001, 0}, Range{1, UINT64_MAX}})
      EXPECT_FALSE(digest_ranges(*source, std::vector{beyond}, algorithms, budget));
    EXPECT_FALSE(digest_ranges(*source, ranges, std::vector{none}, budget));
  }
  std::remove(path.c_str());
}

// A modulus of `octets` octets with these first and last ones; odd when `last` is.
Bytes modulus_of(std::size_t octets, Byte last) {
  Bytes modulus(octets, 0x5a);
  modulus[0] = 0xc3;
  modulus.back() = last;
  return modulus;
}
Bytes rsa_key(ByteView modulus, ByteView exponent) {
  return asn1::sequence({asn1::unsigned_integer(modulus), asn1::unsigned_integer(exponent)});
}
Bytes rsa_spki(ByteView modulus, ByteView exponent) { return spki_of({kRsa, asn1::null()}, rsa_key(modulus, exponent)); }

TEST(PublicKeys, Refused) {
  const Bytes good_modulus = modulus_of(256, 0x5b), f4 = {1, 0, 1};
  ASSERT_TRUE(PublicKey::from_spki(rsa_spki(good_modulus, f4)));
  // 1 modulo every prime that shows the flawed generator.
  Bytes flawed(256, 0);
  unsigned __int128 product = 1;
  for (const unsigned prime : {11U, 13U, 17U, 19U, 37U, 53U, 61U, 71U, 73U, 79U, 97U, 103U, 107U, 109U, 127U, 151U, 157U}) product *= prime;
  while (!(product >> 127)) product <<= 1;
  for (std::size_t i = 0; i < 16; ++i) flawed[i] = static_cast<Byte>(product >> (8 * (15 - i)));
  flawed.back() = 1;

  const auto p256 = to_bytes(key_of(NewKey::p256).public_key().spki());
  Bytes off_curve = p256;
  off_curve.back() ^= 1;
  Bytes point = to_bytes(ByteView(p256).last(65));
  const auto ec = [](ByteView octets) { return spki_of({kEc, kP256}, octets); };
  ASSERT_TRUE(PublicKey::from_spki(ec(point)));
  Bytes compressed = to_bytes(ByteView(point).first(33));
  compressed[0] = static_cast<Byte>(2 + (point.back() & 1));
  ASSERT_TRUE(PublicKey::from_spki(ec(compressed)));
  Bytes hybrid = point;
  hybrid[0] = static_cast<Byte>(6 + (point.back() & 1));
  Bytes trailing = p256;
  trailing.push_back(0);
  const Bytes ed25519 = asn1::oid("1.3.101.112");
  const std::vector<std::pair<const char*, Bytes>> rows = {
      {"empty", {}},
      {"exponent 1", rsa_spki(good_modulus, Bytes{1})},
      {"even exponent", rsa_spki(good_modulus, Bytes{1, 0, 0})},
      {"exponent of 72 bits", rsa_spki(good_modulus, Bytes{1, 0, 0, 0, 0, 0, 0, 0, 1})},
      {"even modulus", rsa_spki(modulus_of(256, 0x5a), f4)},
      {"modulus of 384 bits", rsa_spki(modulus_of(48, 0x5b), f4)},
      {"modulus of 16392 bits", rsa_spki(modulus_of(2049, 0x5b), f4)},
      {"flawed generator", rsa_spki(flawed, f4)},
      {"RSA without NULL", spki_of({kRsa}, rsa_key(good_modulus, f4))},
      {"negative modulus",
       spki_of({kRsa, asn1::null()}, asn1::sequence({asn1::element(asn1::kInteger, good_modulus), asn1::unsigned_integer(f4)}))},
      {"point off the curve", off_curve},
      {"hybrid point", ec(hybrid)},
      {"infinity", ec(Bytes{0})},
      {"point cut short", ec(ByteView(point).first(64))},
      {"curve given by its parameters", spki_of({kEc, asn1::sequence({asn1::integer(1)})}, point)},
      {"curve absent", spki_of({kEc}, point)},
      {"unknown curve", spki_of({kEc, asn1::oid("1.2.3.4")}, point)},
      {"Ed25519 of 31 octets", spki_of({ed25519}, Bytes(31, 1))},
      {"Ed25519 with NULL", spki_of({ed25519, asn1::null()}, Bytes(32, 1))},
      {"key agreement only", spki_of({asn1::oid("1.3.101.110")}, Bytes(32, 1))},
      {"something after it", trailing},
  };
  for (const auto& [what, spki] : rows) EXPECT_FALSE(PublicKey::from_spki(spki)) << what;
}

TEST(PublicKeys, LimitedToPssParameters) {
  const Bytes body = to_bytes([] {
    static const Bytes spki = to_bytes(key_of(NewKey::rsa2048).public_key().spki());
    asn1::Reader fields = *asn1::single(spki, asn1::kSequence);
    (void)fields.next();
    return *fields.bit_string();
  }());
  const SignatureAlgorithm pss256 = pss(sha256, sha256, 32);
  const Bytes parameters = [&] {
    const Bytes whole = write_signature_algorithm(pss256);
    asn1::Reader inside = *asn1::single(whole, asn1::kSequence);
    (void)inside.oid();
    return to_bytes(inside.rest());
  }();
  const auto free_key = PublicKey::from_spki(spki_of({kPss}, body));
  const auto bound_key = PublicKey::from_spki(spki_of({kPss, parameters}, body));
  ASSERT_TRUE(free_key && bound_key);
  const Bytes signature = *key_of(NewKey::rsa2048).sign(pss256, as_bytes("m"));
  EXPECT_EQ((*bound_key)->verify(pss256, as_bytes("m"), signature), SignatureCheck::good);
  EXPECT_EQ((*free_key)->verify(pss256, as_bytes("m"), signature), SignatureCheck::good);
  EXPECT_TRUE(fits(pss(sha384, sha384, 48), **free_key));
  EXPECT_FALSE(fits(pss(sha384, sha384, 48), **bound_key));
  EXPECT_FALSE(fits(pss(sha256, sha1, 32), **bound_key));
  EXPECT_FALSE(fits(pss(sha256, sha256, 20), **bound_key));
  EXPECT_TRUE(fits(pss(sha256, sha256, 40), **bound_key));
  EXPECT_FALSE(fits(plain(S::rsa_pkcs1, sha256), **free_key));
}

TEST(Signatures, GoRoundAndBreak) {
  const std::vector<std::pair<NewKey, SignatureAlgorithm>> rows = {
      {NewKey::rsa2048, plain(S::rsa_pkcs1, sha256)}, {NewKey::rsa2048, plain(S::rsa_pkcs1, sha1)},
      {NewKey::rsa2048, pss(sha256, sha256, 32)},     {NewKey::rsa2048, pss(sha512, sha1, 0)},
      {NewKey::p256, plain(S::ecdsa, sha256)},        {NewKey::p256, plain(S::ecdsa, sha512)},
      {NewKey::p384, plain(S::ecdsa, sha384)},        {NewKey::ed25519, plain(S::eddsa, none)},
      {NewKey::p521, plain(S::ecdsa, sha512)},        {NewKey::brainpool256, plain(S::ecdsa, sha256)},
      {NewKey::ed448, plain(S::eddsa, none)},         {NewKey::ml_dsa_44, pure_algorithm(ParameterSet::ml_dsa_44)},
  };
  const Bytes message = to_bytes(as_bytes("letter 1405/42")), other = to_bytes(as_bytes("letter 1405/43"));
  for (const auto& [kind, algorithm] : rows) {
    if (kind == NewKey::ml_dsa_44 && !is_available(ParameterSet::ml_dsa_44)) continue;
    const SigningKey& key = key_of(kind);
    const PublicKey& verifier = key.public_key();
    for (const EcdsaForm form : {EcdsaForm::der, EcdsaForm::fixed}) {
      auto signature = key.sign(algorithm, message, form);
      ASSERT_TRUE(signature) << signature_name(algorithm);
      for (int i = 0; i < 3; ++i)  // a context that was used before, after a bad value too
        EXPECT_EQ(verifier.verify(algorithm, i == 1 ? other : message, *signature, form),
                  i == 1 ? SignatureCheck::bad : SignatureCheck::good);
      Bytes changed = *signature;
      for (const std::size_t at : {std::size_t{0}, changed.size() / 2, changed.size() - 1}) {
        changed[at] ^= 4;
        EXPECT_EQ(verifier.verify(algorithm, message, changed, form), SignatureCheck::bad) << signature_name(algorithm) << " octet " << at;
        changed[at] ^= 4;
      }
      changed.push_back(0);
      EXPECT_EQ(verifier.verify(algorithm, message, changed, form), SignatureCheck::bad) << "longer";
      changed.resize(changed.size() - 2);
      EXPECT_EQ(verifier.verify(algorithm, message, changed, form), SignatureCheck::bad) << "shorter";
      EXPECT_EQ(verifier.verify(algorithm, message, {}, form), SignatureCheck::bad) << "empty";
      if (algorithm.scheme == S::ecdsa && form == EcdsaForm::fixed) {
        const auto der = ecdsa_der_from_fixed(*signature);
        ASSERT_TRUE(der);
        EXPECT_EQ(verifier.verify(algorithm, message, *der), SignatureCheck::good);
        EXPECT_EQ(ecdsa_fixed_from_der(*der, signature->size() / 2), *signature);
      }
    }
  }
}

// Every parameter set is read; where the library lacks it the key is unsupported, which is not invalid (RFC 9881, 9909).
TEST(PublicKeys, PostQuantumIsNeverInvalid) {
  struct Row {
    const char* oid;
    std::size_t octets;
    ParameterSet set;
  };
  for (const Row& row :
       {Row{"2.16.840.1.101.3.4.3.17", 1312, ParameterSet::ml_dsa_44}, Row{"2.16.840.1.101.3.4.3.19", 2592, ParameterSet::ml_dsa_87},
        Row{"2.16.840.1.101.3.4.3.20", 32, ParameterSet::slh_dsa_sha2_128s},
        Row{"2.16.840.1.101.3.4.3.31", 64, ParameterSet::slh_dsa_shake_256f}}) {
    const Bytes identifier = asn1::oid(row.oid), octets(row.octets, 0x5a);
    const auto key = PublicKey::from_spki(spki_of({identifier}, octets));
    if (is_available(row.set)) {
      ASSERT_TRUE(key) << row.oid;
      EXPECT_EQ((*key)->set(), row.set);
      EXPECT_EQ((*key)->verify(pure_algorithm(row.set), octets, octets), SignatureCheck::bad);
      EXPECT_EQ((*key)->verify(plain(S::eddsa, none), octets, octets), SignatureCheck::wrong_key);
    } else {
      ASSERT_FALSE(key) << row.oid;
      EXPECT_EQ(key.error().code, ErrorCode::key_unsupported) << row.oid;
    }
    EXPECT_EQ(PublicKey::from_spki(spki_of({identifier}, ByteView(octets).first(31))).error().code, ErrorCode::der_invalid);
    EXPECT_FALSE(PublicKey::from_spki(spki_of({identifier, asn1::null()}, octets)));
  }
}

TEST(Signatures, AlgorithmMustFitTheKey) {
  const PublicKey& rsa = key_of(NewKey::rsa2048).public_key();
  const PublicKey& p256 = key_of(NewKey::p256).public_key();
  const PublicKey& p384 = key_of(NewKey::p384).public_key();
  const PublicKey& ed25519 = key_of(NewKey::ed25519).public_key();
  EXPECT_EQ(rsa.verify(plain(S::ecdsa, sha256), {}, {}), SignatureCheck::wrong_key);
  EXPECT_EQ(p256.verify(plain(S::rsa_pkcs1, sha256), {}, {}), SignatureCheck::wrong_key);
  EXPECT_EQ(p256.verify(plain(S::eddsa, none), {}, {}), SignatureCheck::wrong_key);
  EXPECT_EQ(p256.verify(SignatureAlgorithm{}, {}, {}), SignatureCheck::wrong_key);
  EXPECT_TRUE(fits(*signature_from_jws("ES256"), p256));
  EXPECT_FALSE(fits(*signature_from_jws("ES256"), p384));
  EXPECT_TRUE(fits(*signature_from_jws("ES384"), p384));
  EXPECT_TRUE(fits(plain(S::ecdsa, sha256), p384));  // CMS and XML do not tie the curve to the digest
  EXPECT_TRUE(fits(*signature_from_jws("EdDSA"), ed25519));
  EXPECT_FALSE(fits(*signature_from_uri("http://www.w3.org/2021/04/xmldsig-more#eddsa-ed448"), ed25519));
  EXPECT_FALSE(key_of(NewKey::p256).sign(plain(S::rsa_pkcs1, sha256), {}));
  EXPECT_EQ(preferred_algorithm(p384).digest, sha384);
}

TEST(Signatures, EcdsaValuesAreStrictDer) {
  const SigningKey& key = key_of(NewKey::p256);
  const SignatureAlgorithm algorithm = plain(S::ecdsa, sha256);
  const Bytes fixed = *key.sign(algorithm, as_bytes("m"), EcdsaForm::fixed);
  const ByteView r = ByteView(fixed).first(32), s = ByteView(fixed).last(32);
  const Bytes good_r = asn1::unsigned_integer(r), good_s = asn1::unsigned_integer(s);
  Bytes padded(1, 0);
  append(padded, r);
  padded.insert(padded.begin(), 0);
  Bytes long_form = asn1::sequence({good_r, good_s});
  long_form.insert(long_form.begin() + 1, 0x81);
  Bytes indefinite = {0x30, 0x80};
  append(indefinite, good_r);
  append(indefinite, good_s);
  append(indefinite, Bytes{0, 0});
  const std::vector<std::pair<const char*, Bytes>> rows = {
      {"needless zero octets", asn1::sequence({asn1::element(asn1::kInteger, padded), good_s})},
      {"a length in long form", long_form},
      {"indefinite length", indefinite},
      {"zero", asn1::sequence({asn1::integer(0), good_s})},
      {"negative", asn1::sequence({asn1::integer(-5), good_s})},
      {"three numbers", asn1::sequence({good_r, good_s, good_s})},
      {"one number", asn1::sequence({good_r})},
      {"a SET", asn1::element(asn1::kSet, {good_r, good_s})},
      {"raw", fixed},
  };
  EXPECT_EQ(key.public_key().verify(algorithm, as_bytes("m"), asn1::sequence({good_r, good_s})), SignatureCheck::good);
  for (const auto& [what, value] : rows) EXPECT_EQ(key.public_key().verify(algorithm, as_bytes("m"), value), SignatureCheck::bad) << what;
  EXPECT_EQ(key.public_key().verify(algorithm, as_bytes("m"), asn1::sequence({good_r, good_s}), EcdsaForm::fixed), SignatureCheck::bad);
  EXPECT_FALSE(ecdsa_der_from_fixed(Bytes(64, 0)));
  EXPECT_FALSE(ecdsa_der_from_fixed(Bytes(63, 1)));
}

TEST(Signatures, Rfc8032Test2) {
  const auto key = PublicKey::from_spki(
      spki_of({asn1::oid("1.3.101.112")}, *from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")));
  const Bytes value = *from_hex(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  ASSERT_TRUE(key);
  EXPECT_EQ((*key)->verify(plain(S::eddsa, none), Bytes{0x72}, value), SignatureCheck::good);
  EXPECT_EQ((*key)->verify(plain(S::eddsa, none), Bytes{0x73}, value), SignatureCheck::bad);
}

TEST(Signatures, ManyThreadsOneKey) {
  for (const NewKey kind : {NewKey::rsa2048, NewKey::p256}) {
    const SigningKey& key = key_of(kind);
    const SignatureAlgorithm algorithm = preferred_algorithm(key.public_key());
    const Bytes signature = *key.sign(algorithm, as_bytes("m"));
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) {
          if (key.public_key().verify(algorithm, as_bytes("m"), signature) != SignatureCheck::good) ++wrong;
          if (key.public_key().verify(algorithm, as_bytes("n"), signature) != SignatureCheck::bad) ++wrong;
          if (i % 10 == 0 && !key.sign(algorithm, as_bytes("n"))) ++wrong;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
  }
}

TEST(SigningKeys, ExportAndImport) {
  for (const NewKey kind : {NewKey::rsa2048, NewKey::p256, NewKey::ed25519}) {
    const SigningKey& key = key_of(kind);
    const auto pkcs8 = pkcs8_from_signing_key(key);
    ASSERT_TRUE(pkcs8);
    const auto again = signing_key_from_pkcs8(*pkcs8);
    ASSERT_TRUE(again);
    EXPECT_TRUE(equal((*again)->public_key().spki(), key.public_key().spki()));
  }
  EXPECT_FALSE(signing_key_from_pkcs8(Secret(Bytes{0x30, 0x00})));
  EXPECT_NE(random_bytes(16), random_bytes(16));
}

}  // namespace
}  // namespace mohr::crypto
