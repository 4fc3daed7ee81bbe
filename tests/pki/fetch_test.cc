// The fetcher's rules that need no server: what is never connected to.
#include "pki/fetch.h"

#include <gtest/gtest.h>

namespace mohr::pki {
namespace {

ErrorCode refusal(const std::string& url, std::vector<std::string> allowed = {}, const Limits& limits = {}) {
  auto fetcher = open_fetcher({std::move(allowed)});
  EXPECT_TRUE(fetcher);
  Budget budget(limits);
  FetchRequest request;
  request.url = url;
  request.seconds = 2;
  const auto got = (*fetcher)->fetch(request, budget);
  EXPECT_FALSE(got) << url;
  return got ? ErrorCode{} : got.error().code;
}

TEST(Fetch, InnerAddressesAreRefusedHoweverTheyAreWritten) {
  for (const char* url :
       {"http://127.0.0.1:1/x", "http://localhost:1/x", "http://0x7f000001:1/x", "http://2130706433:1/x", "http://[::1]:1/x",
        "http://[::ffff:127.0.0.1]:1/x", "http://10.1.2.3/x", "http://192.168.0.1/x", "http://172.16.0.1/x", "http://169.254.169.254/x",
        "http://100.64.0.1/x", "http://0.0.0.0:1/x", "http://[fe80::1]/x", "http://[fd00::1]/x"}) {
    const ErrorCode code = refusal(url);
    EXPECT_TRUE(code == ErrorCode::network_forbidden_address || code == ErrorCode::network_unreachable) << url;
    EXPECT_EQ(refusal("http://127.0.0.1:1/x"), ErrorCode::network_forbidden_address);
  }
}

TEST(Fetch, AHostIsAllowedByName) {
  EXPECT_EQ(refusal("http://127.0.0.1:1/x", {"127.0.0.1:1"}), ErrorCode::network_unreachable);  // nobody listens there
  EXPECT_EQ(refusal("http://127.0.0.1:2/x", {"127.0.0.1:1"}), ErrorCode::network_forbidden_address);
}

TEST(Fetch, OtherSchemesAndUserNamesAreRefused) {
  for (const char* url :
       {"file:///etc/passwd", "ftp://example.ir/x", "ldap://example.ir/x", "http://user@example.ir/x", "http:///x", "http://a b/",
        "http://127.0.0.1:99999/x", "http://127.0.0.1:/x", "http://%31%32%37.0.0.1/x", "http://[::1/x", "http://a:80:90/x", ""})
    EXPECT_EQ(refusal(url), ErrorCode::url_invalid) << url;
}

TEST(Fetch, TheNumberOfRequestsIsLimited) {
  EXPECT_EQ(refusal("http://127.0.0.1:1/x", {"127.0.0.1:1"}, Limits().set(Limit::fetches, 0)), ErrorCode::budget_exceeded);
  EXPECT_EQ(refusal("http://127.0.0.1:1/x", {"127.0.0.1:1"}, Limits().set(Limit::seconds, 0)), ErrorCode::budget_exceeded);
}

}  // namespace
}  // namespace mohr::pki
