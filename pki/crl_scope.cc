// Which certificates a revocation list speaks about (RFC 5280 6.3.3 b and d).
#include <algorithm>

#include "pki/asn1/der_writer.h"
#include "pki/revocation_sources.h"

namespace mohr::pki {
namespace {

using Kind = GeneralName::Kind;

struct PointName {
  Kind kind;
  Bytes value;
};

std::vector<PointName> general_names(ByteView contents) {
  std::vector<PointName> out;
  const auto names = read_general_names(asn1::Reader(contents));
  if (!names) return out;
  for (const GeneralName& name : *names) out.push_back({name.kind, to_bytes(name.value)});
  return out;
}

// The names of a distribution point; a name relative to `issuer` (a Name element) is made whole (4.2.1.13).
std::vector<PointName> names_of(ByteView full_name, ByteView relative_name, ByteView issuer) {
  if (relative_name.empty()) return general_names(full_name);
  const auto whole = asn1::single(issuer, asn1::kSequence);
  if (!whole) return {};
  return {{Kind::directory, asn1::sequence({whole->rest(), asn1::element(asn1::kSet, relative_name)})}};
}

bool same_name(const PointName& a, const PointName& b) {
  if (a.kind != b.kind) return false;
  if (equal(a.value, b.value)) return true;
  if (a.kind != Kind::directory) return false;
  const auto x = Name::parse(a.value), y = Name::parse(b.value);
  return x && y && x->equals(*y);
}

bool share_name(const std::vector<PointName>& a, const std::vector<PointName>& b) {
  return std::any_of(a.begin(), a.end(), [&](const PointName& name) {
    return std::any_of(b.begin(), b.end(), [&](const PointName& other) { return same_name(name, other); });
  });
}

// The name that relative names of the point count from: cRLIssuer, else the issuer of the certificate.
Bytes issuer_of(const DistributionPoint& point, const Name& certificate_issuer) {
  for (const PointName& name : general_names(point.crl_issuer))
    if (name.kind == Kind::directory) return name.value;
  return to_bytes(certificate_issuer.encoding());
}

// b 1, b 2 i
bool is_point_of(const DistributionPoint& point, const Name& certificate_issuer, const Crl& crl) {
  const bool delegated = !point.crl_issuer.empty();
  if (delegated && !(crl.is_indirect() && names_directory(point.crl_issuer, crl.issuer()))) return false;
  if (!delegated && !crl.issuer().equals(certificate_issuer)) return false;
  const auto& list = crl.distribution_point();
  if (!list || (list->full_name.empty() && list->relative_name.empty())) return true;
  const std::vector<PointName> names = names_of(list->full_name, list->relative_name, crl.issuer().encoding());
  const bool named = !point.full_name.empty() || !point.relative_name.empty();
  if (!named) return share_name(names, general_names(point.crl_issuer));
  return share_name(names, names_of(point.full_name, point.relative_name, issuer_of(point, certificate_issuer)));
}

// When the points of the certificate do not decide: all reasons, at the name of its issuer.
DistributionPoint assumed_point(Bytes& name) {
  DistributionPoint point;
  point.full_name = name;
  return point;
}

// b 2 ii to iv. A certificate of version 1 or 2 cannot say whether it is an authority's: no list of only one kind covers it.
bool is_kind_covered(const Certificate& certificate, const IssuingDistributionPoint& point) {
  if (point.only_attribute_certificates) return false;
  if (!point.only_user_certificates && !point.only_ca_certificates) return true;
  if (certificate.version() < 3) return false;
  return certificate.is_ca() ? !point.only_user_certificates : !point.only_ca_certificates;
}

}  // namespace

bool is_delegated_to(const Certificate& certificate, const Name& crl_issuer) {
  const auto points = certificate.crl_distribution_points();
  return std::any_of(points.begin(), points.end(), [&](const DistributionPoint& point) {
    return !point.crl_issuer.empty() && names_directory(point.crl_issuer, crl_issuer);
  });
}

std::uint32_t covered_reasons(const Certificate& certificate, const Crl& crl) {
  const auto& list = crl.distribution_point();
  if (list && !is_kind_covered(certificate, *list)) return 0;
  std::uint32_t reasons = 0;
  for (const DistributionPoint& point : certificate.crl_distribution_points())
    if (is_point_of(point, certificate.issuer(), crl)) reasons |= point.reasons.value_or(kAllReasons);
  // A list that names its own point is not asked about a certificate that names others.
  const bool elsewhere =
      list && !(list->full_name.empty() && list->relative_name.empty()) && !certificate.crl_distribution_points().empty();
  Bytes name = asn1::element(asn1::context(4), certificate.issuer().encoding());
  if (!elsewhere && is_point_of(assumed_point(name), certificate.issuer(), crl)) reasons = kAllReasons;
  return reasons & kAllReasons & (list && list->only_some_reasons ? *list->only_some_reasons : kAllReasons);
}

}  // namespace mohr::pki
