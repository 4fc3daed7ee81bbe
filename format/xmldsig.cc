#include "format/xmldsig.h"

#include <array>

#include "pki/core/text.h"

namespace mohr::format::xml {
namespace {

constexpr std::string_view kExclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
constexpr std::string_view kXpath = "http://www.w3.org/TR/1999/REC-xpath-19991116";
constexpr std::string_view kXpathFilter2 = "http://www.w3.org/2002/06/xmldsig-filter2";
constexpr std::size_t kMostPrefixes = 64;

Error invalid(const Document& document, Node place, std::string what) {
  return errors::xml_signature_invalid(Code{std::move(what)}).at(document.path(place));
}
Error unsupported(const Document& document, Node place, std::string what) {
  return errors::unsupported(Code{std::move(what)}).at(document.path(place));
}

Result<std::string> algorithm_of(const Document& document, Node element) {
  auto uri = document.attribute(element, "Algorithm");
  if (!uri) return invalid(document, element, "no Algorithm");
  return *std::move(uri);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view{} : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n"), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

// Whether a transform is a filter that takes out every ds:Signature and does nothing else. XPath is never evaluated here: these two
// expressions are what signers write in place of enveloped-signature so that signatures can stand side by side.
bool takes_out_signatures(const Document& document, Node transform, std::string_view uri) {
  const Node xpath = document.first_child(transform);
  const bool filter2 = uri == kXpathFilter2;
  if (xpath == nullptr || document.next_sibling(xpath) != nullptr || !document.has_only_text(xpath)) return false;
  if (!is(document, xpath, filter2 ? kXpathFilter2 : kDsig, "XPath")) return false;
  if (filter2 && document.attribute(xpath, "Filter") != "subtract") return false;
  const std::string text = document.text(xpath);
  std::string_view expression = trimmed(text);
  const std::string_view before = filter2 ? "/descendant::" : "not(ancestor-or-self::", behind = filter2 ? ":Signature" : ":Signature)";
  if (!expression.starts_with(before) || !expression.ends_with(behind) || expression.size() <= before.size() + behind.size()) return false;
  const std::string_view prefix = expression.substr(before.size(), expression.size() - before.size() - behind.size());
  return document.namespace_of(xpath, prefix) == kDsig;
}

// The transforms of a reference, in the one order of the closed list: [what is taken out] [canonicalisation].
Result<void> read_transforms(const Document& document, Node transforms, DsigReference& reference, bool& takes_out) {
  bool canonicalizes = false;
  for (Children each(document, transforms); !each.at_end();) {
    MOHR_TRY(const Node transform, each.next(kDsig, "Transform"));
    MOHR_TRY(const std::string uri, algorithm_of(document, transform));
    if (canonicalizes) return unsupported(document, transform, "a transform behind the canonicalisation: " + printable(uri));
    if (canonical_from_uri(uri)) {
      MOHR_TRY(reference.how, read_canonicalization(document, transform));
      reference.how.method = without_comments(reference.how.method);
      canonicalizes = reference.says_how = true;
    } else if (uri == kEnvelopedSignature && !takes_out) {
      takes_out = true;
    } else if ((uri == kXpath || uri == kXpathFilter2) && reference.selects != Selection::all_but_signatures &&
               takes_out_signatures(document, transform, uri)) {
      reference.selects = Selection::all_but_signatures;
      takes_out = true;
    } else {
      return unsupported(document, transform, "the transform " + printable(uri));
    }
  }
  return {};
}

// What URI and Type select, when that is on the closed list.
Result<Selection> selection_of(const Document& document, const Dsig& dsig, Node element, const std::string& uri) {
  const std::string type = document.attribute(element, "Type").value_or("");
  const bool is_fragment = uri.size() > 1 && uri.front() == '#' && uri.find('(') == std::string::npos;
  const auto names = [&](Node part) { return part != nullptr && is_fragment && document.attribute(part, "Id") == uri.substr(1); };
  if (type == kSignedPropertiesType && is_fragment) return Selection::signed_properties;
  if (dsig.countersigned != nullptr) {  // EN 319 132-1 5.2.7.2: the Type may be left out
    if (type == kCountersignedType && is_fragment) return Selection::countersigned;
    if (type.empty() && names(dsig.countersigned)) return Selection::countersigned;
    if (!names(dsig.key_info))
      return unsupported(document, element, "a ds:Reference to " + printable(uri) + " instead of the countersigned value");
  }
  if (!type.empty() && type != "http://www.w3.org/2000/09/xmldsig#Object")
    return unsupported(document, element, "a ds:Reference of the type " + printable(type) + " to " + printable(uri));
  if (uri.empty()) return Selection::all_but_this_signature;
  if (names(dsig.key_info)) return Selection::key_info;
  return unsupported(document, element, "a ds:Reference to " + printable(uri) + " instead of the whole document");
}

Result<DsigReference> read_reference(const Document& document, const Dsig& dsig, Node element) {
  DsigReference reference;
  reference.element = element;
  reference.id = document.attribute(element, "Id").value_or("");
  const auto uri = document.attribute(element, "URI");
  if (!uri) return unsupported(document, element, "a ds:Reference without URI");
  MOHR_TRY(reference.selects, selection_of(document, dsig, element, *uri));
  const bool to_document = reference.selects == Selection::all_but_this_signature;
  Children children(document, element);
  bool takes_out = false;
  if (const Node transforms = children.next_if(kDsig, "Transforms"))
    MOHR_CHECK(read_transforms(document, transforms, reference, takes_out));
  if (to_document && !takes_out)
    return unsupported(document, element, "a ds:Reference to the whole document without the enveloped-signature transform");
  if (!to_document) {
    if (takes_out) return unsupported(document, element, "transforms of a part of the signature other than a canonicalisation");
    reference.fragment = uri->substr(1);
  }
  MOHR_TRY(DigestAndValue digest, read_digest(document, children));
  MOHR_CHECK(children.finish());
  reference.digest = digest.algorithm;
  reference.expected = std::move(digest.value);
  return reference;
}

Result<void> read_signed_info(const Document& document, Dsig& dsig) {
  Children children(document, dsig.signed_info);
  MOHR_TRY(const Node canonicalization, children.next(kDsig, "CanonicalizationMethod"));
  MOHR_TRY(dsig.how, read_canonicalization(document, canonicalization));
  MOHR_TRY(const Node method, children.next(kDsig, "SignatureMethod"));
  MOHR_TRY(dsig.algorithm_uri, algorithm_of(document, method));
  if (dsig.algorithm_uri.find("#hmac-") != std::string::npos)
    return unsupported(document, method, "HMAC (" + printable(dsig.algorithm_uri) + ")");
  if (!document.has_only_text(method)) return unsupported(document, method, "parameters of " + printable(dsig.algorithm_uri));
  std::array<int, 3> counts{};  // document or countersigned value, SignedProperties, KeyInfo
  do {
    MOHR_TRY(const Node element, children.next(kDsig, "Reference"));
    MOHR_TRY(DsigReference reference, read_reference(document, dsig, element));
    const std::size_t kind = reference.selects == Selection::signed_properties ? 1 : reference.selects == Selection::key_info ? 2 : 0;
    if (++counts[kind] > 1) return unsupported(document, element, "several references of one kind");
    dsig.references.push_back(std::move(reference));
  } while (!children.at_end());
  if (counts[0] == 0)
    return unsupported(document, dsig.signed_info,
                       dsig.countersigned != nullptr ? "a counter-signature without a reference to the countersigned value"
                                                     : "a signature without a reference to the whole document");
  return {};
}

}  // namespace

bool is(const Document& document, Node element, std::string_view space, std::string_view name) {
  return element != nullptr && document.name(element) == name && document.space(element) == space;
}

Node Children::take() {
  const Node taken = next_;
  if (next_ != nullptr) next_ = document_.next_sibling(next_);
  return taken;
}

Node Children::next_if(std::string_view space, std::string_view name) { return is(document_, next_, space, name) ? take() : nullptr; }

Result<Node> Children::next(std::string_view space, std::string_view name) {
  if (const Node found = next_if(space, name)) return found;
  return invalid(document_, next_ == nullptr ? parent_ : next_,
                 std::string(name) + (next_ == nullptr ? " is missing" : " is expected here"));
}

Result<void> Children::finish() const {
  if (next_ == nullptr) return {};
  return invalid(document_, next_, "this element is not expected here");
}

Result<Bytes> read_base64(const Document& document, Node element) {
  auto octets = document.has_only_text(element) ? from_base64(document.text(element)) : std::nullopt;
  if (!octets) return invalid(document, element, "no base64");
  return *std::move(octets);
}

Result<Canonicalization> read_canonicalization(const Document& document, Node element) {
  MOHR_TRY(const std::string uri, algorithm_of(document, element));
  const auto method = canonical_from_uri(uri);
  if (!method) return unsupported(document, element, "the canonicalisation " + printable(uri));
  Canonicalization how{*method, {}};
  const Node inside = document.first_child(element);
  if (inside == nullptr) return how;
  const bool exclusive = without_comments(*method) == Canonical::exclusive;
  if (!exclusive || !is(document, inside, kExclusive, "InclusiveNamespaces") || document.next_sibling(inside) != nullptr)
    return unsupported(document, inside, "this parameter of a canonicalisation");
  how.prefixes = words(document.attribute(inside, "PrefixList").value_or(""));
  if (how.prefixes.size() > kMostPrefixes) return unsupported(document, inside, "a PrefixList of more than 64 prefixes");
  return how;
}

Result<DigestAndValue> read_digest(const Document& document, Children& children) {
  MOHR_TRY(const Node method, children.next(kDsig, "DigestMethod"));
  MOHR_TRY(const std::string uri, algorithm_of(document, method));
  const auto algorithm = crypto::digest_from_uri(uri);
  if (!algorithm) return errors::algorithm_unknown(Code{printable(uri)}).at(document.path(method));
  MOHR_TRY(const Node value, children.next(kDsig, "DigestValue"));
  DigestAndValue out{*algorithm, {}};
  MOHR_TRY(out.value, read_base64(document, value));
  if (out.value.size() != crypto::digest_size(*algorithm)) return invalid(document, value, "a digest of another size");
  return out;
}

Result<Dsig> read_dsig(const Document& document, Node signature, Node countersigned) {
  Dsig dsig;
  dsig.signature = signature;
  dsig.countersigned = countersigned;
  dsig.id = document.attribute(signature, "Id").value_or("");
  Children children(document, signature);
  MOHR_TRY(dsig.signed_info, children.next(kDsig, "SignedInfo"));
  MOHR_TRY(dsig.value_element, children.next(kDsig, "SignatureValue"));
  dsig.key_info = children.next_if(kDsig, "KeyInfo");
  while (const Node object = children.next_if(kDsig, "Object")) dsig.objects.push_back(object);
  MOHR_CHECK(children.finish());
  MOHR_TRY(dsig.value, read_base64(document, dsig.value_element));
  MOHR_CHECK(read_signed_info(document, dsig));
  return dsig;
}

Result<void> canonicalize_document(const Document& document, const Dsig& dsig, const DsigReference& reference, const Canonicalization& how,
                                   const Sink& sink) {
  const std::vector<Node> omit =
      reference.selects == Selection::all_but_signatures ? outermost_signatures(document) : std::vector<Node>{dsig.signature};
  return document.canonicalize(nullptr, omit, how, sink);
}

Result<crypto::Hash> digest_document(const Document& document, const Dsig& dsig, const DsigReference& reference) {
  crypto::Digest digest(reference.digest);
  MOHR_CHECK(canonicalize_document(document, dsig, reference, reference.how, [&digest](ByteView more) { digest.update(more); }));
  return digest.finish();
}

std::vector<Node> outermost_signatures(const Document& document) {
  std::vector<Node> out;
  for (const Node signature : document.find(kDsig, "Signature")) {
    Node up = document.parent(signature);
    while (up != nullptr && !is(document, up, kDsig, "Signature")) up = document.parent(up);
    if (up == nullptr) out.push_back(signature);
  }
  return out;
}

Result<KeyInfo> read_key_info(const Document& document, Node key_info) {
  KeyInfo out;
  for (Children each(document, key_info); !each.at_end();) {
    const Node element = each.take();
    if (is(document, element, kDsig, "KeyName") || is(document, element, kDsig, "KeyValue")) continue;  // never trusted, so never read
    if (!is(document, element, kDsig, "X509Data"))
      return unsupported(document, element, "ds:KeyInfo with " + printable(document.name(element)));
    for (Children parts(document, element); !parts.at_end();) {
      const Node part = parts.take();
      const bool certificate = is(document, part, kDsig, "X509Certificate");
      if (!certificate && !is(document, part, kDsig, "X509CRL")) continue;  // names and key identifiers say nothing more
      MOHR_TRY(Bytes octets, read_base64(document, part));
      (certificate ? out.certificates : out.crls).push_back(std::move(octets));
    }
  }
  return out;
}

}  // namespace mohr::format::xml
