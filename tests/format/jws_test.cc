#include "format/jws.h"

#include <gtest/gtest.h>

namespace mohr::format {
namespace {

std::string encoded(std::string_view text) { return base64url(as_bytes(text)); }
std::string compact(std::string_view header, std::string_view payload = "eyJhIjoxfQ") {
  return encoded(header) + '.' + std::string(payload) + '.' + encoded("value");
}
Result<std::optional<Jws>> parse_text(std::string_view text) {
  Budget budget;
  return parse_jws(as_bytes(text), budget);
}

TEST(Jws, ReadsTheThreeSerialisations) {
  const std::string header = encoded(R"({"alg":"ES256"})"), value = encoded("value");
  const std::string flattened = R"({"payload":"eyJhIjoxfQ","protected":")" + header + R"(","signature":")" + value + R"("})";
  const std::string one = R"({"protected":")" + header + R"(","header":{"kid":"1"},"signature":")" + value + R"("})";
  const std::string general = R"({"payload":"eyJhIjoxfQ","signatures":[)" + one + "," + one + R"(],"more":1})";
  for (const auto& [text, form, signatures] : {std::tuple{compact(R"({"alg":"ES256"})") + "\r\n", JwsForm::compact, 1U},
                                               std::tuple{flattened, JwsForm::flattened, 1U}, std::tuple{general, JwsForm::general, 2U}}) {
    const auto jws = parse_text(text);
    ASSERT_TRUE(jws && *jws) << text;
    EXPECT_EQ((*jws)->form, form);
    ASSERT_EQ((*jws)->signatures.size(), signatures);
    EXPECT_EQ(as_text((*jws)->signatures[0].value), "value");
    EXPECT_EQ(as_text(**jws_payload(**jws)), R"({"a":1})");
    EXPECT_EQ(as_text(jws_signing_input(**jws, (*jws)->signatures[0], {})), header + ".eyJhIjoxfQ");
    EXPECT_EQ((*jws)->unknown_members.size(), form == JwsForm::general ? 1U : 0U);
  }
}

TEST(Jws, DetachedAndUnencodedPayloads) {
  const auto detached = parse_text(compact(R"({"alg":"ES256"})", ""));
  ASSERT_TRUE(detached && *detached);
  EXPECT_FALSE(*jws_payload(**detached));
  EXPECT_TRUE(as_text(jws_signing_input(**detached, (*detached)->signatures[0], as_bytes(R"({"a":1})"))).ends_with(".eyJhIjoxfQ"));
  const auto raw = parse_text(compact(R"({"alg":"ES256","b64":false,"crit":["b64"]})", "$ plain"));
  ASSERT_TRUE(raw && *raw);
  EXPECT_EQ(as_text(**jws_payload(**raw)), "$ plain");
  EXPECT_TRUE(as_text(jws_signing_input(**raw, (*raw)->signatures[0], {})).ends_with(".$ plain"));
}

TEST(Jws, JsonThatIsNotSigned) {
  for (const std::string_view text :
       {R"({"payload":"x"})", R"({"signature":"ink"})", R"([1])", R"("a")", R"({"signatures":["ink"]})", R"({})"}) {
    const auto jws = parse_text(text);
    ASSERT_TRUE(jws) << text;
    EXPECT_FALSE(*jws) << text;
  }
}

TEST(Jws, RefusesAndNames) {
  using enum ErrorCode;
  const std::string value = encoded("v"), good = encoded(R"({"alg":"ES256"})");
  const auto flattened = [&](const std::string& more) {
    return R"({"payload":"YQ","protected":")" + good + R"(","signature":")" + value + "\"," + more + "}";
  };
  const std::pair<std::string, ErrorCode> cases[] = {
      {compact(R"({"alg":"none"})"), jws_algorithm_refused},
      {compact(R"({"alg":"HS256"})"), jws_algorithm_refused},
      {compact(R"({"alg":"HS512"})"), jws_algorithm_refused},
      {compact(R"({"typ":"JWT"})"), jws_invalid},
      {compact(R"({"alg":5})"), jws_invalid},
      {compact(R"({"alg":"RS256","jwk":{}})"), jws_header_refused},
      {compact(R"({"alg":"RS256","jku":"https://a"})"), jws_header_refused},
      {compact(R"({"alg":"RS256","x5u":"https://a"})"), jws_header_refused},
      {flattened(R"("header":{"jwk":{}})"), jws_header_refused},
      {flattened(R"("header":{"x5u":"https://a"})"), jws_header_refused},
      {flattened(R"("header":{"alg":"ES256"})"), jws_invalid},
      {flattened(R"("header":{"crit":["b64"]})"), jws_invalid},
      {flattened(R"("header":{"x5c":["MII"]})"), jws_invalid},
      {flattened(R"("header":[])"), jws_invalid},
      {flattened(R"("signatures":[])"), jws_invalid},
      {flattened(R"("payload":"YQ")"), json_duplicate_member},
      {compact(R"({"alg":"RS256","alg":"none"})"), json_duplicate_member},
      {compact(R"({"alg":"RS256","crit":["nbf"],"nbf":1})"), jws_critical_refused},
      {compact(R"({"alg":"RS256","crit":["alg"]})"), jws_critical_refused},
      {compact(R"({"alg":"RS256","crit":[]})"), jws_invalid},
      {compact(R"({"alg":"RS256","crit":"sigT","sigT":"x"})"), jws_invalid},
      {compact(R"({"alg":"RS256","crit":["sigT"]})"), jws_invalid},
      {compact(R"({"alg":"RS256","crit":["sigT","sigT"],"sigT":"x"})"), jws_invalid},
      {compact(R"({"alg":"RS256","b64":false})"), jws_invalid},
      {compact(R"({"alg":"RS256","sigD":{"mId":"http://uri.etsi.org/19182/HttpHeaders"},"crit":["sigD"]})"), unsupported},
      {compact(R"({"alg":"RS256","sigPId":{}})"), unsupported},
      {compact(R"([])"), json_invalid},
      {compact(R"({"alg":"RS256"} x)"), json_invalid},
      {"e30.YQ", jws_invalid},
      {compact(R"({"alg":"RS256"})") + ".x", jws_invalid},
      {compact(R"({"alg":"RS256"})") + "=", jws_invalid},
      {"e=.YQ.YQ", jws_invalid},
      {R"({"payload":"YQ","signatures":[]})", jws_invalid},
      {R"({"payload":"YQ","signatures":[{"protected":"e30"}]})", jws_invalid},
      {R"({"payload":1,"protected":"e30","signature":"YQ"})", jws_invalid},
      {R"({"payload":"YQ","header":{"kid":"1"},"signature":"YQ"})", jws_invalid},
  };
  for (const auto& [text, code] : cases) {
    const auto jws = parse_text(text);
    ASSERT_FALSE(jws) << text;
    EXPECT_EQ(jws.error().code, code) << text << " " << render(jws.error(), Language::en);
    EXPECT_EQ(failure(jws.error()), Failure::unreadable);
  }
}

TEST(Jws, KeepsToItsBudget) {
  Limits limits;
  limits.set(Limit::signatures, 0);
  Budget none(limits);
  EXPECT_EQ(parse_jws(as_bytes(compact(R"({"alg":"ES256"})")), none).error().code, ErrorCode::budget_exceeded);
}

}  // namespace
}  // namespace mohr::format
