#include "format/cades.h"

#include <array>
#include <functional>

#include "format/cms_identity.h"
#include "pki/asn1/ber.h"
#include "pki/asn1/der_writer.h"
#include "pki/asn1/pem.h"
#include "tests/support/issuing.h"

namespace mohr::format {
namespace {

using asn1::Oid;
using test::p256_party;

constexpr std::string_view kText = "نامهٔ شمارهٔ ۱۲";

Bytes attribute(Oid id, ByteView value) { return pki::write_attribute(asn1::dotted(id), value); }

struct Recipe {
  std::vector<Bytes> attributes;
  Bytes octets;  // instead of the sorted attributes, when not empty
  std::vector<Bytes> unsigned_attributes;
  std::vector<pki::CertificatePtr> certificates{p256_party().certificate};
  crypto::SignatureAlgorithm algorithm = crypto::preferred_algorithm(p256_party().key->public_key());
  bool attached = true;
  Bytes value;  // made before; empty: sign now
};

Recipe usual() {
  Recipe recipe;
  recipe.attributes.push_back(attribute(Oid::content_type, asn1::oid(asn1::dotted(Oid::cms_data))));
  recipe.attributes.push_back(attribute(Oid::message_digest, asn1::octet_string(crypto::sha256(as_bytes(kText)).view())));
  recipe.attributes.push_back(attribute(Oid::signing_time, asn1::utc_or_generalized_time(test::kNow)));
  recipe.attributes.push_back(pki::write_signing_certificate_v2(*p256_party().certificate, crypto::DigestAlgorithm::sha256));
  return recipe;
}

Bytes written(const Recipe& recipe) {
  const Bytes octets = recipe.octets.empty() ? pki::signed_attributes_octets({recipe.attributes}) : recipe.octets;
  pki::SignedDataParts parts;
  if (recipe.attached) parts.content = as_bytes(kText);
  parts.signer = p256_party().certificate.get();
  parts.certificates = recipe.certificates;
  parts.algorithm = recipe.algorithm;
  parts.signed_attributes = octets;
  const auto value = recipe.value.empty() ? p256_party().key->sign(parts.algorithm, octets) : Result<Bytes>(recipe.value);
  EXPECT_TRUE(value);
  parts.signature = *value;
  parts.unsigned_attributes = recipe.unsigned_attributes;
  return pki::write_signed_data(parts);
}

Result<SignedDocument> read(ByteView octets, const Source* content = nullptr) {
  Budget budget;
  return read_cades(MemorySource(octets), content, budget);
}

TEST(Cades, FactsOfAnAttachedSignature) {
  Recipe recipe = usual();
  recipe.attributes.push_back(attribute(Oid::mime_type, asn1::utf8_string("text/plain")));
  recipe.unsigned_attributes = {attribute(Oid::signature_time_stamp, asn1::sequence({asn1::integer(7)})),
                                pki::write_attribute("2.999.5", asn1::integer(1))};
  const Bytes octets = written(recipe);
  for (const bool ber : {false, true}) {
    const auto document = read(ber ? test::ber_from_der(octets) : octets);
    ASSERT_TRUE(document) << render(document.error(), Language::en);
    EXPECT_FALSE(document->needs_content);
    ASSERT_EQ(document->signatures.size(), 1U);
    const Signature& signature = document->signatures[0];
    for (const Finding& finding : signature.findings) ADD_FAILURE() << render(finding, Language::en);
    ASSERT_EQ(signature.references.size(), 1U);
    EXPECT_TRUE(signature.references[0].matches());
    EXPECT_EQ(signature.signer->fingerprint(), p256_party().certificate->fingerprint());
    EXPECT_TRUE(pki::refers_to(signature.signing_certificate.at(0), *signature.signer));
    EXPECT_EQ(signature.claimed_time, test::kNow);
    EXPECT_EQ(signature.content_type, "text/plain");
    ASSERT_EQ(signature.timestamps.size(), 1U);
    EXPECT_EQ(signature.timestamps[0].covers, std::vector{crypto::sha256(signature.value)});
    ASSERT_EQ(signature.uncovered.size(), 1U);
    EXPECT_EQ(signature.uncovered[0].place, "2.999.5");
    EXPECT_EQ((*signature.signer->key())->verify(signature.algorithm, signature.signed_octets, signature.value),
              crypto::SignatureCheck::good);
  }
}

TEST(Cades, DetachedContentIsDigestedComparedOrAskedFor) {
  Recipe recipe = usual();
  recipe.attached = false;
  const Bytes octets = written(recipe);
  const MemorySource right(as_bytes(kText)), wrong(as_bytes("other"));
  EXPECT_TRUE(read(octets, &right)->signatures[0].references[0].matches());
  EXPECT_FALSE(read(octets, &wrong)->signatures[0].references[0].matches());
  EXPECT_TRUE(read(octets, &wrong)->signatures[0].references[0].present());
  EXPECT_TRUE(read(octets)->needs_content);
  EXPECT_FALSE(read(octets)->signatures[0].references[0].present());
  const Bytes attached = written(usual());
  EXPECT_TRUE(read(attached, &right));
  EXPECT_EQ(read(attached, &wrong).error().code, ErrorCode::cms_content_differs);
}

TEST(Cades, PemBlocks) {
  const Bytes octets = written(usual());
  const std::string one = asn1::write_pem("CMS", octets);
  EXPECT_TRUE(read(as_bytes(one)));
  EXPECT_TRUE(read(as_bytes("a line before\n" + asn1::write_pem("PKCS7", octets))));
  EXPECT_EQ(read(as_bytes(one + one)).error().code, ErrorCode::unsupported);
  // A block inside an attached content is content, and nothing else.
  Recipe recipe = usual();
  pki::SignedDataParts parts;
  parts.content = as_bytes(one);
  parts.signer = p256_party().certificate.get();
  const Bytes outer_attributes = pki::signed_attributes_octets({recipe.attributes});
  parts.signed_attributes = outer_attributes;
  parts.algorithm = recipe.algorithm;
  const auto outer = read(pki::write_signed_data(parts));
  ASSERT_TRUE(outer);
  EXPECT_EQ(outer->signatures[0].signer, nullptr);  // the outer message, which brings no certificate
}

TEST(Cades, FindingsForEachKindOfFault) {
  struct Row {
    const char* what;
    Check check;
    std::function<void(Recipe&)> change;
  };
  const Bytes oid_bytes = asn1::oid("1.2.840.113549.1.9.16.1.4");
  const auto protection = [](crypto::DigestAlgorithm digest, crypto::SignatureAlgorithm algorithm) {
    const Bytes identifier = crypto::write_signature_algorithm(algorithm);
    const Bytes retagged = asn1::element(asn1::context(1), asn1::single(identifier)->value);
    return attribute(Oid::cms_algorithm_protection, asn1::sequence({crypto::write_digest_algorithm(digest), retagged}));
  };
  const crypto::SignatureAlgorithm sha384 = crypto::preferred_algorithm(p256_party().key->public_key(), crypto::DigestAlgorithm::sha384);
  const Row rows[] = {
      {"no content type", Check::cms_attribute_missing, [](Recipe& r) { r.attributes.erase(r.attributes.begin()); }},
      {"no digest", Check::cms_attribute_missing, [](Recipe& r) { r.attributes.erase(r.attributes.begin() + 1); }},
      {"broken digest", Check::cms_attribute_broken, [](Recipe& r) { r.attributes[1] = attribute(Oid::message_digest, asn1::integer(5)); }},
      {"broken time", Check::cms_attribute_broken,
       [](Recipe& r) { r.attributes[2] = attribute(Oid::signing_time, asn1::utf8_string("now")); }},
      {"broken binding", Check::cms_attribute_broken,
       [](Recipe& r) { r.attributes[3] = attribute(Oid::signing_certificate_v2, asn1::sequence({asn1::sequence({})})); }},
      {"other type", Check::cms_content_type_differs, [&](Recipe& r) { r.attributes[0] = attribute(Oid::content_type, oid_bytes); }},
      {"other digest", Check::cms_digests_differ, [&](Recipe& r) { r.algorithm = sha384; }},
      {"protected otherwise", Check::cms_algorithms_unprotected,
       [&](Recipe& r) { r.attributes.push_back(protection(crypto::DigestAlgorithm::sha256, sha384)); }},
      {"protected digest", Check::cms_algorithms_unprotected,
       [&](Recipe& r) { r.attributes.push_back(protection(crypto::DigestAlgorithm::sha512, r.algorithm)); }},
      {"unsorted", Check::cms_attributes_not_sorted,
       [](Recipe& r) {
         std::vector<Bytes> sorted = r.attributes;
         std::sort(sorted.begin(), sorted.end());
         Bytes all;
         for (auto one = sorted.rbegin(); one != sorted.rend(); ++one) append(all, *one);
         r.octets = asn1::element(asn1::kSet, all);
       }},
  };
  for (const Row& row : rows) {
    Recipe recipe = usual();
    row.change(recipe);
    const auto document = read(written(recipe));
    ASSERT_TRUE(document) << row.what << ": " << render(document.error(), Language::en);
    const Findings& findings = document->signatures[0].findings;
    ASSERT_EQ(findings.size(), 1U) << row.what;
    EXPECT_EQ(mohr::row(findings[0].check).id, mohr::row(row.check).id) << row.what;
  }
  Recipe fine = usual();
  fine.attributes.push_back(protection(crypto::DigestAlgorithm::sha256, fine.algorithm));
  EXPECT_TRUE(read(written(fine))->signatures[0].findings.empty());
}

TEST(Cades, RefusesWhatIsOutsideTheList) {
  // Without signed attributes: the same message, its attributes taken out.
  pki::SignedDataParts parts;
  parts.content = as_bytes(kText);
  parts.signer = p256_party().certificate.get();
  parts.algorithm = usual().algorithm;
  EXPECT_EQ(read(pki::write_signed_data(parts)).error().code, ErrorCode::unsupported);
  EXPECT_EQ(read(as_bytes("0123")).error().code, ErrorCode::der_invalid);
  EXPECT_EQ(read(as_bytes("text")).error().code, ErrorCode::der_invalid);
}

TEST(Cades, TheBoundCertificateIsTheSigner) {
  // A certificate with the signer's issuer and serial number, but another key, stands first.
  const test::Party other = test::make_party(crypto::NewKey::p256, {.name = "Curve [Sign]", .extended_key_usages = {}});
  const Bytes twin_octets = test::replaced(other.certificate->der(), other.certificate->serial(), p256_party().certificate->serial());
  const auto twin = pki::Certificate::parse(twin_octets);
  ASSERT_TRUE(twin);
  Recipe recipe = usual();
  recipe.certificates = {*twin, p256_party().certificate};
  const auto document = read(written(recipe));
  ASSERT_TRUE(document);
  EXPECT_EQ(document->signatures[0].signer->fingerprint(), p256_party().certificate->fingerprint());
}

// Whatever single bit is changed: unreadable, seen as wrong, or outside of what the signature protects and without effect on the facts.
TEST(Cades, EveryBitFlipIsSeenOrMeansNothing) {
  const Bytes octets = written(usual());
  const auto original = read(octets);
  const Signature& was = original->signatures[0];
  std::size_t good = 0;
  for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
    Bytes changed = octets;
    changed[bit / 8] = static_cast<Byte>(changed[bit / 8] ^ (1U << bit % 8));
    const auto document = read(changed);
    if (!document || document->signatures.empty()) continue;
    const Signature& is = document->signatures[0];
    if (!is.findings.empty() || is.references.size() != 1 || !is.references[0].matches() || !is.signer) continue;
    if (is.signing_certificate.empty() || !pki::refers_to(is.signing_certificate[0], *is.signer)) continue;
    if ((*is.signer->key())->verify(is.algorithm, is.signed_octets, is.value) != crypto::SignatureCheck::good) continue;
    ++good;
    EXPECT_EQ(is.references[0].actual, was.references[0].actual) << bit;
    EXPECT_EQ(is.signed_octets, was.signed_octets) << bit;
    EXPECT_EQ(is.signer->fingerprint(), was.signer->fingerprint()) << bit;
    EXPECT_EQ(is.claimed_time, was.claimed_time) << bit;
  }
  EXPECT_LT(good, 100U);  // versions, the list of digests
}

Bytes token_over(ByteView stamped, Instant time) {
  static const test::Party authority = test::timestamp_party();
  return test::timestamp_token(authority, stamped, time);
}

// The message with its archive-time-stamp v2 of TS 101 733, over [1] with or without tag and length; in BER over what is sent.
Bytes archived(Recipe recipe, bool with_tag, bool ber) {
  Budget budget;
  const auto data = pki::parse_signed_data(written(recipe), budget);
  const Bytes sent = ber ? test::ber_from_der(written(recipe)) : written(recipe);
  constexpr std::array<std::size_t, 2> kSignedData = {1, 0};
  const auto elements = asn1::ber_elements(sent, kSignedData, budget);
  const pki::SignerInfo& signer = data->signers.at(0);
  Bytes attributes, all = to_bytes(elements->at(2));
  for (const pki::CmsAttribute& one : signer.unsigned_attributes) append(attributes, one.whole);
  append(all, elements->at(3));
  append(all, signer.signed_part);
  append(all, with_tag ? asn1::element(asn1::context(1), attributes) : attributes);
  recipe.unsigned_attributes.push_back(attribute(Oid::archive_time_stamp_v2, token_over(all, test::kNow + kHour)));
  return ber ? test::ber_from_der(written(recipe)) : written(recipe);
}

TEST(Cades, TimestampsOverReferencesAndTheMessage) {
  Recipe recipe = usual();
  recipe.value = read(written(recipe))->signatures.at(0).value;  // whatever it is: one value for all that follow
  const Bytes hash = asn1::sequence({crypto::write_digest_algorithm(crypto::DigestAlgorithm::sha256),
                                     asn1::octet_string(p256_party().certificate->fingerprint().view())});
  const Bytes stamp = attribute(Oid::signature_time_stamp, token_over(recipe.value, test::kNow));
  const Bytes certificates = attribute(Oid::certificate_references, asn1::sequence({asn1::sequence({hash})}));
  const Bytes lists = attribute(Oid::revocation_references, asn1::sequence({}));
  const auto contents = [](const Bytes& whole) { return to_bytes(asn1::single(whole)->value); };
  Bytes references = contents(certificates);
  append(references, contents(lists));
  Bytes all = recipe.value;
  append(all, contents(stamp));
  append(all, references);
  recipe.unsigned_attributes = {stamp, certificates, lists, attribute(Oid::references_time_stamp, token_over(all, test::kNow + 60)),
                                attribute(Oid::references_only_time_stamp, token_over(references, test::kNow + 60))};
  const auto covers = [](const TimestampCarrier& carrier, const crypto::Hash& object) {
    return std::find(carrier.covers.begin(), carrier.covers.end(), object) != carrier.covers.end();
  };
  for (const auto& [with_tag, ber] : {std::pair(true, false), std::pair(false, false), std::pair(true, true)}) {
    const auto document = read(archived(recipe, with_tag, ber));
    ASSERT_TRUE(document) << render(document.error(), Language::en);
    const Signature& signature = document->signatures.at(0);
    EXPECT_TRUE(signature.uncovered.empty());
    ASSERT_EQ(signature.timestamps.size(), 4U);
    for (const TimestampCarrier& carrier : signature.timestamps) {
      const std::string kind(timestamp_kind_id(carrier.kind));
      ASSERT_TRUE(carrier.token) << kind;
      EXPECT_TRUE(equal(carrier.imprint, carrier.token->imprint)) << kind;
      if (carrier.kind == TimestampKind::signature) continue;
      EXPECT_TRUE(covers(carrier, p256_party().certificate->fingerprint())) << kind;
      const bool only_references =
          carrier.kind == TimestampKind::references && !covers(carrier, crypto::sha256(signature.timestamps[0].encoding));
      EXPECT_EQ(covers(carrier, signature.hash), !only_references) << kind;
    }
  }
  // Another list of references: what is over it does not fit, the signature's time-stamp does.
  recipe.unsigned_attributes[1] = attribute(Oid::certificate_references, asn1::sequence({}));
  const auto other = read(written(recipe));
  ASSERT_TRUE(other);
  for (const TimestampCarrier& carrier : other->signatures.at(0).timestamps)
    EXPECT_EQ(equal(carrier.imprint, carrier.token->imprint), carrier.kind == TimestampKind::signature);
}

// The token with an unsigned attribute: its SignerInfo, the last of the last at each level, ends with one more element.
Bytes with_unsigned(ByteView whole, ByteView attribute, int levels = 4) {
  const auto outer = asn1::single(whole);
  Bytes contents = to_bytes(outer->value);
  if (levels == 0) {
    append(contents, asn1::element(asn1::context(1), attribute));
  } else {
    ByteView last;
    for (asn1::Reader inside(outer->value); !inside.at_end();) last = inside.next()->whole;
    contents.resize(contents.size() - last.size());
    append(contents, with_unsigned(last, attribute, levels - 1));
  }
  return asn1::element(outer->tag, contents);
}

// EN 319 122-1 5.5.2: by what digest an archive time-stamp names what it covers is told to whoever judges it.
TEST(Cades, TheDigestOfAHashIndexIsTold) {
  Recipe recipe = usual();
  recipe.value = read(written(recipe))->signatures.at(0).value;
  Budget budget;
  const auto data = pki::parse_signed_data(written(recipe), budget);
  ASSERT_TRUE(data);
  for (const crypto::DigestAlgorithm digest :
       {crypto::DigestAlgorithm::md5, crypto::DigestAlgorithm::sha1, crypto::DigestAlgorithm::sha512}) {
    const ByteView certificate = p256_party().certificate->der();
    const Bytes named = asn1::sequence({asn1::octet_string(crypto::digest(digest, certificate).view())});
    const Bytes index = asn1::sequence({crypto::write_digest_algorithm(digest), named, asn1::sequence({}), asn1::sequence({})});
    Bytes stamped = asn1::oid(asn1::dotted(Oid::cms_data));
    append(stamped, crypto::sha256(as_bytes(kText)).view());
    append(stamped, data->signers.at(0).signed_part);
    append(stamped, index);
    const Bytes token = with_unsigned(token_over(stamped, test::kNow + kHour), attribute(Oid::ats_hash_index_v3, index));
    Recipe archive = recipe;
    archive.unsigned_attributes = {attribute(Oid::archive_time_stamp_v3, token)};
    const auto document = read(written(archive));
    ASSERT_TRUE(document) << render(document.error(), Language::en);
    const TimestampCarrier& carrier = document->signatures.at(0).timestamps.at(0);
    EXPECT_TRUE(carrier.findings.empty());
    EXPECT_TRUE(equal(carrier.imprint, carrier.token->imprint));
    EXPECT_EQ(carrier.index_digest, digest);
    EXPECT_EQ(carrier.covers.size(), 2U);
  }
}

TEST(Cades, IdentityIsReadBack) {
  Identity identity;
  identity.service_id = "10001";
  identity.tracking_id = "IR-1405-1";
  identity.sender = "سازمان نمایشی";
  identity.receiver = "10320166911";
  identity.message_id = "m-1";
  identity.expires = test::kNow + kHour;
  identity.request_digest = crypto::DigestAlgorithm::sha256;
  identity.request = to_bytes(crypto::sha256(as_bytes("question")).view());
  Recipe recipe = usual();
  for (Bytes& one : write_identity_attributes(identity)) recipe.attributes.push_back(std::move(one));
  const auto document = read(written(recipe));
  ASSERT_TRUE(document);
  EXPECT_EQ(document->signatures[0].identity, identity);
  EXPECT_TRUE(document->signatures[0].findings.empty());
  // Not UTF-8, or of another type: seen, and not taken.
  for (const Bytes& value : {asn1::utf8_string("\xff"), asn1::integer(1)}) {
    Recipe broken = usual();
    broken.attributes.push_back(pki::write_attribute(std::string(kIdentityArc) + ".4", value));
    const auto read_broken = read(written(broken));
    EXPECT_EQ(read_broken->signatures[0].findings.at(0).check, Check::cms_attribute_broken);
    EXPECT_TRUE(read_broken->signatures[0].identity.empty());
  }
}

}  // namespace
}  // namespace mohr::format
