// A small HTTP/1.1 server behind an interface: libmicrohttpd is in the module "http". Loopback unless told otherwise.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pki/core/bytes.h"
#include "pki/core/result.h"

namespace mohr::service {

struct HttpRequest {
  std::string method, path, content_type;
  std::string host, origin;  // as the headers say; "" when there is none or more than one
  Bytes body;
  bool too_long = false;  // the body went beyond HttpOptions::body_at_most and was thrown away
};
struct HttpResponse {
  int status = 200;
  std::string content_type;
  Bytes body;
  std::vector<std::pair<std::string, std::string>> headers{};  // beside Cache-Control: no-store and X-Content-Type-Options: nosniff
};
using Answer = std::function<HttpResponse(const HttpRequest&)>;  // called from several threads

class HttpServer {
 public:
  virtual ~HttpServer() = default;  // stops, after requests in flight are answered
  [[nodiscard]] virtual int port() const = 0;
};
struct HttpOptions {
  std::string address = "127.0.0.1";
  int port = 0;  // 0: a free one
  std::size_t body_at_most = 1 << 20;
  bool answers_too_long = false;  // the answerer is told of a body that is too long, after all of it came; else 413 at once
  int idle_seconds = 10;
};
// Errors: module_missing, port_taken.
Result<std::unique_ptr<HttpServer>> serve(const HttpOptions& options, Answer answer);

// What the module "http" exports as `mohr_module`.
struct HttpModule {
  Result<std::unique_ptr<HttpServer>> (*serve)(const HttpOptions& options, Answer answer);
};

}  // namespace mohr::service
