#include "pki/crl.h"

#include <algorithm>
#include <mutex>

#include "pki/asn1/pem.h"
#include "pki/crl_entries.h"
#include "pki/crl_index.h"
#include "pki/extensions.h"

namespace mohr::pki {

using asn1::Element;
using asn1::Oid;
using asn1::Reader;

namespace {

Error as_crl_error(Error error) {
  if (error.code == ErrorCode::der_invalid) error.code = ErrorCode::crl_invalid;
  return error;
}

}  // namespace

struct CrlParser {
  static Result<void> parse(Crl& crl, Budget& budget) {
    Reader whole(crl.der_);
    MOHR_TRY(Reader list, whole.enter(asn1::kSequence));
    MOHR_CHECK(whole.finish());
    MOHR_TRY(const Element tbs, list.next(asn1::kSequence));
    crl.tbs_ = tbs.whole;
    MOHR_TRY(const ByteView outer, read_algorithm_identifier(list));
    MOHR_TRY(crl.signature_, read_signature_value(list));
    MOHR_CHECK(list.finish());
    Reader fields = list.inside(tbs);
    bool version_2 = false;
    if (fields.peek() == asn1::kInteger) {
      MOHR_TRY(const std::int64_t version, fields.small_integer());
      if (version != 1) return fields.error("an unknown version");
      version_2 = true;
    }
    MOHR_TRY(const ByteView inner, read_algorithm_identifier(fields));
    if (!equal(outer, inner)) return fields.error("two different signature algorithms inside and outside");
    Reader algorithm(outer);
    if (auto known = crypto::read_signature_algorithm(algorithm)) crl.signature_algorithm_ = *known;
    MOHR_CHECK(read_head(crl, fields));
    MOHR_TRY(const EntriesSeen seen, read_entries(crl, fields, version_2, budget));
    crl.entries_ = seen.count;
    crl.unknown_critical_ = seen.unknown_critical;
    MOHR_TRY(const Element extensions, fields.next_if(asn1::context(0)));
    MOHR_CHECK(fields.finish());
    if (extensions) {
      if (!version_2) return fields.error("extensions in a list of version 1");
      Reader holder = fields.inside(extensions);
      MOHR_TRY(const Reader items, holder.enter(asn1::kSequence));
      MOHR_CHECK(holder.finish());
      MOHR_CHECK(read_list_extensions(crl, items));
    }
    if (seen.certificate_issuer && !crl.is_indirect()) crl.unknown_critical_ = true;  // it means nothing there (5.3.3)
    return {};
  }

  static Result<void> read_head(Crl& crl, Reader& fields) {
    MOHR_TRY(const Element issuer, fields.next(asn1::kSequence));
    MOHR_TRY(crl.issuer_, Name::parse(issuer.whole));
    MOHR_TRY(crl.this_update_, fields.time());
    if (fields.peek() == asn1::kUtcTime || fields.peek() == asn1::kGeneralizedTime) {
      MOHR_TRY(crl.next_update_, fields.time());
    }
    return {};
  }

  static Result<EntriesSeen> read_entries(Crl& crl, Reader& fields, bool version_2, Budget& budget) {
    if (fields.peek() != asn1::kSequence) return EntriesSeen{};
    MOHR_TRY(const Element revoked, fields.next());
    crl.revoked_ = revoked.value;
    crl.empty_list_ = revoked.value.empty();
    return check_entries(fields, revoked.value, version_2, budget);
  }

  static Result<void> read_list_extensions(Crl& crl, Reader items) {
    std::vector<Oid> seen;
    if (items.at_end()) return items.error("an empty list of extensions");
    while (!items.at_end()) {
      Reader value;
      MOHR_TRY(const Extension extension, read_extension(items, value));
      if (extension.id != Oid::unknown) {
        for (const Oid id : seen)
          if (id == extension.id) return items.error("an extension stands twice");
        seen.push_back(extension.id);
      }
      MOHR_CHECK(read_list_extension(crl, extension, value));
    }
    return {};
  }

  static Result<void> read_list_extension(Crl& crl, const Extension& extension, Reader& value) {
    switch (extension.id) {
      case Oid::crl_number: {
        MOHR_TRY(crl.number_, value.unsigned_integer());
        return value.finish();
      }
      case Oid::authority_key_identifier: {
        MOHR_TRY(crl.authority_key_identifier_, read_authority_key_identifier(value));
        return {};
      }
      case Oid::delta_crl_indicator: {
        MOHR_TRY(crl.base_number_, value.unsigned_integer());
        return value.finish();
      }
      case Oid::freshest_crl: {
        bool odd = false;
        MOHR_TRY(crl.freshest_, read_distribution_points(value, odd));
        return value.finish();
      }
      case Oid::authority_info_access: {
        MOHR_TRY(AccessUrls urls, read_authority_info_access(value));
        crl.ca_issuer_urls_ = std::move(urls.ca_issuers);
        return value.finish();
      }
      case Oid::expired_certificates_on_crl: {
        MOHR_TRY(crl.keeps_expired_since_, value.time());
        return value.finish();
      }
      case Oid::issuing_distribution_point: return read_distribution_point(crl, value);
      case Oid::issuer_alt_name: return {};
      default:
        if (extension.critical) crl.unknown_critical_ = true;
        return {};
    }
  }

  // IssuingDistributionPoint (RFC 5280 5.2.5): booleans are written only when true.
  static Result<void> read_distribution_point(Crl& crl, Reader& value) {
    MOHR_TRY(Reader fields, value.enter(asn1::kSequence));
    MOHR_CHECK(value.finish());
    IssuingDistributionPoint point;
    point.encoding = fields.rest();
    MOHR_TRY(const Element name, fields.next_if(asn1::context(0)));
    if (name) {
      MOHR_TRY(DistributionPointName read, read_distribution_point_name(fields.inside(name)));
      point.urls = std::move(read.urls);
      point.full_name = read.full_name;
      point.relative_name = read.relative_name;
    }
    const auto flag = [&](unsigned number, bool& target) -> Result<void> {
      MOHR_TRY(const Element boolean, fields.next_if(asn1::context(number, false)));
      if (!boolean) return {};
      if (boolean.value.size() != 1 || boolean.value[0] != 0xff) return fields.error("a broken boolean");
      target = true;
      return {};
    };
    MOHR_CHECK(flag(1, point.only_user_certificates));
    MOHR_CHECK(flag(2, point.only_ca_certificates));
    if (fields.peek() == asn1::context(3, false)) {
      bool odd = false;
      MOHR_TRY(point.only_some_reasons, read_named_bits(fields, asn1::context(3, false), odd));
    }
    MOHR_CHECK(flag(4, point.indirect));
    MOHR_CHECK(flag(5, point.only_attribute_certificates));
    MOHR_CHECK(fields.finish());
    crl.distribution_point_ = std::move(point);
    return {};
  }

  static Result<std::shared_ptr<Crl>> make(Bytes der, Budget& budget) {
    MOHR_CHECK(budget.within(Limit::crl_bytes, der.size()));
    std::shared_ptr<Crl> crl(new Crl);
    crl->der_ = std::move(der);
    auto parsed = parse(*crl, budget);
    if (!parsed) return as_crl_error(std::move(parsed).error());
    return crl;
  }
};

// A list that somebody keeps an index of, or that is an index.
class Crl::Lookup {
 public:
  Lookup(CrlKeeperPtr keeper, CrlIndexPtr index, std::function<Result<Bytes>()> reread)
      : keeper_(std::move(keeper)), is_head_(index != nullptr), index_(std::move(index)), reread_(std::move(reread)) {
    if (index_) signer_spki_ = index_->head().signer_spki;
  }

  [[nodiscard]] std::optional<crypto::Hash> verified_under() const { return is_head_ ? std::optional(signer_spki_) : std::nullopt; }

  void keep(const Crl& crl, const crypto::Hash& signer_spki, Budget& budget) {
    const std::scoped_lock lock(guard_);
    if (keeper_ && !is_head_ && !index_) index_ = keeper_->keep(crl, signer_spki, budget);
  }

  Result<std::optional<RevokedEntry>> find(const Crl& crl, ByteView serial) {
    if (const CrlIndexPtr index = current()) {
      auto found = index->find(serial);
      if (found) return found;
      forget(index);
    }
    if (!is_head_) return find_own_entry(crl.revoked_, serial);
    MOHR_TRY(const CrlPtr list, whole(crl));
    return list->find(serial, crl.issuer_);
  }

  // The list with its entries.
  Result<CrlPtr> whole(const Crl& crl) {
    const std::scoped_lock lock(guard_);
    if (whole_) return whole_;
    if (!reread_) return errors::crl_invalid(Code{"its index is damaged, and the list is gone"});
    MOHR_TRY(Bytes der, reread_());
    if (!(crypto::sha256(der) == crl.fingerprint_)) return errors::crl_invalid(Code{"it changed while it was in use"});
    Budget budget;
    MOHR_TRY(whole_, Crl::parse(std::move(der), budget, keeper_));
    whole_->keep(signer_spki_, budget);  // the index again: its octets are those that were verified
    return whole_;
  }
  [[nodiscard]] bool is_head() const { return is_head_; }

 private:
  CrlIndexPtr current() {
    const std::scoped_lock lock(guard_);
    return index_;
  }
  void forget(const CrlIndexPtr& damaged) {
    const std::scoped_lock lock(guard_);
    if (index_ == damaged) index_ = nullptr;
  }

  const CrlKeeperPtr keeper_;
  const bool is_head_;  // the list in memory has no entries of its own
  std::mutex guard_;
  CrlIndexPtr index_;
  std::function<Result<Bytes>()> reread_;
  crypto::Hash signer_spki_;
  CrlPtr whole_;
};

Result<CrlPtr> Crl::parse(ByteView der, Budget& budget) { return parse(to_bytes(der), budget); }

Result<CrlPtr> Crl::parse(Bytes der, Budget& budget, CrlKeeperPtr keeper) {
  MOHR_TRY(const std::shared_ptr<Crl> crl, CrlParser::make(std::move(der), budget));
  crl->fingerprint_ = crypto::sha256(crl->der_);
  if (keeper && !crl->is_indirect()) crl->lookup_ = std::make_shared<Lookup>(std::move(keeper), nullptr, nullptr);
  return CrlPtr(crl);
}

Result<CrlPtr> Crl::from_index(CrlIndexPtr index, std::function<Result<Bytes>()> reread, CrlKeeperPtr keeper, Budget& budget) {
  const CrlIndexHead& head = index->head();
  auto made = CrlParser::make(head.skeleton, budget);
  if (!made || (*made)->is_indirect()) return errors::crl_index_damaged(Code{index->path()});
  const std::shared_ptr<Crl> crl = *made;
  crl->entries_ = head.listed;
  crl->unknown_critical_ = head.unknown_critical;
  crl->empty_list_ = head.empty_list;
  crl->fingerprint_ = head.fingerprint;
  crl->lookup_ = std::make_shared<Lookup>(std::move(keeper), std::move(index), std::move(reread));
  return CrlPtr(crl);
}

std::optional<crypto::Hash> Crl::verified_under() const { return lookup_ ? lookup_->verified_under() : std::nullopt; }

void Crl::keep(const crypto::Hash& signer_spki, Budget& budget) const {
  if (lookup_) lookup_->keep(*this, signer_spki, budget);
}

Result<std::optional<RevokedEntry>> Crl::find(ByteView serial, const Name& certificate_issuer) const {
  if (is_indirect()) return find_entry(revoked_, serial, certificate_issuer, issuer_);
  if (!certificate_issuer.equals(issuer_)) return std::optional<RevokedEntry>();
  return lookup_ ? lookup_->find(*this, serial) : find_own_entry(revoked_, serial);
}

Result<void> Crl::visit_entries(const std::function<Result<bool>(const CrlEntry&)>& visit) const {
  if (!lookup_ || !lookup_->is_head()) return walk_entries(revoked_, visit);
  MOHR_TRY(const CrlPtr list, lookup_->whole(*this));
  return list->visit_entries(visit);
}

bool names_directory(ByteView general_names, const Name& name) {
  const auto names = read_general_names(Reader(general_names));
  return names && std::any_of(names->begin(), names->end(), [&](const GeneralName& one) {
           if (one.kind != GeneralName::Kind::directory) return false;
           const auto directory = Name::parse(one.value);
           return directory && directory->equals(name);
         });
}

bool is_less_number(ByteView a, ByteView b) { return a.size() != b.size() ? a.size() < b.size() : less(a, b); }

Result<std::vector<CrlPtr>> parse_crls(ByteView input, Budget& budget, const CrlKeeperPtr& keeper) {
  std::vector<CrlPtr> crls;
  if (!asn1::is_pem(input)) {
    MOHR_TRY(crls.emplace_back(), Crl::parse(to_bytes(input), budget, keeper));
    return crls;
  }
  MOHR_TRY(const auto blocks, asn1::read_pem(input));
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].label != "X509 CRL") continue;
    auto crl = Crl::parse(to_bytes(blocks[i].contents), budget, keeper);
    if (!crl) {
      Error error = std::move(crl).error();
      error.place = "block " + std::to_string(i + 1) + (error.place.empty() ? "" : ", " + error.place);
      return error;
    }
    crls.push_back(*std::move(crl));
  }
  if (crls.empty()) return errors::crl_invalid(Code{"there is no X509 CRL block in the PEM text"});
  return crls;
}

}  // namespace mohr::pki
