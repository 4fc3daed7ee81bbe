#include "pki/crl.h"

#include "pki/asn1/pem.h"
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

bool is_known_entry_extension(Oid id) {
  return id == Oid::reason_code || id == Oid::invalidity_date;  // certificateIssuer: indirect lists, which are not judged yet
}

// reasonCode (RFC 5280 5.3.1): ENUMERATED 0..10 without 7.
Result<int> read_reason(Reader& value) {
  MOHR_TRY(const Element reason, value.next(asn1::kEnumerated));
  if (reason.value.size() != 1 || reason.value[0] > 10 || reason.value[0] == 7) return value.error("a broken reason code");
  return static_cast<int>(reason.value[0]);
}

// Walks a crlEntryExtensions; fills `entry` when it is given.
Result<void> read_entry_extensions(Reader list, bool& unknown_critical, RevokedEntry* entry) {
  while (!list.at_end()) {
    Reader inside;
    MOHR_TRY(const Extension extension, read_extension(list, inside));
    if (extension.critical && !is_known_entry_extension(extension.id)) unknown_critical = true;
    if (entry == nullptr) continue;
    if (extension.id == Oid::reason_code) {
      MOHR_TRY(entry->reason, read_reason(inside));
    } else if (extension.id == Oid::invalidity_date) {
      MOHR_TRY(entry->invalidity_date, inside.time());
    }
  }
  return {};
}

Result<void> check_algorithm(Reader& reader, ByteView& identifier) {
  MOHR_TRY(const Element algorithm, reader.next(asn1::kSequence));
  identifier = algorithm.whole;
  return {};
}

}  // namespace

struct CrlParser {
  static Result<void> parse(Crl& crl, Budget& budget) {
    Reader whole(crl.der_);
    MOHR_TRY(Reader list, whole.enter(asn1::kSequence));
    MOHR_CHECK(whole.finish());
    MOHR_TRY(const Element tbs, list.next(asn1::kSequence));
    crl.tbs_ = tbs.whole;
    ByteView outer, inner;
    MOHR_CHECK(check_algorithm(list, outer));
    MOHR_TRY(crl.signature_, list.bit_string());
    MOHR_CHECK(list.finish());
    Reader fields = list.inside(tbs);
    bool version_2 = false;
    if (fields.peek() == asn1::kInteger) {
      MOHR_TRY(const std::int64_t version, fields.small_integer());
      if (version != 1) return fields.error("an unknown version");
      version_2 = true;
    }
    MOHR_CHECK(check_algorithm(fields, inner));
    if (!equal(outer, inner)) return fields.error("two different signature algorithms inside and outside");
    Reader algorithm(outer);
    if (auto known = crypto::read_signature_algorithm(algorithm)) crl.signature_algorithm_ = *known;
    MOHR_CHECK(read_head(crl, fields));
    MOHR_CHECK(read_entries(crl, fields, version_2, budget));
    MOHR_TRY(const Element extensions, fields.next_if(asn1::context(0)));
    MOHR_CHECK(fields.finish());
    if (!extensions) return {};
    if (!version_2) return fields.error("extensions in a list of version 1");
    Reader holder = fields.inside(extensions);
    MOHR_TRY(const Reader items, holder.enter(asn1::kSequence));
    MOHR_CHECK(holder.finish());
    return read_list_extensions(crl, items);
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

  // revokedCertificates: looked at once, so that find() can trust their form; linear, without an allocation for an entry.
  static Result<void> read_entries(Crl& crl, Reader& fields, bool version_2, Budget& budget) {
    if (fields.peek() != asn1::kSequence) return {};
    MOHR_TRY(const Element revoked, fields.next());
    crl.revoked_ = revoked.value;
    Reader entries = fields.inside(revoked);
    if (entries.at_end()) return entries.error("an empty list of entries");  // RFC 5280 5.1.2.6: absent then
    while (!entries.at_end()) {
      MOHR_TRY(Reader entry, entries.enter(asn1::kSequence));
      MOHR_CHECK(entry.integer());
      MOHR_CHECK(entry.time());
      ++crl.entries_;
      if (entry.at_end()) continue;
      if (!version_2) return entry.error("entry extensions in a list of version 1");
      MOHR_TRY(const Reader extensions, entry.enter(asn1::kSequence));
      MOHR_CHECK(entry.finish());
      MOHR_CHECK(read_entry_extensions(extensions, crl.unknown_critical_, nullptr));
    }
    return budget.in_time();
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
        MOHR_TRY(crl.number_, value.integer());
        return value.finish();
      }
      case Oid::authority_key_identifier: {
        MOHR_TRY(crl.authority_key_identifier_, read_authority_key_identifier(value));
        return {};
      }
      case Oid::delta_crl_indicator: {
        MOHR_CHECK(value.integer());
        crl.is_delta_ = true;
        return value.finish();
      }
      case Oid::issuing_distribution_point: return read_distribution_point(crl, value);
      case Oid::freshest_crl:
      case Oid::issuer_alt_name:
      case Oid::authority_info_access: return {};
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

  static Result<CrlPtr> make(ByteView der, Budget& budget) {
    MOHR_CHECK(budget.within(Limit::memory_bytes, der.size()));
    const std::shared_ptr<Crl> crl(new Crl);
    crl->der_.assign(der.begin(), der.end());
    MOHR_CHECK(parse(*crl, budget));
    crl->fingerprint_ = crypto::sha256(crl->der_);
    return CrlPtr(crl);
  }
};

Result<CrlPtr> Crl::parse(ByteView der, Budget& budget) {
  auto crl = CrlParser::make(der, budget);
  if (!crl) return as_crl_error(std::move(crl).error());
  return crl;
}

Result<std::optional<RevokedEntry>> Crl::find(ByteView serial) const {
  Reader entries(revoked_);
  while (!entries.at_end()) {
    MOHR_TRY(Reader entry, entries.enter(asn1::kSequence));
    MOHR_TRY(const ByteView number, entry.integer());
    if (!equal(number, serial)) continue;
    RevokedEntry found;
    MOHR_TRY(found.revocation_date, entry.time());
    if (!entry.at_end()) {
      MOHR_TRY(const Reader extensions, entry.enter(asn1::kSequence));
      bool unknown_critical = false;
      MOHR_CHECK(read_entry_extensions(extensions, unknown_critical, &found));
    }
    return std::optional(found);
  }
  return std::optional<RevokedEntry>();
}

Result<std::vector<CrlPtr>> parse_crls(ByteView input, Budget& budget) {
  std::vector<CrlPtr> crls;
  if (!asn1::is_pem(input)) {
    MOHR_TRY(crls.emplace_back(), Crl::parse(input, budget));
    return crls;
  }
  MOHR_TRY(const auto blocks, asn1::read_pem(input));
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].label != "X509 CRL") continue;
    auto crl = Crl::parse(blocks[i].contents, budget);
    if (!crl) return std::move(crl).error().at("block " + std::to_string(i + 1));
    crls.push_back(*std::move(crl));
  }
  if (crls.empty()) return errors::crl_invalid(Code{"there is no X509 CRL block in the PEM text"});
  return crls;
}

}  // namespace mohr::pki
