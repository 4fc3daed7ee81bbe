// The clerk's desk: a page on this computer that takes a signed file and gives the report. Knows no trust and keeps nothing.
#pragma once

#include <functional>

#include "pki/core/source.h"
#include "service/http.h"
#include "verify/verdict.h"

namespace mohr::service {

// `content` is null unless two files came. Called from several threads.
using Judge = std::function<Result<verify::Verdict>(const Source& document, const Source* content)>;
struct Desk {
  Judge judge;
  std::string address = "127.0.0.1";
  Language language = Language::fa;  // of the first page; every page leads to the other language
};

// One request. Only a Host that names this computer is answered (DNS rebinding), a form only when it comes from our own page (CSRF);
// nothing of a file is ever in an answer but its name, escaped.
HttpResponse answer_desk(const Desk& desk, const HttpRequest& request);
// Listens on `desk.address`, which must be loopback. Errors: desk_not_loopback, module_missing, port_taken.
Result<std::unique_ptr<HttpServer>> open_desk(Desk desk, int port);

}  // namespace mohr::service
