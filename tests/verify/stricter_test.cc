// A stricter policy never gives a laxer verdict: the real evaluation, over every check and every member of a policy.
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <random>

#include "format/reader.h"
#include "format/timestamp_carrier.h"
#include "sign/signer.h"
#include "tests/support/issuing.h"
#include "verify/evaluation.h"

namespace mohr::verify {
namespace {

using test::kNow;
using test::Party;

Party party(const std::string& name, const Party* issuer, asn1::Oid usage = asn1::Oid::unknown, Instant from = kNow - 100 * kDay) {
  test::PartyOptions options;
  options.name = name;
  options.from = from;
  options.to = kNow + 300 * kDay;
  options.ca = issuer == nullptr;
  if (issuer == nullptr) options.key_usage = pki::kKeyCertSign | pki::kCrlSign;
  if (usage != asn1::Oid::unknown) options.extended_key_usages = {usage}, options.critical = true;
  return test::make_party(crypto::NewKey::p256, options, issuer);
}

// A letter, and what is known of it.
struct Case {
  Party root = party("Root", nullptr), signer, tsa = party("TSA", &root, asn1::Oid::kp_time_stamping);
  pki::Trust trust;
  pki::Evidence evidence;
  format::SignedDocument facts;
  Instant now = kNow;

  explicit Case(const std::string& name = "Office [Stamp]", asn1::Oid usage = asn1::Oid::unknown, Instant from = kNow - 100 * kDay)
      : signer(party(name, &root, usage, from)) {
    EXPECT_TRUE(trust.add_anchor({root.certificate, true, true, "test"}));
  }
  Case& sign(Instant claimed = kNow - kHour, crypto::DigestAlgorithm digest = crypto::DigestAlgorithm::sha256,
             const std::string& service = "10000000001") {
    sign::Request request;
    request.format = format::Format::cades;
    request.packaging = sign::Packaging::attached;
    request.now = kNow - kHour;
    request.digest = digest;
    request.identity.service_id = service;
    request.key = signer.key.get();
    request.certificate = signer.certificate;
    Budget budget;
    const auto octets = sign::sign_bytes(as_bytes("letter"), request, budget);
    EXPECT_TRUE(octets) << render(octets.error(), Language::en);
    facts = *format::read(MemorySource(*octets), nullptr, budget);
    facts.signatures.front().claimed_time = claimed;
    return *this;
  }
  Case& list(Instant from, Instant until, std::optional<int> reason = std::nullopt, Instant since = kNow - 50 * kDay,
             crypto::DigestAlgorithm digest = crypto::DigestAlgorithm::sha256) {
    std::vector<pki::Revocation> revoked;
    if (reason) revoked.push_back({to_bytes(signer.certificate->serial()), since, *reason});
    Budget budget;
    const crypto::SignatureAlgorithm algorithm{.scheme = crypto::SignatureScheme::ecdsa, .digest = digest};
    const auto der = pki::issue_crl(revoked, 1, from, until, *root.key, *root.certificate, algorithm);
    evidence.add(*pki::Crl::parse(*der, budget), pki::Origin::document);
    return *this;
  }
  Case& stamp(Instant time, format::TimestampKind kind = format::TimestampKind::signature) {
    format::Signature& signature = facts.signatures.front();
    Budget budget;
    auto carrier =
        *format::read_carrier_over(kind, test::timestamp_token(tsa, signature.value, time), signature.value, signature, budget, nullptr);
    for (const pki::CertificatePtr& certificate : carrier.token->certificates) evidence.add(certificate, pki::Origin::document);
    signature.timestamps.push_back(std::move(carrier));
    return *this;
  }
  [[nodiscard]] Outcome judge(const PolicyPtr& policy) const {
    Budget budget;
    Question question;
    question.now = now;
    Options options;
    options.opinions = 1;
    options.policy = policy;
    Grounds grounds{evidence, trust, budget};
    grounds.policy = policy.get();
    const auto verdicts = evaluate(facts, {question, options, grounds});
    EXPECT_TRUE(verdicts);
    return verdicts->front().outcome;
  }
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = [] {
    constexpr auto kSha256 = crypto::DigestAlgorithm::sha256;
    std::vector<Case> made;
    const auto add = [&](Case one) -> Case& { return made.emplace_back(std::move(one)); };
    add(Case()).sign().list(kNow - kHour, kNow + kDay);
    add(Case()).sign().list(kNow - kHour, kNow + kDay).stamp(kNow - 30 * kMinute);
    add(Case()).sign().list(kNow - 20 * kDay, kNow + 20 * kDay).stamp(kNow - 10 * kDay);
    add(Case()).sign().list(kNow - 20 * kDay, kNow - 10 * kDay).stamp(kNow - 12 * kDay);
    add(Case()).sign();
    add(Case()).sign().list(kNow - kHour, kNow + kDay, 1);
    add(Case()).sign().list(kNow - kHour, kNow + kDay, 6);
    add(Case()).sign().list(kNow - kHour, kNow + kDay, 1, kNow - kMinute).stamp(kNow - 30 * kMinute);
    add(Case()).sign(kNow - 400 * kDay).list(kNow - kHour, kNow + kDay);
    add(Case()).sign(kNow + kDay).list(kNow - kHour, kNow + kDay);
    add(Case()).sign(kNow - kHour, crypto::DigestAlgorithm::sha1).list(kNow - kHour, kNow + kDay);
    add(Case()).sign(kNow - kHour, kSha256, "").list(kNow - kHour, kNow + kDay).stamp(kNow - kMinute);
    add(Case("Clerk [Sign]", asn1::Oid::kp_server_auth)).sign().list(kNow - kHour, kNow + kDay);
    add(Case()).sign().list(kNow - kHour, kNow + kDay).now = kNow + 400 * kDay;
    // A revocation counts however weak its list is.
    add(Case()).sign().list(kNow - kDay, kNow + kDay).list(kNow - kHour, kNow + kDay, 1, kNow - 50 * kDay, crypto::DigestAlgorithm::sha1);
    // Times that contradict: nothing that makes a policy distrust the time-stamps may do away with that.
    add(Case("New [Sign]", asn1::Oid::unknown, kNow - 5 * kDay))
        .sign()
        .list(kNow - 9 * kDay, kNow - 8 * kDay)
        .list(kNow - kHour, kNow + kDay)
        .stamp(kNow - 9 * kDay);
    add(Case())
        .sign()
        .list(kNow - 9 * kDay, kNow - 8 * kDay)
        .list(kNow - kHour, kNow + kDay)
        .stamp(kNow - 9 * kDay)
        .stamp(kNow - 2 * kDay, format::TimestampKind::content);
    return made;
  }();
  return all;
}

// A policy by its parts, each as JSON.
struct Parts {
  std::map<std::string, std::string> checks, revocation{{"next_update", R"("required")"}},
      algorithms{{"review_before", R"("2027-06-01T00:00:00Z")"}}, demands;
  std::string authorities;

  [[nodiscard]] PolicyPtr policy() const {
    const auto object = [](const std::map<std::string, std::string>& members) {
      std::string text = "{";
      for (const auto& [name, value] : members) text += (text.size() > 1 ? ", \"" : "\"") + name + "\": " + value;
      return text + "}";
    };
    const std::string text = R"({"version": 1, "id": "t", "name": {"en": "t", "fa": "t"}, "checks": )" + object(checks) +
                             R"(, "revocation": )" + object(revocation) + R"(, "algorithms": )" + object(algorithms) + R"(, "demands": )" +
                             object(demands) + (authorities.empty() ? "" : R"(, "authorities": )" + authorities) + "}";
    auto policy = Policy::parse(as_bytes(text), "test");
    EXPECT_TRUE(policy) << render(policy.error(), Language::en) << text;
    return policy ? *std::move(policy) : nullptr;
  }
};

using Change = std::function<void(Parts&)>;
std::vector<Change> changes_of_checks() {
  std::vector<Change> all;
  constexpr Check kChecks[] = {
#define CHECK(tag, id, params, names, en, fa) Check::tag,
#include "pki/core/checks.def"
#undef CHECK
  };
  for (const Check check : kChecks) {
    if (!has_rule(check)) continue;
    for (const Level level : {Level::warn, Level::hold, Level::reject})
      if (level >= level_of(rule(check)) || may_be_relaxed(check))
        all.push_back([=](Parts& parts) { parts.checks[std::string(row(check).id)] = '"' + std::string(level_word(level)) + '"'; });
  }
  return all;
}
std::vector<Change> changes_of_members() {
  std::vector<Change> all;
  const auto set = [&](std::map<std::string, std::string> Parts::*part, const char* name, std::initializer_list<const char*> values) {
    for (const char* value : values) all.push_back([=](Parts& parts) { (parts.*part)[name] = value; });
  };
  set(&Parts::revocation, "next_update", {R"("ignored")"});
  set(&Parts::revocation, "longest_age", {"60", "86400", "2592000"});
  for (const char* whose : {"authorities", "timestamps"})
    set(&Parts::revocation, whose,
        {R"({"next_update": "ignored"})", R"({"next_update": "required", "longest_age": 60})",
         R"({"next_update": "ignored", "longest_age": 86400})"});
  set(&Parts::algorithms, "review_before", {R"("2020-01-01")", R"("2027-01-01")"});
  set(&Parts::algorithms, "digests", {R"({"SHA-256": null, "SHA-1": null})", R"({"SHA-256": null})", R"({"SHA-256": "2026-11-20"})", "{}"});
  set(&Parts::algorithms, "keys",
      {R"([{"type": "ec", "least_bits": 200, "until": null}])", R"([{"type": "ec", "least_bits": 256, "until": "2026-11-20"}])", "[]"});
  set(&Parts::algorithms, "signatures",
      {R"({"ECDSA with SHA-256": null, "ECDSA with SHA-1": null})", R"({"ECDSA with SHA-256": "2026-11-20"})",
       R"({"RSA with SHA-256": null})"});
  set(&Parts::demands, "formats", {R"(["cades", "pades"])", R"(["cades"])", R"(["xades"])"});
  for (const char* flag : {"claimed_time", "content_type", "timestamp"}) set(&Parts::demands, flag, {"true"});
  set(&Parts::demands, "timestamp_delay", {"60", "86400", "8640000"});
  set(&Parts::demands, "key_usages", {R"(["digitalSignature"])", R"(["contentCommitment", "digitalSignature"])"});
  set(&Parts::demands, "certificate_policies", {R"(["2.999.1"])"});
  set(&Parts::demands, "least_level", {R"("bronze")", R"("gold")"});
  set(&Parts::demands, "services", {R"(["10000000001", "10000000002"])", R"(["10000000002"])"});
  for (const char* rows : {R"([{"roles": ["seal"]}])", R"([{"organizations": ["10100000001"], "custodian": {"en": "a", "fa": "b"}}])"})
    all.push_back([=](Parts& parts) { parts.authorities = rows; });
  return all;
}

// 1: the second is nowhere laxer.
bool is_stricter(const Policy& first, const Policy& second) {
  const std::vector<PolicyDifference> differences = compare(first, second);
  return std::all_of(differences.begin(), differences.end(), [](const PolicyDifference& one) { return one.stricter == 1; });
}

class Judged {
 public:
  explicit Judged(const Parts& parts) : policy(parts.policy()) {
    for (const Case& one : cases()) outcomes.push_back(one.judge(policy));
  }
  PolicyPtr policy;
  std::vector<Outcome> outcomes;
};

void expect_in_order(const Judged& lax, const Judged& strict, int& pairs) {
  if (!is_stricter(*lax.policy, *strict.policy)) return;
  ++pairs;
  for (std::size_t i = 0; i < cases().size(); ++i)
    EXPECT_GE(strict.outcomes[i], lax.outcomes[i]) << "case " << i << "\n"
                                                   << json::write(lax.policy->json()) << "\n"
                                                   << json::write(strict.policy->json());
}

TEST(Stricter, EachChangeAlone) {
  std::vector<Judged> all;
  all.emplace_back(Parts{});
  const auto add = [&](const std::vector<Change>& changes) {
    for (const Change& change : changes) {
      Parts parts;
      change(parts);
      all.emplace_back(parts);
    }
  };
  add(changes_of_checks());
  const std::size_t members = all.size();
  add(changes_of_members());
  std::set<std::pair<std::size_t, Outcome>> seen;
  for (const Judged& one : all)
    for (std::size_t i = 0; i < one.outcomes.size(); ++i) seen.emplace(i, one.outcomes[i]);
  EXPECT_GT(seen.size(), 2 * cases().size());  // policies matter
  int pairs = 0;
  for (const Judged& one : all) {
    expect_in_order(all.front(), one, pairs);
    expect_in_order(one, all.front(), pairs);
  }
  for (std::size_t i = members; i < all.size(); ++i)
    for (std::size_t j = members; j < all.size(); ++j) expect_in_order(all[i], all[j], pairs);
  EXPECT_GT(pairs, 300);
}

TEST(Stricter, ChangesTogether) {
  const std::vector<Change> checks = changes_of_checks(), members = changes_of_members();
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same ones each time
  int pairs = 0;
  for (int round = 0; round < 300; ++round) {
    Parts parts;
    const std::size_t count = 1 + random() % 4;
    const auto any = [&]() -> const Change& {
      const std::vector<Change>& kind = random() % 2 == 0 ? checks : members;
      return kind[random() % kind.size()];
    };
    for (std::size_t i = 0; i < count; ++i) any()(parts);
    const Judged before(parts);
    any()(parts);
    const Judged after(parts);
    expect_in_order(before, after, pairs);
    expect_in_order(after, before, pairs);
  }
  EXPECT_GT(pairs, 200);
}

}  // namespace
}  // namespace mohr::verify
