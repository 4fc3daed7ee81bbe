#include "format/xades.h"

#include <algorithm>

#include "format/cms_long_term.h"
#include "format/xades_properties.h"
#include "pki/core/text.h"

namespace mohr::format {
namespace {

using xml::Children;
using xml::Node;

Error invalid(const xml::Document& document, Node place, std::string what) {
  return errors::xml_signature_invalid(Code{std::move(what)}).at(document.path(place));
}

// Found by walking down from the signature itself, never by an Id that could stand elsewhere.
struct Properties {
  Node object = nullptr, signed_properties = nullptr, unsigned_properties = nullptr;
};

// EN 319 132-1 4.3: Target names the signature. Its place says so already, so only a Target that means something else is refused.
bool targets(const xml::Document& document, Node qualifying, Node signature) {
  const std::string target = document.attribute(qualifying, "Target").value_or("#");
  if (!target.starts_with("#")) return false;
  const std::vector<Node> named = document.with_id(target.substr(1));
  return named.empty() || (named.size() == 1 && named.front() == signature);
}

Result<Properties> find_properties(const xml::Document& document, const xml::Dsig& dsig) {
  Properties found;
  for (const Node object : dsig.objects) {
    for (Children each(document, object); !each.at_end();) {
      const Node qualifying = each.take();
      const std::string_view name = document.name(qualifying), space = document.space(qualifying);
      if (space.starts_with("http://uri.etsi.org/01903/") && (space != kXades || name == "QualifyingPropertiesReference"))
        return errors::unsupported(Code{printable(name) + " of " + printable(space)}).at(document.path(qualifying));
      if (space != kXades || name != "QualifyingProperties") continue;
      if (found.object != nullptr) return invalid(document, qualifying, "QualifyingProperties twice");
      found.object = object;
      if (!targets(document, qualifying, dsig.signature)) return invalid(document, qualifying, "Target is another signature");
      Children children(document, qualifying);
      found.signed_properties = children.next_if(kXades, "SignedProperties");
      found.unsigned_properties = children.next_if(kXades, "UnsignedProperties");
      MOHR_CHECK(children.finish());
    }
  }
  return found;
}

// The reference must mean that part of this very signature and nothing else in the document (signature wrapping).
Result<void> check_target(const xml::Document& document, const xml::DsigReference& reference, Node part) {
  const std::vector<Node> named = document.with_id(reference.fragment);
  if (named.size() > 1) return invalid(document, named[1], "the Id " + printable(reference.fragment) + " twice");
  if (part != nullptr && !named.empty() && named.front() == part) return {};
  return invalid(document, reference.element, "a reference to a part that is neither this signature's own nor what it countersigns");
}

Result<Reference> digest_reference(const xml::Document& document, const xml::Dsig& dsig, const xml::DsigReference& reference,
                                   const Properties& properties) {
  const auto part_of_signature = [&](const char* name, Node part, bool is_content) -> Result<Reference> {
    MOHR_CHECK(check_target(document, reference, part));
    MOHR_TRY(const Bytes octets, document.canonical(part, reference.how));
    return Reference{name, reference.digest, reference.expected, to_bytes(crypto::digest(reference.digest, octets).view()), is_content};
  };
  switch (reference.selects) {
    case xml::Selection::signed_properties: return part_of_signature("SignedProperties", properties.signed_properties, false);
    case xml::Selection::key_info: return part_of_signature("KeyInfo", dsig.key_info, false);
    case xml::Selection::countersigned: return part_of_signature("SignatureValue", dsig.countersigned, true);
    case xml::Selection::all_but_this_signature:
    case xml::Selection::all_but_signatures: break;
  }
  MOHR_TRY(const crypto::Hash hash, xml::digest_document(document, dsig, reference));
  return Reference{"document", reference.digest, reference.expected, to_bytes(hash.view()), true};
}

// What the reference to the document leaves out besides this signature, and what stands inside the signature unsigned.
void list_uncovered(const xml::Document& document, const xml::Dsig& dsig, const Properties& properties, Signature& signature) {
  for (const Node object : dsig.objects) {
    const Node first = document.first_child(object);
    const bool only_properties = object == properties.object && document.next_sibling(first) == nullptr && !document.has_own_text(object);
    const bool is_empty = first == nullptr && !document.has_own_text(object);
    if (!only_properties && !is_empty)
      signature.uncovered.push_back({document.path(object), "unsigned-object", document.text(object).size()});
  }
  if (dsig.countersigned != nullptr) return;
  const bool others = std::any_of(dsig.references.begin(), dsig.references.end(),
                                  [](const xml::DsigReference& r) { return r.selects == xml::Selection::all_but_signatures; });
  if (others) {
    for (const Node other : xml::outermost_signatures(document))
      if (other != dsig.signature) signature.uncovered.push_back({document.path(other), "unsigned-element", document.text(other).size()});
  }
  if (const std::uint64_t octets = document.comment_octets(dsig.signature); octets > 0)
    signature.uncovered.push_back({"<!-- -->", "comment", octets});
}

// What cannot be read is left out and said; the same octets twice are one certificate.
Result<void> parse_evidence(const XadesEvidence& evidence, Signature& signature, Budget& budget, pki::CertificateMemory* memory) {
  std::int64_t number = 0;
  for (const Bytes& der : evidence.certificates) {
    MOHR_CHECK(budget.spend(Limit::certificates));
    ++number;
    const auto same = [&](const pki::CertificatePtr& c) { return equal(c->der(), der); };
    if (std::any_of(signature.certificates.begin(), signature.certificates.end(), same)) continue;
    auto certificate = pki::parse_certificate(der, memory);
    if (certificate) signature.certificates.push_back(*std::move(certificate));
    else signature.findings.push_back(findings::cms_certificate_unreadable(number));
  }
  number = 0;
  for (const Bytes& der : evidence.crls) {
    ++number;
    auto crl = pki::Crl::parse(der, budget);
    if (crl) signature.crls.push_back(*std::move(crl));
    else if (failure(crl.error()) == Failure::budget) return crl.error();
    else signature.findings.push_back(findings::cms_revocation_unreadable(number));
  }
  for (const Bytes& der : evidence.ocsp_responses) {
    ++number;
    auto response = pki::OcspResponse::parse(der, budget);
    if (response) signature.ocsp_responses.push_back(*std::move(response));
    else if (failure(response.error()) == Failure::budget) return response.error();
    else signature.findings.push_back(findings::cms_revocation_unreadable(number));
  }
  return {};
}

bool issued_another(const pki::CertificatePtr& certificate, const std::vector<pki::CertificatePtr>& among) {
  return std::any_of(among.begin(), among.end(), [&](const pki::CertificatePtr& other) {
    return other != certificate && other->issuer().equals(certificate->subject());
  });
}

// The certificate that the signed properties name, with its reference put first; else the one that issued no other, so that the verifier
// can say whose certificate is not bound.
void find_signer(Signature& signature) {
  auto& references = signature.signing_certificate;
  pki::CertificatePtr fallback;
  for (auto reference = references.begin(); reference != references.end(); ++reference) {
    for (const pki::CertificatePtr& certificate : signature.certificates) {
      if (!pki::refers_to(*reference, *certificate)) continue;
      if (issued_another(certificate, signature.certificates) && references.size() > 1) {
        if (!fallback) fallback = certificate;
        continue;
      }
      signature.signer = certificate;
      std::rotate(references.begin(), reference, reference + 1);
      return;
    }
  }
  signature.signer = fallback;
  if (signature.signer) return;
  std::vector<pki::CertificatePtr> leaves;
  for (const pki::CertificatePtr& certificate : signature.certificates)
    if (!issued_another(certificate, signature.certificates)) leaves.push_back(certificate);
  if (leaves.size() == 1) signature.signer = leaves.front();
}

// A signature, and the properties in which it holds counter-signatures.
struct ReadSignature {
  Signature facts;
  Node value_element = nullptr;
  std::vector<Node> counter_signatures;
};

Result<ReadSignature> read_signature(const xml::Document& document, Node element, Node countersigned, Budget& budget,
                                     pki::CertificateMemory* memory) {
  if (document.parent(element) == nullptr) return errors::unsupported(Code{"an enveloping XML signature"}).at(document.path(element));
  MOHR_CHECK(budget.in_time());
  MOHR_CHECK(budget.spend(Limit::signatures));
  MOHR_TRY(const xml::Dsig dsig, xml::read_dsig(document, element, countersigned));
  MOHR_TRY(const Properties properties, find_properties(document, dsig));
  Signature signature;
  signature.format = Format::xades;
  signature.name = document.path(element);
  signature.algorithm_name = printable(dsig.algorithm_uri);
  signature.algorithm = crypto::signature_from_uri(dsig.algorithm_uri).value_or(crypto::SignatureAlgorithm{});
  signature.ecdsa_form = crypto::EcdsaForm::fixed;
  signature.value = dsig.value;
  signature.hash = crypto::sha256(signature.value);
  MOHR_TRY(signature.signed_octets, document.canonical(dsig.signed_info, dsig.how));
  bool properties_signed = false;
  std::string content_id;
  for (const xml::DsigReference& reference : dsig.references) {
    MOHR_TRY(Reference fact, digest_reference(document, dsig, reference, properties));
    if (fact.is_content) content_id = reference.id;
    properties_signed = properties_signed || reference.selects == xml::Selection::signed_properties;
    signature.references.push_back(std::move(fact));
  }
  const XadesParts parts{dsig, properties.object, properties.signed_properties};
  XadesEvidence evidence;
  if (dsig.key_info != nullptr) {
    MOHR_TRY(xml::KeyInfo key_info, xml::read_key_info(document, dsig.key_info));
    evidence.certificates = std::move(key_info.certificates);
    evidence.crls = std::move(key_info.crls);
  }
  Properties covered = properties;
  if (properties_signed) {
    MOHR_CHECK(read_signed_properties(document, properties.signed_properties, content_id, signature));
    MOHR_CHECK(read_content_timestamps(document, parts, signature, budget, memory));
  } else if (properties.signed_properties != nullptr) {
    covered.object = nullptr;  // nothing of it is signed: the binding and the times it claims are not read
  }
  if (properties.unsigned_properties != nullptr)
    MOHR_CHECK(read_unsigned_properties(document, properties.unsigned_properties, parts, signature, evidence, budget, memory));
  MOHR_CHECK(parse_evidence(evidence, signature, budget, memory));
  for (const TimestampCarrier& carrier : signature.timestamps)
    if (carrier.token) MOHR_CHECK(read_token_evidence(*carrier.token, signature, budget, memory));
  for (auto& [timestamp, named] : evidence.named) cover_named(std::move(named), signature, signature.timestamps[timestamp]);
  find_signer(signature);
  list_uncovered(document, dsig, covered, signature);
  return ReadSignature{std::move(signature), dsig.value_element, std::move(evidence.counter_signatures)};
}

// EN 319 132-1 5.2.7.2. One that cannot be read is a fault of its own: anybody can add one to a signature.
Result<ReadSignature> read_counter_signature(const xml::Document& document, Node property, Node countersigned, Budget& budget,
                                             pki::CertificateMemory* memory) {
  const auto read = [&]() -> Result<ReadSignature> {
    Children inside(document, property);
    MOHR_TRY(const Node element, inside.next(xml::kDsig, "Signature"));
    MOHR_CHECK(inside.finish());
    return read_signature(document, element, countersigned, budget, memory);
  };
  auto counter = read();
  if (counter || failure(counter.error()) == Failure::budget) return counter;
  return ReadSignature{unreadable_countersignature(Format::xades, document.path(property), counter.error()), nullptr, {}};
}

}  // namespace

Result<SignedDocument> read_xades(const Source& source, const Source* content, Budget& budget, pki::CertificateMemory* memory) {
  if (content != nullptr) return errors::unsupported(Code{"a detached XML signature"});
  MOHR_TRY(const Bytes octets, read_all(source, budget.limit(Limit::memory_bytes)));
  MOHR_TRY(const auto tree, xml::Document::parse(octets, budget));
  SignedDocument facts;
  facts.format = Format::xades;
  facts.media_type = "application/xml";
  facts.size = source.size();
  bool all_match = true;
  std::vector<ReadSignature> signatures;
  for (const Node element : xml::outermost_signatures(*tree)) {
    MOHR_TRY(ReadSignature signature, read_signature(*tree, element, nullptr, budget, memory));
    for (const Reference& reference : signature.facts.references) all_match = all_match && (!reference.is_content || reference.matches());
    signatures.push_back(std::move(signature));
  }
  // Side by side, each enveloped-signature transform takes out one signature and covers the others: whichever came later broke the first.
  if (signatures.size() > 1 && !all_match)
    return errors::unsupported(Code{"several XML signatures of which one does not cover the others"});
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    int number = 0;
    const Node value_element = signatures[i].value_element;
    for (const Node property : std::vector<Node>(std::move(signatures[i].counter_signatures))) {
      MOHR_TRY(ReadSignature counter, read_counter_signature(*tree, property, value_element, budget, memory));
      counter.facts.name = "counter-signature " + std::to_string(++number) + " of " + signatures[i].facts.name;
      counter.facts.countersigns = i;
      signatures.push_back(std::move(counter));
    }
  }
  for (ReadSignature& signature : signatures) facts.signatures.push_back(std::move(signature.facts));
  return facts;
}

}  // namespace mohr::format
