// Revocation lists as a source (RFC 5280 6.3.3).
#include <algorithm>

#include "pki/asn1/der_writer.h"
#include "pki/crypto_policy.h"
#include "pki/revocation_sources.h"

namespace mohr::pki {
namespace {

using Kind = GeneralName::Kind;

struct PointName {
  Kind kind;
  Bytes value;
};

// The names of a distribution point; a name relative to the issuer is made whole (RFC 5280 4.2.1.13).
std::vector<PointName> names_of(ByteView full_name, ByteView relative_name, const Name& issuer) {
  std::vector<PointName> out;
  if (!relative_name.empty()) {
    const auto base = asn1::single(issuer.encoding(), asn1::kSequence);
    if (base) out.push_back({Kind::directory, asn1::sequence({base->rest(), asn1::element(asn1::kSet, relative_name)})});
    return out;
  }
  const auto names = read_general_names(asn1::Reader(full_name));
  if (!names) return out;
  for (const GeneralName& name : *names) out.push_back({name.kind, to_bytes(name.value)});
  return out;
}

bool same_name(const PointName& a, const PointName& b) {
  if (a.kind != b.kind) return false;
  if (equal(a.value, b.value)) return true;
  if (a.kind != Kind::directory) return false;
  const auto x = Name::parse(a.value), y = Name::parse(b.value);
  return x && y && x->equals(*y);
}

// 6.3.3 b 2: the certificate is of the kind that the list covers, and names the same distribution point.
bool is_in_scope(const RevocationQuery& query, const Crl& crl) {
  const auto& point = crl.distribution_point();
  if (!point) return true;
  if (point->only_attribute_certificates) return false;
  if (point->only_user_certificates && query.certificate.is_ca()) return false;
  if (point->only_ca_certificates && !query.certificate.is_ca()) return false;
  if (point->full_name.empty() && point->relative_name.empty()) return true;
  const std::vector<PointName> names = names_of(point->full_name, point->relative_name, crl.issuer());
  const auto points = query.certificate.crl_distribution_points();
  return std::any_of(points.begin(), points.end(), [&](const DistributionPoint& wanted) {
    const std::vector<PointName> others = names_of(wanted.full_name, wanted.relative_name, query.certificate.issuer());
    return std::any_of(names.begin(), names.end(), [&](const PointName& name) {
      return std::any_of(others.begin(), others.end(), [&](const PointName& other) { return same_name(name, other); });
    });
  });
}

bool may_sign_crls(const Certificate& certificate) { return !certificate.key_usage() || (*certificate.key_usage() & kCrlSign); }

Result<const Anchor*> anchor_above(const RevocationQuery& query, const Certificate& certificate) {
  if (const Anchor* anchor = query.trust.anchor_of(certificate)) return anchor;
  MOHR_TRY(const Path path, find_path(borrowed(certificate), {Purpose::crl_signing, query.time}, query.trust, query.evidence, query.budget));
  return path.anchor;
}

// Another certificate of the issuer's name that signed the list: its path ends at the anchor of the issuer's (6.3.3 f), and it is not
// revoked.
Result<bool> is_other_signer(const RevocationQuery& query, const Crl& crl, const CertificatePtr& candidate) {
  if (!candidate->subject().equals(crl.issuer()) || !may_sign_crls(*candidate)) return false;
  if (candidate->fingerprint() == query.issuer.fingerprint() || candidate->fingerprint() == query.certificate.fingerprint()) return false;
  MOHR_TRY(const bool signs, is_signed_by(*candidate, crl.signature_algorithm(), crl.tbs(), crl.signature(), query.budget));
  if (!signs) return false;
  const Instant made = std::min(query.now, std::max(query.time, crl.this_update()));
  MOHR_TRY(const Path path, find_path(candidate, {Purpose::crl_signing, made}, query.trust, query.evidence, query.budget));
  const bool fails = std::any_of(path.findings.begin(), path.findings.end(), [](const Finding& f) { return !is_warning(f.check); });
  if (path.anchor == nullptr || fails) return false;
  MOHR_TRY(const Anchor* anchor, anchor_above(query, query.issuer));
  if (anchor != path.anchor) return false;
  if (path.certificates.size() == 1 || !path.anchor->revocation_required) return true;
  return is_signer_good(query, *candidate, *path.certificates[1]);
}

// The certificate whose key signed the list; null when there is none with a right to it.
Result<CertificatePtr> find_crl_signer(const RevocationQuery& query, const Crl& crl) {
  if (may_sign_crls(query.issuer)) {
    MOHR_TRY(const bool own, is_signed_by(query.issuer, crl.signature_algorithm(), crl.tbs(), crl.signature(), query.budget));
    if (own) return borrowed(query.issuer);
  }
  std::vector<CertificatePtr> candidates;
  for (const Anchor& anchor : query.trust.anchors()) candidates.push_back(anchor.certificate);
  candidates.insert(candidates.end(), query.trust.intermediates().begin(), query.trust.intermediates().end());
  for (const Held<Certificate>& held : query.evidence.certificates()) candidates.push_back(held.item);
  for (const CertificatePtr& candidate : candidates) {
    MOHR_TRY(const bool signs, is_other_signer(query, crl, candidate));
    if (signs) return candidate;
  }
  return CertificatePtr();
}

// Why this list is of no use whoever signed it; nothing when it is of use.
std::optional<Finding> objection(const RevocationQuery& query, const Crl& crl, const std::string& issuer) {
  if (crl.is_delta()) return findings::crl_is_delta(issuer);
  if (crl.distribution_point() && crl.distribution_point()->indirect) return findings::crl_is_indirect(issuer);
  if (crl.has_unknown_critical_extension()) return findings::crl_has_unknown_extension(issuer);
  if (!is_in_scope(query, crl)) return findings::crl_out_of_scope(issuer, query.certificate.subject().display());
  if (const Instant until = usable_until(crl.signature_algorithm()); query.now >= until)
    return findings::revocation_algorithm_weak(issuer, Code{crypto::signature_name(crl.signature_algorithm())}, until);
  return std::nullopt;
}

}  // namespace

Result<std::optional<RevocationAnswer>> ask_crl(const RevocationQuery& query, const Crl& crl, Findings& findings) {
  if (!crl.issuer().equals(query.certificate.issuer())) return std::optional<RevocationAnswer>();
  const std::string issuer = crl.issuer().display();
  const auto refuse = [&](Finding finding) {
    findings.push_back(std::move(finding));
    return std::optional<RevocationAnswer>();
  };
  if (auto why = objection(query, crl, issuer)) return refuse(*std::move(why));
  if (!is_timely(query, crl.this_update(), crl.next_update(), issuer, findings)) return std::optional<RevocationAnswer>();
  MOHR_TRY(const CertificatePtr signer, find_crl_signer(query, crl));
  if (!signer) return refuse(findings::revocation_signature_bad(issuer));
  RevocationAnswer answer;
  answer.this_update = crl.this_update();
  answer.next_update = crl.next_update();
  answer.source = issuer;
  if (crl.distribution_point() && crl.distribution_point()->only_some_reasons)
    answer.reasons = *crl.distribution_point()->only_some_reasons & kAllReasons;
  MOHR_TRY(const std::optional<RevokedEntry> entry, crl.find(query.certificate.serial(), query.certificate.issuer()));
  if (!entry && !covers_expiry(query, crl.this_update()))
    return refuse(findings::revocation_after_expiry(issuer, query.certificate.subject().display()));
  if (entry) settle(query, entry->revocation_date, entry->reason, answer);
  return std::optional(std::move(answer));
}

}  // namespace mohr::pki
