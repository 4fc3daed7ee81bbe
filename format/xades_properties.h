// The qualifying properties of XAdES (EN 319 132-1 clause 5) to facts.
#pragma once

#include "format/timestamp_carrier.h"
#include "format/xmldsig.h"

namespace mohr::format {

inline constexpr std::string_view kXades = "http://uri.etsi.org/01903/v1.3.2#";
inline constexpr std::string_view kXades141 = "http://uri.etsi.org/01903/v1.4.1#";

// Where the parts of one signature stand: found by walking down from it, never by an Id that could stand elsewhere.
struct XadesParts {
  const xml::Dsig& dsig;
  xml::Node object = nullptr;  // the ds:Object that holds the properties
  xml::Node signed_properties = nullptr;
};

// SignedProperties: signing time, binding, MIME type of the reference `content_id`, identity. Call it only for what a reference covers.
Result<void> read_signed_properties(const xml::Document& document, xml::Node properties, const std::string& content_id,
                                    Signature& signature);

// What a signature brings, as it comes: encodings of certificates and revocation data, CounterSignature properties.
struct XadesEvidence {
  std::vector<Bytes> certificates, crls, ocsp_responses;
  std::vector<xml::Node> counter_signatures;
  std::vector<std::pair<std::size_t, std::vector<NamedEvidence>>> named;  // by what the time-stamp of that index is over
};
// UnsignedProperties: time-stamps, evidence, counter-signatures; what is none of them is listed in signature.uncovered.
Result<void> read_unsigned_properties(const xml::Document& document, xml::Node properties, const XadesParts& parts, Signature& signature,
                                      XadesEvidence& evidence, Budget& budget, pki::CertificateMemory* memory);
// The time-stamps over the content among the signed properties (EN 319 132-1 5.2.8).
Result<void> read_content_timestamps(const xml::Document& document, const XadesParts& parts, Signature& signature, Budget& budget,
                                     pki::CertificateMemory* memory);

}  // namespace mohr::format
