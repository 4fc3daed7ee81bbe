// The fetcher against a server on loopback that behaves badly.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <thread>

#include "pki/fetch.h"

namespace mohr::pki {
namespace {

std::string answer(const std::string& head, const std::string& body = {}) {
  return "HTTP/1.1 " + head + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

// Answers GET PATH with the octets it was told; "" keeps the client waiting.
class Server {
 public:
  Server() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_, 16), 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  void start() {
    thread_ = std::thread([this] { run(); });
  }
  ~Server() {
    ::shutdown(socket_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    for (const int held : held_) ::close(held);
    ::close(socket_);
  }
  [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::string url(const std::string& path) const { return "http://" + host() + path; }
  std::map<std::string, std::string> answers;
  std::atomic<int> requests{0};
  // Only when no request is under way.
  [[nodiscard]] const std::string& last_request() const { return last_request_; }

 private:
  void run() {
    for (int client = 0; (client = ::accept(socket_, nullptr, nullptr)) >= 0;) {
      ++requests;
      std::array<char, 4096> buffer{};
      const ssize_t got = ::recv(client, buffer.data(), buffer.size(), 0);
      const std::string text(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
      last_request_ = text;
      const std::size_t from = text.find(' ') + 1;
      const auto found = answers.find(text.substr(from, text.find(' ', from) - from));
      if (found == answers.end() || found->second.empty()) {
        held_.push_back(client);
        continue;
      }
      (void)::send(client, found->second.data(), found->second.size(), MSG_NOSIGNAL);
      ::close(client);
    }
  }
  int socket_, port_ = 0;
  std::vector<int> held_;
  std::string last_request_;
  std::thread thread_;
};

class FetchServer : public testing::Test {
 protected:
  Result<Bytes> fetch(const std::string& path, const std::function<void(FetchRequest&)>& change = {}) {
    auto fetcher = open_fetcher({{server_.host()}});
    if (!fetcher) return std::move(fetcher).error();
    FetchRequest request;
    request.url = server_.url(path);
    request.seconds = 2;
    if (change) change(request);
    Budget budget(limits_);
    return (*fetcher)->fetch(request, budget);
  }
  ErrorCode refusal(const std::string& path, const std::function<void(FetchRequest&)>& change = {}) {
    const auto got = fetch(path, change);
    EXPECT_FALSE(got) << path;
    return got ? ErrorCode{} : got.error().code;
  }
  Server server_;
  Limits limits_;
};

TEST_F(FetchServer, WhatIsAskedForComes) {
  server_.answers["/good"] = answer("200 OK\r\nContent-Type: application/ocsp-response; x=y", "octets");
  server_.answers["/twice"] = answer("302 Found\r\nLocation: /good");
  server_.start();
  const auto got = fetch("/good", [](FetchRequest& r) { r.accept = "application/ocsp-response"; });
  ASSERT_TRUE(got) << render(got.error(), Language::en);
  EXPECT_EQ(as_text(*got), "octets");
  EXPECT_TRUE(fetch("/twice"));
}

TEST_F(FetchServer, WhatDidNotChangeIsNotSentAgain) {
  server_.answers["/list"] = answer("200 OK\r\nETag: \"7\"\r\nLast-Modified: Wed, 25 Nov 2026 00:00:00 GMT", "list");
  server_.answers["/same"] = "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n";
  server_.start();
  auto fetcher = open_fetcher({{server_.host()}});
  ASSERT_TRUE(fetcher);
  FetchRequest request;
  request.url = server_.url("/list");
  Budget budget;
  const auto first = (*fetcher)->fetch_if_changed(request, {}, budget);
  ASSERT_TRUE(first) << render(first.error(), Language::en);
  EXPECT_EQ(as_text(first->body), "list");
  EXPECT_EQ(first->validators.etag, "\"7\"");
  EXPECT_EQ(first->validators.last_modified, "Wed, 25 Nov 2026 00:00:00 GMT");
  request.url = server_.url("/same");
  const auto second = (*fetcher)->fetch_if_changed(request, first->validators, budget);
  ASSERT_TRUE(second) << render(second.error(), Language::en);
  EXPECT_TRUE(second->unchanged);
  EXPECT_NE(server_.last_request().find("If-None-Match: \"7\"\r\n"), std::string::npos);
  EXPECT_NE(server_.last_request().find("If-Modified-Since: Wed, 25 Nov 2026 00:00:00 GMT\r\n"), std::string::npos);
  EXPECT_FALSE((*fetcher)->fetch_if_changed(request, {}, budget));  // 304 to a question without a condition
}

TEST_F(FetchServer, RedirectsAreCheckedLikeFirstRequests) {
  Server inner;
  inner.answers["/secret"] = answer("200 OK", "secret");
  inner.start();
  server_.answers["/inner"] = answer("302 Found\r\nLocation: " + inner.url("/secret"));
  server_.answers["/file"] = answer("302 Found\r\nLocation: file:///etc/passwd");
  server_.answers["/user"] = answer("302 Found\r\nLocation: http://user:word@" + server_.host() + "/good");
  server_.answers["/loop"] = answer("302 Found\r\nLocation: /loop");
  server_.answers["/nowhere"] = answer("302 Found");
  server_.start();
  EXPECT_EQ(refusal("/inner"), ErrorCode::network_forbidden_address);
  EXPECT_EQ(inner.requests, 0);
  EXPECT_EQ(refusal("/file"), ErrorCode::url_invalid);
  EXPECT_EQ(refusal("/user"), ErrorCode::url_invalid);
  server_.requests = 0;
  EXPECT_EQ(refusal("/loop"), ErrorCode::network_too_many_redirects);
  EXPECT_EQ(server_.requests, 4);  // the first and three redirects
  EXPECT_EQ(refusal("/nowhere"), ErrorCode::network_status);
}

TEST_F(FetchServer, SizeTimeAndTypeAreLimited) {
  server_.answers["/large"] = answer("200 OK", std::string(100'000, 'x'));
  server_.answers["/endless"] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(100'000, 'x');
  server_.answers["/page"] = answer("200 OK\r\nContent-Type: text/html", "<html>log in</html>");
  server_.answers["/gone"] = answer("404 Not Found", "no");
  server_.answers["/slow"] = "";
  server_.start();
  for (const char* path : {"/large", "/endless"})
    EXPECT_EQ(refusal(path, [](FetchRequest& r) { r.at_most = 1000; }), ErrorCode::network_too_large) << path;
  limits_.set(Limit::fetched_bytes, 99'999);
  EXPECT_EQ(refusal("/large"), ErrorCode::budget_exceeded);
  limits_.set(Limit::fetched_bytes, 100'000);
  EXPECT_TRUE(fetch("/large"));
  EXPECT_EQ(refusal("/page", [](FetchRequest& r) { r.accept = "application/ocsp-response"; }), ErrorCode::network_unexpected_content);
  EXPECT_EQ(refusal("/gone"), ErrorCode::network_status);
  EXPECT_EQ(refusal("/slow", [](FetchRequest& r) { r.seconds = 1; }), ErrorCode::network_timeout);
}

}  // namespace
}  // namespace mohr::pki
