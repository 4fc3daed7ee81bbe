#include "pki/crl.h"

#include <algorithm>
#include <array>

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

constexpr std::size_t kEntriesBetweenLooks = 65536;  // at the clock

// reasonCode (RFC 5280 5.3.1): ENUMERATED 0..10 without 7.
Result<int> read_reason(Reader& value) {
  MOHR_TRY(const Element reason, value.next(asn1::kEnumerated));
  if (reason.value.size() != 1 || reason.value[0] > 10 || reason.value[0] == 7) return value.error("a broken reason code");
  return static_cast<int>(reason.value[0]);
}

// crlEntryExtensions (RFC 5280 5.3).
Result<void> read_entry_extensions(Reader list, bool& unknown_critical, RevokedEntry& entry) {
  if (list.at_end()) return list.error("an empty list of extensions");
  while (!list.at_end()) {
    Reader inside;
    MOHR_TRY(const Extension extension, read_extension(list, inside));
    if (extension.id == Oid::reason_code) {
      if (entry.reason) return list.error("the same extension twice");
      MOHR_TRY(entry.reason, read_reason(inside));
    } else if (extension.id == Oid::invalidity_date) {
      if (entry.invalidity_date) return list.error("the same extension twice");
      MOHR_TRY(entry.invalidity_date, inside.time());
    } else {  // certificateIssuer: indirect lists, which are not judged yet
      unknown_critical |= extension.critical;
      continue;
    }
    MOHR_CHECK(inside.finish());
  }
  return {};
}

// The quick way through entries, which lists have by the million. What it does not know it leaves to the Reader.

// A definite, minimal length up to 65535; moves `at` to the contents.
inline bool take_header(const Byte*& at, const Byte* end, asn1::Tag tag, std::size_t& length) {
  if (end - at < 2 || at[0] != tag) return false;
  length = at[1];
  at += 2;
  if (length == 0x81 && end - at > 0 && at[0] >= 0x80) {
    length = *at++;
  } else if (length == 0x82 && end - at > 1 && at[0] != 0) {
    length = static_cast<std::size_t>(at[0] << 8 | at[1]);
    at += 2;
  } else if (length >= 0x80) {
    return false;
  }
  return length <= static_cast<std::size_t>(end - at);
}

// YYMMDDhhmmssZ of a day that every month has.
bool is_plain_utc_time(const Byte* text) {
  constexpr std::array<unsigned, 6> kLeast = {0, 1, 1, 0, 0, 0}, kMost = {99, 12, 28, 23, 59, 59};
  for (std::size_t i = 0; i < 6; ++i) {
    const unsigned tens = text[2 * i] - unsigned{'0'}, ones = text[2 * i + 1] - unsigned{'0'};
    if (tens > 9 || ones > 9) return false;
    const unsigned value = tens * 10 + ones;
    if (value < kLeast[i] || value > kMost[i]) return false;
  }
  return text[12] == 'Z';
}

// Nothing, or exactly one reasonCode that is not critical.
bool are_plain_extensions(const Byte* at, std::size_t size) {
  constexpr std::array<Byte, 13> kReason = {0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01};
  return size == 0 || (size == kReason.size() + 1 && std::equal(kReason.begin(), kReason.end(), at) && at[13] <= 10 && at[13] != 7);
}

// Whether the entry whose contents these are has the usual form.
bool is_plain_entry(const Byte* at, const Byte* end, bool version_2) {
  std::size_t length = 0;
  if (!take_header(at, end, asn1::kInteger, length) || length == 0) return false;
  if (length > 1 && ((at[0] == 0 && !(at[1] & 0x80)) || (at[0] == 0xff && (at[1] & 0x80)))) return false;
  at += length;
  if (!take_header(at, end, asn1::kUtcTime, length) || length != 13 || !is_plain_utc_time(at)) return false;
  at += length;
  const auto left = static_cast<std::size_t>(end - at);
  return are_plain_extensions(at, left) && (left == 0 || version_2);
}

// What follows the serial number.
Result<std::optional<RevokedEntry>> read_found(Reader entry) {
  RevokedEntry found;
  MOHR_TRY(found.revocation_date, entry.time());
  if (entry.at_end()) return std::optional(found);
  MOHR_TRY(const Reader extensions, entry.enter(asn1::kSequence));
  bool unknown_critical = false;
  MOHR_CHECK(read_entry_extensions(extensions, unknown_critical, found));
  return std::optional(found);
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
    if (revoked.value.empty()) return fields.error("an empty list of entries");  // RFC 5280 5.1.2.6: absent then
    const Byte* at = revoked.value.data();
    const Byte* const end = at + revoked.value.size();
    while (at != end) {
      if (++crl.entries_ % kEntriesBetweenLooks == 0) MOHR_CHECK(budget.in_time());
      const Byte* contents = at;
      std::size_t length = 0;
      if (take_header(contents, end, asn1::kSequence, length) && is_plain_entry(contents, contents + length, version_2)) {
        at = contents + length;
        continue;
      }
      const auto offset = static_cast<std::size_t>(at - revoked.value.data());
      Reader rest = fields.inside({asn1::kSequence, revoked.value.subspan(offset), {}});
      MOHR_TRY(const Element entry, rest.next(asn1::kSequence));
      MOHR_CHECK(read_entry(crl, rest.inside(entry), version_2));
      at += entry.whole.size();
    }
    return budget.in_time();
  }

  static Result<void> read_entry(Crl& crl, Reader entry, bool version_2) {
    MOHR_CHECK(entry.integer());
    MOHR_CHECK(entry.time());
    if (entry.at_end()) return {};
    if (!version_2) return entry.error("entry extensions in a list of version 1");
    MOHR_TRY(const Reader extensions, entry.enter(asn1::kSequence));
    MOHR_CHECK(entry.finish());
    RevokedEntry values;  // read to see that they can be
    return read_entry_extensions(extensions, crl.unknown_critical_, values);
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
      default:  // freshestCRL and the like are not critical in any profile
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
  const Byte* at = revoked_.data();
  const Byte* const end = at + revoked_.size();
  while (at != end) {
    const Byte* contents = at;
    std::size_t length = 0;
    if (!take_header(contents, end, asn1::kSequence, length)) {  // an entry longer than 65535 octets
      MOHR_TRY(const Element entry, Reader(revoked_.subspan(static_cast<std::size_t>(at - revoked_.data()))).next());
      contents = entry.value.data();
      length = entry.value.size();
    }
    at = contents + length;
    Reader entry(ByteView(contents, length));
    if (length < 2 + serial.size() || contents[1] != serial.size() || !equal(serial, ByteView(contents + 2, serial.size()))) {
      if (length >= 2 && contents[1] < 0x80) continue;
      MOHR_TRY(const ByteView number, entry.integer());  // a length of more than one octet
      if (!equal(number, serial)) continue;
    } else {
      MOHR_CHECK(entry.integer());
    }
    return read_found(entry);
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
