// A certificate revocation list (RFC 5280 section 5), full ones: one owned encoding, entries found by a scan of its octets.
#pragma once

#include "pki/certificate.h"

namespace mohr::pki {

class Crl;
using CrlPtr = std::shared_ptr<const Crl>;

struct RevokedEntry {
  Instant revocation_date;
  std::optional<int> reason;  // CRLReason; 6 is certificateHold, 8 removeFromCRL
  std::optional<Instant> invalidity_date;
};

struct IssuingDistributionPoint {  // RFC 5280 5.2.5
  std::vector<std::string> urls;
  ByteView full_name, relative_name;
  bool only_user_certificates = false, only_ca_certificates = false, only_attribute_certificates = false, indirect = false;
  std::optional<std::uint32_t> only_some_reasons;
};

// Immutable; safe over threads.
class Crl {
 public:
  static Result<CrlPtr> parse(ByteView der, Budget& budget);  // errors: crl_invalid, der_invalid
  [[nodiscard]] ByteView der() const { return der_; }
  [[nodiscard]] ByteView tbs() const { return tbs_; }
  [[nodiscard]] const Name& issuer() const { return issuer_; }
  [[nodiscard]] Instant this_update() const { return this_update_; }
  [[nodiscard]] std::optional<Instant> next_update() const { return next_update_; }
  [[nodiscard]] const crypto::SignatureAlgorithm& signature_algorithm() const { return signature_algorithm_; }
  [[nodiscard]] ByteView signature() const { return signature_; }  // empty when its octets are not whole
  [[nodiscard]] ByteView authority_key_identifier() const { return authority_key_identifier_; }
  [[nodiscard]] ByteView number() const { return number_; }  // INTEGER contents; empty when absent
  [[nodiscard]] bool is_delta() const { return is_delta_; }
  [[nodiscard]] const std::optional<IssuingDistributionPoint>& distribution_point() const { return distribution_point_; }
  [[nodiscard]] bool has_unknown_critical_extension() const { return unknown_critical_; }  // of the list or of any entry
  [[nodiscard]] const crypto::Hash& fingerprint() const { return fingerprint_; }
  // The entry for that serial number (INTEGER contents). Linear; crl_index makes it fast later.
  [[nodiscard]] Result<std::optional<RevokedEntry>> find(ByteView serial) const;
  [[nodiscard]] std::size_t entries() const { return entries_; }

 private:
  friend struct CrlParser;
  Crl() = default;
  Bytes der_;
  ByteView tbs_, revoked_, signature_, authority_key_identifier_, number_;
  Name issuer_;
  Instant this_update_;
  std::optional<Instant> next_update_;
  crypto::SignatureAlgorithm signature_algorithm_;
  std::optional<IssuingDistributionPoint> distribution_point_;
  bool is_delta_ = false, unknown_critical_ = false;
  std::size_t entries_ = 0;
  crypto::Hash fingerprint_;
};

Result<std::vector<CrlPtr>> parse_crls(ByteView pem_or_der, Budget& budget);

}  // namespace mohr::pki
