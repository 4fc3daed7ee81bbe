#include "service/demonstration.h"

#include "pki/core/source.h"

namespace mohr::service {
namespace {

constexpr std::size_t kBodyAtMost = 64 * 1024;  // requests are a few hundred octets

HttpResponse words(int status, std::string_view text) { return {status, "text/plain; charset=utf-8", to_bytes(as_bytes(text))}; }

bool has_type(const HttpRequest& request, std::string_view type) {
  std::string_view given = request.content_type;
  given = given.substr(0, given.find(';'));
  while (given.ends_with(' ')) given.remove_suffix(1);
  return given == type;
}

HttpResponse answer_tsa(const pki::DemonstrationAuthority& authority, SerialNumbers& serials, const HttpRequest& request, Instant now) {
  if (request.method != "POST") return words(405, "POST a time-stamp request here (RFC 3161).\n");
  if (!has_type(request, "application/timestamp-query")) return words(415, "The content type must be application/timestamp-query.\n");
  const auto serial = serials.next();
  if (!serial) return words(503, "The serial number of the token could not be made durable.\n");
  return {200, "application/timestamp-reply", authority.answer_timestamp(request.body, *serial, now)};
}

HttpResponse answer_ocsp(const pki::DemonstrationAuthority& authority, const HttpRequest& request, std::string_view rest, Instant now) {
  constexpr const char* kType = "application/ocsp-response";
  if (request.method == "POST") {
    if (!has_type(request, "application/ocsp-request")) return words(415, "The content type must be application/ocsp-request.\n");
    return {200, kType, authority.answer_ocsp(request.body, now)};
  }
  if (request.method != "GET") return words(405, "GET or POST an OCSP request here (RFC 6960).\n");
  // GET {url}/{url-encoding of the base64 of the request}; the server has undone the url-encoding (RFC 6960 appendix A.1).
  while (rest.starts_with('/')) rest.remove_prefix(1);
  const auto body = from_base64(rest);
  if (!body) return {200, kType, pki::ocsp_error_response(1)};
  return {200, kType, authority.answer_ocsp(*body, now)};
}

HttpResponse answer_file(const pki::DemonstrationAuthority& authority, const HttpRequest& request, std::string_view name,
                         std::string_view ending, const char* type, Instant now) {
  if (request.method != "GET" && request.method != "HEAD") return words(405, "Only GET is answered here.\n");
  auto file = name.ends_with(ending) ? authority.file(name, now) : std::nullopt;
  if (!file) return words(404, "There is no such file here.\n");
  return {200, type, *std::move(file)};
}

// The copies on disk serve --crl; the endpoint does not need them, so a folder that is read-only is no error.
void renew_crls(const std::string& directory, const pki::DemonstrationAuthority& authority, Instant now) {
  for (const char* name : {"root.crl", "silver.crl", "p256.crl"}) {
    const auto crl = authority.file(name, now);
    if (!crl) continue;
    auto file = NewFile::create(directory + "/" + name, true);
    if (file && file->write(*crl)) static_cast<void>(file->commit());
  }
}

}  // namespace

HttpResponse answer_demonstration(const pki::DemonstrationAuthority& authority, SerialNumbers& serials, const HttpRequest& request,
                                  Instant now) {
  const std::string_view path = request.path;
  if (path == "/tsa") return answer_tsa(authority, serials, request, now);
  if (path == "/ocsp" || path.starts_with("/ocsp/")) return answer_ocsp(authority, request, path.substr(5), now);
  if (path.starts_with("/crl/")) return answer_file(authority, request, path.substr(5), ".crl", "application/pkix-crl", now);
  if (path.starts_with("/ca/")) return answer_file(authority, request, path.substr(4), ".cer", "application/pkix-cert", now);
  return words(404, "This demonstration authority answers /tsa, /ocsp, /crl/NAME.crl and /ca/NAME.cer.\n");
}

Result<std::unique_ptr<Demonstration>> start_demonstration(const std::string& directory, const Clock& clock, pki::TimestampTerms terms) {
  MOHR_TRY(std::unique_ptr<pki::DemonstrationAuthority> authority, pki::DemonstrationAuthority::open(directory, std::move(terms)));
  renew_crls(directory, *authority, clock.now());
  HttpOptions options;
  options.port = authority->port();
  options.body_at_most = kBodyAtMost;
  auto serials = std::make_unique<SerialNumbers>(directory + "/serials");
  const pki::DemonstrationAuthority& asked = *authority;
  SerialNumbers& counted = *serials;
  MOHR_TRY(std::unique_ptr<HttpServer> server, serve(options, [&asked, &counted, &clock](const HttpRequest& request) {
             return answer_demonstration(asked, counted, request, clock.now());
           }));
  return std::make_unique<Demonstration>(std::move(authority), std::move(serials), std::move(server));
}

}  // namespace mohr::service
