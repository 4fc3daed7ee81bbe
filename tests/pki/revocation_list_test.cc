// Deltas, partitions, indirect lists and their signatures (RFC 5280 5.2, 6.3.3); what NIST's suite does not ask.
#include "pki/asn1/der_writer.h"
#include "pki/presigned_ocsp.h"
#include "pki/revocation.h"
#include "tests/support/issuing.h"

namespace mohr::pki {
namespace {

using asn1::context;
using crypto::NewKey;
using test::kNow;
using test::Party;

Bytes extension(std::string_view oid, bool critical, ByteView value) {
  return asn1::sequence({asn1::oid(oid), critical ? asn1::boolean(true) : Bytes{}, asn1::octet_string(value)});
}

struct ListPlan {
  std::int64_t number = 1;
  std::optional<std::int64_t> base = {};  // a delta
  Instant from = kNow - kHour, until = kNow + kDay;
  struct Entry {
    ByteView serial;
    int reason = 1;
    ByteView issuer = {};  // a Name
  };
  std::vector<Entry> entries = {};
  Bytes point = {};       // contents of IssuingDistributionPoint
  Bytes extensions = {};  // more of them
};

Bytes write_entry(const ListPlan::Entry& entry) {
  const Byte reason = static_cast<Byte>(entry.reason);
  Bytes extensions = extension("2.5.29.21", false, asn1::element(asn1::kEnumerated, ByteView(&reason, 1)));
  if (!entry.issuer.empty()) append(extensions, extension("2.5.29.29", true, asn1::sequence({asn1::element(context(4), entry.issuer)})));
  return asn1::sequence(
      {asn1::element(asn1::kInteger, entry.serial), asn1::utc_or_generalized_time(kNow - kDay), asn1::sequence({extensions})});
}

CrlPtr make_list(const ListPlan& plan, const Party& signer, const std::optional<crypto::SignatureAlgorithm>& wanted = {}) {
  const auto algorithm = wanted.value_or(crypto::preferred_algorithm(signer.key->public_key()));
  Bytes entries, extensions = extension("2.5.29.20", false, asn1::integer(plan.number));
  for (const ListPlan::Entry& entry : plan.entries) append(entries, write_entry(entry));
  if (plan.base) append(extensions, extension("2.5.29.27", true, asn1::integer(*plan.base)));
  if (!plan.point.empty()) append(extensions, extension("2.5.29.28", true, asn1::sequence({plan.point})));
  append(extensions, plan.extensions);
  const Bytes tbs = asn1::sequence(
      {asn1::integer(1), crypto::write_signature_algorithm(algorithm), signer.certificate->subject().encoding(),
       asn1::utc_or_generalized_time(plan.from), asn1::utc_or_generalized_time(plan.until),
       entries.empty() ? Bytes{} : asn1::element(asn1::kSequence, entries), asn1::element(context(0), asn1::sequence({extensions}))});
  const auto signature = signer.key->sign(algorithm, tbs);
  EXPECT_TRUE(signature);
  Budget budget;
  auto crl = Crl::parse(asn1::sequence({tbs, crypto::write_signature_algorithm(algorithm), asn1::bit_string(*signature)}), budget);
  EXPECT_TRUE(crl) << render(crl.error(), Language::en);
  return *crl;
}

struct Scene {
  Party root, authority, leaf, other;
  Trust trust;

  explicit Scene(NewKey kind = NewKey::p256) {
    const test::PartyOptions ca{.name = "Lists", .key_usage = kKeyCertSign | kCrlSign, .extended_key_usages = {}, .ca = true};
    root = test::make_party(NewKey::p256, {.name = "Root", .key_usage = kKeyCertSign | kCrlSign, .extended_key_usages = {}, .ca = true});
    authority = test::make_party(kind, ca, &root);
    leaf = test::make_party(NewKey::p256, {.extended_key_usages = {}}, &authority);
    other = test::make_party(NewKey::p256, {.name = "Other", .extended_key_usages = {}}, &authority);
    EXPECT_TRUE(trust.add_anchor({root.certificate, false, true, "test"}));
  }
  [[nodiscard]] ListPlan::Entry entry(int reason) const { return {leaf.certificate->serial(), reason}; }
  [[nodiscard]] RevocationStatus ask(const std::vector<CrlPtr>& lists, Instant time = kNow) const {
    Evidence evidence;
    evidence.add(authority.certificate, Origin::given);
    for (const CrlPtr& list : lists) evidence.add(list, Origin::given);
    Budget budget;
    auto status = revocation_status(*leaf.certificate, *authority.certificate, time, time, trust, evidence, budget);
    EXPECT_TRUE(status);
    return *std::move(status);
  }
};

using enum RevocationState;

TEST(RevocationList, ADeltaBringsItsBaseUpToDateAndNothingElse) {
  const Scene s;
  constexpr int kHold = 6, kCompromise = 1, kRemoved = 8;
  const Instant later = kNow - 30 * kMinute;
  struct Row {
    const char* what;
    ListPlan complete, delta;
    RevocationState expected;
  };
  const Instant stale = kNow - kMinute;
  const std::vector<Row> rows = {
      {"revoked since", {.number = 5}, {.number = 6, .base = 5, .from = later, .entries = {s.entry(kCompromise)}}, revoked},
      {"nothing new", {.number = 5}, {.number = 6, .base = 4, .from = later}, good},
      {"hold released",
       {.number = 5, .entries = {s.entry(kHold)}},
       {.number = 6, .base = 5, .from = later, .entries = {s.entry(kRemoved)}},
       good},
      {"hold made final",
       {.number = 5, .entries = {s.entry(kHold)}},
       {.number = 6, .base = 5, .from = later, .entries = {s.entry(kCompromise)}},
       revoked},
      {"a revocation is not taken off",
       {.number = 5, .entries = {s.entry(kCompromise)}},
       {.number = 6, .base = 5, .from = later, .entries = {s.entry(kRemoved)}},
       revoked},
      {"an old delta releases nothing",
       {.number = 5, .entries = {s.entry(kHold)}},
       {.number = 6, .base = 5, .from = later, .until = stale, .entries = {s.entry(kRemoved)}},
       on_hold},
      {"nor one that counts from a later list",
       {.number = 5, .entries = {s.entry(kHold)}},
       {.number = 9, .base = 8, .from = later, .entries = {s.entry(kRemoved)}},
       on_hold},
      {"nor one before the list",
       {.number = 5, .entries = {s.entry(kHold)}},
       {.number = 4, .base = 3, .from = later, .entries = {s.entry(kRemoved)}},
       on_hold},
      {"nor one of another scope",
       {.number = 5, .entries = {s.entry(kHold)}},
       {.number = 6, .base = 5, .from = later, .entries = {s.entry(kRemoved)}, .point = {0x81, 1, 0xff}},
       on_hold},
      {"a revocation counts from any of them",
       {.number = 5},
       {.number = 9, .base = 8, .from = later, .until = stale, .entries = {s.entry(kCompromise)}},
       revoked},
      {"an old list made new", {.number = 5, .from = kNow - 3 * kDay, .until = stale}, {.number = 6, .base = 5, .from = later}, good},
      {"an old list with a delta of a later one",
       {.number = 5, .from = kNow - 3 * kDay, .until = stale},
       {.number = 9, .base = 8, .from = later},
       unknown},
      {"news that cannot be read",
       {.number = 5},
       {.number = 6, .base = 5, .from = later, .extensions = extension("2.999.1", true, asn1::null())},
       unknown},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(s.ask({make_list(row.complete, s.authority), make_list(row.delta, s.authority)}).state, row.expected) << row.what;
  }
  EXPECT_EQ(s.ask({make_list({.number = 6, .base = 5}, s.authority)}).state, unknown);  // no base at all
  const Party stranger = test::make_party(NewKey::p256, {.name = "Lists", .key_usage = kCrlSign, .extended_key_usages = {}, .ca = true});
  EXPECT_EQ(s.ask({make_list({.number = 5, .entries = {s.entry(kHold)}}, s.authority),
                   make_list({.number = 6, .base = 5, .from = later, .entries = {s.entry(kRemoved)}}, stranger)})
                .state,
            on_hold);
}

TEST(RevocationList, PartitionsCoverOnlyTheirPart) {
  const Scene s;
  const Bytes users = from_hex("8101ff").value(), authorities = from_hex("8201ff").value(), attributes = from_hex("8501ff").value();
  const Bytes compromise = from_hex("83020560").value(), rest = from_hex("8303070f80").value(), indirect = from_hex("8401ff").value();
  EXPECT_EQ(s.ask({make_list({.point = users}, s.authority)}).state, good);
  EXPECT_EQ(s.ask({make_list({.point = authorities}, s.authority)}).state, unknown);
  EXPECT_EQ(s.ask({make_list({.point = attributes}, s.authority)}).state, unknown);
  EXPECT_EQ(s.ask({make_list({.point = compromise}, s.authority)}).state, unknown);
  EXPECT_EQ(
      s.ask({make_list({.point = compromise}, s.authority), make_list({.number = 2, .point = from_hex("8303071f80").value()}, s.authority)})
          .state,
      good);
  EXPECT_EQ(s.ask({make_list({.point = compromise}, s.authority), make_list({.number = 2, .point = rest}, s.authority)}).state,
            unknown);  // one reason is nobody's
  EXPECT_EQ(s.ask({make_list({.point = compromise}, s.authority),
                   make_list({.number = 2, .entries = {s.entry(6)}, .point = from_hex("8303071f80").value()}, s.authority)})
                .state,
            on_hold);
  EXPECT_EQ(s.ask({make_list({.point = indirect}, s.authority)}).state, good);
}

TEST(RevocationList, EntriesOfAnIndirectListBelongToTheIssuerNamedLast) {
  const Scene s;
  const Bytes indirect = from_hex("8401ff").value();
  const ByteView serial = s.leaf.certificate->serial(), another = s.other.certificate->serial();
  const ByteView root = s.root.certificate->subject().encoding(), own = s.authority.certificate->subject().encoding();
  const auto state = [&](std::vector<ListPlan::Entry> entries, const Bytes& point) {
    return s.ask({make_list({.entries = std::move(entries), .point = point}, s.authority)}).state;
  };
  EXPECT_EQ(state({{serial, 1}}, indirect), revoked);
  EXPECT_EQ(state({{serial, 1, root}}, indirect), good);
  EXPECT_EQ(state({{another, 1, root}, {serial, 1}}, indirect), good);  // inherited
  EXPECT_EQ(state({{another, 1, root}, {serial, 1, own}}, indirect), revoked);
  EXPECT_EQ(state({{another, 1, root}}, {}), unknown);  // a critical extension that means nothing in a direct list
  EXPECT_EQ(state({{serial, 8}, {serial, 1}}, {}), revoked);
  const CrlPtr list = make_list({.entries = {{another, 1, root}, {serial, 6}}, .point = indirect}, s.authority);
  std::vector<bool> named;
  EXPECT_TRUE(list->visit_entries([&](const CrlEntry& entry) -> Result<bool> {
    named.push_back(names_directory(entry.certificate_issuer, s.root.certificate->subject()));
    return true;
  }));
  EXPECT_EQ(named, (std::vector<bool>{true, true}));
  EXPECT_EQ((*list->find(serial, s.root.certificate->subject()))->reason, 6);
}

TEST(RevocationList, ARevocationIsNeverTooOld) {
  const Scene s;
  const ListPlan old{.from = kNow - 9 * kDay, .until = kNow - 2 * kDay, .entries = {s.entry(1)}};
  ListPlan held = old;
  held.entries = {s.entry(6)};
  EXPECT_EQ(s.ask({make_list(old, s.authority)}).state, revoked);
  EXPECT_EQ(s.ask({make_list(held, s.authority)}).state, unknown);
  EXPECT_EQ(s.ask({make_list(held, s.authority), make_list({.number = 2}, s.authority)}).state, good);
  // Newer, though it ended sooner than one that says nothing.
  EXPECT_EQ(s.ask({make_list({.from = kNow - 10 * kDay}, s.authority), make_list(old, s.authority)}).state, revoked);
  EXPECT_EQ(s.ask({make_list({.from = kNow + kHour, .entries = {s.entry(1)}}, s.authority)}).state, unknown);
}

TEST(RevocationList, IsSignedByEveryAlgorithmThatIsStrong) {
  for (const NewKey kind : {NewKey::ed25519, NewKey::rsa2048}) {
    const Scene s(kind);
    auto algorithm = crypto::preferred_algorithm(s.authority.key->public_key());
    if (kind == NewKey::rsa2048) {
      algorithm.scheme = crypto::SignatureScheme::rsa_pss;
      algorithm.mgf_digest = algorithm.digest;
      algorithm.salt_octets = 32;
    }
    EXPECT_EQ(s.ask({make_list({}, s.authority, algorithm)}).state, good);
    EXPECT_EQ(s.ask({make_list({.entries = {s.entry(1)}}, s.authority, algorithm)}).state, revoked);
  }
}

TEST(RevocationList, NeedsNameTheDeltaAndTheSigner) {
  Scene s;
  const auto url = [](std::string_view text) { return asn1::element(context(6, false), as_bytes(text)); };
  const Bytes point = asn1::sequence({asn1::element(context(0), asn1::element(context(0), url("http://lists.example.ir/delta.crl")))});
  const Bytes freshest = extension("2.5.29.46", false, asn1::sequence({point}));
  const Bytes access =
      extension("1.3.6.1.5.5.7.1.1", false,
                asn1::sequence({asn1::sequence({asn1::oid("1.3.6.1.5.5.7.48.2"), url("http://lists.example.ir/signer.cer")})}));
  const CrlPtr complete = make_list({.number = 5, .extensions = freshest}, s.authority);
  RevocationStatus status = s.ask({complete});
  EXPECT_EQ(status.state, good);
  std::vector<Need> needs = revocation_needs(s.leaf.certificate, s.authority.certificate, status);
  ASSERT_EQ(needs.size(), 1U);
  EXPECT_EQ(needs[0].url, "http://lists.example.ir/delta.crl");
  status = s.ask({complete, make_list({.number = 6, .base = 5, .from = kNow - kMinute}, s.authority)});
  EXPECT_TRUE(revocation_needs(s.leaf.certificate, s.authority.certificate, status).empty());
  const Party stranger = test::make_party(NewKey::p256, {.name = "Lists", .key_usage = kCrlSign, .extended_key_usages = {}, .ca = true});
  const CrlPtr signed_by_stranger = make_list({.extensions = access}, stranger);
  status = s.ask({signed_by_stranger});
  EXPECT_EQ(status.state, unknown);
  EXPECT_TRUE(revocation_needs(s.leaf.certificate, s.authority.certificate, status).empty());  // nobody vouches for that address
  s.trust.allow_host("lists.example.ir");
  status = s.ask({signed_by_stranger});
  needs = revocation_needs(s.leaf.certificate, s.authority.certificate, status);
  ASSERT_EQ(needs.size(), 1U);
  EXPECT_TRUE(needs[0].kind == Need::Kind::issuer_certificate);
}

// Answers every OCSP request for the certificate that was asked about, with that nonce.
class Responder final : public Fetcher {
 public:
  Responder(const Party& authority, Bytes nonce) : authority_(authority), nonce_(std::move(nonce)) {}
  Result<Bytes> fetch(const FetchRequest& request, Budget&) override {
    MOHR_TRY(const OcspRequest asked, parse_ocsp_request(request.body));
    const OcspAnswer answer{asked.ids.front(), OcspStatus::good, {}, {}};
    return issue_ocsp_response({&answer, 1}, nonce_, kNow, kNow + kDay, *authority_.key, authority_.certificate);
  }

 private:
  const Party& authority_;
  Bytes nonce_;
};

TEST(RevocationList, AnAnswerToAnotherRequestIsNotTaken) {
  const Scene s;
  const Bytes nonce(32, 7), another(32, 8);
  for (const auto& [answered, taken] : {std::pair{nonce, true}, std::pair{another, false}, std::pair{Bytes{}, true}}) {
    Responder responder(s.authority, answered);
    Evidence evidence;
    Budget budget;
    const Need need{Need::Kind::ocsp, "http://ocsp.example.ir/", s.leaf.certificate, s.authority.certificate, nonce};
    EXPECT_EQ(Asking(s.trust, &responder).learn({&need, 1}, evidence, budget).value(), taken);
    EXPECT_EQ(evidence.ocsp_responses().size(), taken ? 1U : 0U);
    EXPECT_EQ(evidence.failures().size(), taken ? 0U : 1U);
  }
}

TEST(PresignedOcsp, HoldsAnAnswerForItsCertificateAndTime) {
  const Scene s;
  const Bytes request = write_ocsp_request(*s.leaf.certificate, *s.authority.certificate, {});
  const Bytes stranger = write_ocsp_request(*s.other.certificate, *s.authority.certificate, {});
  const auto ids = parse_ocsp_request(request), others = parse_ocsp_request(stranger);
  ASSERT_TRUE(ids && others);
  PresignedOcsp held;
  held.hold(ids->ids[0], {1, 2, 3}, kNow, kNow + kHour);
  ASSERT_TRUE(held.find(ids->ids[0], kNow));
  EXPECT_EQ(*held.find(ids->ids[0], kNow + kHour - 1), (Bytes{1, 2, 3}));
  EXPECT_FALSE(held.find(ids->ids[0], kNow + kHour));
  EXPECT_FALSE(held.find(ids->ids[0], kNow - 1));
  EXPECT_FALSE(held.find(others->ids[0], kNow));
  CertificateId unknown_digest = ids->ids[0];
  unknown_digest.digest = crypto::DigestAlgorithm::none;
  EXPECT_FALSE(held.find(unknown_digest, kNow));
}

}  // namespace
}  // namespace mohr::pki
