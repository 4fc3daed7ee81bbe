// Revocation status: which lists and answers are believed, and which of them decides.
#include "pki/asn1/der_writer.h"
#include "pki/control_time.h"
#include "tests/support/issuing.h"

namespace mohr::pki {
namespace {

using crypto::NewKey;
using test::kNow;
using test::Party;

struct Scene {
  Party root, authority, other, leaf, delegate, stranger;
  Trust trust;
  Evidence evidence;

  Scene() {
    const auto make_ca = [](const char* name, const Party* issuer) {
      test::PartyOptions options;
      options.name = name;
      options.key_usage = kKeyCertSign | kCrlSign;
      options.ca = true;
      return test::make_party(NewKey::p256, options, issuer);
    };
    root = make_ca("Root", nullptr);
    authority = make_ca("Issuing", &root);
    other = make_ca("Issuing", nullptr);  // the same name, another key, trusted by nobody
    test::PartyOptions options;
    leaf = test::make_party(NewKey::p256, options, &authority);
    options.name = "Responder";
    options.extended_key_usages = {asn1::Oid::kp_ocsp_signing};
    delegate = test::make_party(NewKey::p256, options, &authority);
    options.extended_key_usages = {};
    stranger = test::make_party(NewKey::p256, options, &authority);  // certified by the authority, but not for answering
    EXPECT_TRUE(trust.add_anchor({root.certificate, false, true, "test"}));
    evidence.add(authority.certificate, Origin::given);
  }

  void add_crl(Instant this_update, Instant next_update, std::vector<Revocation> revoked = {}, const Party* signer = nullptr) {
    const Party& by = signer != nullptr ? *signer : authority;
    const auto der =
        issue_crl(revoked, 1, this_update, next_update, *by.key, *by.certificate, crypto::preferred_algorithm(by.key->public_key()));
    ASSERT_TRUE(der);
    Budget budget;
    auto crl = Crl::parse(*der, budget);
    ASSERT_TRUE(crl);
    evidence.add(*crl, Origin::given);
  }

  void add_ocsp(OcspStatus status, Instant made, Instant next_update, const Party& responder) {
    const Bytes request = write_ocsp_request(*leaf.certificate, *authority.certificate, {});
    const auto ids = parse_ocsp_request(request);
    ASSERT_TRUE(ids);
    const OcspAnswer answer{ids->ids.front(), status, kNow - kDay, 1};
    const auto der = issue_ocsp_response({&answer, 1}, {}, made, next_update, *responder.key, responder.certificate);
    ASSERT_TRUE(der);
    Budget budget;
    auto response = OcspResponse::parse(*der, budget);
    ASSERT_TRUE(response);
    evidence.add(*response, Origin::given);
  }

  [[nodiscard]] RevocationStatus ask(Instant time = kNow, Instant now = kNow, const StatusRules& rules = {}) const {
    Budget budget;
    auto status = revocation_status(*leaf.certificate, *authority.certificate, time, now, trust, evidence, budget, rules);
    EXPECT_TRUE(status);
    return status ? *std::move(status) : RevocationStatus{};
  }
  [[nodiscard]] Revocation revoked(Instant time, std::optional<int> reason = 1) const {
    return {to_bytes(leaf.certificate->serial()), time, reason};
  }
};

bool has(const RevocationStatus& status, Check check) {
  for (const Finding& finding : status.findings)
    if (finding.check == check) return true;
  return false;
}

TEST(Revocation, NothingAtHandIsUnknown) {
  const RevocationStatus status = Scene().ask();
  EXPECT_EQ(status.state, RevocationState::unknown);
  EXPECT_TRUE(has(status, Check::revocation_missing));
}

TEST(Revocation, AListSaysGoodRevokedOrOnHold) {
  Scene good, revoked, held, later;
  good.add_crl(kNow - kHour, kNow + kDay);
  EXPECT_EQ(good.ask().state, RevocationState::good);
  revoked.add_crl(kNow - kHour, kNow + kDay, {revoked.revoked(kNow - 2 * kHour)});
  EXPECT_EQ(revoked.ask().state, RevocationState::revoked);
  EXPECT_EQ(revoked.ask().revoked_at, kNow - 2 * kHour);
  held.add_crl(kNow - kHour, kNow + kDay, {held.revoked(kNow - 2 * kHour, 6)});
  EXPECT_EQ(held.ask().state, RevocationState::on_hold);
  later.add_crl(kNow - kHour, kNow + kDay, {later.revoked(kNow - 2 * kHour)});
  EXPECT_EQ(later.ask(kNow - 3 * kHour).state, RevocationState::good);  // it was revoked after the time in question
  EXPECT_EQ(later.ask(kNow - 3 * kHour).revoked_at, kNow - 2 * kHour);
}

TEST(Revocation, StaleFutureAndForgedListsCountForNothing) {
  Scene stale, future, forged;
  stale.add_crl(kNow - 2 * kDay, kNow - kDay);
  EXPECT_EQ(stale.ask().state, RevocationState::unknown);
  EXPECT_TRUE(has(stale.ask(), Check::revocation_stale));
  EXPECT_EQ(stale.ask(kNow - 2 * kDay).state, RevocationState::good);  // it says what was then
  future.add_crl(kNow + kHour, kNow + kDay);
  EXPECT_TRUE(has(future.ask(), Check::revocation_from_future));
  forged.evidence.add(forged.other.certificate, Origin::document);
  forged.add_crl(kNow - kHour, kNow + kDay, {}, &forged.other);
  EXPECT_EQ(forged.ask().state, RevocationState::unknown);
  EXPECT_TRUE(has(forged.ask(), Check::revocation_signature_bad));
}

// What was made before the time in question, and is past its nextUpdate by now, says nothing of what was revoked between: unless it was
// kept with an archive, a newer one is wanted (EN 319 102-1 5.2.5, 5.6.2.2.4).
TEST(Revocation, AListFromBeforeTheTimeInQuestionHasToBeFreshStill) {
  const Instant proven = kNow - 10 * kHour;
  struct Case {
    Instant made, next;
    bool archived;
    RevocationState state;
  };
  for (const Case& one : {Case{proven - kHour, proven + kHour, false, RevocationState::unknown},
                          Case{proven - kHour, kNow + kHour, false, RevocationState::good},
                          Case{proven - kMinute, proven + kHour, false, RevocationState::good},
                          Case{proven - kHour, proven + kHour, true, RevocationState::good},
                          Case{proven - 2 * kHour, proven - kHour, true, RevocationState::unknown}}) {
    for (const bool answer : {false, true}) {
      Scene scene;
      if (answer) scene.add_ocsp(OcspStatus::good, one.made, one.next, scene.authority);
      else scene.add_crl(one.made, one.next);
      ProofsOfExistence proofs;
      if (one.archived) {
        for (const auto& held : scene.evidence.crls()) proofs.add(held.item->fingerprint(), proven + kHour);
        for (const auto& held : scene.evidence.ocsp_responses()) proofs.add(held.item->fingerprint(), proven + kHour);
      }
      const RevocationStatus status = scene.ask(proven, kNow, {.proofs = &proofs});
      EXPECT_EQ(status.state, one.state) << answer << one.archived;
      EXPECT_EQ(has(status, Check::revocation_stale), one.state == RevocationState::unknown);
    }
  }
}

TEST(Revocation, TheNewestInformationDecidesWhateverItsKind) {
  Scene released, withdrawn;
  released.add_crl(kNow - 2 * kHour, kNow + kDay, {released.revoked(kNow - 3 * kHour, 6)});
  released.add_ocsp(OcspStatus::good, kNow - kHour, kNow + kDay, released.authority);
  EXPECT_EQ(released.ask().state, RevocationState::good);
  withdrawn.add_ocsp(OcspStatus::good, kNow - 2 * kHour, kNow + kDay, withdrawn.authority);
  withdrawn.add_crl(kNow - kHour, kNow + kDay, {withdrawn.revoked(kNow - 90 * kMinute)});
  EXPECT_EQ(withdrawn.ask().state, RevocationState::revoked);
}

TEST(Revocation, OnlyTheIssuerOrItsDelegateAnswers) {
  Scene own, delegated, unauthorised, impostor, unknowing;
  own.add_ocsp(OcspStatus::good, kNow - kHour, kNow + kDay, own.authority);
  EXPECT_EQ(own.ask().state, RevocationState::good);
  delegated.add_ocsp(OcspStatus::revoked, kNow - kHour, kNow + kDay, delegated.delegate);
  EXPECT_EQ(delegated.ask().state, RevocationState::revoked);
  unauthorised.add_ocsp(OcspStatus::good, kNow - kHour, kNow + kDay, unauthorised.stranger);
  EXPECT_TRUE(has(unauthorised.ask(), Check::ocsp_not_authorised));
  impostor.add_ocsp(OcspStatus::good, kNow - kHour, kNow + kDay, impostor.other);
  EXPECT_TRUE(has(impostor.ask(), Check::ocsp_not_authorised));
  unknowing.add_ocsp(OcspStatus::unknown, kNow - kHour, kNow + kDay, unknowing.authority);
  EXPECT_EQ(unknowing.ask().state, RevocationState::unknown);
  EXPECT_TRUE(has(unknowing.ask(), Check::ocsp_status_unknown));
}

// RFC 5280 4.2: who does not know a critical extension does not use the certificate, here for answering.
TEST(Revocation, ADelegateWithAnUnknownCriticalExtensionDoesNotAnswer) {
  for (const bool critical : {false, true}) {
    Scene scene;
    test::PartyOptions options;
    options.extended_key_usages = {asn1::Oid::kp_ocsp_signing};
    Bytes value = asn1::oid("2.999.7");
    if (critical) append(value, asn1::boolean(true));
    append(value, asn1::octet_string(Bytes{5, 0}));
    options.extensions = {asn1::sequence({value})};
    scene.add_ocsp(OcspStatus::good, kNow - kHour, kNow + kDay, test::make_party(NewKey::p256, options, &scene.authority));
    EXPECT_EQ(scene.ask().state, critical ? RevocationState::unknown : RevocationState::good);
  }
}

// Who breaks the issuer's key once it is weak could say that all is good; that something is revoked counts all the same.
TEST(Revocation, AnIssuerWhoseKeyIsWeakByNowVouchesForNobody) {
  AlgorithmTable table = default_algorithms();
  table.clear_keys();
  ASSERT_TRUE(table.add({crypto::KeyType::ec, 256, kNow - kMinute}));
  const StatusRules rules{.algorithms = &table};
  Scene list, revoking, answer;
  list.add_crl(kNow - kHour, kNow + kDay);
  EXPECT_EQ(list.ask(kNow - kDay).state, RevocationState::good);
  EXPECT_EQ(list.ask(kNow - kDay, kNow, rules).state, RevocationState::unknown);
  EXPECT_TRUE(has(list.ask(kNow - kDay, kNow, rules), Check::revocation_algorithm_weak));
  revoking.add_crl(kNow - kHour, kNow + kDay, {revoking.revoked(kNow - 2 * kDay)});
  EXPECT_EQ(revoking.ask(kNow - kDay, kNow, rules).state, RevocationState::revoked);
  answer.add_ocsp(OcspStatus::good, kNow - kHour, kNow + kDay, answer.authority);
  EXPECT_EQ(answer.ask().state, RevocationState::good);
  EXPECT_TRUE(has(answer.ask(kNow, kNow, rules), Check::revocation_algorithm_weak));
}

// docs/trust.md: the purpose "status" is for lists and answers that others than the issuer sign.
TEST(Revocation, ADelegateAnswersOnlyBelowAnAnchorThatIsForStatus) {
  Scene scene;
  scene.add_ocsp(OcspStatus::good, kNow - kHour, kNow + kDay, scene.delegate);
  Anchor anchor = scene.trust.anchors().front();
  EXPECT_EQ(scene.ask(kNow, kNow, {.anchor = &anchor}).state, RevocationState::good);
  anchor.purposes.status = false;
  EXPECT_EQ(scene.ask(kNow, kNow, {.anchor = &anchor}).state, RevocationState::unknown);
}

TEST(Revocation, AListMadeAfterExpiryDoesNotVouch) {
  Scene scene;
  const Instant after = scene.leaf.certificate->not_after() + kDay;
  scene.add_crl(after, after + kDay);
  const RevocationStatus status = scene.ask(after, after + kHour);
  EXPECT_EQ(status.state, RevocationState::unknown);
  EXPECT_TRUE(has(status, Check::revocation_after_expiry));
}

TEST(Revocation, SignaturesCountInTheBudget) {
  Scene scene;
  scene.add_crl(kNow - kHour, kNow + kDay);
  Budget budget(Limits().set(Limit::raw_verifications, 0));
  const auto status =
      revocation_status(*scene.leaf.certificate, *scene.authority.certificate, kNow, kNow, scene.trust, scene.evidence, budget);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::budget_exceeded);
}

TEST(ControlTime, SlidesToWhatIsProven) {
  const Instant list_made = kNow - 5 * kHour, proven = kNow - 4 * kHour, fall = kNow - 3 * kHour;
  struct Case {
    const char* what;
    bool leaf_falls, authority_falls, list_is_proven, list_is_fresh;
    std::optional<Instant> expected;
  };
  const Case cases[] = {
      {"nothing speaks against it", false, false, false, true, kNow},
      {"a revocation", true, false, false, true, fall},
      {"the last word is old", false, false, false, false, list_made},
      {"nobody knows whether the list is from before its authority fell", false, true, false, true, std::nullopt},
      {"the list is from before", false, true, true, true, fall},
      {"it is, and an earlier revocation is on it", true, true, true, true, list_made - kHour},
      {"it is, and it was old already", false, true, true, false, list_made},
  };
  for (const Case& one : cases) {
    Scene scene;
    const Bytes authority_serial = to_bytes(scene.authority.certificate->serial());
    std::vector<Revocation> leaves, authorities;
    if (one.leaf_falls) leaves.push_back(scene.revoked(one.authority_falls ? list_made - kHour : fall));
    if (one.authority_falls) authorities.push_back({authority_serial, fall, 1});
    const Instant made = one.leaf_falls && !one.authority_falls ? kNow - kHour : list_made;
    scene.add_crl(made, one.list_is_fresh ? kNow + kDay : list_made + kMinute, leaves);
    const crypto::Hash list = scene.evidence.crls().front().item->fingerprint();
    scene.add_crl(kNow - kHour, kNow + kDay, authorities, &scene.root);
    ProofsOfExistence proofs;
    if (one.list_is_proven) proofs.add(list, proven);
    proofs.add(scene.leaf.certificate->fingerprint(), proven);
    const CertificatePtr path[] = {scene.leaf.certificate, scene.authority.certificate, scene.root.certificate};
    Budget budget;
    const auto control = slide_time(path, kNow, scene.trust, scene.evidence, budget, {.proofs = &proofs});
    ASSERT_TRUE(control) << one.what;
    EXPECT_EQ(control->time, one.expected) << one.what;
    EXPECT_EQ(control->unproven, one.expected ? nullptr : scene.leaf.certificate) << one.what;
  }
}

}  // namespace
}  // namespace mohr::pki
