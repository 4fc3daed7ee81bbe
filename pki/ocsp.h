// OCSP (RFC 6960): requests and basic responses.
#pragma once

#include "pki/certificate.h"

namespace mohr::pki {

struct CertificateId {  // RFC 6960 4.1.1
  crypto::DigestAlgorithm digest = crypto::DigestAlgorithm::sha1;
  ByteView issuer_name_hash, issuer_key_hash, serial;
};
// True when `id` names a certificate of `issuer`, by its name and key.
bool names_issuer(const CertificateId& id, const Certificate& issuer);
// True when `id` names `certificate` as issued by `issuer`.
bool matches(const CertificateId& id, const Certificate& certificate, const Certificate& issuer);

enum class OcspStatus : std::uint8_t { good, revoked, unknown };
struct SingleResponse {
  CertificateId id;
  OcspStatus status = OcspStatus::unknown;
  Instant revocation_time;
  std::optional<int> reason;
  Instant this_update;
  std::optional<Instant> next_update;
  std::optional<Instant> archive_cutoff;
  bool unknown_critical_extension = false;
};

class OcspResponse;
using OcspResponsePtr = std::shared_ptr<const OcspResponse>;

// A successful basic response. Immutable; views live as long as the object.
class OcspResponse {
 public:
  // OCSPResponse or a bare BasicOCSPResponse (as signatures embed it). Errors: ocsp_invalid; ocsp_refused for another status
  // than successful (tryLater and the like).
  static Result<OcspResponsePtr> parse(ByteView der, Budget& budget);
  [[nodiscard]] ByteView der() const { return der_; }
  [[nodiscard]] ByteView tbs() const { return tbs_; }
  [[nodiscard]] const crypto::SignatureAlgorithm& signature_algorithm() const { return signature_algorithm_; }
  [[nodiscard]] ByteView signature() const { return signature_; }  // empty when its octets are not whole
  [[nodiscard]] Instant produced_at() const { return produced_at_; }
  [[nodiscard]] const std::optional<Name>& responder_name() const { return responder_name_; }
  [[nodiscard]] ByteView responder_key_hash() const { return responder_key_hash_; }  // SHA-1 of the key; empty when by name
  [[nodiscard]] std::span<const SingleResponse> responses() const { return responses_; }
  [[nodiscard]] std::span<const CertificatePtr> certificates() const { return certificates_; }
  [[nodiscard]] ByteView nonce() const { return nonce_; }
  [[nodiscard]] bool has_unknown_critical_extension() const { return unknown_critical_; }
  [[nodiscard]] const crypto::Hash& fingerprint() const { return fingerprint_; }

 private:
  friend struct OcspParser;
  OcspResponse() = default;
  Bytes der_;
  ByteView tbs_, signature_, responder_key_hash_, nonce_;
  std::optional<Name> responder_name_;
  crypto::SignatureAlgorithm signature_algorithm_;
  Instant produced_at_;
  std::vector<SingleResponse> responses_;
  std::vector<CertificatePtr> certificates_;
  bool unknown_critical_ = false;
  crypto::Hash fingerprint_;
};

// A request for one certificate, SHA-1 CertID (what every responder knows), with that nonce unless it is empty.
Bytes write_ocsp_request(const Certificate& certificate, const Certificate& issuer, ByteView nonce);
struct OcspRequest {
  std::vector<CertificateId> ids;  // views into the request
  ByteView nonce;
};
Result<OcspRequest> parse_ocsp_request(ByteView der);

}  // namespace mohr::pki
