// A certificate revocation list (RFC 5280 section 5): full, delta, partitioned or indirect; one owned encoding, and one way to ask it.
#pragma once

#include <functional>

#include "pki/certificate.h"

namespace mohr::pki {

class Crl;
using CrlPtr = std::shared_ptr<const Crl>;
class CrlIndex;
using CrlIndexPtr = std::shared_ptr<const CrlIndex>;

// Whoever keeps indexes of big lists (crl_shelf.h). Safe over threads.
class CrlKeeper {
 public:
  virtual ~CrlKeeper() = default;
  // Told when the list's signature has verified under the key whose SubjectPublicKeyInfo hashes to `signer_spki`. Gives the index to ask
  // from then on; null when there is none: a keeper is only ever a help.
  virtual CrlIndexPtr keep(const Crl& crl, const crypto::Hash& signer_spki, Budget& budget) const = 0;
};
using CrlKeeperPtr = std::shared_ptr<const CrlKeeper>;

inline constexpr int kCertificateHold = 6, kRemoveFromCrl = 8;  // CRLReason (RFC 5280 5.3.1)

struct RevokedEntry {
  Instant revocation_date;
  std::optional<int> reason;  // CRLReason
  std::optional<Instant> invalidity_date;
};

// One entry as it stands in the list; the views are into the list.
struct CrlEntry {
  ByteView serial;              // INTEGER contents
  ByteView certificate_issuer;  // GeneralNames contents, its own or inherited from an entry before (5.3.3); empty: the issuer of the list
  ByteView details;             // revocationDate and crlEntryExtensions
  [[nodiscard]] Result<RevokedEntry> read() const;
};

struct IssuingDistributionPoint {  // RFC 5280 5.2.5
  ByteView encoding;
  std::vector<std::string> urls;
  ByteView full_name, relative_name;
  bool only_user_certificates = false, only_ca_certificates = false, only_attribute_certificates = false, indirect = false;
  std::optional<std::uint32_t> only_some_reasons;
};

// Immutable; safe over threads.
class Crl {
 public:
  // Errors: crl_invalid, budget_exceeded.
  static Result<CrlPtr> parse(ByteView der, Budget& budget);
  static Result<CrlPtr> parse(Bytes der, Budget& budget, CrlKeeperPtr keeper = {});
  // The list of an index: the head is parsed, entries are looked up in the file. `reread` gives the whole encoding once more, for an index
  // that turns out to be damaged. Errors: crl_index_damaged.
  static Result<CrlPtr> from_index(CrlIndexPtr index, std::function<Result<Bytes>()> reread, CrlKeeperPtr keeper, Budget& budget);
  // The SHA-256 of the key under which the list's signature verified before it was indexed: it is not verified again, since der() and tbs()
  // lack the entries. Nothing: the list is whole, and is verified as ever.
  [[nodiscard]] std::optional<crypto::Hash> verified_under() const;
  // Says that the signature verified (CrlKeeper::keep).
  void keep(const crypto::Hash& signer_spki, Budget& budget) const;
  [[nodiscard]] ByteView der() const { return der_; }
  [[nodiscard]] ByteView tbs() const { return tbs_; }
  [[nodiscard]] const Name& issuer() const { return issuer_; }
  [[nodiscard]] Instant this_update() const { return this_update_; }
  [[nodiscard]] std::optional<Instant> next_update() const { return next_update_; }
  [[nodiscard]] const crypto::SignatureAlgorithm& signature_algorithm() const { return signature_algorithm_; }
  [[nodiscard]] ByteView signature() const { return signature_; }  // empty when its octets are not whole
  [[nodiscard]] ByteView authority_key_identifier() const { return authority_key_identifier_; }
  [[nodiscard]] ByteView number() const { return number_; }            // magnitude of cRLNumber; empty when absent
  [[nodiscard]] ByteView base_number() const { return base_number_; }  // magnitude of BaseCRLNumber; empty: the list is complete
  [[nodiscard]] bool is_delta() const { return !base_number_.empty(); }
  [[nodiscard]] const std::optional<IssuingDistributionPoint>& distribution_point() const { return distribution_point_; }
  [[nodiscard]] bool is_indirect() const { return distribution_point_ && distribution_point_->indirect; }
  [[nodiscard]] std::span<const DistributionPoint> freshest() const { return freshest_; }            // where its deltas are (5.2.6)
  [[nodiscard]] std::span<const std::string> ca_issuer_urls() const { return ca_issuer_urls_; }      // of its signer (5.2.7)
  [[nodiscard]] std::optional<Instant> keeps_expired_since() const { return keeps_expired_since_; }  // expiredCertsOnCRL (X.509)
  [[nodiscard]] bool has_unknown_critical_extension() const { return unknown_critical_; }            // of the list or of any entry
  // revokedCertificates stands there without an entry, which 5.1.2.6 forbids and several authorities write: read all the same.
  [[nodiscard]] bool has_empty_list() const { return empty_list_; }
  [[nodiscard]] const crypto::Hash& fingerprint() const { return fingerprint_; }
  // The entry for the certificate of that issuer with that serial number (INTEGER contents). Of several, one that does not take the
  // certificate off the list. Linear without an index.
  [[nodiscard]] Result<std::optional<RevokedEntry>> find(ByteView serial, const Name& certificate_issuer) const;
  // Every entry in its order until `visit` says false. Errors: those of `visit`.
  Result<void> visit_entries(const std::function<Result<bool>(const CrlEntry&)>& visit) const;
  [[nodiscard]] std::size_t entries() const { return entries_; }
  [[nodiscard]] ByteView entry_octets() const { return revoked_; }  // contents of revokedCertificates

 private:
  friend struct CrlParser;
  class Lookup;  // through an index; in crl.cc
  Crl() = default;
  Bytes der_;
  ByteView tbs_, revoked_, signature_, authority_key_identifier_, number_, base_number_;
  Name issuer_;
  Instant this_update_;
  std::optional<Instant> next_update_, keeps_expired_since_;
  crypto::SignatureAlgorithm signature_algorithm_;
  std::optional<IssuingDistributionPoint> distribution_point_;
  std::vector<DistributionPoint> freshest_;
  std::vector<std::string> ca_issuer_urls_;
  bool unknown_critical_ = false, empty_list_ = false;
  std::size_t entries_ = 0;
  crypto::Hash fingerprint_;
  std::shared_ptr<Lookup> lookup_;  // null: nobody keeps an index
};

// Whether one of those names (GeneralNames contents) is that directory name.
bool names_directory(ByteView general_names, const Name& name);
// Whether the magnitude `a` is less than `b`: how cRLNumber and BaseCRLNumber compare.
bool is_less_number(ByteView a, ByteView b);

Result<std::vector<CrlPtr>> parse_crls(ByteView pem_or_der, Budget& budget, const CrlKeeperPtr& keeper = {});

}  // namespace mohr::pki
