#include "pki/evidence.h"

#include <algorithm>

namespace mohr::pki {
namespace {

// Inserts by fingerprint; false when it stands there already.
template <class T>
bool insert(std::vector<Held<T>>& held, std::shared_ptr<const T> item, Origin origin, std::string url) {
  const auto before = [](const Held<T>& a, const crypto::Hash& hash) { return a.item->fingerprint() < hash; };
  const auto place = std::lower_bound(held.begin(), held.end(), item->fingerprint(), before);
  if (place != held.end() && place->item->fingerprint() == item->fingerprint()) return false;
  held.insert(place, Held<T>{std::move(item), origin, std::move(url)});
  return true;
}

}  // namespace

bool Evidence::add(CertificatePtr certificate, Origin origin, std::string url) {
  return insert(certificates_, std::move(certificate), origin, std::move(url));
}
bool Evidence::add(CrlPtr crl, Origin origin, std::string url) { return insert(crls_, std::move(crl), origin, std::move(url)); }
bool Evidence::add(OcspResponsePtr response, Origin origin, std::string url) {
  return insert(ocsp_responses_, std::move(response), origin, std::move(url));
}

void Evidence::add_failure(std::string url, Error error) {
  const auto place =
      std::lower_bound(failures_.begin(), failures_.end(), url, [](const FailedFetch& a, const std::string& u) { return a.url < u; });
  if (place == failures_.end() || place->url != url) failures_.insert(place, FailedFetch{std::move(url), std::move(error)});
}

bool Evidence::has_failed(std::string_view url) const {
  return std::any_of(failures_.begin(), failures_.end(), [&](const FailedFetch& failed) { return failed.url == url; });
}

crypto::Hash Evidence::identity() const {
  Bytes octets;
  octets.reserve((certificates_.size() + crls_.size() + ocsp_responses_.size()) * 33);
  const auto add_all = [&](const auto& held, Byte kind) {
    for (const auto& one : held) {
      octets.push_back(kind);
      append(octets, one.item->fingerprint().view());
    }
  };
  add_all(certificates_, 1);
  add_all(crls_, 2);
  add_all(ocsp_responses_, 3);
  return crypto::sha256(octets);
}

}  // namespace mohr::pki
