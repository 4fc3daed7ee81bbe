#include "format/jades.h"

#include <gtest/gtest.h>

#include "format/identity_json.h"
#include "pki/timestamp.h"
#include "tests/support/issuing.h"

namespace mohr::format {
namespace {

const std::string kFolder = MOHR_SOURCE_DIR "/testvectors/jades/";

Bytes file(const std::string& name) {
  auto octets = read_file(kFolder + name, 1 << 20);
  return octets ? *std::move(octets) : Bytes{};
}
Result<SignedDocument> read_octets(ByteView octets, const Source* content = nullptr) {
  Budget budget;
  return read_jades(MemorySource(octets), content, budget);
}
crypto::SignatureCheck check(const Signature& signature) {
  const auto key = signature.signer->key();
  return key ? (*key)->verify(signature.algorithm, signature.signed_octets, signature.value, signature.ecdsa_form)
             : crypto::SignatureCheck::unsupported;
}

struct Vector {
  const char* name;
  const char* content;
  const char* algorithm;
  const char* claimed;  // "" for none
  std::size_t timestamps;
};
constexpr Vector kVectors[] = {
    {"dss-compact-b.jws", nullptr, "RS256", "2026-11-25T09:52:36Z", 0},
    {"dss-flattened-t.json", nullptr, "RS256", "2026-11-25T09:52:42Z", 1},
    {"tax-utc.jws", nullptr, "RS256", "2024-03-06T13:05:50Z", 0},
    {"tax-local.jws", nullptr, "RS256", "2023-05-13T10:44:47Z", 0},
    {"node-b64-detached.json", "token.json", "ES256", "", 0},
};

TEST(Jades, ReadsWhatOthersSigned) {
  for (const Vector& vector : kVectors) {
    SCOPED_TRACE(vector.name);
    const Bytes content = vector.content ? file(vector.content) : Bytes{};
    const MemorySource source(content);
    const auto document = read_octets(file(vector.name), vector.content ? &source : nullptr);
    ASSERT_TRUE(document) << render(document.error(), Language::en);
    ASSERT_EQ(document->signatures.size(), 1U);
    const Signature& signature = document->signatures[0];
    EXPECT_EQ(signature.algorithm_name, vector.algorithm);
    EXPECT_EQ(signature.claimed_time ? iso8601(*signature.claimed_time) : "", vector.claimed);
    ASSERT_TRUE(signature.signer);
    EXPECT_EQ(check(signature), crypto::SignatureCheck::good);
    ASSERT_FALSE(signature.signing_certificate.empty());
    EXPECT_TRUE(pki::refers_to(signature.signing_certificate[0], *signature.signer));
    ASSERT_EQ(signature.references.size(), 1U);
    EXPECT_TRUE(signature.references[0].matches());
    EXPECT_TRUE(signature.uncovered.empty());
    EXPECT_TRUE(signature.findings.empty());
    ASSERT_EQ(signature.timestamps.size(), vector.timestamps);
    for (const TimestampCarrier& carrier : signature.timestamps) {
      ASSERT_TRUE(carrier.token);
      EXPECT_TRUE(equal(carrier.imprint, carrier.token->imprint));
    }
  }
}

TEST(Jades, EveryChangedOctetOfACompactTokenIsSeen) {
  const Bytes token = file("tax-utc.jws");
  for (std::size_t i = 0; i < token.size(); i += 7) {
    Bytes changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto document = read_octets(changed);
    if (!document || document->signatures.empty() || !document->signatures[0].signer) continue;
    EXPECT_NE(check(document->signatures[0]), crypto::SignatureCheck::good) << i;
  }
}

TEST(Jades, ContentThatIsMissingOrAnother) {
  const auto document = read_octets(file("node-b64-detached.json"));
  ASSERT_TRUE(document);
  EXPECT_TRUE(document->needs_content);
  EXPECT_FALSE(document->signatures[0].references[0].present());
  EXPECT_TRUE(document->signatures[0].signed_octets.empty());
  const Bytes other = file("inquiry.json");
  const MemorySource source(other);
  const auto wrong = read_octets(file("node-b64-detached.json"), &source);
  ASSERT_TRUE(wrong);
  EXPECT_EQ(check(wrong->signatures[0]), crypto::SignatureCheck::bad);
  EXPECT_EQ(read_octets(file("tax-utc.jws"), &source).error().code, ErrorCode::cms_content_differs);
}

// Headers over no real signature: what is read, and what is refused.
Result<SignedDocument> read_header(std::string_view header, std::string_view more = "") {
  const std::string text =
      R"({"payload":"YQ","protected":")" + base64url(as_bytes(header)) + R"(","signature":"YQ")" + std::string(more) + "}";
  return read_octets(as_bytes(text));
}

TEST(Jades, NamesWhatTheSignatureDoesNotCover) {
  const auto document = read_header(R"({"alg":"RS256","cty":"json"})", R"(,"note":1,"header":{"kid":"7","etsiU":[{"sigPSt":"x"}]})");
  ASSERT_TRUE(document);
  const Signature& signature = document->signatures[0];
  ASSERT_EQ(signature.uncovered.size(), 3U);
  EXPECT_EQ(document->signatures.size(), 1U);
  EXPECT_EQ(signature.uncovered[0].kind, "unprotected-member");
  EXPECT_EQ(signature.uncovered[1].place, "header kid");
  EXPECT_EQ(signature.uncovered[2].place, "etsiU sigPSt");
  EXPECT_EQ(signature.content_type, "application/json");
  EXPECT_FALSE(signature.signer);
}

TEST(Jades, CounterSignaturesSpeakForThemselves) {
  const auto document = read_octets(file("dss-countersigned.json"));
  ASSERT_TRUE(document) << render(document.error(), Language::en);
  ASSERT_EQ(document->signatures.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const Signature& signature = document->signatures[i];
    EXPECT_EQ(signature.countersigns, i == 0 ? std::nullopt : std::optional(i - 1));
    ASSERT_TRUE(signature.signer);
    EXPECT_EQ(check(signature), crypto::SignatureCheck::good) << signature.name;
    EXPECT_TRUE(signature.references.at(0).matches()) << signature.name;
    EXPECT_TRUE(signature.findings.empty() && signature.uncovered.empty()) << signature.name;
  }
  // The value under it is "a": the same text, the value left out, another value, and what is no counter-signature.
  const std::string header = base64url(as_bytes(R"({"alg":"RS256"})"));
  const auto counter = [&](const std::string& json) {
    const auto read = read_header(R"({"alg":"RS256"})", R"(,"header":{"etsiU":[{"cSig":)" + json + "}]}");
    EXPECT_TRUE(read) << json;
    EXPECT_EQ(read->signatures.size(), 2U) << json;
    return read->signatures.at(1);
  };
  for (const std::string& same : {R"({"payload":"YQ","protected":")" + header + R"(","signature":"Yg"})", "\"" + header + ".YQ.Yg\"",
                                  R"({"protected":")" + header + R"(","signature":"Yg"})", "\"" + header + "..Yg\""}) {
    const Signature read = counter(same);
    EXPECT_TRUE(read.references.at(0).matches()) << same;
    EXPECT_EQ(as_text(read.signed_octets), header + ".YQ") << same;
  }
  EXPECT_FALSE(counter("\"" + header + ".Yw.Yg\"").references.at(0).matches());
  for (const char* broken : {R"("x")", "1", "{}", R"({"payload":"YQ","signatures":[]})", R"("{}")"})
    EXPECT_EQ(counter(broken).findings.at(0).check, Check::countersignature_unreadable) << broken;
}

// The member of a time-stamp over that text.
std::string stamp(const std::string& name, std::string_view over, const std::string& canonicalization = "") {
  static const test::Party authority = test::timestamp_party();
  const std::string method = canonicalization.empty() ? "" : R"("canonAlg":")" + canonicalization + R"(",)";
  return "{\"" + name + "\":{" + method + R"("tstTokens":[{"val":")" + base64(test::timestamp_token(authority, as_bytes(over))) + "\"}]}}";
}

TEST(Jades, TimestampsOverComponents) {
  const std::string header = R"({"alg":"RS256"})", text = base64url(as_bytes(header));
  const std::string references = R"({ "xRefs" : [{"digVal":"YQ","digAlg":"S256"}] })",
                    canonical = R"({"xRefs":[{"digAlg":"S256","digVal":"YQ"}]})";
  const std::string whole = "YQ." + text + ".YQ.", jcs = "http://json-canonicalization.org/algorithm";
  const auto clear = [](const std::string& component) { return component; };
  const auto encoded = [](const std::string& component) { return "\"" + base64url(as_bytes(component)) + "\""; };
  const std::string as_text_of_it = base64url(as_bytes(references));
  enum Imprint : std::uint8_t { good, other, absent };
  struct Case {
    std::string etsi_u;
    Imprint imprint;
    bool of_signature;
  };
  for (const Case& c : {
           Case{clear(references) + "," + stamp("arcTst", whole + canonical, jcs), good, true},
           Case{clear(references) + "," + stamp("arcTst", whole + canonical), good, true},
           Case{clear(references) + "," + stamp("arcTst", whole + references, jcs), other, true},
           Case{clear(references) + "," + stamp("arcTst", whole + canonical, "urn:other"), absent, true},
           Case{encoded(references) + "," + clear(stamp("sigRTst", "YQ." + as_text_of_it)), good, true},
           Case{encoded(references) + "," + encoded(stamp("arcTst", whole + as_text_of_it)), good, true},
           Case{encoded(references) + "," + clear(references) + "," + stamp("arcTst", whole + as_text_of_it + canonical), absent, true},
           Case{encoded(references) + "," + encoded(stamp("sigRTst", "YQ." + as_text_of_it)), good, true},
           Case{encoded(references) + "," + encoded(stamp("rfsTst", as_text_of_it)), good, false},
           Case{encoded(R"({"rVals":{}})") + "," + encoded(references) + "," + encoded(stamp("rfsTst", as_text_of_it)), good, false},
           Case{clear(references) + "," + stamp("rfsTst", canonical), good, false},
           Case{encoded(references) + "," + encoded(stamp("rfsTst", canonical)), other, false},
       }) {
    const auto document = read_header(header, R"(,"header":{"etsiU":[)" + c.etsi_u + "]}");
    ASSERT_TRUE(document) << c.etsi_u << render(document.error(), Language::en);
    const Signature& signature = document->signatures.at(0);
    EXPECT_TRUE(signature.uncovered.empty()) << c.etsi_u;
    ASSERT_EQ(signature.timestamps.size(), 1U);
    const TimestampCarrier& carrier = signature.timestamps[0];
    EXPECT_EQ(carrier.imprint.empty(), c.imprint == absent) << c.etsi_u;
    EXPECT_EQ(equal(carrier.imprint, carrier.token->imprint), c.imprint == good) << c.etsi_u;
    EXPECT_EQ(carrier.covers == std::vector{signature.hash}, c.of_signature) << c.etsi_u;
  }
}

TEST(Jades, AClaimedTimeIsOfTheCalendar) {
  const auto document = read_header(R"({"alg":"RS256","iat":253402300799.5})");
  ASSERT_TRUE(document);
  EXPECT_EQ(iso8601(document->signatures[0].claimed_time.value_or(Instant{})), "9999-12-31T23:59:59Z");
}

TEST(Jades, TwoClaimedTimesAreNone) {
  for (const char* seconds : {"1700000000", "1713785785446"}) {
    const auto document = read_header(R"({"alg":"RS256","sigT":"2024-03-06T13:05:50Z","iat":)" + std::string(seconds) + "}");
    ASSERT_TRUE(document) << seconds;
    EXPECT_FALSE(document->signatures[0].claimed_time) << seconds;
  }
  EXPECT_FALSE(read_header(R"({"alg":"RS256","sigT":"2024-03-06T13:05:50Z","iat":"now"})"));
}

TEST(Jades, RefusesBrokenParameters) {
  for (const std::string_view header :
       {R"({"alg":"RS256","x5c":"MII"})", R"({"alg":"RS256","x5c":[]})", R"({"alg":"RS256","x5c":["?"]})", R"({"alg":"RS256","x5c":[1]})",
        R"({"alg":"RS256","x5t#S256":"YQ"})", R"({"alg":"RS256","x5t#o":{"digAlg":"S1","digVal":"YQ"}})", R"({"alg":"RS256","sigX5ts":[]})",
        R"({"alg":"RS256","iat":"now"})", R"({"alg":"RS256","iat":4611686018427387904})", R"({"alg":"RS256","iat":-9223372036854775808})",
        R"({"alg":"RS256","iat":253402300800})", R"({"alg":"RS256","iat":-9e14})", R"({"alg":"RS256","sigT":"yesterday"})",
        R"({"alg":"RS256","cty":1})", R"({"alg":"RS256","adoTst":{}})",
        R"({"alg":"RS256","urn:uuid:4277d4db-60a4-4a4c-a40f-de674266b44b":{"expires":"soon"}})",
        R"({"alg":"RS256","urn:uuid:4277d4db-60a4-4a4c-a40f-de674266b44b":{"reciever":"1"}})",
        R"({"alg":"RS256","urn:uuid:4277d4db-60a4-4a4c-a40f-de674266b44b":{"in_reply_to":{"alg":"S256","digest":"YQ"}}})"}) {
    const auto document = read_header(header);
    ASSERT_FALSE(document) << header;
    EXPECT_EQ(document.error().code, ErrorCode::jws_invalid) << header;
  }
  for (const std::string_view more :
       {R"(,"header":{"etsiU":"x"})", R"(,"header":{"etsiU":["?"]})", R"(,"header":{"etsiU":["YQ"]})", R"(,"header":{"etsiU":[{}]})",
        R"(,"header":{"etsiU":[{"rVals":{},"sigPSt":1}]})", R"(,"header":{"etsiU":["eyJyVmFscyI6e30sInNpZ1BTdCI6MX0"]})",
        R"(,"header":{"etsiU":[{"sigTst":{}}]})", R"(,"header":{"etsiU":[{"xVals":1}]})"})
    EXPECT_FALSE(read_header(R"({"alg":"RS256"})", more)) << more;
}

TEST(Jades, IdentityKeepsItsFields) {
  Identity identity{"s", "t", "from", "to", "m", Instant{1800000000}, crypto::DigestAlgorithm::sha256, Bytes(32, 7)};
  const auto back = identity_from_json(identity_to_json(identity));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, identity);
  EXPECT_EQ(json::write(identity_to_json({})), "{}");
}

}  // namespace
}  // namespace mohr::format
