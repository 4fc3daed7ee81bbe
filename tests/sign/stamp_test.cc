#include <functional>

#include "sign/request.h"
#include "tests/support/issuing.h"

namespace mohr::sign {
namespace {

using Answer = std::function<Result<Bytes>(const pki::TimestampRequest&)>;

// A service behind a fetcher: it sees the request and answers as the test wants.
class Service final : public pki::Fetcher {
 public:
  explicit Service(Answer answer) : answer_(std::move(answer)) {}
  Result<Bytes> fetch(const pki::FetchRequest& request, Budget&) override {
    EXPECT_EQ(request.content_type, "application/timestamp-query");
    EXPECT_EQ(request.accept, "application/timestamp-reply");
    MOHR_TRY(const pki::TimestampRequest asked, pki::parse_timestamp_request(request.body));
    EXPECT_EQ(asked.nonce.size(), 16U);
    EXPECT_TRUE(asked.certificates);
    EXPECT_NE(asked.nonce, last_nonce_);
    last_nonce_ = asked.nonce;
    return answer_(asked);
  }

 private:
  Answer answer_;
  Bytes last_nonce_;
};

Result<Bytes> issued(const pki::TimestampRequest& request, const test::Party& authority) {
  pki::TimestampProfile profile;
  profile.policy = "2.999.1";
  profile.now = test::kNow;
  profile.serial = {0x17};
  return pki::issue_timestamp_response(request, profile, *authority.key, authority.certificate, {});
}

TEST(Stamp, GivesATokenOverWhatIsStamped) {
  const test::Party authority = test::timestamp_party();
  Service service([&](const pki::TimestampRequest& request) { return issued(request, authority); });
  Budget budget;
  const Stamp stamp = stamp_from("http://tsa.example/", service, budget);
  const Bytes stamped = {1, 2, 3};
  for (int round = 0; round < 2; ++round) {  // each time with a fresh nonce
    const auto token = stamp(stamped);
    ASSERT_TRUE(token) << render(token.error(), Language::en);
    const auto read = pki::parse_timestamp_token(*token, budget);
    EXPECT_TRUE(equal(read->imprint, crypto::sha256(stamped).view()));
  }
}

TEST(Stamp, EachFaultOfAServiceHasItsOwnError) {
  const test::Party authority = test::timestamp_party(), lax = test::timestamp_party(false);
  struct Row {
    const char* what;
    ErrorCode code;
    Answer answer;
  };
  const Row rows[] = {
      {"down", ErrorCode::network_unreachable,
       [](const auto&) -> Result<Bytes> { return errors::network_unreachable(Code{"http://tsa.example/"}, Code{"refused"}); }},
      {"slow", ErrorCode::network_timeout,
       [](const auto&) -> Result<Bytes> { return errors::network_timeout(Code{"http://tsa.example/"}, 15); }},
      {"HTML", ErrorCode::timestamp_answer_unusable,
       [](const auto&) -> Result<Bytes> { return to_bytes(as_bytes("<html>Please log in</html>")); }},
      {"refused", ErrorCode::timestamp_refused, [](const auto&) -> Result<Bytes> { return pki::timestamp_rejection(2, 0, "no"); }},
      {"nothing", ErrorCode::timestamp_answer_unusable, [](const auto&) -> Result<Bytes> { return Bytes{}; }},
      {"other nonce", ErrorCode::timestamp_mismatch,
       [&](const pki::TimestampRequest& request) {
         pki::TimestampRequest other = request;
         other.nonce[5] ^= 1;
         return issued(other, authority);
       }},
      {"no nonce", ErrorCode::timestamp_mismatch,
       [&](const pki::TimestampRequest& request) {
         pki::TimestampRequest other = request;
         other.nonce.clear();
         return issued(other, authority);
       }},
      {"other imprint", ErrorCode::timestamp_mismatch,
       [&](const pki::TimestampRequest& request) {
         pki::TimestampRequest other = request;
         other.imprint[5] ^= 1;
         return issued(other, authority);
       }},
      {"imprint of another digest", ErrorCode::timestamp_mismatch,
       [&](const pki::TimestampRequest& request) {
         pki::TimestampRequest other = request;
         other.digest = crypto::DigestAlgorithm::sha512;
         other.imprint.resize(64);
         return issued(other, authority);
       }},
      {"not for time-stamps", ErrorCode::timestamp_answer_unusable,
       [&](const pki::TimestampRequest& request) { return issued(request, lax); }},
      {"without its certificate", ErrorCode::timestamp_answer_unusable,
       [&](const pki::TimestampRequest& request) {
         pki::TimestampRequest other = request;
         other.certificates = false;
         return issued(other, authority);
       }},
      {"broken value", ErrorCode::timestamp_answer_unusable,
       [&](const pki::TimestampRequest& request) -> Result<Bytes> {
         MOHR_TRY(Bytes response, issued(request, authority));
         response.back() ^= 1;
         return response;
       }},
  };
  for (const Row& row : rows) {
    Service service(row.answer);
    Budget budget;
    const auto token = stamp_from("http://tsa.example/", service, budget)(as_bytes("x"));
    ASSERT_FALSE(token) << row.what;
    EXPECT_EQ(mohr::row(token.error().code).id, mohr::row(row.code).id) << row.what;
    EXPECT_EQ(failure(token.error()), Failure::environment) << row.what;
  }
}

}  // namespace
}  // namespace mohr::sign
