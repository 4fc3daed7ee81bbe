// Signatures with time and with archival data (EN 319 102-1 5.5, 5.6), in memory: facts as a reader would give them, judged at any time.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "format/reader.h"
#include "format/timestamp_carrier.h"
#include "pki/asn1/der_writer.h"
#include "sign/signer.h"
#include "tests/support/issuing.h"
#include "verify/evaluation.h"
#include "verify/verifier.h"

namespace mohr::verify {
namespace {

using format::TimestampKind;
using test::kNow;
using test::Party;

constexpr Instant kSigned{kNow.seconds - 1000 * kDay};

Party party(const std::string& name, Instant from, Instant to, const Party* issuer, asn1::Oid usage = asn1::Oid::unknown) {
  test::PartyOptions options;
  options.name = name;
  options.from = from;
  options.to = to;
  options.ca = issuer == nullptr;
  if (issuer == nullptr) options.key_usage = pki::kKeyCertSign | pki::kCrlSign;
  if (usage != asn1::Oid::unknown) options.extended_key_usages = {usage}, options.critical = true;
  return test::make_party(crypto::NewKey::p256, options, issuer);
}

// A signature made at kSigned under a certificate of two years, and a time-stamp authority whose certificate lasts a little longer.
struct World {
  Party root = party("Root", kSigned - 1000 * kDay, kNow + 4000 * kDay, nullptr);
  Party signer = party("Signer [Sign]", kSigned - 100 * kDay, kSigned + 630 * kDay, &root);
  Party tsa = party("Old TSA", kSigned - 100 * kDay, kSigned + 800 * kDay, &root, asn1::Oid::kp_time_stamping);
  Party new_tsa = party("New TSA", kSigned + 600 * kDay, kNow + 600 * kDay, &root, asn1::Oid::kp_time_stamping);
  pki::Trust trust;
  pki::Evidence evidence;
  format::SignedDocument facts;

  World() {
    EXPECT_TRUE(trust.add_anchor({root.certificate, true, true, "test"}));
    sign_by(signer);
  }

  void sign_by(const Party& by) {
    sign::Request request;
    request.format = format::Format::cades;
    request.packaging = sign::Packaging::attached;
    request.now = kSigned;
    request.key = by.key.get();
    request.certificate = by.certificate;
    Budget budget;
    const auto octets = sign::sign_bytes(as_bytes("letter"), request, budget);
    ASSERT_TRUE(octets) << render(octets.error(), Language::en);
    facts = *format::read(MemorySource(*octets), nullptr, budget);
  }

  format::Signature& signature() { return facts.signatures.front(); }

  pki::CrlPtr list(Instant from, Instant until, std::vector<pki::Revocation> revoked = {}, const Party* of = nullptr) {
    for (pki::Revocation& one : revoked) one.serial = to_bytes((of != nullptr ? of : &signer)->certificate->serial());
    Budget budget;
    const auto der =
        pki::issue_crl(revoked, 1, from, until, *root.key, *root.certificate, crypto::preferred_algorithm(root.key->public_key()));
    const pki::CrlPtr crl = *pki::Crl::parse(*der, budget);
    evidence.add(crl, pki::Origin::document);
    return crl;
  }

  format::TimestampCarrier& stamp(const Party& authority, Instant time, TimestampKind kind = TimestampKind::signature,
                                  std::vector<crypto::Hash> more = {}) {
    Budget budget;
    auto carrier = *format::read_carrier_over(kind, test::timestamp_token(authority, signature().value, time), signature().value,
                                              signature(), budget, nullptr);
    carrier.covers.insert(carrier.covers.end(), more.begin(), more.end());
    for (const pki::CertificatePtr& certificate : carrier.token->certificates) evidence.add(certificate, pki::Origin::document);
    signature().timestamps.push_back(std::move(carrier));
    return signature().timestamps.back();
  }

  SignatureVerdict judge(Instant now = kNow, PathCache* cache = nullptr, const PolicyPtr& policy = nullptr) {
    Budget budget;
    Question question;
    question.now = now;
    Options options;
    options.opinions = 1;
    const auto verdicts =
        evaluate(facts, {question, options, {evidence, trust, budget, cache, evidence.identity(), nullptr, nullptr, policy.get()}});
    EXPECT_TRUE(verdicts);
    return verdicts->front();
  }
};

crypto::Hash hash_of(const format::TimestampCarrier& carrier) { return crypto::sha256(carrier.encoding); }

void expect(const SignatureVerdict& verdict, Indication indication, SubIndication sub_indication) {
  EXPECT_EQ(indication_id(verdict.indication), indication_id(indication));
  EXPECT_EQ(sub_indication_id(verdict.sub_indication), sub_indication_id(sub_indication)) << render(*verdict.reason, Language::en);
}

TEST(Times, AnExpiredSignatureNeedsAProofOfItsTime) {
  World world;
  world.list(kSigned, kSigned + 7 * kDay);
  const Instant later = kSigned + 700 * kDay;
  world.list(later - kDay, later + kDay);
  expect(world.judge(later), Indication::indeterminate, SubIndication::try_later);
  world.stamp(world.tsa, kSigned + kMinute);
  const SignatureVerdict verdict = world.judge(later);
  expect(verdict, Indication::total_passed, SubIndication::none);
  EXPECT_EQ(verdict.best_signature_time, kSigned + kMinute);
}

TEST(Times, ACounterSignatureDecidesNothingButItself) {
  World world;
  world.list(kSigned, kSigned + 7 * kDay);
  Options options;
  options.opinions = 1;
  const Verifier verifier(std::move(world.trust), options);
  Question question;
  question.now = kSigned + kHour;
  format::Signature counter = world.signature();
  counter.countersigns = 0;
  format::Signature of_another = counter, unreadable;
  of_another.references.front().actual.front() ^= 1;
  unreadable = format::unreadable_countersignature(format::Format::cades, "counter-signature", errors::unsupported(Code{"-"}));
  unreadable.countersigns = 0;
  for (const auto& [added, reason] :
       {std::pair(counter, Check::countersignature_good), std::pair(of_another, Check::countersigned_value_differs),
        std::pair(unreadable, Check::countersignature_unreadable)}) {
    format::SignedDocument facts = world.facts;
    facts.signatures.push_back(added);
    const auto verdict = verifier.judge(std::move(facts), world.evidence, question);
    ASSERT_TRUE(verdict);
    EXPECT_EQ(outcome_id(verdict->outcome), "ACCEPT");
    EXPECT_EQ(row(verdict->signatures.at(1).reason->check).id, row(reason).id);
    EXPECT_EQ(verdict->signatures.at(1).outcome == Outcome::accept, reason == Check::countersignature_good);
  }
}

TEST(Times, AnExpiredAuthorityNeedsALaterStamp) {
  World world;
  const pki::CrlPtr then = world.list(kSigned, kSigned + 7 * kDay);
  const crypto::Hash first = hash_of(world.stamp(world.tsa, kSigned + kMinute));
  world.list(kNow - kDay, kNow + kDay);
  expect(world.judge(), Indication::indeterminate, SubIndication::try_later);
  // The new stamp covers the old one while its authority was good, and a list of that time says so.
  const pki::CrlPtr between = world.list(kSigned + 700 * kDay - kHour, kSigned + 700 * kDay + kDay);
  world.stamp(world.new_tsa, kSigned + 700 * kDay, TimestampKind::archive, {first, then->fingerprint(), between->fingerprint()});
  const SignatureVerdict verdict = world.judge();
  expect(verdict, Indication::total_passed, SubIndication::none);
  EXPECT_EQ(verdict.best_signature_time, kSigned + kMinute);
  EXPECT_EQ(verdict.timestamps.front().judged_at, kSigned + 700 * kDay);
}

TEST(Times, AStampThatCoversNothingElseProvesNothingElse) {
  World world;
  world.list(kSigned, kSigned + 7 * kDay);
  world.stamp(world.tsa, kSigned + kMinute);
  world.list(kSigned + 700 * kDay - kHour, kSigned + 700 * kDay + kDay);
  world.list(kNow - kDay, kNow + kDay);
  world.stamp(world.new_tsa, kSigned + 700 * kDay, TimestampKind::archive);  // the signature, but not the first stamp
  const SignatureVerdict verdict = world.judge();
  EXPECT_NE(verdict.indication, Indication::total_passed);
  EXPECT_EQ(verdict.best_signature_time, kSigned + 700 * kDay);
}

TEST(Times, ARevocationCountsByItsDateHoweverItCame) {
  const struct {
    Instant revoked;
    bool stamped;
    Indication indication;
    SubIndication sub_indication;
  } cases[] = {{kSigned + 10 * kDay, true, Indication::total_passed, SubIndication::none},
               {kSigned - kDay, true, Indication::indeterminate, SubIndication::revoked_no_poe},
               {kSigned + 10 * kDay, false, Indication::indeterminate, SubIndication::revoked_no_poe}};
  for (const auto& c : cases) {
    World world;
    world.list(kSigned, kSigned + 7 * kDay);  // knew nothing of it yet
    world.list(kSigned + 20 * kDay, kSigned + 40 * kDay, {{{}, c.revoked, 1}});
    if (c.stamped) world.stamp(world.tsa, kSigned + kMinute);
    expect(world.judge(kSigned + 30 * kDay), c.indication, c.sub_indication);
  }
}

TEST(Times, AContentStampShowsThatTheSignatureIsYounger) {
  World world;
  world.list(kSigned, kSigned + 40 * kDay, {{{}, kSigned - kDay, 1}});
  world.stamp(world.tsa, kSigned - kHour, TimestampKind::content);
  expect(world.judge(kSigned + kDay), Indication::total_failed, SubIndication::revoked);
}

TEST(Times, StampsThatContradictEachOtherAreRefused) {
  World world;
  world.list(kSigned, kSigned + 40 * kDay);
  world.stamp(world.tsa, kSigned + kMinute);
  world.stamp(world.tsa, kSigned + kHour, TimestampKind::content);  // older than the signature, says its place; younger, says its time
  expect(world.judge(kSigned + kDay), Indication::indeterminate, SubIndication::timestamp_order_failure);
}

TEST(Times, WhatIsDatedAfterTheTimeOfCheckingCountsForNothing) {
  World world;
  world.list(kSigned, kSigned + 40 * kDay);
  world.stamp(world.tsa, kSigned + 20 * kDay);
  const SignatureVerdict verdict = world.judge(kSigned + 10 * kDay);
  expect(verdict, Indication::total_passed, SubIndication::none);
  EXPECT_FALSE(verdict.best_signature_time);
}

TEST(Times, ACertificateThatIsNewerThanItsSignatureFails) {
  World world;
  world.list(kSigned - 200 * kDay, kSigned + 40 * kDay);
  const Party early = party("Early TSA", kSigned - 900 * kDay, kSigned + 800 * kDay, &world.root, asn1::Oid::kp_time_stamping);
  world.stamp(early, kSigned - 150 * kDay);
  expect(world.judge(kSigned + kDay), Indication::total_failed, SubIndication::not_yet_valid);
}

// EN 319 122-1 5.5.2: names by a weak digest prove nothing, whatever the digest of the imprint.
TEST(Times, AHashIndexOfAWeakDigestCoversNothing) {
  for (const auto& [digest, holds] : {std::pair(crypto::DigestAlgorithm::sha256, true), std::pair(crypto::DigestAlgorithm::sha1, false),
                                      std::pair(crypto::DigestAlgorithm::md5, false)}) {
    World world;
    const auto then = world.list(kSigned, kSigned + 7 * kDay);
    const auto first = hash_of(world.stamp(world.tsa, kSigned + kMinute));
    const auto between = world.list(kSigned + 700 * kDay - kHour, kSigned + 701 * kDay);
    world.list(kNow - kDay, kNow + kDay);
    world.stamp(world.new_tsa, kSigned + 700 * kDay, TimestampKind::archive, {first, then->fingerprint(), between->fingerprint()})
        .index_digest = digest;
    const SignatureVerdict verdict = world.judge();
    EXPECT_EQ(verdict.outcome == Outcome::accept, holds);
    EXPECT_EQ(verdict.timestamps.back().good, holds);
    EXPECT_EQ(verdict.timestamps.back().findings.empty(), holds);
  }
}

// 5.2.8: what fixes the signer's certificate must be strong at the time that is proven.
TEST(Times, AWeakBindingIsNoBinding) {
  const auto by = [](const World& world, crypto::DigestAlgorithm digest) {
    return pki::SigningCertificateReference{digest, to_bytes(crypto::digest(digest, world.signer.certificate->der()).view()), {}, {}};
  };
  const auto policy = Policy::parse(
      as_bytes(R"({"version": 1, "id": "t", "name": {"en": "t", "fa": "t"}, "checks": {}, "revocation": {"next_update": "required"},
      "algorithms": {"review_before": "2028-01-01", "digests": {"SHA-256": null, "SHA-1": ")" +
               iso8601(kSigned + kDay) + R"("}}})"),
      "test");
  ASSERT_TRUE(policy) << render(policy.error(), Language::en);
  World world;
  world.list(kSigned, kSigned + 40 * kDay);
  const Instant later = kSigned + 30 * kDay;
  const auto weak = by(world, crypto::DigestAlgorithm::sha1), strong = by(world, crypto::DigestAlgorithm::sha256);
  world.signature().signing_certificate = {weak};
  expect(world.judge(later), Indication::indeterminate, SubIndication::crypto_constraints_failure_no_poe);
  expect(world.judge(later, nullptr, *policy), Indication::indeterminate, SubIndication::crypto_constraints_failure_no_poe);
  EXPECT_EQ(world.judge(later).reason->check, Check::signer_binding_weak);
  const SignatureVerdict relaxed = world.judge(later, nullptr, Policy::built_in("dss-default"));
  EXPECT_EQ(relaxed.outcome, Outcome::accept);
  EXPECT_TRUE(std::any_of(relaxed.warnings.begin(), relaxed.warnings.end(),
                          [](const Finding& finding) { return finding.check == Check::signer_binding_weak; }));
  world.stamp(world.tsa, kSigned + kMinute);
  EXPECT_EQ(world.judge(later, nullptr, *policy).outcome, Outcome::accept);
  EXPECT_NE(world.judge(later).outcome, Outcome::accept);
  world.signature().signing_certificate = {weak, strong};
  EXPECT_EQ(world.judge(later).outcome, Outcome::accept);
}

// Whatever a policy lets pass: nobody below an authority of the same name with another key is accepted.
TEST(Forged, NoRelaxedCheckHidesASignatureThatNobodyMade) {
  const Party pretender = party("Root", kSigned - 1000 * kDay, kNow + 4000 * kDay, nullptr);
  const Bytes unknown =
      asn1::sequence({asn1::oid("2.999.7"), asn1::boolean(true), asn1::octet_string(Bytes{5, 0})});  // which dss-default lets pass
  for (const std::vector<Bytes>& extensions : {std::vector<Bytes>{}, {unknown}}) {
    World world;
    world.list(kSigned, kSigned + 40 * kDay);
    test::PartyOptions options;
    options.name = "Forged [Sign]";
    options.from = kSigned - kDay;
    options.to = kSigned + 100 * kDay;
    options.extensions = extensions;
    world.sign_by(test::make_party(crypto::NewKey::p256, options, &pretender));
    for (const std::string_view policy : Policy::built_in_names())
      EXPECT_NE(world.judge(kSigned + kDay, nullptr, Policy::built_in(policy)).outcome, Outcome::accept) << policy;
  }
}

// What the verdict is made of, without the order in which it was found.
std::string decision(const SignatureVerdict& verdict) {
  std::string text = std::string(indication_id(verdict.indication)) + " " + std::string(sub_indication_id(verdict.sub_indication)) + " " +
                     std::string(outcome_id(verdict.outcome));
  if (verdict.best_signature_time) text += " " + iso8601(*verdict.best_signature_time);
  return text;
}

struct Metamorphosis {
  const char* name;
  std::function<void(World&)> make;
  Instant now;
};
const std::vector<Metamorphosis>& documents() {
  static const std::vector<Metamorphosis> all = {
      {"plain", [](World& w) { w.list(kSigned, kSigned + 7 * kDay); }, kSigned + kDay},
      {"stamped", [](World& w) { w.list(kSigned, kSigned + 40 * kDay), w.stamp(w.tsa, kSigned + kMinute); }, kSigned + 30 * kDay},
      {"revoked",
       [](World& w) {
         w.list(kSigned, kSigned + 40 * kDay, {{{}, kSigned - kDay, 1}}), w.stamp(w.tsa, kSigned + kMinute);
       },
       kSigned + 30 * kDay},
      {"archived",
       [](World& w) {
         const auto then = w.list(kSigned, kSigned + 7 * kDay);
         const auto first = hash_of(w.stamp(w.tsa, kSigned + kMinute));
         const auto between = w.list(kSigned + 700 * kDay - kHour, kSigned + 701 * kDay);
         w.list(kNow - kDay, kNow + kDay);
         w.stamp(w.new_tsa, kSigned + 700 * kDay, TimestampKind::archive, {first, then->fingerprint(), between->fingerprint()});
       },
       kNow},
  };
  return all;
}

TEST(Metamorphic, TheOrderOfWhatIsInADocumentChangesNothing) {
  for (const Metamorphosis& document : documents()) {
    World world;
    document.make(world);
    const std::string before = decision(world.judge(document.now));
    std::reverse(world.signature().timestamps.begin(), world.signature().timestamps.end());
    std::reverse(world.signature().certificates.begin(), world.signature().certificates.end());
    EXPECT_EQ(decision(world.judge(document.now)), before) << document.name;
  }
}

TEST(Metamorphic, MoreEvidenceNeverSpoilsAPassedSignatureUnlessItRevokes) {
  for (const Metamorphosis& document : documents()) {
    World world;
    document.make(world);
    const SignatureVerdict before = world.judge(document.now);
    world.list(kSigned - 90 * kDay, kSigned - 80 * kDay);
    world.list(document.now + kDay, document.now + 9 * kDay);  // from the future
    world.list(document.now - kHour, document.now + kDay);
    world.evidence.add(party("Stranger", kSigned - kDay, kNow + kDay, nullptr).certificate, pki::Origin::given);
    const SignatureVerdict after = world.judge(document.now);
    EXPECT_TRUE(before.outcome != Outcome::accept || decision(after) == decision(before)) << document.name;
    world.list(document.now - kMinute, document.now + kDay, {{{}, kSigned - kHour, 1}});
    EXPECT_EQ(world.judge(document.now).outcome, Outcome::reject) << document.name;
  }
}

TEST(Metamorphic, LaterIsNeverUnrevoked) {
  World world;
  world.list(kSigned, kSigned + 7 * kDay);
  world.list(kSigned + 7 * kDay, kSigned + 14 * kDay, {{{}, kSigned + 6 * kDay, 1}});
  world.list(kSigned + 14 * kDay, kSigned + 90 * kDay);  // forgets it
  bool revoked = false;
  for (Instant now = kSigned + kHour; now < kSigned + 80 * kDay; now = now + 12 * kHour) {
    const bool rejected = world.judge(now).outcome == Outcome::reject;
    EXPECT_TRUE(rejected || !revoked) << iso8601(now);
    revoked |= rejected;
  }
  EXPECT_TRUE(revoked);
}

TEST(Metamorphic, ACacheNeverChangesAVerdict) {
  std::vector<Metamorphosis> all = documents();
  all.push_back({"revoked later",
                 [](World& w) {
                   w.list(kSigned, kSigned + 7 * kDay), w.stamp(w.tsa, kSigned + kDay);
                   w.list(kSigned + 6 * kDay, kSigned + 30 * kDay, {{{}, kSigned + 5 * kDay, 6}});
                   w.list(kSigned + 20 * kDay, kSigned + 60 * kDay);
                 },
                 kSigned + 40 * kDay});
  for (const Metamorphosis& document : all) {
    World world;
    document.make(world);
    PathCache cache;
    for (const int step : {7, -5, 3, -1}) {  // forth and back, by other steps, with what the turns before left
      for (int i = 0; i <= 70; i += std::abs(step)) {
        const Instant now = document.now + (step > 0 ? i - 35 : 35 - i) * kDay;
        const std::string cached = decision(world.judge(now, &cache));
        EXPECT_EQ(cached, decision(world.judge(now))) << document.name << " at " << iso8601(now);
        world.signature().claimed_time = now - kHour;
      }
    }
  }
}

// What happens within a day ends a judgement too: a list that comes, one that ends, a proven time before and after a revocation.
TEST(Metamorphic, ACacheEndsWithWhatItRestsOn) {
  const Instant day = kSigned + 10 * kDay;
  World comes, ends, between;
  comes.list(kSigned, kSigned + 40 * kDay);
  comes.list(day + 6 * kHour, kSigned + 40 * kDay, {{{}, day + 5 * kHour, 1}});
  ends.list(kSigned, day + 4 * kHour);
  between.list(day, kSigned + 40 * kDay, {{{}, kSigned + 2 * kDay, 1}});
  for (World* world : {&comes, &ends}) {
    PathCache cache;
    std::set<std::string> seen;
    for (Instant now = day; now < day + 12 * kHour; now = now + kHour) {
      const std::string cached = decision(world->judge(now, &cache));
      EXPECT_EQ(cached, decision(world->judge(now))) << iso8601(now);
      seen.insert(cached);
    }
    EXPECT_EQ(seen.size(), 2U);
  }
  PathCache cache;
  for (const Instant stamped : {kSigned + kDay, kSigned + 3 * kDay, kSigned + kDay}) {
    between.signature().timestamps.clear();
    between.stamp(between.tsa, stamped);
    EXPECT_EQ(between.judge(day + kHour, &cache).outcome == Outcome::accept, stamped < kSigned + 2 * kDay) << iso8601(stamped);
  }
}

TEST(Metamorphic, EveryProofCanOnlyHelp) {
  // Taking time-stamps away never turns a refused signature into an accepted one.
  for (const Metamorphosis& document : documents()) {
    World world;
    document.make(world);
    const bool good = world.judge(document.now).outcome == Outcome::accept;
    while (!world.signature().timestamps.empty()) {
      world.signature().timestamps.pop_back();
      EXPECT_TRUE(good || world.judge(document.now).outcome != Outcome::accept) << document.name;
    }
  }
}

}  // namespace
}  // namespace mohr::verify
