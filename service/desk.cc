#include "service/desk.h"

#include <algorithm>

#include "format/reader.h"
#include "pki/core/text.h"
#include "pki/crypto/digest.h"
#include "service/desk_page.h"
#include "service/multipart.h"
#include "verify/html_style.h"
#include "verify/phrase.h"
#include "verify/report.h"

namespace mohr::service {
namespace {

constexpr const char* kHtml = "text/html; charset=utf-8";
constexpr int kIdleSeconds = 120;               // a slow machine, and the network while a document is judged
constexpr std::size_t kFormAtMost = 64 * 1024;  // what a form adds to its files
constexpr std::size_t kFilesAtMost = 2;

// For the pages of the desk. No referrer goes to others; "no-referrer" would make browsers hide the origin of our own form.
HttpResponse page(int status, std::string_view html, const std::string& policy) {
  return {status,
          kHtml,
          to_bytes(as_bytes(html)),
          {{"Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; " + policy},
           {"Referrer-Policy", "same-origin"},
           {"Cross-Origin-Opener-Policy", "same-origin"},
           {"Cross-Origin-Resource-Policy", "same-origin"},
           {"X-Frame-Options", "DENY"}}};
}

HttpResponse form(int status, Language language, const Notice* notice) {
  return page(status, desk_page(language, notice), "style-src 'self'; script-src 'self'; form-action 'self'");
}

HttpResponse notice(int status, Language language, DeskWord what, DeskWord next) {
  const Notice told = {std::string(desk_word(what, language)), std::string(desk_word(next, language))};
  return form(status, language, &told);
}

// The one error whose next step on the command line would not help here.
HttpResponse notice(int status, Language language, const Error& error) {
  if (error.code == ErrorCode::input_unknown) {
    const Notice told = {std::string(verify::phrase(verify::Label::no_signature_reason, language)),
                         std::string(verify::phrase(verify::Label::no_signature_next, language))};
    return form(status, language, &told);
  }
  const Notice told = {render(error, language), render_next(error, language)};
  return form(status, language, &told);
}

HttpResponse report(const verify::Verdict& verdict, std::string_view name, Language language) {
  const std::string hash = base64(crypto::sha256(as_bytes(std::string_view(verify::kHtmlStyle))).view());
  return page(200, verify::report_html(verdict, name, language, language == Language::fa ? "/fa" : "/en"),
              "style-src 'sha256-" + hash + "'; form-action 'none'");
}

HttpResponse words(int status, std::string_view text) { return {status, "text/plain; charset=utf-8", to_bytes(as_bytes(text)), {}}; }

// RFC 9110 7.2: a name of this computer, with the port or without.
bool is_own_host(const Desk& desk, std::string_view host) {
  const std::string_view name = host.substr(0, host.rfind(':'));
  if (name != desk.address && name != "localhost") return false;
  const std::string_view port = host.substr(name.size());
  return port.empty() || (port.size() > 1 && std::all_of(port.begin() + 1, port.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

// Which of the two is the signature of the other is seen from the files, not from their names or their order.
bool is_detached(const FormPart& part) {
  Budget budget;
  const auto facts = format::read(MemorySource(part.contents), nullptr, budget);
  return facts && facts->needs_content;
}

HttpResponse judge_one(const Desk& desk, const FormPart& document, const FormPart* content, Language language) {
  const MemorySource source(document.contents, printable(document.filename));
  std::optional<MemorySource> other;
  if (content != nullptr) other.emplace(content->contents, printable(content->filename));
  const auto verdict = desk.judge(source, other ? &*other : nullptr);
  return verdict ? report(*verdict, document.filename, language) : notice(422, language, verdict.error());
}

HttpResponse judge(const Desk& desk, const HttpRequest& request, Language language) {
  if (request.too_long)
    return notice(413, language,
                  errors::budget_exceeded(Code{"memory-bytes"}, static_cast<std::int64_t>(Limits().of(Limit::memory_bytes))));
  auto parts = read_form(request.content_type, request.body, 16);
  if (!parts) return notice(400, language, DeskWord::form_broken, DeskWord::form_broken_next);
  std::erase_if(*parts, [](const FormPart& part) { return part.name != "files" || (part.filename.empty() && part.contents.empty()); });
  if (parts->empty()) return notice(400, language, DeskWord::no_file, DeskWord::no_file_next);
  if (parts->size() > kFilesAtMost) return notice(400, language, DeskWord::too_many, DeskWord::too_many_next);
  const FormPart &one = parts->front(), &two = parts->back();
  if (parts->size() == 1) return judge_one(desk, one, nullptr, language);
  if (is_detached(one)) return judge_one(desk, one, &two, language);
  if (is_detached(two)) return judge_one(desk, two, &one, language);
  return notice(422, language, DeskWord::no_pair, DeskWord::no_pair_next);
}

}  // namespace

HttpResponse answer_desk(const Desk& desk, const HttpRequest& request) {
  if (!is_own_host(desk, request.host)) return words(403, "This desk answers only under the address of this computer.\n");
  const bool is_get = request.method == "GET" || request.method == "HEAD";
  const std::string_view path = request.path;
  const bool is_report = path == "/fa/report" || path == "/en/report";
  if (!is_report && path != "/" && path != "/fa" && path != "/en" && path != "/desk.css" && path != "/desk.js")
    return words(404, "There is no such page here.\n");
  if (is_report ? request.method != "POST" : !is_get) {
    HttpResponse refusal = words(405, "This address is not asked in this way.\n");
    refusal.headers = {{"Allow", is_report ? "POST" : "GET, HEAD"}};
    return refusal;
  }
  if (is_report && request.origin != "http://" + request.host) return words(403, "A form must come from the page of this desk.\n");
  if (path == "/desk.css") return {200, "text/css; charset=utf-8", to_bytes(as_bytes(desk_style())), {}};
  if (path == "/desk.js") return {200, "text/javascript; charset=utf-8", to_bytes(as_bytes(desk_script())), {}};
  const Language language = path == "/" ? desk.language : path.starts_with("/fa") ? Language::fa : Language::en;
  return is_report ? judge(desk, request, language) : form(200, language, nullptr);
}

Result<std::unique_ptr<HttpServer>> open_desk(Desk desk, int port) {
  if (!desk.address.starts_with("127.")) return errors::desk_not_loopback(Code{printable(desk.address)});
  HttpOptions options;
  options.address = desk.address;
  options.port = port;
  options.body_at_most = Limits().of(Limit::memory_bytes) + kFormAtMost;
  options.answers_too_long = true;
  options.idle_seconds = kIdleSeconds;
  return serve(options, [desk = std::move(desk)](const HttpRequest& request) { return answer_desk(desk, request); });
}

}  // namespace mohr::service
