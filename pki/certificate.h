// An X.509 certificate (RFC 5280 section 4): one owned encoding, and views into it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "pki/asn1/oid.h"
#include "pki/core/finding.h"
#include "pki/crypto/digest.h"
#include "pki/crypto/public_key.h"
#include "pki/general_name.h"

namespace mohr::pki {

// keyUsage bits in the order of RFC 5280 4.2.1.3.
enum KeyUsage : std::uint32_t {
  kDigitalSignature = 1U << 0,
  kContentCommitment = 1U << 1,
  kKeyEncipherment = 1U << 2,
  kDataEncipherment = 1U << 3,
  kKeyAgreement = 1U << 4,
  kKeyCertSign = 1U << 5,
  kCrlSign = 1U << 6,
  kEncipherOnly = 1U << 7,
  kDecipherOnly = 1U << 8,
};

struct Extension {
  asn1::Oid id = asn1::Oid::unknown;
  ByteView oid;  // contents octets
  bool critical = false;
  ByteView value;               // contents of the OCTET STRING: the DER of the extension
  bool writes_default = false;  // "critical FALSE" is written out, which DER leaves away: read leniently
};

struct BasicConstraints {
  bool ca = false;
  std::optional<std::int64_t> path_length;
};

struct DistributionPoint {        // RFC 5280 4.2.1.13
  std::vector<std::string> urls;  // of fullName
  ByteView full_name;             // GeneralNames contents, for comparison; empty when absent
  ByteView relative_name;
  std::optional<std::uint32_t> reasons;
  ByteView crl_issuer;  // GeneralNames contents; empty when absent
};

struct NameConstraints {  // RFC 5280 4.2.1.10
  std::vector<GeneralName> permitted, excluded;
  bool has_distances = false;  // a minimum other than 0 or a maximum: no profile uses them; refuse what they would constrain
};

struct PolicyConstraints {  // RFC 5280 4.2.1.11
  std::optional<std::int64_t> require_explicit_policy, inhibit_policy_mapping;
};

struct PolicyMapping {  // RFC 5280 4.2.1.5; OID contents octets
  ByteView issuer_policy, subject_policy;
};

class Certificate;
using CertificatePtr = std::shared_ptr<const Certificate>;

// Immutable after parse(); safe over threads. All views live as long as the object.
class Certificate {
 public:
  // Strict DER, version 3 (1 and 2 only without extensions), no duplicate extensions, equal inner and outer algorithms; the known
  // extensions are parsed strictly too; unknown ones are kept unread. An unknown signature algorithm or kind of key parses. Errors:
  // certificate_invalid. Copies the encoding once. Does not build the key. About 3 us, half of it the fingerprint.
  static Result<CertificatePtr> parse(ByteView der);

  [[nodiscard]] ByteView der() const { return der_; }
  [[nodiscard]] ByteView tbs() const { return tbs_; }
  [[nodiscard]] ByteView serial() const { return serial_; }  // INTEGER contents octets
  [[nodiscard]] const Name& issuer() const { return issuer_; }
  [[nodiscard]] const Name& subject() const { return subject_; }
  [[nodiscard]] Instant not_before() const { return not_before_; }
  [[nodiscard]] Instant not_after() const { return not_after_; }
  [[nodiscard]] ByteView spki() const { return spki_; }
  [[nodiscard]] ByteView key_octets() const;  // its BIT STRING: what CertID and ResponderID digest (RFC 6960 4.1.1)
  [[nodiscard]] const crypto::SignatureAlgorithm& signature_algorithm() const { return signature_algorithm_; }
  [[nodiscard]] ByteView signature_algorithm_identifier() const { return signature_algorithm_identifier_; }  // whole AlgorithmIdentifier
  [[nodiscard]] bool signature_algorithm_known() const { return signature_algorithm_.scheme != crypto::SignatureScheme::none; }
  [[nodiscard]] ByteView signature() const { return signature_; }  // BIT STRING octets; empty when they are not whole
  [[nodiscard]] int version() const { return version_; }           // 1, 2 or 3

  [[nodiscard]] std::span<const Extension> extensions() const { return extensions_; }
  [[nodiscard]] const Extension* extension(asn1::Oid id) const;
  [[nodiscard]] const std::optional<BasicConstraints>& basic_constraints() const { return basic_constraints_; }
  [[nodiscard]] std::optional<std::uint32_t> key_usage() const { return key_usage_; }
  [[nodiscard]] bool has_extended_key_usage(asn1::Oid purpose) const;  // false when the extension is absent
  [[nodiscard]] std::span<const ByteView> extended_key_usages() const { return extended_key_usages_; }
  [[nodiscard]] ByteView subject_key_identifier() const { return subject_key_identifier_; }
  [[nodiscard]] ByteView authority_key_identifier() const { return authority_key_identifier_; }
  [[nodiscard]] std::span<const ByteView> policies() const { return policies_; }  // OID contents octets
  [[nodiscard]] bool has_unknown_policy_qualifiers() const { return unknown_policy_qualifiers_; }
  // Null when the extension is absent.
  [[nodiscard]] const NameConstraints* name_constraints() const { return name_constraints_ ? &*name_constraints_ : nullptr; }
  [[nodiscard]] const PolicyConstraints* policy_constraints() const { return policy_constraints_ ? &*policy_constraints_ : nullptr; }
  [[nodiscard]] std::span<const PolicyMapping> policy_mappings() const { return policy_mappings_; }
  [[nodiscard]] std::optional<std::int64_t> inhibit_any_policy() const { return inhibit_any_policy_; }  // SkipCerts
  [[nodiscard]] std::span<const GeneralName> subject_alt_names() const { return subject_alt_names_; }
  [[nodiscard]] std::span<const DistributionPoint> crl_distribution_points() const { return crl_distribution_points_; }
  [[nodiscard]] std::span<const std::string> ocsp_urls() const { return ocsp_urls_; }
  [[nodiscard]] std::span<const std::string> ca_issuer_urls() const { return ca_issuer_urls_; }
  [[nodiscard]] bool is_ca() const { return basic_constraints_ && basic_constraints_->ca; }
  [[nodiscard]] bool is_self_issued() const;                                      // subject equals issuer (RFC 5280 names)
  [[nodiscard]] const crypto::Hash& fingerprint() const { return fingerprint_; }  // SHA-256 of der()

  // The key, built at the first call and kept. Errors as PublicKey::from_spki.
  [[nodiscard]] Result<std::shared_ptr<const crypto::PublicKey>> key() const;
  // A DSA key that leaves its domain parameters to the key of its issuer (RFC 3279 2.3.2).
  [[nodiscard]] bool leaves_parameters_to_issuer() const;
  // The same certificate with its key completed by the one of `issuer` (RFC 5280 6.1.4 e). Errors: key_unsupported,
  // der_invalid.
  static Result<CertificatePtr> complete_key(const Certificate& certificate, const Certificate& issuer);
  [[nodiscard]] bool key_is_completed() const { return key_is_completed_; }  // it depends on the path then
  // Things read leniently, for a warning: "PrintableString with characters outside its alphabet".
  [[nodiscard]] std::span<const Finding> oddities() const { return oddities_; }

 private:
  friend struct CertificateParser;  // certificate.cc: the fields
  friend struct ExtensionParser;    // extensions.cc: the extensions
  Certificate() = default;
  Bytes der_;
  ByteView tbs_, serial_, spki_, signature_, signature_algorithm_identifier_, subject_key_identifier_, authority_key_identifier_;
  Name issuer_, subject_;
  Instant not_before_, not_after_;
  crypto::SignatureAlgorithm signature_algorithm_;
  int version_ = 1;
  std::vector<Extension> extensions_;
  std::optional<BasicConstraints> basic_constraints_;
  std::optional<std::uint32_t> key_usage_;
  std::vector<ByteView> extended_key_usages_, policies_;
  bool unknown_policy_qualifiers_ = false;
  std::optional<NameConstraints> name_constraints_;
  std::optional<PolicyConstraints> policy_constraints_;
  std::vector<PolicyMapping> policy_mappings_;
  std::optional<std::int64_t> inhibit_any_policy_;
  std::vector<GeneralName> subject_alt_names_;
  std::vector<DistributionPoint> crl_distribution_points_;
  std::vector<std::string> ocsp_urls_, ca_issuer_urls_;
  crypto::Hash fingerprint_;
  std::vector<Finding> oddities_;
  bool key_is_completed_ = false;
  mutable std::once_flag key_once_;
  mutable std::optional<Result<std::shared_ptr<const crypto::PublicKey>>> key_;
};

// One certificate as DER or the CERTIFICATE blocks of a PEM text (other blocks are skipped), each given to `read`. Errors name the block;
// none at all is certificate_invalid.
Result<void> visit_certificates(ByteView pem_or_der, const std::function<Result<void>(ByteView der)>& read);
template <class T>
Result<std::vector<T>> read_certificates(ByteView pem_or_der, Result<T> (*read)(ByteView der)) {
  std::vector<T> all;
  MOHR_CHECK(visit_certificates(pem_or_der, [&](ByteView der) -> Result<void> {
    MOHR_TRY(T one, read(der));
    all.push_back(std::move(one));
    return {};
  }));
  return all;
}
inline Result<std::vector<CertificatePtr>> parse_certificates(ByteView pem_or_der) {
  return read_certificates(pem_or_der, &Certificate::parse);
}
std::string pem(const Certificate& certificate);

}  // namespace mohr::pki
