// XML signatures (XMLDSig 1.1) as far as the closed list goes: the elements of ds:Signature to plain data, and reference digests.
#pragma once

#include "format/xml.h"
#include "pki/crypto/digest.h"

namespace mohr::format::xml {

inline constexpr std::string_view kDsig = "http://www.w3.org/2000/09/xmldsig#";
inline constexpr std::string_view kEnvelopedSignature = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
inline constexpr std::string_view kSignedPropertiesType = "http://uri.etsi.org/01903#SignedProperties";
inline constexpr std::string_view kCountersignedType = "http://uri.etsi.org/01903#CountersignedSignature";

// The child elements of an element, taken one after the other as a schema's sequence has them.
class Children {
 public:
  Children(const Document& document, Node parent) : document_(document), parent_(parent), next_(document.first_child(parent)) {}
  [[nodiscard]] bool at_end() const { return next_ == nullptr; }
  [[nodiscard]] Node peek() const { return next_; }
  Node take();                                                       // any; null at the end
  Node next_if(std::string_view space, std::string_view name);       // this one, or null
  Result<Node> next(std::string_view space, std::string_view name);  // this one, or xml_signature_invalid
  [[nodiscard]] Result<void> finish() const;                         // an error when one is left

 private:
  const Document& document_;
  Node parent_, next_;
};
bool is(const Document& document, Node element, std::string_view space, std::string_view name);

// What a reference of the closed list selects.
enum class Selection : std::uint8_t {
  all_but_this_signature,  // URI="" and the enveloped-signature transform
  all_but_signatures,      // URI="" and one of the two XPath filters that take out every ds:Signature (as DSS writes them)
  signed_properties,       // URI="#...", Type SignedProperties
  key_info,                // URI="#...", no Type: the KeyInfo of this very signature
  countersigned,           // URI="#...": the ds:SignatureValue that a counter-signature is over, in place of the document
};

struct DsigReference {
  Node element = nullptr;
  std::string id, fragment;  // fragment: the Id behind "#"
  Selection selects = Selection::all_but_this_signature;
  Canonicalization how;   // the last step; C14N 1.0 when no transform says (XMLDSig 4.4.3.2)
  bool says_how = false;  // a transform says
  crypto::DigestAlgorithm digest = crypto::DigestAlgorithm::none;
  Bytes expected;
};

struct Dsig {
  Node signature = nullptr, signed_info = nullptr, value_element = nullptr;
  Node key_info = nullptr;       // null when absent
  Node countersigned = nullptr;  // the ds:SignatureValue of the signature that this one countersigns; null when it is none
  std::vector<Node> objects;
  std::string id;
  Canonicalization how;  // of SignedInfo
  std::string algorithm_uri;
  std::vector<DsigReference> references;  // exactly one of the document or the countersigned value, at most one of each other kind
  Bytes value;
};
// `countersigned`: as in Dsig. Errors: unsupported (names the construct and the place), algorithm_unknown (digests), xml_signature_invalid.
Result<Dsig> read_dsig(const Document& document, Node signature, Node countersigned = nullptr);

// The octets of the document as that reference, which is one to the document, selects it, canonicalised so.
Result<void> canonicalize_document(const Document& document, const Dsig& dsig, const DsigReference& reference, const Canonicalization& how,
                                   const Sink& sink);
// The digest of the document as that reference, which is one to the document, selects it.
Result<crypto::Hash> digest_document(const Document& document, const Dsig& dsig, const DsigReference& reference);
// Outermost ds:Signature elements, in document order.
std::vector<Node> outermost_signatures(const Document& document);

// Octets of an element that holds base64 only.
Result<Bytes> read_base64(const Document& document, Node element);
// ds:CanonicalizationMethod or a ds:Transform that canonicalises, with exclusive C14N's InclusiveNamespaces.
Result<Canonicalization> read_canonicalization(const Document& document, Node element);
struct DigestAndValue {
  crypto::DigestAlgorithm algorithm = crypto::DigestAlgorithm::none;
  Bytes value;
};
// ds:DigestMethod and ds:DigestValue, the next two of `children`. Errors: algorithm_unknown, xml_signature_invalid (wrong size).
Result<DigestAndValue> read_digest(const Document& document, Children& children);

// ds:X509Certificate and ds:X509CRL of ds:X509Data, as they come. Errors: unsupported (RetrievalMethod and whatever else would
// have to be fetched or trusted).
struct KeyInfo {
  std::vector<Bytes> certificates, crls;
};
Result<KeyInfo> read_key_info(const Document& document, Node key_info);

}  // namespace mohr::format::xml
