// Name constraints, policies and the issuer's profile by themselves: one row for each rule.
#include <gtest/gtest.h>

#include <sstream>

#include "pki/asn1/der_writer.h"
#include "pki/name_constraints.h"
#include "pki/policy_graph.h"
#include "pki/profile.h"
#include "tests/support/issuing.h"

namespace mohr::pki {
namespace {

Bytes extension(const char* oid, ByteView value, bool critical = true) {
  return asn1::sequence({asn1::oid(oid), critical ? asn1::boolean(true) : Bytes(), asn1::octet_string(value)});
}
Bytes joined(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) append(all, part);
  return all;
}
// Not self-issued: those are exempt from several rules.
CertificatePtr certificate_with(std::vector<Bytes> extensions, bool ca = false) {
  static const test::Party issuer =
      test::make_party(crypto::NewKey::p256, {.name = "Issuer", .key_usage = kKeyCertSign, .extended_key_usages = {}, .ca = true});
  test::PartyOptions options;
  options.name = "Row";
  options.ca = ca;
  options.key_usage = ca ? kKeyCertSign : kDigitalSignature;
  options.extensions = std::move(extensions);
  return test::make_party(crypto::NewKey::p256, options, &issuer).certificate;
}

// "dns host", "email a@b", "uri u", "ip 0a000001", "dir CN": one GeneralName.
Bytes general_name(const std::string& text) {
  const std::string kind = text.substr(0, text.find(' ')), value = text.substr(text.find(' ') + 1);
  if (kind == "dns") return asn1::element(asn1::context(2, false), as_bytes(value));
  if (kind == "email") return asn1::element(asn1::context(1, false), as_bytes(value));
  if (kind == "uri") return asn1::element(asn1::context(6, false), as_bytes(value));
  if (kind == "ip") return asn1::element(asn1::context(7, false), *from_hex(value));
  const std::array parts = {NamePart{asn1::Oid::country, "IR"}, NamePart{asn1::Oid::common_name, value}};
  return asn1::element(asn1::context(4), write_name(parts));
}

TEST(NameConstraints, EachKindOfNameByItsOwnRule) {
  const struct {
    const char *name, *permitted, *excluded;
    bool good;
  } rows[] = {
      {"dns a.example.ir", "dns example.ir", nullptr, true},
      {"dns example.ir", "dns example.ir", nullptr, true},
      {"dns EXAMPLE.ir", "dns example.IR", nullptr, true},
      {"dns badexample.ir", "dns example.ir", nullptr, false},
      {"dns example.ir", "dns .example.ir", nullptr, false},
      {"dns a.example.ir", "dns .example.ir", nullptr, true},
      {"dns a.example.ir", nullptr, "dns example.ir", false},
      {"dns a.example.ir", nullptr, "dns b.example.ir", true},
      {"dns *.example.ir", "dns example.ir", nullptr, true},
      {"dns *.example.ir", nullptr, "dns a.example.ir", false},  // one of the many it stands for
      {"dns *.example.ir", "dns a.example.ir", nullptr, false},
      {"dns a..example.ir", nullptr, "dns other.ir", false},    // cannot be compared
      {"dns a.example.ir", "email example.ir", nullptr, true},  // speaks of another kind
      {"email x@example.ir", "email example.ir", nullptr, true},
      {"email x@a.example.ir", "email example.ir", nullptr, false},
      {"email x@a.example.ir", "email .example.ir", nullptr, true},
      {"email x@example.ir", "email x@EXAMPLE.ir", nullptr, true},
      {"email X@example.ir", "email x@example.ir", nullptr, false},  // local parts differ by case
      {"email x@example.ir", nullptr, "email x@example.ir", false},
      {"uri https://a.example.ir/x", "uri .example.ir", nullptr, true},
      {"uri https://example.ir:8080/", "uri example.ir", nullptr, true},
      {"uri https://user@evil.ir/example.ir", "uri example.ir", nullptr, false},
      {"uri https://10.0.0.1/", nullptr, "uri example.ir", false},  // no constraint covers an address
      {"ip 0a000001", "ip 0a000000ff000000", nullptr, true},
      {"ip 0b000001", "ip 0a000000ff000000", nullptr, false},
      {"ip 00000000000000000000ffff0a000001", nullptr, "ip 0a000000ff000000", false},  // the same host in IPv6
      {"ip 0a000001", "ip 0000000000000000000000000000000000000000000000000000000000000000", nullptr, false},
      {"dir Row", "dir Row", nullptr, true},
  };
  for (const auto& row : rows) {
    std::vector<Bytes> trees;
    unsigned tag = 0;
    for (const char* base : {row.permitted, row.excluded}) {
      if (base != nullptr) trees.push_back(asn1::element(asn1::context(tag), asn1::sequence({general_name(base)})));
      ++tag;
    }
    const CertificatePtr authority = certificate_with({extension("2.5.29.30", asn1::element(asn1::kSequence, joined(trees)))}, true);
    const CertificatePtr holder = certificate_with({extension("2.5.29.17", asn1::sequence({general_name(row.name)}))});
    ASSERT_NE(authority->name_constraints(), nullptr);
    Budget budget;
    const auto forbidden = find_forbidden_name(*holder, *authority->name_constraints(), LegacyNames::without_alternative_names, budget);
    ASSERT_TRUE(forbidden);
    EXPECT_EQ(!forbidden->has_value(), row.good) << row.name << " under " << (row.permitted != nullptr ? row.permitted : row.excluded);
  }
}

TEST(NameConstraints, TheSubjectCountsToo) {
  const CertificatePtr authority = certificate_with(
      {extension("2.5.29.30", asn1::sequence({asn1::element(asn1::context(0), asn1::sequence({general_name("dir Other")}))}))}, true);
  Budget budget;
  const auto forbidden =
      find_forbidden_name(*certificate_with({}), *authority->name_constraints(), LegacyNames::without_alternative_names, budget);
  ASSERT_TRUE(forbidden);
  EXPECT_TRUE(forbidden->has_value());
}

// A certificate by its words: "1" and "any" are policies, "1>2" maps, "require=0", "nomap=0", "noany=0" are its counters.
CertificatePtr certificate_of(const std::string& words) {
  const auto policy = [](const std::string& id) { return id == "any" ? asn1::oid("2.5.29.32.0") : asn1::oid("2.999.1." + id); };
  std::vector<Bytes> held, mapped, counters, extensions;
  std::istringstream input(words);
  for (std::string word; input >> word;) {
    const auto counter = [&](unsigned tag) {
      const Byte value = static_cast<Byte>(word.back() - '0');
      counters.push_back(asn1::element(asn1::context(tag, false), ByteView(&value, 1)));
    };
    if (const auto at = word.find('>'); at != std::string::npos) {
      mapped.push_back(asn1::sequence({policy(word.substr(0, at)), policy(word.substr(at + 1))}));
    } else if (word.starts_with("require=")) {
      counter(0);
    } else if (word.starts_with("nomap=")) {
      counter(1);
    } else if (word.starts_with("noany=")) {
      extensions.push_back(extension("2.5.29.54", asn1::integer(word.back() - '0')));
    } else {
      held.push_back(asn1::sequence({policy(word)}));
    }
  }
  if (!held.empty()) extensions.push_back(extension("2.5.29.32", asn1::element(asn1::kSequence, joined(held))));
  if (!mapped.empty()) extensions.push_back(extension("2.5.29.33", asn1::element(asn1::kSequence, joined(mapped))));
  if (!counters.empty()) extensions.push_back(extension("2.5.29.36", asn1::element(asn1::kSequence, joined(counters))));
  return certificate_with(std::move(extensions), true);
}

TEST(PolicyGraph, HoldsWhatHoldsForTheWholePath) {
  const struct {
    std::vector<const char*> path;  // from below the anchor down to the target
    PolicyInputs inputs;
    const char* expected;  // the policies that hold; "fails": one is demanded and none holds
  } rows[] = {
      {{"1", "1", "1"}, {}, "1"},
      {{"1 2", "1", "1 2"}, {}, "1"},
      {{"1", "2", "1"}, {}, ""},
      {{"1", "", "1"}, {}, ""},
      {{"any", "1", "1"}, {}, "1"},
      {{"any", "any", "1 2"}, {}, "1 2"},
      {{"any", "any", "any"}, {}, "any"},
      {{"1", "any", "1"}, {}, "1"},
      {{"1 require=0", "2"}, {}, "fails"},
      {{"1 require=1", "2", "2"}, {}, "fails"},
      {{"1 require=2", "2"}, {}, ""},
      {{"1", "2"}, {{}, true}, "fails"},
      {{"1", "1"}, {{}, true}, "1"},
      {{"1 1>2", "2"}, {}, "1"},
      {{"1 1>2", "1"}, {}, ""},
      {{"1 1>2 1>3", "2 3"}, {}, "1"},
      {{"1 1>2", "2 2>3", "3"}, {}, "1"},
      {{"1 1>2", "2"}, {{}, false, true}, ""},
      {{"1 nomap=0", "1 1>2", "2"}, {}, ""},
      {{"1 nomap=1", "1 1>2", "2"}, {}, "1"},
      {{"1 noany=0", "any"}, {}, ""},
      {{"1 noany=1", "any", "any"}, {}, ""},
      {{"any", "1"}, {{}, false, false, true}, ""},
      {{"1 2", "1 2"}, {{asn1::oid("2.999.1.2")}}, "2"},
      {{"any>1", "1"}, {}, "fails"},  // anyPolicy must not be mapped (6.1.4 a)
  };
  for (const auto& row : rows) {
    PolicyInputs inputs = row.inputs;
    for (Bytes& policy : inputs.acceptable) policy.erase(policy.begin(), policy.begin() + 2);  // contents octets
    PolicyGraph graph(inputs, row.path.size());
    std::vector<CertificatePtr> certificates;
    std::string text;
    Budget budget;
    for (std::size_t i = 0; i < row.path.size(); ++i) {
      certificates.push_back(certificate_of(row.path[i]));
      text += std::string(row.path[i]) + " | ";
      ASSERT_TRUE(graph.take(*certificates.back(), i + 1 == row.path.size(), budget));
    }
    const PolicyGraph::Outcome outcome = graph.finish();
    std::string held;
    for (const Bytes& policy : outcome.policies) {
      const bool any = equal(policy, asn1::contents(asn1::Oid::any_policy));
      held += (held.empty() ? "" : " ") + (any ? std::string("any") : std::to_string(policy.back()));
    }
    EXPECT_EQ(outcome.fails ? "fails" : held, row.expected) << text;
  }
}

TEST(Profile, TellsTheFirstDeparture) {
  EXPECT_EQ(departure_from_profile(*certificate_with({})), "");
  EXPECT_EQ(departure_from_profile(*certificate_with({}, true)), "");
  EXPECT_EQ(departure_from_profile(*certificate_with({extension("2.5.29.54", asn1::integer(0), false)}, true)),
            "an extension is not critical that must be");
  const Bytes dotted = asn1::sequence({asn1::element(asn1::context(0), asn1::sequence({general_name("dns .example.ir")}))});
  EXPECT_EQ(departure_from_profile(*certificate_with({extension("2.5.29.30", dotted)}, true)), "a DNS constraint with a leading dot");
  const Bytes plain = asn1::sequence({asn1::element(asn1::context(0), asn1::sequence({general_name("dns example.ir")}))});
  EXPECT_EQ(departure_from_profile(*certificate_with({extension("2.5.29.30", plain)})), "name constraints without authority");
}

}  // namespace
}  // namespace mohr::pki
