// XAdES B and T, enveloped: the signature becomes the last child of the root, and every other octet of the document stays as it is.
#include "format/cms_identity.h"
#include "format/xades_properties.h"
#include "format/xml_markup.h"
#include "pki/core/text.h"
#include "sign/writer.h"

namespace mohr::sign {
namespace {

using format::xml::Canonical;

// Everything below is written in its exclusive canonical form (C14N: no empty-element tags, attributes sorted), except that a namespace
// stands where it is first needed: in the document on an element above, in the canonical octets on the part that is digested.
struct Declarations {
  std::string ds, xades;
};
std::string declaration(std::string_view prefix, std::string_view name) {
  return " xmlns:" + std::string(prefix) + "=\"" + std::string(name) + "\"";
}
Declarations canonical_declarations() { return {declaration("ds", format::xml::kDsig), declaration("xades", format::kXades)}; }

// C14N 1.0 2.3: text nodes.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '\r': out += "&#xD;"; break;
      default: out += c;
    }
  }
  return out;
}

// XML 1.0 2.2: no control characters but tab and line ends.
bool is_xml_text(std::string_view text) {
  return is_valid_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
         });
}

std::string element(const std::string& name, const std::string& attributes, std::string_view contents = {}) {
  return "<" + name + attributes + ">" + std::string(contents) + "</" + name + ">";
}
std::string attribute(const char* name, std::string_view value) { return std::string(" ") + name + "=\"" + std::string(value) + "\""; }
std::string algorithm(std::string_view uri) { return attribute("Algorithm", uri); }
std::string exclusive() { return algorithm(format::xml::canonical_uri(Canonical::exclusive)); }

struct Names {  // unique in any document: 128 random bits
  std::string signature, reference, properties, value, timestamp;
};
Names new_names() {
  const std::string unique = hex(crypto::random_bytes(16));
  return {"S-" + unique, "R-" + unique, "P-" + unique, "V-" + unique, "T-" + unique};
}

struct Parts {
  const Request& request;
  crypto::SignatureAlgorithm algorithm;
  Names names;
  Bytes document_digest, properties_digest;
};

std::string digest_elements(const Declarations& d, crypto::DigestAlgorithm digest, ByteView value) {
  return element("ds:DigestMethod", d.ds + algorithm(crypto::digest_uri(digest))) + element("ds:DigestValue", d.ds, base64(value));
}

// docs/attributes.md: a commitment of our own type (EN 319 132-1 5.2.3), whose qualifier may hold any element (AnyType, lax).
std::string identity_commitment(const format::Identity& identity) {
  if (identity.empty()) return {};
  std::string inside;
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) inside += element(std::string("m:") + name, "", escaped(text));
  };
  add("ServiceId", identity.service_id);
  add("TrackingId", identity.tracking_id);
  add("Sender", identity.sender);
  add("Receiver", identity.receiver);
  add("MessageId", identity.message_id);
  if (identity.expires) add("Expires", iso8601(*identity.expires));
  if (!identity.request.empty())
    inside += element("m:InReplyTo", algorithm(crypto::digest_uri(identity.request_digest)), base64(identity.request));
  const std::string type = element("xades:CommitmentTypeId", "", element("xades:Identifier", "", format::kIdentityNamespace));
  const std::string particulars = element("m:Identity", declaration("m", format::kIdentityNamespace), inside);
  return element("xades:CommitmentTypeIndication", "",
                 type + element("xades:AllSignedDataObjects", "") +
                     element("xades:CommitmentTypeQualifiers", "", element("xades:CommitmentTypeQualifier", "", particulars)));
}

// EN 319 132-1 5.2.1, 5.2.2 (without the issuer, which is a hint), 5.2.3, 5.2.4.
std::string signed_properties(const Parts& parts, const Declarations& d, const std::string& own) {
  const Request& request = parts.request;
  const crypto::Hash certificate = crypto::digest(request.digest, request.certificate->der());
  const Declarations inside{d.ds, {}};
  const std::string cert_digest = element("xades:CertDigest", "", digest_elements(inside, request.digest, certificate.view()));
  const std::string of_signature = element("xades:SigningTime", "", iso8601(request.now)) +
                                   element("xades:SigningCertificateV2", "", element("xades:Cert", "", cert_digest));
  const std::string type = request.media_type.empty() ? "application/xml" : request.media_type;
  const std::string of_document = element("xades:DataObjectFormat", attribute("ObjectReference", "#" + parts.names.reference),
                                          element("xades:MimeType", "", escaped(type))) +
                                  identity_commitment(request.identity);
  return element(
      "xades:SignedProperties", own + attribute("Id", parts.names.properties),
      element("xades:SignedSignatureProperties", "", of_signature) + element("xades:SignedDataObjectProperties", "", of_document));
}

std::string signed_info(const Parts& parts, const std::string& own) {
  const crypto::DigestAlgorithm digest = parts.request.digest;
  const std::string canonicalization = element("ds:Transform", exclusive());
  const std::string document =
      element("ds:Reference", attribute("Id", parts.names.reference) + attribute("URI", ""),
              element("ds:Transforms", "", element("ds:Transform", algorithm(format::xml::kEnvelopedSignature)) + canonicalization) +
                  digest_elements({}, digest, parts.document_digest));
  const std::string properties =
      element("ds:Reference", attribute("Type", format::xml::kSignedPropertiesType) + attribute("URI", "#" + parts.names.properties),
              element("ds:Transforms", "", canonicalization) + digest_elements({}, digest, parts.properties_digest));
  return element("ds:SignedInfo", own,
                 element("ds:CanonicalizationMethod", exclusive()) +
                     element("ds:SignatureMethod", algorithm(crypto::signature_uri(parts.algorithm))) + document + properties);
}

std::string key_info(const Request& request) {
  std::string inside = element("ds:X509Certificate", "", base64(request.certificate->der()));
  for (const pki::CertificatePtr& certificate : request.chain) inside += element("ds:X509Certificate", "", base64(certificate->der()));
  return element("ds:KeyInfo", "", element("ds:X509Data", "", inside));
}

// EN 319 132-1 5.3: the stamp is over the canonical ds:SignatureValue.
Result<std::string> unsigned_properties(const Parts& parts, const std::string& canonical_value) {
  if (parts.request.level == Level::b) return std::string();
  if (!parts.request.stamp) return errors::stamp_needed();
  MOHR_TRY(const Bytes token, parts.request.stamp(as_bytes(canonical_value)));
  const std::string stamp =
      element("xades:SignatureTimeStamp", attribute("Id", parts.names.timestamp),
              element("ds:CanonicalizationMethod", exclusive()) + element("xades:EncapsulatedTimeStamp", "", base64(token)));
  return element("xades:UnsignedProperties", "", element("xades:UnsignedSignatureProperties", "", stamp));
}

Result<std::string> signature_element(Parts& parts) {
  const Declarations canonical = canonical_declarations();
  const Request& request = parts.request;
  const std::string properties = signed_properties(parts, canonical, canonical.xades);
  parts.properties_digest = to_bytes(crypto::digest(request.digest, as_bytes(properties)).view());
  const std::string info = signed_info(parts, canonical.ds);
  MOHR_TRY(const Bytes value, request.key->sign(parts.algorithm, as_bytes(info), crypto::EcdsaForm::fixed));
  const std::string value_text = base64(value), value_id = attribute("Id", parts.names.value);
  MOHR_TRY(const std::string unsigned_part, unsigned_properties(parts, element("ds:SignatureValue", canonical.ds + value_id, value_text)));
  const std::string qualifying = element("xades:QualifyingProperties", canonical.xades + attribute("Target", "#" + parts.names.signature),
                                         signed_properties(parts, {}, "") + unsigned_part);
  return element("ds:Signature", canonical.ds + attribute("Id", parts.names.signature),
                 signed_info(parts, "") + element("ds:SignatureValue", value_id, value_text) + key_info(request) +
                     element("ds:Object", "", qualifying));
}

Result<void> check_request(const Request& request) {
  if (request.packaging != Packaging::by_format && request.packaging != Packaging::enveloped)
    return errors::packaging_unsupported(Code{"such"}, Code{"XAdES"});
  const format::Identity& identity = request.identity;
  for (const std::string* text :
       {&identity.service_id, &identity.tracking_id, &identity.sender, &identity.receiver, &identity.message_id, &request.media_type})
    if (!is_xml_text(*text)) return errors::usage_invalid(Code{"control characters in what is to be signed: " + printable(*text)});
  return {};
}

// The document's digest as the enveloped-signature transform and exclusive C14N will give it: that of the document now.
Result<Bytes> digest_document(ByteView octets, const Source& document, crypto::DigestAlgorithm algorithm, Budget& budget) {
  MOHR_TRY(const auto tree, format::xml::Document::parse(octets, budget));
  if (!tree->find(format::xml::kDsig, "Signature").empty()) return errors::already_signed(Code{document.name()});
  crypto::Digest digest(algorithm);
  MOHR_CHECK(tree->canonicalize(nullptr, {}, {Canonical::exclusive, {}}, [&digest](ByteView more) { digest.update(more); }));
  return to_bytes(digest.finish().view());
}

}  // namespace

Result<void> write_xades(const Source& document, const Request& request, Sink& out, Budget& budget) {
  MOHR_CHECK(check_request(request));
  MOHR_TRY(const Bytes octets, read_all(document, budget.limit(Limit::memory_bytes)));
  MOHR_TRY(const format::xml::Utf8 utf8, format::xml::to_utf8(octets));
  if (utf8.encoding == format::xml::Encoding::utf16) return errors::xml_not_utf8_for_signing();
  const std::size_t mark = utf8.encoding == format::xml::Encoding::utf8_with_mark ? 3 : 0;
  Parts parts{request, crypto::preferred_algorithm(request.key->public_key(), request.digest), new_names(), {}, {}};
  if (crypto::signature_uri(parts.algorithm).empty()) return errors::algorithm_unknown(Code{crypto::signature_name(parts.algorithm)});
  if (crypto::digest_uri(request.digest).empty()) return errors::algorithm_unknown(Code{std::string(crypto::digest_name(request.digest))});
  MOHR_TRY(parts.document_digest, digest_document(octets, document, request.digest, budget));
  Budget again(budget.limits());  // the same text a second time
  MOHR_TRY(const format::xml::Markup markup, format::xml::scan_markup(utf8.text, again));
  MOHR_TRY(const std::string signature, signature_element(parts));
  const ByteView all = octets;
  if (!markup.root_is_empty) {
    MOHR_CHECK(out.write(all.first(mark + markup.root_close)));
    MOHR_CHECK(out.write(as_bytes(signature)));
    return out.write(all.subspan(mark + markup.root_close));
  }
  MOHR_CHECK(out.write(all.first(mark + markup.root_tag_end - 2)));  // "<root/>" becomes "<root>...</root>"
  MOHR_CHECK(out.write(as_bytes(">" + signature + "</" + markup.root_name + ">")));
  return out.write(all.subspan(mark + markup.root_tag_end));
}

}  // namespace mohr::sign
