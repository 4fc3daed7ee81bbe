// Making certificates, CRLs, OCSP responses and time-stamp tokens: the writing half of pki. Part of mohr_keys.
#pragma once

#include "pki/crl.h"
#include "pki/crypto/signing_key.h"
#include "pki/ocsp.h"
#include "pki/timestamp.h"

namespace mohr::pki {

struct NamePart {
  asn1::Oid attribute;
  std::string value;  // UTF-8; written as PrintableString for C, serialNumber and organizationIdentifier, else UTF8String
};
Bytes write_name(std::span<const NamePart> parts);

struct CertificateProfile {
  Bytes subject;  // whole Name element
  Bytes spki;
  Bytes serial;  // magnitude; at least 8 random octets
  Instant not_before, not_after;
  bool ca = false;
  std::optional<int> path_length;
  std::uint32_t key_usage = 0;  // KeyUsage bits, critical; 0: no extension
  std::vector<asn1::Oid> extended_key_usages;
  bool extended_key_usage_critical = false;
  std::vector<std::string> policies;  // dotted
  std::vector<std::string> crl_urls, ocsp_urls, ca_issuer_urls;
  bool ocsp_nocheck = false;
  std::vector<Bytes> extensions;  // further ones: whole elements
};
// `issuer` null: self-signed. Subject and authority key identifiers are always written.
Result<Bytes> issue_certificate(const CertificateProfile& profile, const crypto::SigningKey& issuer_key, const Certificate* issuer,
                                const crypto::SignatureAlgorithm& algorithm);

struct Revocation {
  Bytes serial;  // INTEGER contents
  Instant time;
  std::optional<int> reason;
};
Result<Bytes> issue_crl(std::span<const Revocation> revoked, std::int64_t number, Instant this_update, Instant next_update,
                        const crypto::SigningKey& issuer_key, const Certificate& issuer, const crypto::SignatureAlgorithm& algorithm);

struct OcspAnswer {
  CertificateId id;
  OcspStatus status = OcspStatus::unknown;
  Instant revoked_at;
  std::optional<int> reason;
};
Result<Bytes> issue_ocsp_response(std::span<const OcspAnswer> answers, ByteView nonce, Instant now, Instant next_update,
                                  const crypto::SigningKey& key, const CertificatePtr& responder);
Bytes ocsp_error_response(int status);  // 1 malformedRequest, 2 internalError, 6 unauthorized

struct TimestampProfile {
  std::string policy;  // dotted
  Instant now;
  Bytes serial;  // magnitude
  int accuracy_seconds = 1;
  crypto::DigestAlgorithm digest = crypto::DigestAlgorithm::sha256;  // of the signature, where the key leaves a choice
};
Result<Bytes> issue_timestamp_response(const TimestampRequest& request, const TimestampProfile& profile, const crypto::SigningKey& key,
                                       const CertificatePtr& authority, std::span<const CertificatePtr> chain);
Bytes timestamp_rejection(int status, int failure_bit, std::string_view text);  // RFC 3161 2.4.2

}  // namespace mohr::pki
