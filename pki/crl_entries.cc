#include "pki/crl_entries.h"

#include <algorithm>
#include <array>

#include "pki/extensions.h"

namespace mohr::pki {

using asn1::Element;
using asn1::Oid;
using asn1::Reader;

namespace {

constexpr std::size_t kEntriesBetweenLooks = 65536;  // at the clock

// reasonCode (RFC 5280 5.3.1): ENUMERATED 0..10 without 7.
Result<int> read_reason(Reader& value) {
  MOHR_TRY(const Element reason, value.next(asn1::kEnumerated));
  if (reason.value.size() != 1 || reason.value[0] > 10 || reason.value[0] == 7) return value.error("a broken reason code");
  return static_cast<int>(reason.value[0]);
}

struct EntryExtensions {  // RFC 5280 5.3
  std::optional<int> reason;
  std::optional<Instant> invalidity_date;
  ByteView certificate_issuer;  // GeneralNames contents
  bool unknown_critical = false;
};

Result<void> read_entry_extension(const Extension& extension, Reader& value, EntryExtensions& out) {
  const auto twice = [&] { return value.error("the same extension twice"); };
  if (extension.id == Oid::reason_code) {
    if (out.reason) return twice();
    MOHR_TRY(out.reason, read_reason(value));
  } else if (extension.id == Oid::invalidity_date) {
    if (out.invalidity_date) return twice();
    MOHR_TRY(out.invalidity_date, value.time());
  } else if (extension.id == Oid::certificate_issuer) {
    if (!out.certificate_issuer.empty()) return twice();
    MOHR_TRY(const Reader names, value.enter(asn1::kSequence));
    MOHR_CHECK(read_general_names(names));
    out.certificate_issuer = names.rest();
  } else {
    out.unknown_critical |= extension.critical;
    return {};
  }
  return value.finish();
}

Result<EntryExtensions> read_entry_extensions(Reader list) {
  EntryExtensions out;
  if (list.at_end()) return list.error("an empty list of extensions");
  while (!list.at_end()) {
    Reader inside;
    MOHR_TRY(const Extension extension, read_extension(list, inside));
    MOHR_CHECK(read_entry_extension(extension, inside, out));
  }
  return out;
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

Result<void> check_entry(Reader entry, bool version_2, EntriesSeen& seen) {
  MOHR_CHECK(entry.integer());
  MOHR_CHECK(entry.time());
  if (entry.at_end()) return {};
  if (!version_2) return entry.error("entry extensions in a list of version 1");
  MOHR_TRY(const Reader list, entry.enter(asn1::kSequence));
  MOHR_CHECK(entry.finish());
  MOHR_TRY(const EntryExtensions extensions, read_entry_extensions(list));
  seen.unknown_critical |= extensions.unknown_critical;
  seen.certificate_issuer |= !extensions.certificate_issuer.empty();
  return {};
}

// The issuer that the entry names; empty when it names none.
Result<ByteView> issuer_named_in(ByteView details) {
  constexpr std::size_t kPlainTime = 15;
  if (details.size() == kPlainTime || (details.size() > kPlainTime && details[0] == asn1::kUtcTime &&
                                       are_plain_extensions(details.data() + kPlainTime, details.size() - kPlainTime)))
    return ByteView{};
  Reader reader(details);
  MOHR_CHECK(reader.time());
  if (reader.at_end()) return ByteView{};
  MOHR_TRY(const Reader list, reader.enter(asn1::kSequence));
  MOHR_TRY(const EntryExtensions extensions, read_entry_extensions(list));
  return extensions.certificate_issuer;
}

// Of several entries for a certificate, the first that does not take it off the list. True when that one is found.
Result<bool> keep(const CrlEntry& entry, std::optional<RevokedEntry>& found) {
  MOHR_TRY(const RevokedEntry read, entry.read());
  const bool removes = read.reason == kRemoveFromCrl;
  if (!found || !removes) found = read;
  return !removes;
}

}  // namespace

Result<RevokedEntry> CrlEntry::read() const {
  RevokedEntry out;
  Reader reader(details);
  MOHR_TRY(out.revocation_date, reader.time());
  if (reader.at_end()) return out;
  MOHR_TRY(const Reader list, reader.enter(asn1::kSequence));
  MOHR_TRY(const EntryExtensions extensions, read_entry_extensions(list));
  out.reason = extensions.reason;
  out.invalidity_date = extensions.invalidity_date;
  return out;
}

Result<ByteView> take_entry(const Byte*& at, const Byte* end) {
  const Byte* contents = at;
  std::size_t length = 0;
  if (!take_header(contents, end, asn1::kSequence, length)) {  // longer than 65535 octets
    MOHR_TRY(const Element entry, Reader(ByteView(at, static_cast<std::size_t>(end - at))).next(asn1::kSequence));
    contents = entry.value.data();
    length = entry.value.size();
  }
  at = contents + length;
  return ByteView(contents, length);
}

Result<EntriesSeen> check_entries(const Reader& outer, ByteView entries, bool version_2, Budget& budget) {
  EntriesSeen seen;
  const Byte* at = entries.data();
  const Byte* const end = at + entries.size();
  while (at != end) {
    if (++seen.count % kEntriesBetweenLooks == 0) MOHR_CHECK(budget.in_time());
    const Byte* contents = at;
    std::size_t length = 0;
    if (take_header(contents, end, asn1::kSequence, length) && is_plain_entry(contents, contents + length, version_2)) {
      at = contents + length;
      continue;
    }
    const auto offset = static_cast<std::size_t>(at - entries.data());
    Reader rest = outer.inside({asn1::kSequence, entries.subspan(offset), {}});
    MOHR_TRY(const Element entry, rest.next(asn1::kSequence));
    MOHR_CHECK(check_entry(rest.inside(entry), version_2, seen));
    at += entry.whole.size();
  }
  MOHR_CHECK(budget.in_time());
  return seen;
}

Result<std::optional<RevokedEntry>> find_own_entry(ByteView entries, ByteView serial) {
  std::optional<RevokedEntry> found;
  const Byte* at = entries.data();
  const Byte* const end = at + entries.size();
  while (at != end) {
    MOHR_TRY(const ByteView entry, take_entry(at, end));
    const bool short_length = entry.size() >= 2 && entry[1] < 0x80;
    if (short_length && (entry[1] != serial.size() || entry.size() < 2 + serial.size() || !equal(serial, entry.subspan(2, serial.size()))))
      continue;
    Reader reader(entry);
    MOHR_TRY(const ByteView number, reader.integer());
    if (!equal(number, serial)) continue;
    MOHR_TRY(const bool done, keep({number, {}, reader.rest()}, found));
    if (done) break;
  }
  return found;
}

Result<void> walk_entries(ByteView entries, const std::function<Result<bool>(const CrlEntry&)>& visit) {
  ByteView issuer;
  const Byte* at = entries.data();
  const Byte* const end = at + entries.size();
  while (at != end) {
    MOHR_TRY(const ByteView entry, take_entry(at, end));
    Reader reader(entry);
    MOHR_TRY(const ByteView serial, reader.integer());
    MOHR_TRY(const ByteView named, issuer_named_in(reader.rest()));
    if (!named.empty()) issuer = named;
    MOHR_TRY(const bool go_on, visit({serial, issuer, reader.rest()}));
    if (!go_on) break;
  }
  return {};
}

Result<std::optional<RevokedEntry>> find_entry(ByteView entries, ByteView serial, const Name& certificate_issuer, const Name& list_issuer) {
  std::optional<RevokedEntry> found;
  ByteView compared;
  bool same = certificate_issuer.equals(list_issuer);
  MOHR_CHECK(walk_entries(entries, [&](const CrlEntry& entry) -> Result<bool> {
    if (entry.certificate_issuer.data() != compared.data()) {
      compared = entry.certificate_issuer;
      same = names_directory(compared, certificate_issuer);
    }
    if (!same || !equal(entry.serial, serial)) return true;
    MOHR_TRY(const bool done, keep(entry, found));
    return !done;
  }));
  return found;
}

}  // namespace mohr::pki
