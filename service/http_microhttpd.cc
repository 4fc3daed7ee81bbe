// The module "http": libmicrohttpd with two epoll threads over a listening socket of our own.
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <thread>

#include "service/http.h"

namespace mohr::service {
namespace {

constexpr unsigned kThreads = 2, kConnections = 256;
constexpr std::size_t kHeaderOctets = 32 * 1024;
constexpr auto kStopAtMost = std::chrono::seconds(3);

struct Exchange {
  HttpRequest request;
  bool answered = false;
};

bool is_too_long(MHD_Connection* connection, std::size_t at_most) {
  const char* text = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
  if (text == nullptr) return false;
  std::uint64_t length = 0;
  const char* end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, length);
  return error != std::errc{} || rest != end || length > at_most;
}

// A header that stands twice says nothing.
std::string header(MHD_Connection* connection, const char* name) {
  struct Found {
    const char* name;
    int times = 0;
    std::string value;
  } found{name, 0, {}};
  const auto look = [](void* state, MHD_ValueKind, const char* key, const char* value) -> MHD_Result {
    auto& wanted = *static_cast<Found*>(state);
    if (::strcasecmp(key, wanted.name) != 0) return MHD_YES;
    ++wanted.times;
    if (value != nullptr) wanted.value = value;
    return MHD_YES;
  };
  MHD_get_connection_values(connection, MHD_HEADER_KIND, look, &found);
  return found.times == 1 ? std::move(found.value) : std::string();
}

MHD_Result send(MHD_Connection* connection, const HttpResponse& answer) {
  MHD_Response* response =
      MHD_create_response_from_buffer(answer.body.size(), const_cast<Byte*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);  // NOLINT: copied
  if (response == nullptr) return MHD_NO;
  if (!answer.content_type.empty()) MHD_add_response_header(response, "Content-Type", answer.content_type.c_str());
  MHD_add_response_header(response, "Cache-Control", "no-store");
  MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : answer.headers) MHD_add_response_header(response, name.c_str(), value.c_str());
  const MHD_Result queued = MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
  MHD_destroy_response(response);
  return queued;
}

class MicrohttpdServer final : public HttpServer {
 public:
  MicrohttpdServer(const HttpOptions& options, Answer answer) : options_(options), answer_(std::move(answer)) {}
  ~MicrohttpdServer() override { stop(); }
  MicrohttpdServer(const MicrohttpdServer&) = delete;
  MicrohttpdServer& operator=(const MicrohttpdServer&) = delete;
  [[nodiscard]] int port() const override { return port_; }

  Result<void> start() {
    MOHR_CHECK(listen());
    daemon_ = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, nullptr, nullptr, &MicrohttpdServer::on_request, this,
                               MHD_OPTION_LISTEN_SOCKET, socket_, MHD_OPTION_THREAD_POOL_SIZE, kThreads, MHD_OPTION_CONNECTION_LIMIT,
                               kConnections, MHD_OPTION_CONNECTION_MEMORY_LIMIT, kHeaderOctets, MHD_OPTION_CONNECTION_TIMEOUT,
                               static_cast<unsigned>(options_.idle_seconds), MHD_OPTION_NOTIFY_COMPLETED, &MicrohttpdServer::on_completed,
                               this, MHD_OPTION_END);
    if (daemon_ == nullptr) {
      ::close(socket_);
      socket_ = -1;
      return errors::cannot_listen(Code{options_.address}, Code{"libmicrohttpd did not start"});
    }
    return {};
  }

 private:
  Result<void> listen() {
    const std::string place = options_.address + ":" + std::to_string(options_.port);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(options_.port));
    if (options_.port < 0 || options_.port > 65535 || ::inet_pton(AF_INET, options_.address.c_str(), &address.sin_addr) != 1)
      return errors::usage_invalid(Code{place});
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int yes = 1;
    if (socket_ >= 0) ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);  // a restart within the time-wait of the last run
    socklen_t size = sizeof address;
    if (socket_ < 0 || ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(socket_, 128) != 0 ||
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      const int error = errno;
      if (socket_ >= 0) ::close(socket_);
      socket_ = -1;
      if (error == EADDRINUSE) return errors::port_taken(Code{std::to_string(options_.port)});
      return errors::cannot_listen(Code{place}, Code{std::strerror(error)});  // NOLINT(concurrency-mt-unsafe)
    }
    port_ = ntohs(address.sin_port);
    return {};
  }

  // No new connections, then a little time for those that are being answered.
  void stop() {
    if (daemon_ == nullptr) return;
    MHD_quiesce_daemon(daemon_);
    const auto until = std::chrono::steady_clock::now() + kStopAtMost;
    while (in_flight_.load() > 0 && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    MHD_stop_daemon(daemon_);
    ::close(socket_);
    daemon_ = nullptr;
  }

  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* url, const char* method, const char*, const char* upload,
                               std::size_t* upload_size, void** state) {
    try {  // libmicrohttpd is C: nothing may be thrown through it
      return static_cast<MicrohttpdServer*>(self)->receive(connection, url, method, {upload, *upload_size}, *upload_size, *state);
    } catch (...) {
      return MHD_NO;
    }
  }

  static void on_completed(void* self, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    if (*state == nullptr) return;
    delete static_cast<Exchange*>(*state);
    *state = nullptr;
    --static_cast<MicrohttpdServer*>(self)->in_flight_;
  }

  // Called first with the headers, then with each piece of the body, at last with none.
  MHD_Result receive(MHD_Connection* connection, const char* url, const char* method, std::string_view piece, std::size_t& left,
                     void*& state) {
    if (state == nullptr) {
      auto exchange = std::make_unique<Exchange>();
      exchange->request.method = method;
      exchange->request.path = url;
      exchange->request.content_type = header(connection, "Content-Type");
      exchange->request.host = header(connection, "Host");
      exchange->request.origin = header(connection, "Origin");
      exchange->request.too_long = is_too_long(connection, options_.body_at_most);
      exchange->answered = exchange->request.too_long && !options_.answers_too_long;
      const bool refuse = exchange->answered;
      state = exchange.release();
      ++in_flight_;
      return refuse ? send(connection, too_long()) : MHD_YES;
    }
    auto& exchange = *static_cast<Exchange*>(state);
    if (left > 0) {
      if (exchange.request.body.size() + piece.size() > options_.body_at_most) {  // chunked: the length was not said
        if (!options_.answers_too_long) return MHD_NO;
        exchange.request.too_long = true;
        exchange.request.body = {};
      }
      if (!exchange.request.too_long) append(exchange.request.body, as_bytes(piece));
      left = 0;
      return MHD_YES;
    }
    if (exchange.answered) return MHD_YES;
    exchange.answered = true;
    return send(connection, answer_(exchange.request));
  }

  static HttpResponse too_long() { return {413, "text/plain; charset=utf-8", to_bytes(as_bytes("The body is too long.\n"))}; }

  HttpOptions options_;
  Answer answer_;
  MHD_Daemon* daemon_ = nullptr;
  int socket_ = -1, port_ = 0;
  std::atomic<int> in_flight_{0};
};

Result<std::unique_ptr<HttpServer>> start(const HttpOptions& options, Answer answer) {
  auto server = std::make_unique<MicrohttpdServer>(options, std::move(answer));
  MOHR_CHECK(server->start());
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace
}  // namespace mohr::service

extern "C" __attribute__((visibility("default"))) const mohr::service::HttpModule mohr_module;
const mohr::service::HttpModule mohr_module = {&mohr::service::start};
