// A small HTTP/1.1 server behind an interface: libmicrohttpd is in the module "http". Loopback unless told otherwise.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "pki/core/bytes.h"
#include "pki/core/result.h"

namespace mohr::service {

struct HttpRequest {
  std::string method, path, content_type;
  Bytes body;
};
struct HttpResponse {
  int status = 200;
  std::string content_type;
  Bytes body;
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
  int idle_seconds = 10;
};
// Errors: module_missing, port_taken.
Result<std::unique_ptr<HttpServer>> serve(const HttpOptions& options, Answer answer);

// What the module "http" exports as `mohr_module`.
struct HttpModule {
  Result<std::unique_ptr<HttpServer>> (*serve)(const HttpOptions& options, Answer answer);
};

}  // namespace mohr::service
