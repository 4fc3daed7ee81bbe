// Several services: who is asked, when, how often, and what is remembered.
#include "sign/timestamp_services.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/issuing.h"

namespace mohr::sign {
namespace {

class SetClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return time; }
  Instant time = test::kNow;
};

class Service final : public pki::Fetcher {  // hosts that begin with "down" are
 public:
  Result<Bytes> fetch(const pki::FetchRequest& request, Budget&) override {
    asked.push_back(request.url);
    if (request.url.find("//down") != std::string::npos && !repaired)
      return errors::network_unreachable(Code{request.url}, Code{"refused"});
    MOHR_TRY(const pki::TimestampRequest wanted, pki::parse_timestamp_request(request.body));
    pki::TimestampProfile profile;
    profile.policy = "2.999.1";
    profile.now = test::kNow;
    profile.serial = {0x17};
    return pki::issue_timestamp_response(wanted, profile, *authority_.key, authority_.certificate, {});
  }
  std::vector<std::string> asked;
  bool repaired = false;

 private:
  test::Party authority_ = test::timestamp_party();
};

const std::string kDown = "http://down.example/", kUp = "http://up.example/", kOther = "http://other.example/";

class Services : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "mohr-tsa-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string state() const { return folder_ + "/state/tsa.json"; }
  // As a new process would: only the file remembers.
  Result<Bytes> stamp(std::vector<TimestampService> list) {
    TimestampServices services({std::move(list), 300}, state(), service_, clock_, budget_);
    auto token = services.stamp(as_bytes("x"));
    notices_.clear();
    for (const Finding& finding : services.take_notices()) notices_.push_back(finding.check);
    return token;
  }
  [[nodiscard]] std::optional<TimestampStatistics> of(const std::string& url) const {
    const auto all = read_timestamp_statistics(state());
    if (!all) return std::nullopt;
    for (const TimestampStatistics& one : *all)
      if (one.url == url) return one;
    return std::nullopt;
  }
  std::string folder_;
  Service service_;
  SetClock clock_;
  Budget budget_;
  std::vector<Check> notices_;
};
using Notices = std::vector<Check>;
using Urls = std::vector<std::string>;

TEST_F(Services, AFailedOneRestsAndComesBack) {
  ASSERT_TRUE(stamp({{kDown, {}, {}}, {kUp, {}, {}}}));
  EXPECT_EQ(notices_, Notices{Check::timestamp_service_failed});
  ASSERT_TRUE(stamp({{kDown, {}, {}}, {kUp, {}, {}}}));
  EXPECT_EQ(notices_, Notices{Check::timestamp_service_resting});
  EXPECT_EQ(service_.asked, (Urls{kDown, kUp, kUp}));
  service_.repaired = true;
  clock_.time = clock_.time + 301;
  ASSERT_TRUE(stamp({{kDown, {}, {}}, {kUp, {}, {}}}));
  EXPECT_EQ(notices_, Notices{});
  EXPECT_EQ(service_.asked.back(), kDown);
  EXPECT_EQ(of(kDown)->failed, 1);
  EXPECT_EQ(of(kDown)->granted, 1);
  EXPECT_FALSE(of(kDown)->resting_until);
  EXPECT_EQ(of(kUp)->asked, 2);
}

TEST_F(Services, TheOnlyOneIsAskedThoughItRests) {
  for (int i = 0; i < 2; ++i) {
    const auto token = stamp({{kDown, {}, {}}});
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().code, ErrorCode::network_unreachable);  // its own words
  }
  EXPECT_EQ(service_.asked.size(), 2U);
}

TEST_F(Services, AUsedUpQuotaIsSaidAndTheNextOneIsAsked) {
  const std::vector<TimestampService> list = {{kUp, 2, {}}, {kOther, {}, 1}};
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(stamp(list));
  EXPECT_EQ(notices_, Notices{});
  ASSERT_TRUE(stamp(list));
  EXPECT_EQ(notices_, Notices{Check::timestamp_quota_used_up});
  const auto none = stamp(list);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::timestamp_quota_used);
  EXPECT_EQ(service_.asked, (Urls{kUp, kUp, kOther}));
  clock_.time = clock_.time + kDay;  // the day's quota is there again, the total one is not
  ASSERT_TRUE(stamp(list));
  EXPECT_EQ(service_.asked.back(), kUp);
}

TEST_F(Services, AllFailedIsOneErrorThatNamesTheLast) {
  const auto token = stamp({{kDown, {}, {}}, {"http://down.again/", {}, {}}});
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().code, ErrorCode::timestamp_services_failed);
  EXPECT_NE(render(token.error(), Language::en).find("down.again"), std::string::npos);
}

TEST_F(Services, AQuotaThatCannotBeCountedIsNotUsed) {
  std::filesystem::create_directories(folder_ + "/state");
  std::ofstream(state()) << "{\"version\":1";  // damaged
  EXPECT_FALSE(stamp({{kUp, 5, {}}}));
  std::filesystem::remove_all(folder_ + "/state");
  std::ofstream(folder_ + "/state") << "a file in the way";
  EXPECT_FALSE(stamp({{kUp, 5, {}}}));
  EXPECT_TRUE(service_.asked.empty());
}

TEST_F(Services, SettingsAreReadStrictly) {
  const std::string path = folder_ + "/tsa.json";
  const auto read = [&](const char* text) {
    std::ofstream(path) << text;
    return read_timestamp_settings(path);
  };
  const auto good = read(
      R"({"version":1,"services":[{"url":"http://a.example/","per_day":3,"total":9},{"url":"https://b.example/"}],"cool_down_seconds":60})");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->services.size(), 2U);
  EXPECT_EQ(good->services[0].per_day, 3);
  EXPECT_EQ(good->services[0].total, 9);
  EXPECT_EQ(good->cool_down_seconds, 60);
  for (const char* text :
       {R"({"services":[]})", R"({"version":1})", R"({"version":1,"services":[{"url":"ftp://a.example/"}]})",
        R"({"version":1,"services":[{"url":"http://a.example/","per_month":1}]})",
        R"({"version":1,"services":[{"url":"http://a.example/","total":-1}]})", R"({"version":1,"services":[],"more":1})", "nothing"})
    EXPECT_FALSE(read(text)) << text;
}

}  // namespace
}  // namespace mohr::sign
