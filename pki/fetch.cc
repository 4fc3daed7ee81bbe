#include "pki/fetch.h"

#include <algorithm>

#include "pki/core/module.h"
#include "pki/fetch_module.h"

namespace mohr::pki {
namespace {

std::string_view after_scheme(std::string_view url) {
  const auto starts = [&](std::string_view scheme) {
    return url.size() > scheme.size() && std::equal(scheme.begin(), scheme.end(), url.begin(), [](char a, char b) {
             return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b + 32) : b);
           });
  };
  if (starts("http://")) return url.substr(7);
  if (starts("https://")) return url.substr(8);
  return {};
}

std::string_view authority_of(std::string_view url) {
  const std::string_view rest = after_scheme(url);
  return rest.substr(0, rest.find_first_of("/?#"));
}

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5) return false;
  int number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + (c - '0');
  }
  return number > 0 && number <= 65535;
}

// A name, an IPv4 address or a bracketed IPv6 address, and perhaps a port. No user information, no percent encoding: what is compared with
// the hosts that are allowed must be what is connected to.
bool is_host_and_port(std::string_view authority) {
  const bool bracketed = authority.starts_with('[');
  const std::size_t end = bracketed ? authority.find(']') : authority.find(':');
  if (bracketed && end == std::string_view::npos) return false;
  const std::string_view host = bracketed ? authority.substr(1, end - 1) : authority.substr(0, end);
  const std::string_view port = end == std::string_view::npos ? std::string_view{} : authority.substr(bracketed ? end + 1 : end);
  const auto fits = [&](char c) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.') return true;
    return bracketed ? c == ':' : c == '-' || c == '_';
  };
  if (host.empty() || host.size() > 253 || !std::all_of(host.begin(), host.end(), fits)) return false;
  return port.empty() || (port[0] == ':' && is_port(port.substr(1)));
}

class LateFetcher final : public Fetcher {
 public:
  explicit LateFetcher(FetchRules rules) : rules_(std::move(rules)) {}
  Result<Bytes> fetch(const FetchRequest& request, Budget& budget) override {
    if (!fetcher_) {
      MOHR_TRY(fetcher_, open_fetcher(rules_));
    }
    return fetcher_->fetch(request, budget);
  }
  Result<FetchAnswer> fetch_if_changed(const FetchRequest& request, const Validators& known, Budget& budget) override {
    if (!fetcher_) {
      MOHR_TRY(fetcher_, open_fetcher(rules_));
    }
    return fetcher_->fetch_if_changed(request, known, budget);
  }

 private:
  FetchRules rules_;
  std::unique_ptr<Fetcher> fetcher_;
};

}  // namespace

Result<FetchAnswer> Fetcher::fetch_if_changed(const FetchRequest& request, const Validators& /*known*/, Budget& budget) {
  MOHR_TRY(Bytes body, fetch(request, budget));
  return FetchAnswer{std::move(body), {}, false};
}

std::unique_ptr<Fetcher> late_fetcher(FetchRules rules) { return std::make_unique<LateFetcher>(std::move(rules)); }

bool is_fetchable(std::string_view url) {
  const std::string_view authority = authority_of(url);
  const bool clean =
      std::none_of(url.begin(), url.end(), [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '\\'; });
  return clean && is_host_and_port(authority) && url.size() <= 2000;
}

std::string host_and_port(std::string_view url) {
  std::string host(authority_of(url));
  std::transform(host.begin(), host.end(), host.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const std::size_t colon = host.rfind(':');
  const bool has_port = colon != std::string::npos && host.find(']', colon) == std::string::npos && host.find(':') == colon;
  const bool bracketed_port = colon != std::string::npos && colon > 0 && host[colon - 1] == ']';
  if (has_port || bracketed_port) return host;
  const bool secure = url.size() > 4 && (url[4] == 's' || url[4] == 'S');
  return host + (secure ? ":443" : ":80");
}

bool is_allowed_by_name(std::string_view url, std::span<const std::string> allowed_hosts) {
  const std::string host = host_and_port(url);
  const std::string_view bare = std::string_view(host).substr(0, host.rfind(':'));
  return std::any_of(allowed_hosts.begin(), allowed_hosts.end(),
                     [&](const std::string& allowed) { return allowed == host || allowed == bare; });
}

Result<std::unique_ptr<Fetcher>> open_fetcher(FetchRules rules) {
  MOHR_TRY(const void* symbol, load_module("fetch"));
  return static_cast<const FetchModule*>(symbol)->open(std::move(rules));
}

}  // namespace mohr::pki
