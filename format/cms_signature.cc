#include "format/cms_signature.h"

#include <algorithm>

#include "format/cms_identity.h"
#include "format/cms_long_term.h"
#include "format/timestamp_carrier.h"
#include "pki/core/text.h"

namespace mohr::format {
namespace {

using asn1::Oid;
using pki::CmsAttribute;
using pki::SignerInfo;

std::string oid_name(ByteView oid) {
  const Oid known = asn1::known_oid(oid);
  return known == Oid::unknown ? asn1::dotted(oid) : std::string(asn1::name(known));
}

class SignerFacts {
 public:
  SignerFacts(const pki::SignedData& data, const SignerInfo& signer, Signature& signature, const CmsEvidence& evidence, Budget& budget,
              pki::CertificateMemory* memory, bool counters = false)
      : data_(data), signer_(signer), signature_(signature), evidence_(evidence), budget_(budget), memory_(memory), counters_(counters) {}

  Result<void> read() {
    signature_.signed_octets = signer_.signed_octets;
    signature_.value = to_bytes(signer_.signature);
    signature_.hash = crypto::sha256(signature_.value);
    signature_.algorithm = signer_.signature_algorithm;
    signature_.algorithm_name = signer_.signature_algorithm.scheme == crypto::SignatureScheme::none
                                    ? oid_name(signer_.signature_algorithm_oid)
                                    : crypto::signature_name(signer_.signature_algorithm);
    signature_.signer = find_bound_signer();
    if (!signature_.signer && binds_another()) found(findings::cms_binding_conflict());
    if (asn1::known_oid(data_.content_type) != Oid::cms_data) signature_.content_type = asn1::dotted(data_.content_type);
    if (!is_sorted()) found(findings::cms_attributes_not_sorted());
    const auto own = crypto::demanded_digest(signer_.signature_algorithm);
    if (own && *own != signer_.digest)
      found(findings::cms_digests_differ(Code{std::string(crypto::digest_name(signer_.digest))},
                                         Code{std::string(crypto::digest_name(*own))}));
    if (signer_.signed_attribute(Oid::content_type) == nullptr && !counters_) found(findings::cms_attribute_missing(Code{"contentType"}));
    if (signer_.signed_attribute(Oid::message_digest) == nullptr) found(findings::cms_attribute_missing(Code{"messageDigest"}));
    for (const CmsAttribute& attribute : signer_.signed_attributes) {
      if (const auto read = read_signed(attribute); !read) {
        if (failure(read.error()) == Failure::budget) return read.error();
        found(findings::cms_attribute_broken(Code{oid_name(attribute.oid)}));
      }
    }
    for (const CmsAttribute& attribute : signer_.unsigned_attributes) MOHR_CHECK(read_unsigned(attribute));
    return {};
  }

 private:
  void found(Finding finding) { signature_.findings.push_back(std::move(finding)); }

  // Two certificates may claim the same issuer and serial number: the one that the signature binds is meant, wherever it stands.
  [[nodiscard]] pki::CertificatePtr find_bound_signer() const {
    const pki::CertificatePtr first = pki::find_signer(signer_, evidence_.certificates);
    const CmsAttribute* binding = signer_.signed_attribute(Oid::signing_certificate_v2);
    if (binding == nullptr) binding = signer_.signed_attribute(Oid::signing_certificate);
    if (!first || binding == nullptr) return first;
    const auto references = pki::read_signing_certificate(*binding);
    if (!references || pki::refers_to(references->front(), *first)) return first;
    for (const pki::CertificatePtr& other : evidence_.certificates)
      if (pki::refers_to(references->front(), *other) && pki::find_signer(signer_, {&other, 1})) return other;
    return first;
  }

  // The SignerInfo names one certificate and the signed binding another, which the message brings.
  [[nodiscard]] bool binds_another() const {
    const CmsAttribute* binding = signer_.signed_attribute(Oid::signing_certificate_v2);
    if (binding == nullptr) return false;
    const auto references = pki::read_signing_certificate(*binding);
    return references && std::any_of(evidence_.certificates.begin(), evidence_.certificates.end(),
                                     [&](const pki::CertificatePtr& c) { return pki::refers_to(references->front(), *c); });
  }

  // RFC 5652 5.3 and 5.4: signed attributes are DER, whose SET OF is sorted. A reader that sorts digests other octets than one that does
  // not.
  [[nodiscard]] bool is_sorted() const {
    asn1::Reader outer(signer_.signed_octets);
    const auto set = outer.next();
    if (!set) return false;
    asn1::Reader inside(set->value);
    ByteView before;
    while (!inside.at_end()) {
      const auto next = inside.next();
      if (!next || less(next->whole, before)) return false;
      before = next->whole;
    }
    return true;
  }

  Result<void> read_signed(const CmsAttribute& attribute) {
    asn1::Reader value(attribute.values.front());
    switch (attribute.id) {
      case Oid::content_type: {
        MOHR_TRY(const ByteView type, value.oid());
        if (counters_) return errors::cms_invalid(Code{"a counter-signature with a content type"});
        if (!equal(type, data_.content_type))
          found(findings::cms_content_type_differs(Code{oid_name(type)}, Code{oid_name(data_.content_type)}));
        return {};
      }
      case Oid::message_digest: {
        MOHR_TRY(const ByteView digest, value.octet_string());
        signature_.references.push_back({"content", signer_.digest, to_bytes(digest), {}, true});
        return {};
      }
      case Oid::signing_time: {
        MOHR_TRY(signature_.claimed_time, value.time());
        return {};
      }
      case Oid::signing_certificate:
      case Oid::signing_certificate_v2: return read_binding(attribute);
      case Oid::mime_type: {
        MOHR_TRY(const asn1::Element text, value.next(asn1::kUtf8String));
        signature_.content_type = printable(as_text(text.value));
        return {};
      }
      case Oid::cms_algorithm_protection: return check_protection(value);
      case Oid::content_time_stamp: {
        for (const ByteView token : attribute.values) {
          MOHR_TRY(TimestampCarrier carrier, read_carrier(TimestampKind::content, token, budget_, memory_));
          signature_.timestamps.push_back(std::move(carrier));
        }
        return {};
      }
      default: break;
    }
    MOHR_CHECK(read_identity_attribute(attribute, signature_.identity));
    return {};
  }

  // Both versions may stand side by side; then they must name the same certificate.
  Result<void> read_binding(const CmsAttribute& attribute) {
    MOHR_TRY(std::vector<pki::SigningCertificateReference> references, pki::read_signing_certificate(attribute));
    const bool second = !signature_.signing_certificate.empty();
    if (second && signature_.signer) {
      const bool a = pki::refers_to(signature_.signing_certificate.front(), *signature_.signer);
      const bool b = pki::refers_to(references.front(), *signature_.signer);
      if (a != b) found(findings::cms_binding_conflict());
    }
    if (!second || attribute.id == Oid::signing_certificate_v2) signature_.signing_certificate = std::move(references);
    return {};
  }

  // CMSAlgorithmProtection (RFC 6211): the algorithms are fixed a second time, inside what is signed.
  Result<void> check_protection(asn1::Reader& value) {
    MOHR_TRY(asn1::Reader inside, value.enter(asn1::kSequence));
    MOHR_TRY(const asn1::Element digest, inside.next(asn1::kSequence));
    MOHR_TRY(const asn1::Element algorithm, inside.next(asn1::context(1)));
    const auto same_contents = [](ByteView identifier, ByteView contents) {
      const auto whole = asn1::single(identifier);
      return whole && equal(whole->value, contents);
    };
    if (!equal(digest.whole, signer_.digest_algorithm_encoding) || !same_contents(signer_.signature_algorithm_encoding, algorithm.value))
      found(findings::cms_algorithms_unprotected());
    return {};
  }

  Result<void> read_unsigned(const CmsAttribute& attribute) {
    if (attribute.id == Oid::signature_time_stamp) {
      for (const ByteView token : attribute.values) {
        MOHR_TRY(TimestampCarrier carrier,
                 read_carrier_over(TimestampKind::signature, token, signer_.signature, signature_, budget_, memory_));
        signature_.timestamps.push_back(std::move(carrier));
      }
      return {};
    }
    if (attribute.id == Oid::certificate_values || attribute.id == Oid::revocation_values)
      return read_values(attribute, signature_, budget_, memory_);
    if (attribute.id == Oid::counter_signature) return {};              // add_counter_signatures
    if (is_long_term_timestamp(attribute.id) && !counters_) return {};  // read_long_term_timestamps, once the content was digested
    if (attribute.id == Oid::certificate_references || attribute.id == Oid::revocation_references) return {};  // names of evidence only
    std::uint64_t octets = 0;
    for (const ByteView value : attribute.values) octets += value.size();
    signature_.uncovered.push_back({oid_name(attribute.oid), "unprotected-attribute", octets});
    return {};
  }

  const pki::SignedData& data_;
  const SignerInfo& signer_;
  Signature& signature_;
  const CmsEvidence& evidence_;
  Budget& budget_;
  pki::CertificateMemory* memory_;
  bool counters_;  // a counter-signature: its content is a signature value, and has no type
};

}  // namespace

Result<CmsEvidence> read_cms_evidence(const pki::SignedData& data, Budget& budget, pki::CertificateMemory* memory) {
  CmsEvidence evidence;
  std::int64_t number = 0;
  for (const ByteView encoding : data.certificate_encodings) {
    ++number;
    if (auto certificate = pki::parse_certificate(encoding, memory)) {
      evidence.certificates.push_back(*std::move(certificate));
    } else {
      evidence.findings.push_back(findings::cms_certificate_unreadable(number));
    }
  }
  number = 0;
  for (const ByteView encoding : data.crl_encodings) {
    ++number;
    auto crl = pki::Crl::parse(encoding, budget);
    if (crl) evidence.crls.push_back(*std::move(crl));
    else if (failure(crl.error()) == Failure::budget) return std::move(crl).error();
    else evidence.findings.push_back(findings::cms_revocation_unreadable(number));
  }
  for (const ByteView encoding : data.ocsp_encodings) {
    ++number;
    auto response = pki::OcspResponse::parse(encoding, budget);
    if (response) evidence.ocsp_responses.push_back(*std::move(response));
    else if (failure(response.error()) == Failure::budget) return std::move(response).error();
    else evidence.findings.push_back(findings::cms_revocation_unreadable(number));
  }
  return evidence;
}

namespace {

Result<Signature> read_signer(const pki::SignedData& data, const SignerInfo& signer, std::string name, const CmsEvidence& evidence,
                              Format format, Budget& budget, pki::CertificateMemory* memory, bool counters) {
  Signature signature;
  signature.format = format;
  signature.name = std::move(name);
  if (!signer.has_signed_attributes) return errors::unsupported(Code{"a CMS signature without signed attributes"}).at(signature.name);
  signature.certificates = evidence.certificates;
  signature.crls = evidence.crls;
  signature.ocsp_responses = evidence.ocsp_responses;
  signature.findings = evidence.findings;
  MOHR_CHECK(SignerFacts(data, signer, signature, evidence, budget, memory, counters).read());
  return signature;
}

}  // namespace

Result<Signature> signature_from_signer(const pki::SignedData& data, std::size_t index, const CmsEvidence& evidence, Format format,
                                        Budget& budget, pki::CertificateMemory* memory) {
  return read_signer(data, data.signers[index], "signer " + std::to_string(index + 1), evidence, format, budget, memory, false);
}

Result<void> add_counter_signatures(const pki::SignedData& data, const SignerInfo& signer, std::size_t countersigned,
                                    const CmsEvidence& evidence, std::vector<Signature>& signatures, Budget& budget,
                                    pki::CertificateMemory* memory) {
  const Bytes value = signatures[countersigned].value;
  int number = 0;
  for (const CmsAttribute& attribute : signer.unsigned_attributes) {
    if (attribute.id != Oid::counter_signature) continue;
    for (const ByteView encoding : attribute.values) {
      const std::string name = "counter-signature " + std::to_string(++number) + " of " + signatures[countersigned].name;
      auto counter = pki::parse_signer_info(encoding, budget);
      auto read =
          counter ? read_signer(data, *counter, name, evidence, Format::cades, budget, memory, true) : Result<Signature>(counter.error());
      if (!read && failure(read.error()) == Failure::budget) return std::move(read).error();
      Signature signature = read ? *std::move(read) : unreadable_countersignature(Format::cades, name, read.error());
      for (Reference& reference : signature.references) reference.actual = to_bytes(crypto::digest(reference.digest, value).view());
      signature.countersigns = countersigned;
      const std::size_t index = signatures.size();
      signatures.push_back(std::move(signature));
      if (counter) MOHR_CHECK(add_counter_signatures(data, *counter, index, evidence, signatures, budget, memory));
    }
  }
  return {};
}

}  // namespace mohr::format
