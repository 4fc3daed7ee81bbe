// The narrow waist: what a signed document says, without judgement. Every reader produces it, the verifier needs nothing else.
// Facts own their octets and never point into the source. A field means something for at least two formats.
#pragma once

#include "pki/certificate_memory.h"
#include "pki/cms.h"

namespace mohr::format {

enum class Format : std::uint8_t { cades, xades, pades, jades };
std::string_view format_id(Format format);  // "cades", "xades", "pades", "jades"

// One digest that the signature fixes.
struct Reference {
  std::string name;  // for people and reports: "content", "SignedProperties", "document"
  crypto::DigestAlgorithm digest = crypto::DigestAlgorithm::none;
  Bytes expected;          // what was signed
  Bytes actual;            // what the octets at hand give; empty: they were not supplied
  bool is_content = true;  // the signed content itself, as against properties of the signature
  [[nodiscard]] bool present() const { return !actual.empty(); }
  [[nodiscard]] bool matches() const { return present() && equal(expected, actual); }
};

// Octets whose digest a time-stamp fixes, and the token.
struct TimestampCarrier {
  Bytes token;    // ContentInfo
  Bytes stamped;  // the octets that were stamped (the signature value as the format says)
};

// Part of the document that this signature does not cover.
struct Uncovered {
  std::string place;  // "bytes 1234-2000", "/Letter/Note", "unprotected header"
  std::string kind;   // stable word: "later-revision", "trailing-bytes", "unsigned-element", "unprotected-header"
  std::uint64_t octets = 0;
};

// docs/attributes.md: what an inquiry or a document says of itself, signed.
struct Identity {
  std::string service_id, tracking_id, sender, receiver, message_id;
  std::optional<Instant> expires;
  crypto::DigestAlgorithm request_digest = crypto::DigestAlgorithm::none;
  Bytes request;  // digest of the request that this answers; empty for none
  [[nodiscard]] bool empty() const;
  bool operator==(const Identity&) const = default;
};

struct Signature {
  Format format = Format::cades;
  std::string name;                      // "signer 1", "Signature1", "/Letter/ds:Signature": place for people
  crypto::SignatureAlgorithm algorithm;  // scheme none: unknown, `algorithm_name` says what the document calls it
  std::string algorithm_name;
  crypto::EcdsaForm ecdsa_form = crypto::EcdsaForm::der;
  Bytes signed_octets;  // what the signature value is over (signed attributes, SignedInfo, JWS signing input)
  Bytes value;          // the signature value
  std::vector<Reference> references;
  std::vector<pki::SigningCertificateReference> signing_certificate;  // the binding; empty when the document has none
  pki::CertificatePtr signer;                                         // found by what the signature says; null when the document lacks it
  std::vector<pki::CertificatePtr> certificates;                      // all that it brings
  std::vector<pki::CrlPtr> crls;
  std::vector<pki::OcspResponsePtr> ocsp_responses;
  std::optional<Instant> claimed_time;  // signing-time: a claim, proves nothing
  std::string content_type;             // MIME type or OID, as claimed
  std::vector<TimestampCarrier> signature_timestamps;
  std::vector<TimestampCarrier> content_timestamps;
  Identity identity;
  std::vector<Uncovered> uncovered;
  Findings findings;  // what the reader saw that bears on the verdict
};

struct SignedDocument {
  Format format = Format::cades;
  std::string media_type;             // "application/pdf"
  std::uint64_t size = 0;             // octets of the document
  std::vector<Signature> signatures;  // none: the format is read, and holds no signature
  bool needs_content = false;         // detached, and the content was not given
};

}  // namespace mohr::format
