// The module "fetch": libcurl. No proxy is taken from the environment: through a proxy the connected address could not be checked.
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>

#include "pki/fetch_module.h"

namespace mohr::pki {
namespace {

constexpr int kMostRedirects = 3;

struct FreeCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

bool within(std::uint32_t address, std::uint32_t base, int bits) { return (address >> (32 - bits)) == (base >> (32 - bits)); }

// Addresses that lie inside some network of ours and not on the Internet (RFC 6890).
bool is_inner_v4(std::uint32_t a) {
  return within(a, 0x00000000, 8) || within(a, 0x0a000000, 8) || within(a, 0x64400000, 10) || within(a, 0x7f000000, 8) ||
         within(a, 0xa9fe0000, 16) || within(a, 0xac100000, 12) || within(a, 0xc0000000, 24) || within(a, 0xc0a80000, 16) ||
         within(a, 0xc6120000, 15) || within(a, 0xe0000000, 4) || within(a, 0xf0000000, 4);
}

bool is_inner_v6(const std::array<Byte, 16>& a) {
  const bool zeros = std::all_of(a.begin(), a.begin() + 10, [](Byte b) { return b == 0; });
  const std::uint32_t last = std::uint32_t{a[12]} << 24 | std::uint32_t{a[13]} << 16 | std::uint32_t{a[14]} << 8 | a[15];
  if (zeros && a[10] == 0xff && a[11] == 0xff) return is_inner_v4(last);                       // v4-mapped
  if (zeros && a[10] == 0 && a[11] == 0) return true;                                          // ::, ::1, v4-compatible
  if (a[0] == 0x00 && a[1] == 0x64 && a[2] == 0xff && a[3] == 0x9b) return is_inner_v4(last);  // 64:ff9b::/96
  return (a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80) || a[0] == 0xff;     // fc00::/7, fe80::/10, multicast
}

std::string text_of(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.sa_family == AF_INET) inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text.data(), text.size());
  else if (address.sa_family == AF_INET6)
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, text.data(), text.size());
  return text.data();
}

bool is_inner(const sockaddr& address) {
  if (address.sa_family == AF_INET) return is_inner_v4(ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr));
  if (address.sa_family != AF_INET6) return true;
  std::array<Byte, 16> octets{};
  std::memcpy(octets.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, octets.size());
  return is_inner_v6(octets);
}

// One exchange with one address; redirects are not followed here.
struct Exchange {
  bool allowed = false;   // the host was allowed by name, so an inner address is all right
  std::string forbidden;  // the address that was refused
  Bytes body;
  std::uint64_t at_most = 0;
  bool too_large = false;

  static curl_socket_t open_socket(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
    auto& exchange = *static_cast<Exchange*>(self);
    if (!exchange.allowed && is_inner(address->addr)) {
      exchange.forbidden = text_of(address->addr);
      return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }

  static std::size_t receive(char* data, std::size_t size, std::size_t count, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    if (exchange.body.size() + size * count > exchange.at_most) {
      exchange.too_large = true;
      return 0;
    }
    append(exchange.body, as_bytes(std::string_view(data, size * count)));
    return size * count;
  }
};

class CurlFetcher final : public Fetcher {
 public:
  CurlFetcher(CURL* curl, FetchRules rules) : curl_(curl), rules_(std::move(rules)) {}

  Result<Bytes> fetch(const FetchRequest& request, Budget& budget) override {
    MOHR_TRY(FetchAnswer answer, fetch_if_changed(request, {}, budget));
    return std::move(answer.body);
  }

  Result<FetchAnswer> fetch_if_changed(const FetchRequest& request, const Validators& known, Budget& budget) override {
    std::string url = request.url;
    for (int redirects = 0;; ++redirects) {
      if (!is_fetchable(url)) return errors::url_invalid(Code{url});
      if (redirects > kMostRedirects) return errors::network_too_many_redirects(Code{request.url});
      MOHR_CHECK(budget.spend(Limit::fetches));
      MOHR_CHECK(budget.in_time());
      Exchange exchange;
      exchange.allowed = is_allowed_by_name(url, rules_.allowed_hosts);
      exchange.at_most = std::min(request.at_most, budget.left(Limit::fetched_bytes));
      const CURLcode code = perform(url, request, known, exchange);
      if (exchange.too_large) MOHR_CHECK(budget.spend(Limit::fetched_bytes, exchange.at_most + 1));
      MOHR_CHECK(judge(code, url, request, exchange));
      MOHR_CHECK(budget.spend(Limit::fetched_bytes, exchange.body.size()));
      long status = 0;
      curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status);
      if (status == 304 && !known.empty()) return FetchAnswer{{}, known, true};
      if (status >= 300 && status < 400) {
        char* next = nullptr;
        curl_easy_getinfo(curl_.get(), CURLINFO_REDIRECT_URL, &next);
        if (next == nullptr) return errors::network_status(Code{url}, std::int64_t{status});
        url = next;
        continue;
      }
      if (status != 200) return errors::network_status(Code{url}, std::int64_t{status});
      MOHR_CHECK(check_content(url, request));
      return FetchAnswer{std::move(exchange.body), {header("ETag"), header("Last-Modified")}, false};
    }
  }

 private:
  CURLcode perform(const std::string& url, const FetchRequest& request, const Validators& known, Exchange& exchange) {
    CURL* c = curl_.get();
    curl_easy_reset(c);
    curl_easy_setopt(c, CURLOPT_URL, url.c_str());
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, static_cast<long>(request.seconds));
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, static_cast<long>(std::min(request.seconds, 5)));
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, &Exchange::open_socket);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, &exchange);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, &Exchange::receive);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &exchange);
    curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L);  // every exchange connects anew, so that its address is checked
    curl_easy_setopt(c, CURLOPT_USERAGENT, "mohr");
    std::unique_ptr<curl_slist, FreeCurl> headers;
    const auto add = [&](const std::string& line) { headers.reset(curl_slist_append(headers.release(), line.c_str())); };
    if (!known.etag.empty()) add("If-None-Match: " + known.etag);
    if (!known.last_modified.empty()) add("If-Modified-Since: " + known.last_modified);
    if (!request.body.empty()) {
      add("Content-Type: " + request.content_type);
      add("Expect:");
    }
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers.get());
    if (!request.body.empty()) {
      curl_easy_setopt(c, CURLOPT_POSTFIELDS, request.body.data());
      curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
    }
    return curl_easy_perform(c);
  }

  // A header of the last answer; empty when it is missing or of a length that nobody needs.
  [[nodiscard]] std::string header(const char* name) const {
    constexpr std::size_t kLongest = 256;
    curl_header* found = nullptr;
    if (curl_easy_header(curl_.get(), name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
    const std::string_view value = found->value;
    return value.size() <= kLongest ? std::string(value) : std::string();
  }

  static Result<void> judge(CURLcode code, const std::string& url, const FetchRequest& request, const Exchange& exchange) {
    if (code == CURLE_OK) return {};
    const std::string host = host_and_port(url);
    if (!exchange.forbidden.empty()) return errors::network_forbidden_address(Code{host}, Code{exchange.forbidden});
    if (exchange.too_large) return errors::network_too_large(Code{url}, static_cast<std::int64_t>(exchange.at_most));
    if (code == CURLE_OPERATION_TIMEDOUT) return errors::network_timeout(Code{host}, std::int64_t{request.seconds});
    return errors::network_unreachable(Code{host}, Code{curl_easy_strerror(code)});
  }

  Result<void> check_content(const std::string& url, const FetchRequest& request) {
    if (request.accept.empty()) return {};
    char* type = nullptr;
    curl_easy_getinfo(curl_.get(), CURLINFO_CONTENT_TYPE, &type);
    const std::string got = type != nullptr ? type : "";
    std::string plain = got.substr(0, got.find(';'));
    std::transform(plain.begin(), plain.end(), plain.begin(), [](unsigned char ch) { return static_cast<char>(std::tolower(ch)); });
    if (plain != request.accept) return errors::network_unexpected_content(Code{url}, Code{got.empty() ? "no Content-Type" : got});
    return {};
  }

  std::unique_ptr<CURL, FreeCurl> curl_;
  FetchRules rules_;
};

Result<std::unique_ptr<Fetcher>> open(FetchRules rules) {
  curl_global_init(CURL_GLOBAL_DEFAULT);  // counted by libcurl, safe over threads since 7.84
  CURL* curl = curl_easy_init();
  if (curl == nullptr) return errors::module_missing(Code{"fetch"}, Code{"libcurl does not start"});
  return std::unique_ptr<Fetcher>(new CurlFetcher(curl, std::move(rules)));
}

}  // namespace
}  // namespace mohr::pki

extern "C" __attribute__((visibility("default"))) const mohr::pki::FetchModule mohr_module = {&mohr::pki::open};
