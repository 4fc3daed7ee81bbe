#include "cli/facts.h"

#include "pki/general_name.h"
#include "pki/national.h"
#include "verify/report.h"

namespace mohr::cli {
namespace {

using json::Array;
using json::Value;

template <class Range, class Make>
Array list_of(const Range& range, Make make) {
  Array list;
  for (const auto& item : range) list.push_back(make(item));
  return list;
}

Value findings_value(const Findings& findings) {
  return list_of(findings, [](const Finding& finding) {
    Value value;
    value.add("id", row(finding.check).id).add("en", render(finding, Language::en)).add("fa", render(finding, Language::fa));
    return value;
  });
}

Value key_usage_value(std::uint32_t bits) {
  constexpr std::array kNames = {"digitalSignature", "contentCommitment", "keyEncipherment", "dataEncipherment", "keyAgreement",
                                 "keyCertSign",      "cRLSign",           "encipherOnly",    "decipherOnly"};
  Array names;
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (bits & (1U << i)) names.emplace_back(kNames[i]);
  return names;
}

// The national profile's reading of a subject; null when it says nothing.
Value national_value(const pki::Name& subject) {
  const pki::NationalIdentity identity = pki::national_identity(subject);
  if (identity.role == pki::SignerRole::unknown && identity.identifier.empty()) return {};
  Value value;
  value.add("role", pki::role_id(identity.role)).add("identifier", identity.identifier);
  if (identity.kind) value.add("kind", pki::identifier_kind_id(*identity.kind));
  if (!identity.organization_id.empty()) value.add("organization_id", identity.organization_id);
  value.add("findings", findings_value(identity.findings));
  return value;
}

Value signature_value(const format::Signature& signature) {
  Value value;
  value.add("name", signature.name).add("format", format::format_id(signature.format)).add("algorithm", signature.algorithm_name);
  if (signature.claimed_time) value.add("claimed_time", iso8601(*signature.claimed_time));
  if (!signature.content_type.empty()) value.add("content_type", signature.content_type);
  if (signature.signer) value.add("signer", facts_of(*signature.signer));
  value.add("references", list_of(signature.references, [](const format::Reference& reference) {
              Value one;
              one.add("name", reference.name).add("digest", crypto::digest_name(reference.digest)).add("expected", hex(reference.expected));
              one.add("actual", hex(reference.actual)).add("matches", reference.matches());
              return one;
            }));
  value.add("identity", verify::identity_value(signature.identity));
  value.add("signed_octets_sha256", hex(crypto::sha256(signature.signed_octets).view()));
  value.add("value", hex(signature.value));
  value.add("certificates", list_of(signature.certificates, [](const pki::CertificatePtr& c) { return facts_of(*c); }));
  value.add("timestamps", list_of(signature.timestamps, [](const format::TimestampCarrier& carrier) {
              Value one = carrier.token ? facts_of(*carrier.token) : Value();
              one.add("kind", format::timestamp_kind_id(carrier.kind));
              one.add("matches", carrier.token && equal(carrier.imprint, carrier.token->imprint));
              one.add("covers", static_cast<std::uint64_t>(carrier.covers.size())).add("findings", findings_value(carrier.findings));
              return one;
            }));
  value.add("uncovered", list_of(signature.uncovered, [](const format::Uncovered& part) {
              Value one;
              one.add("place", part.place).add("kind", part.kind).add("octets", part.octets);
              return one;
            }));
  value.add("findings", findings_value(signature.findings));
  return value;
}

}  // namespace

Value facts_of(const pki::Certificate& certificate) {
  Value value;
  value.add("subject", certificate.subject().rfc4514())
      .add("issuer", certificate.issuer().rfc4514())
      .add("serial", hex(certificate.serial()))
      .add("not_before", iso8601(certificate.not_before()))
      .add("not_after", iso8601(certificate.not_after()))
      .add("sha256", hex(certificate.fingerprint().view()))
      .add("signature_algorithm",
           certificate.signature_algorithm_known() ? crypto::signature_name(certificate.signature_algorithm()) : "unknown");
  if (Value national = national_value(certificate.subject()); !national.is_null()) value.add("national", std::move(national));
  if (const auto key = certificate.key()) value.add("key", (*key)->name());
  value.add("ca", certificate.is_ca());
  if (certificate.key_usage()) value.add("key_usage", key_usage_value(*certificate.key_usage()));
  const auto oids = [](std::span<const ByteView> list) { return list_of(list, [](ByteView oid) { return Value(asn1::dotted(oid)); }); };
  value.add("extended_key_usage", oids(certificate.extended_key_usages())).add("policies", oids(certificate.policies()));
  value.add("alternative_names",
            list_of(certificate.subject_alt_names(), [](const pki::GeneralName& name) { return Value(display(name)); }));
  Array crls;
  for (const pki::DistributionPoint& point : certificate.crl_distribution_points())
    for (const std::string& url : point.urls) crls.emplace_back(url);
  const auto texts = [](std::span<const std::string> list) { return list_of(list, [](const std::string& text) { return Value(text); }); };
  value.add("crl_urls", std::move(crls))
      .add("ocsp_urls", texts(certificate.ocsp_urls()))
      .add("issuer_urls", texts(certificate.ca_issuer_urls()));
  return value;
}

Value facts_of(const pki::Crl& crl) {
  Value value;
  value.add("issuer", crl.issuer().rfc4514()).add("this_update", iso8601(crl.this_update()));
  if (crl.next_update()) value.add("next_update", iso8601(*crl.next_update()));
  value.add("number", hex(crl.number())).add("entries", static_cast<std::int64_t>(crl.entries())).add("delta", crl.is_delta());
  if (crl.is_delta()) value.add("base_number", hex(crl.base_number()));
  value.add("indirect", crl.is_indirect()).add("empty_list", crl.has_empty_list());
  value.add("sha256", hex(crl.fingerprint().view()));
  return value;
}

Value facts_of(const pki::OcspResponse& response) {
  Value value;
  value.add("produced_at", iso8601(response.produced_at()));
  if (response.responder_name()) value.add("responder", response.responder_name()->rfc4514());
  value.add("responses", list_of(response.responses(), [](const pki::SingleResponse& single) {
              Value one;
              one.add("serial", hex(single.id.serial))
                  .add("status", single.status == pki::OcspStatus::good      ? "good"
                                 : single.status == pki::OcspStatus::revoked ? "revoked"
                                                                             : "unknown")
                  .add("this_update", iso8601(single.this_update));
              if (single.next_update) one.add("next_update", iso8601(*single.next_update));
              if (single.status == pki::OcspStatus::revoked) one.add("revoked_at", iso8601(single.revocation_time));
              return one;
            }));
  value.add("certificates", list_of(response.certificates(), [](const pki::CertificatePtr& c) { return facts_of(*c); }));
  return value;
}

Value facts_of(const pki::TimestampToken& token) {
  Value value;
  value.add("time", iso8601(token.time))
      .add("policy", asn1::dotted(token.policy))
      .add("serial", hex(token.serial))
      .add("digest", crypto::digest_name(token.digest))
      .add("imprint", hex(token.imprint))
      .add("accuracy_milliseconds", token.accuracy_milliseconds);
  value.add("certificates", list_of(token.certificates, [](const pki::CertificatePtr& c) { return facts_of(*c); }));
  return value;
}

Value facts_of(const format::SignedDocument& document) {
  Value value;
  value.add("format", format::format_id(document.format)).add("media_type", document.media_type).add("size", document.size);
  value.add("needs_content", document.needs_content);
  value.add("signatures", list_of(document.signatures, signature_value));
  return value;
}

}  // namespace mohr::cli
