// RFC 3161 time-stamps: requests, responses, tokens.
#pragma once

#include "pki/certificate_memory.h"
#include "pki/cms.h"

namespace mohr::pki {

struct TimestampRequest {
  crypto::DigestAlgorithm digest = crypto::DigestAlgorithm::sha256;
  Bytes imprint;
  Bytes nonce;   // INTEGER contents; empty for none
  Bytes policy;  // OID contents; empty for none
  bool certificates = true;
};
Bytes write_timestamp_request(const TimestampRequest& request);
Result<TimestampRequest> parse_timestamp_request(ByteView der);

// A token read: SignedData over TSTInfo (RFC 3161 2.4.2). Owns what it lends.
struct TimestampToken {
  SignedData cms;                  // exactly one signer, signed attributes demanded
  ByteView policy, serial, nonce;  // OID contents, INTEGER contents; nonce empty when absent
  crypto::DigestAlgorithm digest = crypto::DigestAlgorithm::none;
  ByteView imprint;
  Instant time;                            // genTime, fraction cut
  std::int64_t accuracy_milliseconds = 0;  // 0 when absent
  bool ordering = false;
  std::optional<GeneralName> authority;  // the field tsa
  std::vector<CertificatePtr> certificates;
};
// Certificates are taken from `memory` where it has them; null: none. Errors: der_invalid, timestamp_invalid.
Result<TimestampToken> parse_timestamp_token(ByteView der, Budget& budget, CertificateMemory* memory = nullptr);

// The granted token of a TimeStampResp (whole ContentInfo element, view into `response`); timestamp_refused with the status text otherwise.
Result<ByteView> token_from_response(ByteView response);
// What the answer must match: imprint and its digest, nonce. Errors: timestamp_mismatch naming what differs.
Result<void> answers(const TimestampToken& token, const TimestampRequest& request);

// The facts of the token itself, without its path: message digest over TSTInfo, ESS binding, EKU critical and alone (RFC 3161 2.3),
// the field tsa one of the signer's names (2.4.2), the signature value. Findings say what is wrong; empty means good. `signer` is null when
// the token lacks its certificate.
struct TokenCheck {
  CertificatePtr signer;
  Findings findings;
};
TokenCheck check_token(const TimestampToken& token, std::span<const CertificatePtr> more_certificates);

}  // namespace mohr::pki
