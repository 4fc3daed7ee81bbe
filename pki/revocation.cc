#include "pki/revocation.h"

#include <algorithm>

#include "pki/crypto_policy.h"
#include "pki/general_name.h"

namespace mohr::pki {
namespace {

constexpr int kHold = 6, kRemoveFromCrl = 8;  // CRLReason (RFC 5280 5.3.1)

struct Query {
  const Certificate& certificate;
  const Certificate& issuer;
  Instant time, now;
  const Trust& trust;
  const Evidence& evidence;
  Budget& budget;
};

// What one piece of evidence says; the newest of those that count decides.
struct Answer {
  RevocationState state = RevocationState::good;
  Instant revoked_at;
  std::optional<int> reason;
  Instant this_update;
  std::optional<Instant> next_update;
  std::string source;
};

// Freshness: made before `now`, and still good at `now`, or made after the time in question (EN 319 102-1 5.2.5).
bool is_timely(const Query& query, Instant this_update, const std::optional<Instant>& next_update, const std::string& source, Findings& findings) {
  constexpr std::int64_t kSkew = 5 * kMinute;
  if (this_update > query.now + kSkew) {
    findings.push_back(findings::revocation_from_future(source, this_update));
    return false;
  }
  const bool current = next_update ? *next_update >= query.now : this_update + kDay >= query.now;
  if (!current && this_update < query.time) {
    findings.push_back(findings::revocation_stale(source, next_update.value_or(this_update + kDay)));
    return false;
  }
  return true;
}

// An issuer need not list a certificate any longer that has expired (RFC 5280 3.3), unless a revocation is found.
bool covers_expiry(const Query& query, Instant this_update) { return this_update <= query.certificate.not_after(); }

Result<bool> is_signed_by(const Certificate& signer, const crypto::SignatureAlgorithm& algorithm, ByteView tbs, ByteView signature,
                          Budget& budget) {
  if (algorithm.scheme == crypto::SignatureScheme::none) return false;
  const auto key = signer.key();
  if (!key) return false;
  MOHR_CHECK(budget.spend(Limit::raw_verifications));
  return (*key)->verify(algorithm, tbs, signature) == crypto::SignatureCheck::good;
}

void settle(const Query& query, bool listed, Instant at, std::optional<int> reason, Answer& answer) {
  if (!listed) return;
  answer.revoked_at = at;
  answer.reason = reason;
  if (reason == kRemoveFromCrl) return;
  if (at > query.time) return;  // later than the time in question: good then, and said with its date
  answer.state = reason == kHold ? RevocationState::on_hold : RevocationState::revoked;
}

// ---- CRL (RFC 5280 6.3.3)

bool shares_a_name(ByteView a, ByteView b) {
  const auto names_a = read_general_names(asn1::Reader(a)), names_b = read_general_names(asn1::Reader(b));
  if (!names_a || !names_b) return false;
  return std::any_of(names_a->begin(), names_a->end(), [&](const GeneralName& x) {
    return std::any_of(names_b->begin(), names_b->end(), [&](const GeneralName& y) { return x.kind == y.kind && equal(x.value, y.value); });
  });
}

bool is_in_scope(const Query& query, const Crl& crl) {
  const auto& point = crl.distribution_point();
  if (!point) return true;
  if (point->only_attribute_certificates) return false;
  if (point->only_user_certificates && query.certificate.is_ca()) return false;
  if (point->only_ca_certificates && !query.certificate.is_ca()) return false;
  if (point->full_name.empty() && point->relative_name.empty()) return true;
  const auto points = query.certificate.crl_distribution_points();
  return std::any_of(points.begin(), points.end(), [&](const DistributionPoint& wanted) {
    if (!wanted.relative_name.empty() || !point->relative_name.empty()) return equal(wanted.relative_name, point->relative_name);
    return shares_a_name(wanted.full_name, point->full_name);
  });
}

// The issuer outlives the query: no ownership is needed.
CertificatePtr borrowed(const Certificate& certificate) { return {CertificatePtr{}, &certificate}; }

// The key that may sign this list: the issuer's own, or another certificate of the same name that the issuer's key certified for CRLs.
Result<CertificatePtr> find_crl_signer(const Query& query, const Crl& crl) {
  const auto may_sign = [](const Certificate& c) { return !c.key_usage() || (*c.key_usage() & kCrlSign); };
  if (may_sign(query.issuer)) {
    MOHR_TRY(const bool own, is_signed_by(query.issuer, crl.signature_algorithm(), crl.tbs(), crl.signature(), query.budget));
    if (own) return borrowed(query.issuer);
  }
  const auto try_one = [&](const CertificatePtr& candidate) -> Result<bool> {
    if (!candidate->subject().equals(crl.issuer()) || !may_sign(*candidate) || candidate->fingerprint() == query.issuer.fingerprint()) return false;
    if (query.now < candidate->not_before() || query.now > candidate->not_after()) return false;
    MOHR_TRY(const bool signs, is_signed_by(*candidate, crl.signature_algorithm(), crl.tbs(), crl.signature(), query.budget));
    if (!signs) return false;
    MOHR_TRY(const Path path, find_path(candidate, Purpose::crl_signing, query.now, query.trust, query.evidence, query.budget));
    const bool fails = std::any_of(path.findings.begin(), path.findings.end(), [](const Finding& f) { return !is_warning(f.check); });
    return path.anchor != nullptr && !fails;
  };
  for (const Held<Certificate>& held : query.evidence.certificates()) {
    MOHR_TRY(const bool signs, try_one(held.item));
    if (signs) return held.item;
  }
  for (const CertificatePtr& candidate : query.trust.intermediates()) {
    MOHR_TRY(const bool signs, try_one(candidate));
    if (signs) return candidate;
  }
  return CertificatePtr();
}

Result<std::optional<Answer>> ask_crl(const Query& query, const Crl& crl, Findings& findings) {
  const std::string issuer = crl.issuer().display();
  const auto refuse = [&](Finding finding) {
    findings.push_back(std::move(finding));
    return std::optional<Answer>();
  };
  if (!crl.issuer().equals(query.certificate.issuer())) return std::optional<Answer>();
  if (crl.is_delta()) return refuse(findings::crl_is_delta(issuer));
  if (crl.distribution_point() && crl.distribution_point()->indirect) return refuse(findings::crl_is_indirect(issuer));
  if (crl.has_unknown_critical_extension()) return refuse(findings::crl_has_unknown_extension(issuer));
  if (crl.distribution_point() && crl.distribution_point()->only_some_reasons) return refuse(findings::crl_some_reasons_only(issuer));
  if (!is_in_scope(query, crl)) return refuse(findings::crl_out_of_scope(issuer, query.certificate.subject().display()));
  if (!is_timely(query, crl.this_update(), crl.next_update(), issuer, findings)) return std::optional<Answer>();
  if (const Instant until = usable_until(crl.signature_algorithm()); query.now >= until)
    return refuse(findings::revocation_algorithm_weak(issuer, Code{crypto::signature_name(crl.signature_algorithm())}, until));
  MOHR_TRY(const CertificatePtr signer, find_crl_signer(query, crl));
  if (!signer) return refuse(findings::revocation_signature_bad(issuer));
  Answer answer;
  answer.this_update = crl.this_update();
  answer.next_update = crl.next_update();
  answer.source = issuer;
  MOHR_TRY(const std::optional<RevokedEntry> entry, crl.find(query.certificate.serial()));
  if (!entry && !covers_expiry(query, crl.this_update())) return refuse(findings::revocation_after_expiry(issuer, query.certificate.subject().display()));
  if (entry) settle(query, true, entry->revocation_date, entry->reason, answer);
  return std::optional(std::move(answer));
}

// ---- OCSP (RFC 6960 4.2.2.2)

ByteView key_octets(const Certificate& certificate) {
  auto spki = asn1::single(certificate.spki(), asn1::kSequence);
  if (!spki || !spki->next()) return {};
  const auto key = spki->bit_string();
  return key ? *key : ByteView{};
}

bool is_responder(const OcspResponse& response, const Certificate& certificate) {
  if (response.responder_name()) return response.responder_name()->equals(certificate.subject());
  return equal(response.responder_key_hash(), crypto::digest(crypto::DigestAlgorithm::sha1, key_octets(certificate)).view());
}

// A delegate: certified by the issuer's own key for exactly this, and valid when it answered.
Result<bool> is_delegate(const Query& query, const OcspResponse& response, const Certificate& candidate) {
  if (!candidate.has_extended_key_usage(asn1::Oid::kp_ocsp_signing)) return false;
  if (!candidate.issuer().equals(query.issuer.subject())) return false;
  if (response.produced_at() < candidate.not_before() || response.produced_at() > candidate.not_after()) return false;
  if (candidate.key_usage() && !(*candidate.key_usage() & (kDigitalSignature | kContentCommitment))) return false;
  const auto key = candidate.key();
  if (!key || response.produced_at() >= usable_until(**key)) return false;
  MOHR_CHECK(query.budget.spend(Limit::raw_verifications));
  return verify_signature(candidate, query.issuer) == crypto::SignatureCheck::good;
}

Result<CertificatePtr> find_responder(const Query& query, const OcspResponse& response) {
  if (is_responder(response, query.issuer)) {
    MOHR_TRY(const bool own, is_signed_by(query.issuer, response.signature_algorithm(), response.tbs(), response.signature(), query.budget));
    if (own) return borrowed(query.issuer);
  }
  std::vector<CertificatePtr> candidates(response.certificates().begin(), response.certificates().end());
  for (const Held<Certificate>& held : query.evidence.certificates()) candidates.push_back(held.item);
  for (const CertificatePtr& candidate : candidates) {
    if (!is_responder(response, *candidate)) continue;
    MOHR_TRY(const bool delegate, is_delegate(query, response, *candidate));
    if (!delegate) continue;
    MOHR_TRY(const bool signs, is_signed_by(*candidate, response.signature_algorithm(), response.tbs(), response.signature(), query.budget));
    if (signs) return candidate;
  }
  return CertificatePtr();
}

std::string responder_name(const OcspResponse& response) {
  if (response.responder_name()) return response.responder_name()->display();
  return response.certificates().empty() ? "OCSP" : response.certificates().front()->subject().display();
}

Result<std::optional<Answer>> ask_ocsp(const Query& query, const OcspResponse& response, Findings& findings) {
  const auto responses = response.responses();
  const auto single = std::find_if(responses.begin(), responses.end(),
                                   [&](const SingleResponse& one) { return matches(one.id, query.certificate, query.issuer); });
  if (single == responses.end()) return std::optional<Answer>();
  const std::string responder = responder_name(response);
  const auto refuse = [&](Finding finding) {
    findings.push_back(std::move(finding));
    return std::optional<Answer>();
  };
  if (response.has_unknown_critical_extension() || single->unknown_critical_extension) return refuse(findings::ocsp_has_unknown_extension(responder));
  if (!is_timely(query, single->this_update, single->next_update, responder, findings)) return std::optional<Answer>();
  if (const Instant until = usable_until(response.signature_algorithm()); query.now >= until)
    return refuse(findings::revocation_algorithm_weak(responder, Code{crypto::signature_name(response.signature_algorithm())}, until));
  MOHR_TRY(const CertificatePtr signer, find_responder(query, response));
  if (!signer) return refuse(findings::ocsp_not_authorised(responder, query.issuer.subject().display()));
  if (single->status == OcspStatus::unknown) return refuse(findings::ocsp_status_unknown(responder, query.certificate.subject().display()));
  const bool archived = single->archive_cutoff && *single->archive_cutoff <= query.certificate.not_after();
  if (single->status == OcspStatus::good && !archived && !covers_expiry(query, single->this_update))
    return refuse(findings::revocation_after_expiry(responder, query.certificate.subject().display()));
  Answer answer;
  answer.this_update = single->this_update;
  answer.next_update = single->next_update;
  answer.source = responder;
  if (single->status == OcspStatus::revoked) settle(query, true, single->revocation_time, single->reason, answer);
  return std::optional(std::move(answer));
}

}  // namespace

Result<RevocationStatus> revocation_status(const Certificate& certificate, const Certificate& issuer, Instant time, Instant now,
                                           const Trust& trust, const Evidence& evidence, Budget& budget) {
  const Query query{certificate, issuer, time, now, trust, evidence, budget};
  RevocationStatus status;
  std::optional<Answer> newest;
  const auto consider = [&](std::optional<Answer> answer) {
    if (answer && (!newest || answer->this_update > newest->this_update ||
                   (answer->this_update == newest->this_update && answer->state != RevocationState::good)))
      newest = std::move(answer);
  };
  for (const Held<OcspResponse>& held : evidence.ocsp_responses()) {
    MOHR_TRY(std::optional<Answer> answer, ask_ocsp(query, *held.item, status.findings));
    consider(std::move(answer));
  }
  for (const Held<Crl>& held : evidence.crls()) {
    MOHR_TRY(std::optional<Answer> answer, ask_crl(query, *held.item, status.findings));
    consider(std::move(answer));
  }
  if (!newest) {
    if (status.findings.empty())
      status.findings.push_back(findings::revocation_missing(certificate.subject().display(), issuer.subject().display()));
    return status;
  }
  status.state = newest->state;
  status.revoked_at = newest->revoked_at;
  status.reason = newest->reason;
  status.this_update = newest->this_update;
  status.next_update = newest->next_update;
  status.source = std::move(newest->source);
  status.findings.clear();
  return status;
}

std::vector<Need> revocation_needs(const CertificatePtr& certificate, const CertificatePtr& issuer) {
  std::vector<Need> needs;
  for (const std::string& url : certificate->ocsp_urls())
    if (is_fetchable(url)) needs.push_back({Need::Kind::ocsp, url, certificate, issuer});
  for (const DistributionPoint& point : certificate->crl_distribution_points())
    for (const std::string& url : point.urls)
      if (is_fetchable(url)) needs.push_back({Need::Kind::crl, url, certificate, issuer});
  return needs;
}

namespace {

Result<bool> take(const Need& need, Fetcher& fetcher, Evidence& evidence, Budget& budget) {
  FetchRequest request;
  request.url = need.url;
  switch (need.kind) {
    case Need::Kind::ocsp: {
      request.body = write_ocsp_request(*need.certificate, *need.issuer, {});
      request.content_type = "application/ocsp-request";
      request.accept = "application/ocsp-response";
      MOHR_TRY(const Bytes answer, fetcher.fetch(request, budget));
      MOHR_TRY(OcspResponsePtr response, OcspResponse::parse(answer, budget));
      return evidence.add(std::move(response), Origin::network, need.url);
    }
    case Need::Kind::crl: {
      request.at_most = 64 << 20;
      MOHR_TRY(const Bytes answer, fetcher.fetch(request, budget));
      MOHR_TRY(const std::vector<CrlPtr> crls, parse_crls(answer, budget));
      bool added = false;
      for (const CrlPtr& crl : crls) added |= evidence.add(crl, Origin::network, need.url);
      return added;
    }
    case Need::Kind::issuer_certificate: break;
  }
  MOHR_TRY(const Bytes answer, fetcher.fetch(request, budget));
  MOHR_TRY(const std::vector<CertificatePtr> certificates, parse_certificates(answer));
  bool added = false;
  for (const CertificatePtr& certificate : certificates) added |= evidence.add(certificate, Origin::network, need.url);
  return added;
}

}  // namespace

bool fetch(const Need& need, Fetcher& fetcher, Evidence& evidence, Budget& budget) {
  auto taken = take(need, fetcher, evidence, budget);
  if (!taken) evidence.add_failure(need.url, std::move(taken).error());
  return taken && *taken;
}

}  // namespace mohr::pki
