#include "pki/revocation_cache.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "pki/core/file_lock.h"
#include "pki/core/folder.h"
#include "pki/kept_file.h"
#include "pki/revocation_sources.h"

namespace mohr::pki {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPurpose = "revocation", kFailurePurpose = "failed addresses";
constexpr std::int64_t kFirstPause = 30, kLongestPause = 15 * kMinute;
constexpr std::size_t kMostFailures = 200;

// Newer by thisUpdate, and never of a smaller crlNumber: an old list that is sent again replaces nothing.
bool is_newer(const json::Value& kept, Instant this_update, ByteView number) {
  const std::string* time = kept.string("this_update");
  const std::string* text = kept.string("number");
  const auto before = time != nullptr ? from_iso8601(*time) : std::nullopt;
  const auto kept_number = text != nullptr ? from_hex(*text) : std::nullopt;
  if (!before || !kept_number) return true;
  if (this_update < *before) return false;
  return number.empty() || !is_less_number(number, *kept_number);
}

std::string text_of(const json::Value& facts, std::string_view name) {
  const std::string* text = facts.string(name);
  return text != nullptr ? *text : std::string();
}

}  // namespace

RevocationCache::RevocationCache(InstallationPtr installation, const Clock& clock, CrlShelfPtr shelf, std::uint64_t at_most)
    : installation_(std::move(installation)),
      clock_(clock),
      shelf_(std::move(shelf)),
      at_most_(at_most),
      folder_(installation_->folder() + "/revocation") {}

// The name of the file: a digest of kind, issuer's key, address and, for an answer, the certificate.
std::string RevocationCache::path_of(const Need& need) const {
  Bytes octets{static_cast<Byte>(need.kind)};
  append(octets, crypto::sha256(need.issuer->spki()).view());
  if (need.kind == Need::Kind::ocsp) append(octets, need.certificate->fingerprint().view());
  append(octets, as_bytes(need.url));
  return folder_ + "/" + hex(crypto::sha256(octets).view());
}

std::optional<Bytes> RevocationCache::find(const Need& need, std::uint64_t at_most) const {
  if (!need.issuer) return std::nullopt;
  const auto file = open_kept(path_of(need), kPurpose, *installation_);
  if (!file) return std::nullopt;
  auto der = file->octets(at_most);
  if (!der) return std::nullopt;
  if (hex(crypto::sha256(*der).view()) != text_of(file->facts, "sha256")) {  // damaged: gone, so that no server says that it is unchanged
    std::error_code ignored;
    fs::remove(path_of(need), ignored);
    return std::nullopt;
  }
  return *std::move(der);
}

Result<CrlPtr> RevocationCache::find_list(const Need& need, Budget& budget) const {
  const std::uint64_t most = budget.limit(Limit::crl_bytes);
  if (const auto index = shelf_ && need.issuer ? find_index(need) : nullptr) {
    const auto reread = [path = path_of(need), installation = installation_, most]() -> Result<Bytes> {
      MOHR_TRY(const KeptFile file, open_kept(path, kPurpose, *installation));
      return file.octets(most);
    };
    if (auto crl = Crl::from_index(index, reread, shelf_, budget)) return crl;
  }
  auto octets = find(need, most);
  if (!octets) return CrlPtr();
  return Crl::parse(*std::move(octets), budget, shelf_);
}

// The file's facts are authenticated, so the digest in them names the list without its octets being read.
CrlIndexPtr RevocationCache::find_index(const Need& need) const {
  const auto file = open_kept(path_of(need), kPurpose, *installation_);
  const auto digest = file ? from_hex(text_of(file->facts, "sha256")) : std::nullopt;
  if (!digest || file->source->size() < CrlShelf::kWorthAnIndex) return nullptr;
  crypto::Hash fingerprint;
  if (digest->size() > fingerprint.octets.size()) return nullptr;
  fingerprint.size = static_cast<std::uint8_t>(digest->size());
  std::copy(digest->begin(), digest->end(), fingerprint.octets.begin());
  return shelf_->find(fingerprint);
}

Validators RevocationCache::validators(const Need& need) const {
  if (!need.issuer) return {};
  const auto file = open_kept(path_of(need), kPurpose, *installation_);
  if (!file) return {};
  return {text_of(file->facts, "etag"), text_of(file->facts, "last_modified")};
}

bool RevocationCache::keep(const Need& need, const Crl& crl, const Validators& validators) const {
  return need.issuer && crl.next_update() && replace(need, crl.der(), crl.this_update(), crl.number(), validators);
}

Result<bool> RevocationCache::keep(const Need& need, const OcspResponse& response, Budget& budget) const {
  if (!need.issuer) return false;
  const auto single = std::find_if(response.responses().begin(), response.responses().end(), [&](const SingleResponse& one) {
    return one.next_update && matches(one.id, *need.certificate, *need.issuer);
  });
  if (single == response.responses().end()) return false;
  MOHR_TRY(const ResponderRight right,
           right_to_answer(response, *need.issuer, response.produced_at(), clock_.now(), Trust(), Evidence(), budget));
  return right != ResponderRight::none && replace(need, response.der(), single->this_update, {}, {});
}

bool RevocationCache::replace(const Need& need, ByteView der, Instant this_update, ByteView number, const Validators& validators) const {
  if (der.size() > at_most_) return false;
  std::error_code ignored;
  fs::create_directories(folder_, ignored);
  const std::string path = path_of(need);
  const auto lock = FileLock::take(folder_ + "/lock");
  if (!lock) return false;
  if (const auto kept = open_kept(path, kPurpose, *installation_); kept && !is_newer(kept->facts, this_update, number)) return false;
  json::Value facts;
  facts.add("url", need.url).add("this_update", iso8601(this_update)).add("number", hex(number));
  facts.add("sha256", hex(crypto::sha256(der).view()));
  facts.add("etag", validators.etag).add("last_modified", validators.last_modified);
  if (!write_kept(path, kPurpose, *installation_, facts, der)) return false;
  remove_oldest(folder_, at_most_);
  return true;
}

std::map<std::string, RevocationCache::Failure> RevocationCache::failures_on_disk() const {
  std::map<std::string, Failure> out;
  const auto file = open_kept(folder_ + "/failures", kFailurePurpose, *installation_);
  const json::Value* list = file ? file->facts.member("failures") : nullptr;
  if (list == nullptr || list->array() == nullptr) return out;
  for (const json::Value& one : *list->array()) {
    const json::Value* times = one.member("times");
    const auto last = from_iso8601(text_of(one, "last"));
    if (times != nullptr && times->integer() != nullptr && last) out[text_of(one, "url")] = {*times->integer(), *last};
  }
  return out;
}

std::optional<Error> RevocationCache::cooling_down(const std::string& url) const {
  std::map<std::string, Failure> failures = failures_on_disk();
  {
    const std::scoped_lock guard(mutex_);
    if (const auto own = failures_.find(url); own != failures_.end() && own->second.last >= failures[url].last) failures[url] = own->second;
  }
  const Failure& failure = failures[url];
  if (failure.times == 0) return std::nullopt;
  std::int64_t pause = kFirstPause;
  for (std::int64_t i = 1; i < failure.times && pause < kLongestPause; ++i) pause *= 2;
  const Instant now = clock_.now(), until = failure.last + std::min(pause, kLongestPause);
  if (now >= until || now < failure.last) return std::nullopt;
  return errors::network_cooling_down(Code{host_and_port(url)}, until);
}

void RevocationCache::remember_failure(const std::string& url) { change_failures(url, true); }

void RevocationCache::remember_success(const std::string& url) {
  const bool known = [&] {
    const std::scoped_lock guard(mutex_);
    return failures_.count(url) != 0;
  }();
  if (known || failures_on_disk().count(url) != 0) change_failures(url, false);
}

void RevocationCache::change_failures(const std::string& url, bool failed) {
  std::error_code ignored;
  fs::create_directories(folder_, ignored);
  const auto lock = FileLock::take(folder_ + "/lock");
  std::map<std::string, Failure> failures = failures_on_disk();
  const std::scoped_lock guard(mutex_);
  if (failed) {
    const Failure now{std::max(failures[url].times, failures_[url].times) + 1, clock_.now()};
    failures[url] = failures_[url] = now;
  } else {
    failures.erase(url);
    failures_.erase(url);
  }
  for (auto* map : {&failures, &failures_}) {
    while (map->size() > kMostFailures)
      map->erase(std::min_element(map->begin(), map->end(), [](const auto& a, const auto& b) { return a.second.last < b.second.last; }));
  }
  if (!lock) return;  // nothing can be written: this process remembers
  json::Array list;
  for (const auto& [address, failure] : failures) {
    json::Value one;
    one.add("url", address).add("times", failure.times).add("last", iso8601(failure.last));
    list.push_back(std::move(one));
  }
  json::Value facts;
  facts.add("failures", std::move(list));
  (void)write_kept(folder_ + "/failures", kFailurePurpose, *installation_, facts);
}

}  // namespace mohr::pki
