// What could still be fetched about a certificate, and fetching it.
#include <algorithm>

#include "pki/asn1/ber.h"
#include "pki/revocation.h"
#include "pki/revocation_cache.h"

namespace mohr::pki {

std::string Need::identity() const {
  std::string out = url;
  if (kind == Kind::ocsp) out += ' ' + hex(certificate->fingerprint().view());
  return out;
}

std::vector<Need> revocation_needs(const CertificatePtr& certificate, const CertificatePtr& issuer, const RevocationStatus& status) {
  std::vector<Need> needs;
  const auto add = [&](Need::Kind kind, std::span<const std::string> urls) {
    for (const std::string& url : urls)
      if (is_fetchable(url)) needs.push_back({kind, url, certificate, kind == Need::Kind::issuer_certificate ? nullptr : issuer});
  };
  add(Need::Kind::crl, status.delta_urls);
  if (status.state != RevocationState::unknown) return needs;
  add(Need::Kind::issuer_certificate, status.signer_urls);
  add(Need::Kind::ocsp, certificate->ocsp_urls());
  for (const DistributionPoint& point : certificate->crl_distribution_points()) add(Need::Kind::crl, point.urls);
  return needs;
}

namespace {

// caIssuers leads to one certificate or to a certs-only CMS message (RFC 5280 4.2.2.1).
Result<std::vector<CertificatePtr>> read_issuers(ByteView answer, Budget& budget) {
  auto plain = parse_certificates(answer);
  if (plain) return plain;
  const auto message = asn1::der_from_ber(answer, false, budget);
  if (!message) return plain;
  asn1::Reader whole(*message);
  MOHR_TRY(asn1::Reader info, whole.enter(asn1::kSequence));
  MOHR_TRY(const ByteView type, info.oid());
  if (asn1::known_oid(type) != asn1::Oid::cms_signed_data) return plain;
  MOHR_TRY(asn1::Reader content, info.enter(asn1::context(0)));
  MOHR_TRY(asn1::Reader data, content.enter(asn1::kSequence));
  MOHR_CHECK(data.small_integer());
  MOHR_CHECK(data.next(asn1::kSet));
  MOHR_CHECK(data.next(asn1::kSequence));
  MOHR_TRY(asn1::Reader items, data.enter(asn1::context(0)));
  std::vector<CertificatePtr> certificates;
  while (!items.at_end()) {
    MOHR_CHECK(budget.spend(Limit::certificates));
    MOHR_TRY(const asn1::Element item, items.next());
    if (item.tag != asn1::kSequence) continue;
    if (auto certificate = Certificate::parse(item.whole)) certificates.push_back(*std::move(certificate));
  }
  return certificates;
}

// What the place did, not what was forbidden here: that is over as soon as it is allowed.
bool is_its_failure(const Error& error) {
  return error.code != ErrorCode::network_forbidden_address && error.code != ErrorCode::url_invalid &&
         error.code != ErrorCode::module_missing;
}

}  // namespace

// What is on disk already serves without the network, judged like what comes from there.
Result<bool> Asking::recall(const Need& need, Evidence& evidence, Budget& budget) const {
  if (!need.nonce.empty()) return false;  // an answer made for this question is wanted
  if (need.kind == Need::Kind::crl) {
    MOHR_TRY(CrlPtr crl, cache_->find_list(need, budget));
    return crl != nullptr && evidence.add(std::move(crl), Origin::network, need.url);
  }
  const std::optional<Bytes> kept = cache_->find(need, budget.limit(Limit::crl_bytes));
  if (!kept) return false;
  MOHR_TRY(OcspResponsePtr response, OcspResponse::parse(*kept, budget));
  return evidence.add(std::move(response), Origin::network, need.url);
}

// A list whose signer is not known yet waits for what comes next.
Result<void> Asking::keep_lists(const Evidence& evidence, Budget& budget) {
  for (auto list = unproven_.begin(); list != unproven_.end();) {
    const auto& [need, crl, validators] = *list;
    MOHR_TRY(const bool proven, is_rightly_signed(*crl, *need.certificate, *need.issuer, cache_->now(), trust_, evidence, budget));
    if (proven) cache_->keep(need, *crl, validators);
    list = proven ? unproven_.erase(list) : std::next(list);
  }
  return {};
}

Result<bool> Asking::take(const Need& need, Evidence& evidence, Budget& budget) {
  FetchRequest request;
  request.url = need.url;
  switch (need.kind) {
    case Need::Kind::ocsp: {
      request.body = write_ocsp_request(*need.certificate, *need.issuer, need.nonce);
      request.content_type = "application/ocsp-request";
      request.accept = "application/ocsp-response";
      MOHR_TRY(const Bytes answer, fetcher_->fetch(request, budget));
      MOHR_TRY(OcspResponsePtr response, OcspResponse::parse(answer, budget));
      if (!need.nonce.empty() && !response->nonce().empty() && !equal(need.nonce, response->nonce()))
        return errors::ocsp_invalid(Code{"it answers another request"});
      if (cache_ != nullptr) MOHR_CHECK(cache_->keep(need, *response, budget));
      return evidence.add(std::move(response), Origin::network, need.url);
    }
    case Need::Kind::crl: {
      request.at_most = budget.limit(Limit::crl_bytes);
      request.seconds = 40;  // hundreds of megabytes; the budget's own limit counts all the same
      MOHR_TRY(const FetchAnswer answer,
               fetcher_->fetch_if_changed(request, cache_ != nullptr ? cache_->validators(need) : Validators{}, budget));
      if (answer.unchanged) return false;
      MOHR_TRY(const std::vector<CrlPtr> crls, parse_crls(answer.body, budget, cache_ != nullptr ? cache_->shelf() : nullptr));
      bool added = false;
      for (const CrlPtr& crl : crls) {
        if (cache_ != nullptr && crls.size() == 1 && crl->next_update()) unproven_.push_back({need, crl, answer.validators});
        added |= evidence.add(crl, Origin::network, need.url);
      }
      MOHR_CHECK(keep_lists(evidence, budget));
      return added;
    }
    case Need::Kind::issuer_certificate: break;
  }
  MOHR_TRY(const Bytes answer, fetcher_->fetch(request, budget));
  MOHR_TRY(const std::vector<CertificatePtr> certificates, read_issuers(answer, budget));
  bool added = false;
  for (const CertificatePtr& certificate : certificates) added |= evidence.add(certificate, Origin::network, need.url);
  return added;
}

Result<bool> Asking::fetch(const Need& need, Evidence& evidence, Budget& budget) {
  if (cache_ != nullptr) {
    if (auto pause = cache_->cooling_down(need.url)) {
      evidence.add_failure(need.url, *std::move(pause));
      return false;
    }
  }
  auto taken = take(need, evidence, budget);
  if (cache_ != nullptr && taken) cache_->remember_success(need.url);
  if (taken || failure(taken.error()) == Failure::budget) return taken;
  if (cache_ != nullptr && is_its_failure(taken.error())) cache_->remember_failure(need.url);
  evidence.add_failure(need.url, std::move(taken).error());
  return false;
}

Result<bool> Asking::learn(std::span<const Need> needs, Evidence& evidence, Budget& budget) {
  MOHR_CHECK(keep_lists(evidence, budget));
  for (const Need& need : needs) {
    if (cache_ == nullptr || !recalled_.insert(need.identity()).second) continue;
    const auto came = recall(need, evidence, budget);
    if (came && *came) return true;
    if (!came && failure(came.error()) == Failure::budget) return came;
  }
  if (fetcher_ == nullptr) return false;
  for (const Need& need : needs) {
    if (!asked_.insert(need.identity()).second) continue;
    MOHR_TRY(const bool came, fetch(need, evidence, budget));
    if (came) return true;
  }
  return false;
}

}  // namespace mohr::pki
