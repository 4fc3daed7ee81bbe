#include "service/http.h"

#include "pki/core/module.h"

namespace mohr::service {

Result<std::unique_ptr<HttpServer>> serve(const HttpOptions& options, Answer answer) {
  MOHR_TRY(void* const symbol, load_module("http"));
  return static_cast<const HttpModule*>(symbol)->serve(options, std::move(answer));
}

}  // namespace mohr::service
