#include "format/xades_properties.h"

#include <array>

#include "format/cms_identity.h"
#include "pki/core/text.h"

namespace mohr::format {
namespace {

using xml::Children;
using xml::Node;

Error invalid(const xml::Document& document, Node place, std::string what) {
  return errors::xml_signature_invalid(Code{std::move(what)}).at(document.path(place));
}

std::string trimmed_text(const xml::Document& document, Node element) {
  const std::string text = document.text(element);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

Result<Instant> read_time(const xml::Document& document, Node element) {
  const auto time = from_iso8601(trimmed_text(document, element));
  if (!time) return invalid(document, element, "no date and time");
  return *time;
}

// xsd:integer to the contents octets of an INTEGER; empty when it is none of a serial number's.
Bytes integer_contents(std::string_view decimal) {
  Bytes out;  // most significant octet first
  if (decimal.empty() || decimal.size() > 80) return {};
  for (const char c : decimal) {
    if (c < '0' || c > '9') return {};
    unsigned carry = static_cast<unsigned>(c - '0');
    for (auto octet = out.rbegin(); octet != out.rend(); ++octet) {
      carry += *octet * 10U;
      *octet = static_cast<Byte>(carry);
      carry >>= 8;
    }
    if (carry != 0) out.insert(out.begin(), static_cast<Byte>(carry));
  }
  if (out.empty() || (out.front() & 0x80) != 0) out.insert(out.begin(), 0);
  return out;
}

// xades:Cert of SigningCertificate (5.2.2, the old one) and SigningCertificateV2.
Result<pki::SigningCertificateReference> read_certificate_reference(const xml::Document& document, Node cert) {
  pki::SigningCertificateReference reference;
  Children children(document, cert);
  MOHR_TRY(const Node digest_element, children.next(kXades, "CertDigest"));
  Children inside(document, digest_element);
  MOHR_TRY(xml::DigestAndValue digest, xml::read_digest(document, inside));
  reference.digest = digest.algorithm;
  reference.value = std::move(digest.value);
  if (children.next_if(kXades, "IssuerSerialV2") != nullptr) return reference;  // a hint only (EN 319 132-1 5.2.2); the digest binds
  if (const Node v1 = children.next_if(kXades, "IssuerSerial")) {
    Children names(document, v1);  // the name is text that no two programs write alike: the serial number and the digest bind
    MOHR_CHECK(names.next(xml::kDsig, "X509IssuerName"));
    MOHR_TRY(const Node serial, names.next(xml::kDsig, "X509SerialNumber"));
    reference.serial = integer_contents(trimmed_text(document, serial));
  }
  return reference;
}

Result<void> read_in_reply_to(const xml::Document& document, Node element, Identity& identity) {
  const auto algorithm = crypto::digest_from_uri(document.attribute(element, "Algorithm").value_or(""));
  if (!algorithm) return invalid(document, element, "InReplyTo without a known Algorithm");
  identity.request_digest = *algorithm;
  MOHR_TRY(identity.request, xml::read_base64(document, element));
  if (identity.request.size() != crypto::digest_size(*algorithm)) return invalid(document, element, "a digest of another size");
  return {};
}

struct TextMember {
  std::string_view name;
  std::string Identity::*member;
};
constexpr std::array kTexts = {TextMember{"ServiceId", &Identity::service_id}, TextMember{"TrackingId", &Identity::tracking_id},
                               TextMember{"Sender", &Identity::sender}, TextMember{"Receiver", &Identity::receiver},
                               TextMember{"MessageId", &Identity::message_id}};

Error misplaced_identity(const xml::Document& document, Node element) {
  return invalid(document, element, "Identity outside its commitment");
}

// docs/attributes.md. Each child at most once; unknown ones are refused, so that nobody takes them for understood.
Result<void> read_identity(const xml::Document& document, Node element, Identity& identity) {
  if (!identity.empty()) return invalid(document, element, "Identity twice");
  std::vector<std::string_view> seen;
  for (Children each(document, element); !each.at_end();) {
    const Node child = each.take();
    const std::string_view name = document.name(child);
    if (document.space(child) != kIdentityNamespace) return invalid(document, child, "this element is not expected here");
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) return invalid(document, child, "this element twice");
    seen.push_back(name);
    const auto text = std::find_if(kTexts.begin(), kTexts.end(), [&](const TextMember& row) { return row.name == name; });
    if (text != kTexts.end() && document.has_only_text(child)) {
      identity.*text->member = document.text(child);
    } else if (name == "Expires") {
      MOHR_TRY(identity.expires, read_time(document, child));
    } else if (name == "InReplyTo") {
      MOHR_CHECK(read_in_reply_to(document, child, identity));
    } else {
      return invalid(document, child, "this element is not expected here");
    }
  }
  if (seen.empty()) return invalid(document, element, "Identity without particulars");
  return {};
}

// 5.2.3: a commitment of our own type carries the identity. The form is fixed, so that nothing stands beside it that a reader skips.
Result<void> read_commitment(const xml::Document& document, Node indication, Identity& identity) {
  Children children(document, indication);
  MOHR_TRY(const Node id, children.next(kXades, "CommitmentTypeId"));
  const Node identifier = Children(document, id).next_if(kXades, "Identifier");
  if (identifier == nullptr || trimmed_text(document, identifier) != kIdentityNamespace)
    return {};  // another commitment: no statement of ours
  MOHR_CHECK(children.next(kXades, "AllSignedDataObjects"));
  MOHR_TRY(const Node qualifiers, children.next(kXades, "CommitmentTypeQualifiers"));
  MOHR_CHECK(children.finish());
  Children list(document, qualifiers);
  MOHR_TRY(const Node qualifier, list.next(kXades, "CommitmentTypeQualifier"));
  MOHR_CHECK(list.finish());
  Children content(document, qualifier);
  MOHR_TRY(const Node particulars, content.next(kIdentityNamespace, "Identity"));
  MOHR_CHECK(content.finish());
  return read_identity(document, particulars, identity);
}

Result<void> read_signature_properties(const xml::Document& document, Node properties, Signature& signature) {
  for (Children each(document, properties); !each.at_end();) {
    const Node property = each.take();
    if (document.space(property) == kIdentityNamespace) return misplaced_identity(document, property);
    if (is(document, property, kXades, "SigningTime")) {
      if (signature.claimed_time) return invalid(document, property, "SigningTime twice");
      MOHR_TRY(signature.claimed_time, read_time(document, property));
    } else if (is(document, property, kXades, "SigningCertificateV2") || is(document, property, kXades, "SigningCertificate")) {
      for (Children certs(document, property); !certs.at_end();) {
        MOHR_TRY(const Node cert, certs.next(kXades, "Cert"));
        MOHR_TRY(pki::SigningCertificateReference reference, read_certificate_reference(document, cert));
        signature.signing_certificate.push_back(std::move(reference));
      }
    }
  }
  return {};
}

// 5.2.4: DataObjectFormat names its reference as "#Id".
Result<void> read_data_properties(const xml::Document& document, Node properties, const std::string& content_id, Signature& signature) {
  for (Children each(document, properties); !each.at_end();) {
    const Node property = each.take();
    if (document.space(property) == kIdentityNamespace) return misplaced_identity(document, property);
    if (is(document, property, kXades, "CommitmentTypeIndication")) MOHR_CHECK(read_commitment(document, property, signature.identity));
    if (!is(document, property, kXades, "DataObjectFormat")) continue;
    if (content_id.empty() || document.attribute(property, "ObjectReference") != "#" + content_id) continue;
    for (Children parts(document, property); !parts.at_end();)
      if (const Node part = parts.take(); is(document, part, kXades, "MimeType")) signature.content_type = trimmed_text(document, part);
  }
  return {};
}

// XAdESTimeStampType: each token, and how its octets are canonicalised. Errors: unsupported (Include of single parts, XMLTimeStamp).
struct Stamps {
  xml::Canonicalization how;
  std::vector<Bytes> tokens;
};
Result<Stamps> read_stamps(const xml::Document& document, Node property, bool may_include) {
  Children children(document, property);
  Stamps stamps;
  while (may_include && children.next_if(kXades, "Include") != nullptr) {
  }
  if (const Node method = children.next_if(xml::kDsig, "CanonicalizationMethod")) {
    MOHR_TRY(stamps.how, xml::read_canonicalization(document, method));
  }
  while (const Node token = children.next_if(kXades, "EncapsulatedTimeStamp")) {
    MOHR_TRY(stamps.tokens.emplace_back(), xml::read_base64(document, token));
  }
  if (stamps.tokens.empty() || !children.at_end())
    return errors::unsupported(Code{"this form of " + std::string(document.name(property))}).at(document.path(property));
  return stamps;
}

// What the references select, in their order (EN 319 132-1 5.2.8.1, 5.5.2.2); a node set is canonicalised as the time-stamp says.
Result<void> add_references(const xml::Document& document, const XadesParts& parts, const xml::Canonicalization& how, bool with_properties,
                            const xml::Sink& sink) {
  for (const xml::DsigReference& reference : parts.dsig.references) {
    const xml::Canonicalization& step = reference.says_how ? reference.how : how;
    if (reference.selects == xml::Selection::signed_properties) {
      if (with_properties) MOHR_CHECK(document.canonicalize(parts.signed_properties, {}, step, sink));
    } else if (reference.selects == xml::Selection::key_info) {
      MOHR_CHECK(document.canonicalize(parts.dsig.key_info, {}, step, sink));
    } else if (reference.selects == xml::Selection::countersigned) {
      MOHR_CHECK(document.canonicalize(parts.dsig.countersigned, {}, step, sink));
    } else {
      MOHR_CHECK(xml::canonicalize_document(document, parts.dsig, reference, step, sink));
    }
  }
  return {};
}

bool is_referenced(const xml::Document& document, const XadesParts& parts, Node object) {
  const auto id = document.attribute(object, "Id");
  return id && std::any_of(parts.dsig.references.begin(), parts.dsig.references.end(),
                           [&](const xml::DsigReference& reference) { return reference.fragment == *id; });
}

class UnsignedReader {
 public:
  UnsignedReader(const xml::Document& document, const XadesParts& parts, Signature& signature, XadesEvidence& evidence, Budget& budget,
                 pki::CertificateMemory* memory)
      : document_(document), parts_(parts), signature_(signature), evidence_(evidence), budget_(budget), memory_(memory) {}

  Result<void> read(Node property) {
    MOHR_TRY(const bool known, read_known(property));
    if (!known) signature_.uncovered.push_back({document_.path(property), "unprotected-property", document_.text(property).size()});
    before_.push_back(property);
    return {};
  }

 private:
  // False: no time-stamp, evidence or counter-signature in a form that is known.
  Result<bool> read_known(Node property) {
    const std::string_view name = document_.name(property);
    const bool first = document_.space(property) == kXades, second = document_.space(property) == kXades141;
    if (first && name == "SignatureTimeStamp") {
      MOHR_CHECK(signature_timestamp(property));
    } else if (second && name == "ArchiveTimeStamp") {
      MOHR_TRY(const Stamps stamps, read_stamps(document_, property, false));
      MOHR_CHECK(archive_timestamp(stamps));
    } else if (first && name == "CounterSignature") {
      counter_signature(property);
    } else if ((first && (name == "ArchiveTimeStamp" || name == "SigAndRefsTimeStamp" || name == "RefsOnlyTimeStamp")) ||
               (second && (name == "SigAndRefsTimeStampV2" || name == "RefsOnlyTimeStampV2"))) {
      const auto stamps = read_stamps(document_, property, false);
      if (!stamps) return stamps.error().code == ErrorCode::unsupported ? Result<bool>(false) : stamps.error();
      MOHR_CHECK(name == "ArchiveTimeStamp" ? archive_timestamp(*stamps) : references_timestamp(*stamps, name.starts_with("Sig"), second));
    } else if (!holds_references(property, false) && !holds_references(property, true)) {
      return evidence(property);
    }
    return true;
  }

  // 5.3: over the canonical ds:SignatureValue element.
  Result<void> signature_timestamp(Node property) {
    MOHR_TRY(const Stamps stamps, read_stamps(document_, property, false));
    MOHR_TRY(const Bytes stamped, document_.canonical(parts_.dsig.value_element, stamps.how));
    for (const Bytes& token : stamps.tokens) {
      MOHR_TRY(TimestampCarrier carrier, read_carrier_over(TimestampKind::signature, token, stamped, signature_, budget_, memory_));
      keep(std::move(carrier));
    }
    return {};
  }

  // The tokens of one property, over what `add` gives to a sink, which proves that `covers` exist.
  template <class Add>
  Result<void> timestamp(const Stamps& stamps, TimestampKind kind, const std::vector<crypto::Hash>& covers, const Add& add) {
    for (const Bytes& token : stamps.tokens) {
      MOHR_CHECK(budget_.in_time());  // each is digested over the whole again
      MOHR_TRY(TimestampCarrier carrier, read_carrier(kind, token, budget_, memory_));
      if (carrier.token) {
        crypto::Digest digest(carrier.token->digest);
        MOHR_CHECK(add([&digest](ByteView more) { digest.update(more); }));
        carrier.imprint = to_bytes(digest.finish().view());
      }
      carrier.covers = covers;
      keep(std::move(carrier));
    }
    return {};
  }

  // 5.5.2.2, and TS 101 903 v1.3.2 7.7.1 for the namespace of that version: what the references select, SignedInfo, SignatureValue,
  // KeyInfo, the properties before it, the objects without a reference.
  Result<void> archive_timestamp(const Stamps& stamps) {
    std::vector<crypto::Hash> covers = covered_;
    covers.push_back(signature_.hash);
    return timestamp(stamps, TimestampKind::archive, covers, [&](const xml::Sink& sink) { return add_archived(stamps.how, sink); });
  }

  // A.1.5 and, for the first generation of these properties, TS 101 903 7.5: SignatureValue and its time-stamps, or not; references to
  // evidence of the same generation.
  Result<void> references_timestamp(const Stamps& stamps, bool with_signature, bool second_generation) {
    std::vector<Node> over;
    if (with_signature) over.push_back(parts_.dsig.value_element);
    std::vector<NamedEvidence> named;
    for (const Node property : before_) {
      const bool references = holds_references(property, second_generation);
      if (references) name_evidence(property, named);
      if (references || (with_signature && is(document_, property, kXades, "SignatureTimeStamp"))) over.push_back(property);
    }
    std::vector<crypto::Hash> covers;
    if (with_signature) {
      covers = covered_by_signature_stamps_;
      covers.push_back(signature_.hash);
    }
    for (std::size_t i = 0; i < stamps.tokens.size(); ++i) evidence_.named.emplace_back(signature_.timestamps.size() + i, named);
    return timestamp(stamps, TimestampKind::references, covers, [&](const xml::Sink& sink) -> Result<void> {
      for (const Node part : over) MOHR_CHECK(document_.canonicalize(part, {}, stamps.how, sink));
      return {};
    });
  }

  [[nodiscard]] bool holds_references(Node property, bool second_generation) const {
    const std::string_view name = document_.name(property), space = document_.space(property);
    if (name == "CompleteRevocationRefs" || name == "AttributeRevocationRefs") return space == kXades;
    if (second_generation) return space == kXades141 && (name == "CompleteCertificateRefsV2" || name == "AttributeCertificateRefsV2");
    return space == kXades && (name == "CompleteCertificateRefs" || name == "AttributeCertificateRefs");
  }

  // A.1.1: each object is named by a digest, at some depth.
  void name_evidence(Node element, std::vector<NamedEvidence>& named) const {
    if (is(document_, element, kXades, "CertDigest") || is(document_, element, kXades, "DigestAlgAndValue")) {
      Children inside(document_, element);
      auto digest = xml::read_digest(document_, inside);
      if (digest) named.push_back({digest->algorithm, std::move(digest->value)});
    } else {
      for (Children each(document_, element); !each.at_end();) name_evidence(each.take(), named);
    }
  }

  // 5.2.7.2: read once this signature was; what is over it proves that its value exists.
  void counter_signature(Node property) {
    evidence_.counter_signatures.push_back(property);
    Children inside(document_, property);
    const Node signature = inside.next_if(xml::kDsig, "Signature");
    if (signature == nullptr) return;
    Children parts(document_, signature);
    parts.take();
    const Node value = parts.next_if(xml::kDsig, "SignatureValue");
    const auto octets = value != nullptr ? xml::read_base64(document_, value) : Result<Bytes>(Bytes{});
    if (octets && !octets->empty()) covered_.push_back(crypto::sha256(*octets));
  }

  Result<void> add_archived(const xml::Canonicalization& how, const xml::Sink& sink) const {
    const xml::Dsig& dsig = parts_.dsig;
    MOHR_CHECK(add_references(document_, parts_, how, true, sink));
    for (const Node part : {dsig.signed_info, dsig.value_element, dsig.key_info})
      if (part != nullptr) MOHR_CHECK(document_.canonicalize(part, {}, how, sink));
    for (const Node property : before_) MOHR_CHECK(document_.canonicalize(property, {}, how, sink));
    for (const Node object : dsig.objects)
      if (object != parts_.object && !is_referenced(document_, parts_, object)) MOHR_CHECK(document_.canonicalize(object, {}, how, sink));
    return {};
  }

  void keep(TimestampCarrier carrier) {
    signature_.timestamps.push_back(std::move(carrier));
    TimestampCarrier covered;
    cover_token(signature_.timestamps.back().encoding, signature_, covered);
    covered_.insert(covered_.end(), covered.covers.begin(), covered.covers.end());
    if (signature_.timestamps.back().kind == TimestampKind::signature)
      covered_by_signature_stamps_.insert(covered_by_signature_stamps_.end(), covered.covers.begin(), covered.covers.end());
  }

  Result<void> values(Node values, std::string_view name, std::vector<Bytes>& to) {
    for (Children each(document_, values); !each.at_end();) {
      const Node value = each.take();
      if (!is(document_, value, kXades, name)) continue;
      MOHR_TRY(to.emplace_back(), xml::read_base64(document_, value));
      covered_.push_back(crypto::sha256(to.back()));
    }
    return {};
  }

  // True when `property` holds certificates or revocation data, which prove themselves.
  Result<bool> evidence(Node property) {
    if (is(document_, property, kXades141, "TimeStampValidationData") || is(document_, property, kXades141, "AnyValidationData")) {
      for (Children each(document_, property); !each.at_end();) MOHR_CHECK(evidence(each.take()));
      return true;
    }
    if (is(document_, property, kXades, "CertificateValues") || is(document_, property, kXades, "AttrAuthoritiesCertValues")) {
      MOHR_CHECK(values(property, "EncapsulatedX509Certificate", evidence_.certificates));
      return true;
    }
    if (!is(document_, property, kXades, "RevocationValues") && !is(document_, property, kXades, "AttributeRevocationValues")) return false;
    for (Children each(document_, property); !each.at_end();) {
      const Node list = each.take();
      if (is(document_, list, kXades, "CRLValues")) MOHR_CHECK(values(list, "EncapsulatedCRLValue", evidence_.crls));
      if (is(document_, list, kXades, "OCSPValues")) MOHR_CHECK(values(list, "EncapsulatedOCSPValue", evidence_.ocsp_responses));
    }
    return true;
  }

  const xml::Document& document_;
  const XadesParts& parts_;
  Signature& signature_;
  XadesEvidence& evidence_;
  Budget& budget_;
  pki::CertificateMemory* memory_;
  std::vector<Node> before_;                                         // the properties that stand before the next one
  std::vector<crypto::Hash> covered_, covered_by_signature_stamps_;  // what they hold, and the SignatureTimeStamps among them
};

}  // namespace

Result<void> read_signed_properties(const xml::Document& document, Node properties, const std::string& content_id, Signature& signature) {
  Children children(document, properties);
  if (const Node own = children.next_if(kXades, "SignedSignatureProperties"))
    MOHR_CHECK(read_signature_properties(document, own, signature));
  if (const Node data = children.next_if(kXades, "SignedDataObjectProperties"))
    MOHR_CHECK(read_data_properties(document, data, content_id, signature));
  return children.finish();
}

Result<void> read_unsigned_properties(const xml::Document& document, Node properties, const XadesParts& parts, Signature& signature,
                                      XadesEvidence& evidence, Budget& budget, pki::CertificateMemory* memory) {
  for (Children groups(document, properties); !groups.at_end();) {
    const Node group = groups.take();
    UnsignedReader reader(document, parts, signature, evidence, budget, memory);
    if (is(document, group, kXades, "UnsignedSignatureProperties")) {
      for (Children each(document, group); !each.at_end();) MOHR_CHECK(reader.read(each.take()));
      continue;
    }
    for (Children each(document, group); !each.at_end();) {
      const Node property = each.take();
      signature.uncovered.push_back({document.path(property), "unprotected-property", document.text(property).size()});
    }
  }
  return {};
}

Result<void> read_content_timestamps(const xml::Document& document, const XadesParts& parts, Signature& signature, Budget& budget,
                                     pki::CertificateMemory* memory) {
  Children children(document, parts.signed_properties);
  children.next_if(kXades, "SignedSignatureProperties");
  const Node data = children.next_if(kXades, "SignedDataObjectProperties");
  if (data == nullptr) return {};
  for (Children each(document, data); !each.at_end();) {
    const Node property = each.take();
    const bool single = is(document, property, kXades, "IndividualDataObjectsTimeStamp");  // of one document: the same octets
    if (!single && !is(document, property, kXades, "AllDataObjectsTimeStamp")) continue;
    MOHR_TRY(const Stamps stamps, read_stamps(document, property, single));
    for (const Bytes& token : stamps.tokens) {
      MOHR_CHECK(budget.in_time());
      MOHR_TRY(TimestampCarrier carrier, read_carrier(TimestampKind::content, token, budget, memory));
      if (carrier.token) {
        crypto::Digest digest(carrier.token->digest);
        MOHR_CHECK(add_references(document, parts, stamps.how, false, [&digest](ByteView more) { digest.update(more); }));
        carrier.imprint = to_bytes(digest.finish().view());
      }
      signature.timestamps.push_back(std::move(carrier));
    }
  }
  return {};
}

}  // namespace mohr::format
