// The narrow waist: what a signed document says, without judgement. Every reader produces it, the verifier needs nothing else.
// Facts own their octets and never point into the source. A field means something for at least two formats.
#pragma once

#include "pki/certificate_memory.h"
#include "pki/cms.h"
#include "pki/timestamp.h"

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

// What a time-stamp is over (EN 319 102-1 5.4, 5.6): the content before it was signed, the signature value, references to evidence, the
// signature with its evidence, the document with all that is in it.
enum class TimestampKind : std::uint8_t { content, signature, references, archive, document };
std::string_view timestamp_kind_id(TimestampKind kind);  // "content", ...

struct TimestampCarrier {
  TimestampKind kind = TimestampKind::signature;
  Bytes encoding;                                    // ContentInfo, as it stands in the document
  std::shared_ptr<const pki::TimestampToken> token;  // null: it cannot be read
  Bytes imprint;                                     // digest, by the token's algorithm, of what it is over; empty: it is not at hand
  crypto::DigestAlgorithm index_digest = crypto::DigestAlgorithm::none;  // of the hash index that names what it covers; none: no index
  std::vector<crypto::Hash> covers;  // SHA-256 of what it proves to exist: signature values, certificates, CRLs, OCSP responses, tokens
  Findings findings;                 // what the reader saw that speaks against it
};

// Part of the document that this signature does not cover.
struct Uncovered {
  std::string place;  // "bytes 1234-2000", "/Letter/Note", "unprotected header"
  std::string kind;   // stable word: "later-revision", "validation-data", "trailing-bytes", "unsigned-element", "unprotected-header"
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
  crypto::Hash hash;    // SHA-256 of it: what proofs of existence call the signature
  std::vector<Reference> references;
  std::vector<pki::SigningCertificateReference> signing_certificate;  // the binding; empty when the document has none
  pki::CertificatePtr signer;                                         // found by what the signature says; null when the document lacks it
  std::vector<pki::CertificatePtr> certificates;                      // all that it brings
  std::vector<pki::CrlPtr> crls;
  std::vector<pki::OcspResponsePtr> ocsp_responses;
  std::optional<Instant> claimed_time;       // signing-time: a claim, proves nothing
  std::string content_type;                  // MIME type or OID, as claimed
  std::vector<TimestampCarrier> timestamps;  // of every kind, in the order of the document
  std::optional<std::size_t> countersigns;   // the signature whose value this one signs
  Identity identity;
  std::vector<Uncovered> uncovered;
  Findings findings;  // what the reader saw that bears on the verdict
};

// Stands for a counter-signature that cannot be read, and says why: anybody can add one, so the document is judged without it.
Signature unreadable_countersignature(Format format, std::string name, const Error& error);

struct SignedDocument {
  Format format = Format::cades;
  std::string media_type;             // "application/pdf"
  std::uint64_t size = 0;             // octets of the document
  std::vector<Signature> signatures;  // none: the format is read, and holds no signature
  bool needs_content = false;         // detached, and the content was not given
};

}  // namespace mohr::format
