// The demonstration's routes, and the server under them: limits, refusals, a taken port, a clean stop.
#include "service/demonstration.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "pki/core/source.h"

namespace mohr::service {
namespace {

namespace fs = std::filesystem;

// One connection, one request, everything that comes back. Empty when nothing came.
std::string talk(int port, const std::string& request) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  std::string out;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    for (std::size_t sent = 0; sent < request.size();) {
      const auto count = ::send(fd, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) break;
      sent += static_cast<std::size_t>(count);
    }
    std::array<char, 4096> buffer{};
    for (ssize_t count = 0; (count = ::recv(fd, buffer.data(), buffer.size(), 0)) > 0;)
      out.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ::close(fd);
  return out;
}
std::string head(const std::string& method, const std::string& path, const std::string& more = {}) {
  return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + more + "\r\n";
}
std::string post(const std::string& path, const std::string& type, const std::string& body) {
  return head("POST", path, "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n") + body;
}
int status_of(const std::string& answer) { return answer.size() < 12 ? 0 : std::atoi(answer.substr(9, 3).c_str()); }
std::string body_of(const std::string& answer) {
  const auto at = answer.find("\r\n\r\n");
  return at == std::string::npos ? std::string{} : answer.substr(at + 4);
}

std::unique_ptr<HttpServer> echo(std::size_t at_most = 1000) {
  HttpOptions options;
  options.body_at_most = at_most;
  auto server = serve(options, [](const HttpRequest& request) {
    return HttpResponse{
        200, "text/plain",
        to_bytes(as_bytes(request.method + " " + request.path + " " + request.content_type + " " + std::string(as_text(request.body))))};
  });
  EXPECT_TRUE(server) << render(server.error(), Language::en);
  return server ? *std::move(server) : nullptr;
}

TEST(HttpServer, HandsOverWhatCame) {
  const auto server = echo();
  ASSERT_NE(server, nullptr);
  ASSERT_GT(server->port(), 0);
  EXPECT_EQ(body_of(talk(server->port(), post("/a%2Fb%2B", "x/y", "hello"))), "POST /a/b+ x/y hello");
  EXPECT_EQ(body_of(talk(server->port(), head("GET", "/"))), "GET /  ");
}

TEST(HttpServer, RefusesLongBodiesAndNonsense) {
  const auto server = echo(1000);
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(status_of(talk(server->port(), post("/", "a/b", std::string(1000, 'x')))), 200);
  EXPECT_EQ(status_of(talk(server->port(), post("/", "a/b", std::string(1001, 'x')))), 413);
  EXPECT_EQ(status_of(talk(server->port(), head("POST", "/", "Content-Length: 99999999999999999999\r\n"))) / 100, 4);
  std::string chunked = head("POST", "/", "Transfer-Encoding: chunked\r\n") + "7d0\r\n" + std::string(2000, 'x') + "\r\n0\r\n\r\n";
  EXPECT_NE(status_of(talk(server->port(), chunked)), 200);
  EXPECT_NE(status_of(talk(server->port(), "nonsense\r\n\r\n")), 200);
  EXPECT_EQ(status_of(talk(server->port(), head("GET", "/"))), 200);  // and it still answers
}

TEST(HttpServer, SaysWhenItsPortIsTaken) {
  const auto first = echo();
  ASSERT_NE(first, nullptr);
  HttpOptions options;
  options.port = first->port();
  const auto second = serve(options, [](const HttpRequest&) { return HttpResponse{}; });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::port_taken);
  options.address = "no address";
  EXPECT_FALSE(serve(options, [](const HttpRequest&) { return HttpResponse{}; }));
}

TEST(HttpServer, AnswersWhatIsInFlightBeforeItStops) {
  std::atomic<bool> entered = false;
  auto server = serve({}, [&](const HttpRequest&) {
    entered = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return HttpResponse{200, "text/plain", to_bytes(as_bytes("done"))};
  });
  ASSERT_TRUE(server);
  const int port = (*server)->port();
  std::string answer;
  std::thread client([&] { answer = talk(port, head("GET", "/")); });
  while (!entered) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  server->reset();
  client.join();
  EXPECT_EQ(body_of(answer), "done");
  EXPECT_EQ(talk(port, head("GET", "/")), "");
  // The port is free again at once.
  HttpOptions options;
  options.port = port;
  EXPECT_TRUE(serve(options, [](const HttpRequest&) { return HttpResponse{}; }));
}

TEST(DemonstrationService, AnswersItsRoutes) {
  std::string parent = (fs::temp_directory_path() / "mohr-service-XXXXXX").string();
  ASSERT_NE(::mkdtemp(parent.data()), nullptr);
  const std::string directory = parent + "/demo";
  const SystemClock clock;
  ASSERT_TRUE(pki::make_demonstration(directory, 0, clock.now()));
  {
    const auto missing = start_demonstration(parent, clock);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::authority_invalid);

    auto service = start_demonstration(directory, clock);
    ASSERT_TRUE(service) << render(service.error(), Language::en);
    const int port = (*service)->port();
    EXPECT_EQ((*service)->tsa_url(), "http://127.0.0.1:" + std::to_string(port) + "/tsa");

    pki::TimestampRequest request;
    request.imprint = to_bytes(crypto::sha256(as_bytes("x")).view());
    const std::string query(as_text(pki::write_timestamp_request(request)));
    const std::string reply = body_of(talk(port, post("/tsa", "application/timestamp-query", query)));
    EXPECT_TRUE(pki::token_from_response(as_bytes(reply)));
    EXPECT_EQ(status_of(talk(port, post("/tsa", "text/plain", query))), 415);
    EXPECT_EQ(status_of(talk(port, head("GET", "/tsa"))), 405);
    const std::string refusal = talk(port, post("/tsa", "application/timestamp-query", "garbage"));
    EXPECT_EQ(status_of(refusal), 200);  // the protocol's own refusal
    EXPECT_FALSE(pki::token_from_response(as_bytes(body_of(refusal))));

    const auto read = [&](const char* name) {
      const auto file = read_file(directory + "/" + name, 100'000);
      return (*pki::parse_certificates(*file)).front();
    };
    const auto officer = read("officer.pem"), silver = read("silver-ca.pem");
    const Bytes asked = pki::write_ocsp_request(*officer, *silver, {});
    std::string escaped;
    for (const char c : base64(asked)) escaped += c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c);
    for (const std::string& text : {post("/ocsp", "application/ocsp-request", std::string(as_text(asked))), head("GET", "/ocsp/" + escaped),
                                    head("GET", "/ocsp/" + base64(asked))}) {
      Budget budget;
      const std::string body = body_of(talk(port, text));
      const auto response = pki::OcspResponse::parse(as_bytes(body), budget);
      ASSERT_TRUE(response) << render(response.error(), Language::en);
      EXPECT_EQ((*response)->responses()[0].status, pki::OcspStatus::good);
    }
    EXPECT_EQ(body_of(talk(port, head("GET", "/ocsp/%%%"))).size(), 5U);  // malformedRequest

    const std::string crl = body_of(talk(port, head("GET", "/crl/silver.crl")));
    Budget budget;
    EXPECT_TRUE(pki::Crl::parse(as_bytes(crl), budget));
    EXPECT_EQ(body_of(talk(port, head("GET", "/ca/silver-ca.cer"))), as_text(silver->der()));
    for (const char* path : {"/", "/crl/", "/crl/officer.p12", "/crl/officer.cer", "/ca/officer.p12", "/ca/../officer.pass",
                             "/ca/%2e%2e/officer.pass", "/crl/..%2fofficer.pass", "/authority.json"})
      EXPECT_EQ(status_of(talk(port, head("GET", path))), 404) << path;

    const auto twice = start_demonstration(directory, clock);
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().code, ErrorCode::port_taken);
  }
  fs::remove_all(parent);
}

}  // namespace
}  // namespace mohr::service
