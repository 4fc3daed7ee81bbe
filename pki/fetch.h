// The one way out of the process. Rules (docs/fetching.md): http and https only; the connected address is checked, loopback, private and
// link-local only when allowed by name; at most 3 redirects, each checked; limits on size, time and number per document.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pki/core/budget.h"
#include "pki/core/bytes.h"

namespace mohr::pki {

struct FetchRequest {
  std::string url;
  Bytes body;                        // empty: GET; else POST
  std::string content_type;          // of the body
  std::string accept;                // expected Content-Type; "" for any
  std::uint64_t at_most = 16 << 20;  // octets of the answer
  int seconds = 10;
};

// What a server calls the version of a document that it sent (RFC 9110 8.8); given back, it need send it only when there is another.
struct Validators {
  std::string etag, last_modified;
  [[nodiscard]] bool empty() const { return etag.empty() && last_modified.empty(); }
};
struct FetchAnswer {
  Bytes body;
  Validators validators;
  bool unchanged = false;  // 304: the version that the asker has; no body
};

class Fetcher {
 public:
  virtual ~Fetcher() = default;
  // Errors: network_unreachable, network_forbidden_address, network_status, network_too_large, network_timeout,
  // network_unexpected_content, url_invalid, budget_exceeded.
  virtual Result<Bytes> fetch(const FetchRequest& request, Budget& budget) = 0;
  // A GET that is made conditional by what is known (RFC 9110 13.1). One that knows no conditions fetches. Errors: as fetch().
  virtual Result<FetchAnswer> fetch_if_changed(const FetchRequest& request, const Validators& known, Budget& budget);
};

struct FetchRules {
  std::vector<std::string> allowed_hosts;  // "host" or "host:port": from --allow-host and Trust::allowed_hosts
};
// libcurl, from the module "fetch". Errors: module_missing.
Result<std::unique_ptr<Fetcher>> open_fetcher(FetchRules rules);

// The same, but the module is opened when the first thing is fetched: a verdict that needs no network does not load libcurl.
std::unique_ptr<Fetcher> late_fetcher(FetchRules rules);

// True for a well-formed http or https URL without user information.
bool is_fetchable(std::string_view url);
std::string host_and_port(std::string_view url);
// True when the URL's host is among those allowed by name, "host" or "host:port".
bool is_allowed_by_name(std::string_view url, std::span<const std::string> allowed_hosts);

}  // namespace mohr::pki
