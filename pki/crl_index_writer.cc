// How an index of a list is made: entries sorted by a radix of their first octets, pages written as they fill.
#include <algorithm>
#include <bit>
#include <cstring>

#include "pki/asn1/der_writer.h"
#include "pki/crl_entries.h"
#include "pki/crl_index_form.h"

namespace mohr::pki {

using namespace index_form;

namespace {

constexpr std::size_t kPrefix = 8;  // octets of a key that are sorted by radix
constexpr std::size_t kAhead = 16;  // entries that are asked for before they are needed
constexpr std::size_t kBuffer = 256 * kPage;

// One entry of the list in 16 octets: the first octets of its key, and where it is.
class Place {
 public:
  Place() = default;
  Place(std::uint64_t prefix, std::size_t offset, std::size_t serial, std::size_t details)
      : prefix_(prefix), where_(std::uint64_t{offset} << 24 | std::uint64_t{serial} << 16 | details) {}
  static bool fits(std::size_t offset, std::size_t serial, std::size_t details) {
    return offset < std::size_t{1} << 40 && serial <= kLongestSerial && details < 1U << 16;
  }
  [[nodiscard]] std::uint64_t prefix() const { return prefix_; }
  [[nodiscard]] CrlEntry in(const Byte* list) const {
    const Byte* const at = list + (where_ >> 24);
    const std::size_t serial = where_ >> 16 & 0xff;
    return {{at, serial}, {}, {at + serial, where_ & 0xffff}};
  }
  void expect_in(const Byte* list) const {
    __builtin_prefetch(list + (where_ >> 24));
    __builtin_prefetch(list + (where_ >> 24) + 40);
  }

 private:
  std::uint64_t prefix_ = 0, where_ = 0;
};

std::uint64_t prefix_of(ByteView serial) {
  std::array<Byte, kPrefix> octets{};
  octets[0] = static_cast<Byte>(serial.size());
  std::copy_n(serial.begin(), std::min(serial.size(), kPrefix - 1), octets.begin() + 1);
  return get_number(octets.data(), kPrefix);
}

// By the bits of the prefixes from the first that differs on, as many as tell most entries apart. Gives how many bits are left out.
int sort_by_radix(std::vector<Place>& places) {
  std::uint64_t varying = 0;
  for (const Place& place : places) varying |= place.prefix() ^ places.front().prefix();
  const int skipped = std::countl_zero(varying), bits = std::min(64 - skipped, static_cast<int>(std::bit_width(places.size())) + 4);
  constexpr int kDigit = 8;
  const int left_out = 64 - skipped - (bits + kDigit - 1) / kDigit * kDigit;
  std::vector<Place> other(places.size());
  for (int shift = left_out; shift < 64 - skipped; shift += kDigit) {
    const auto digit = [&](const Place& place) { return (shift >= 0 ? place.prefix() >> shift : place.prefix() << -shift) & 0xff; };
    std::array<std::size_t, 1U << kDigit> starts{};
    for (const Place& place : places) ++starts[digit(place)];
    std::size_t sum = 0;
    for (std::size_t& start : starts) sum += std::exchange(start, sum);
    for (const Place& place : places) other[starts[digit(place)]++] = place;
    places.swap(other);
  }
  return std::max(left_out, 0);
}

// By serial number; entries of the same one stay in their order.
void sort(std::vector<Place>& places, const Byte* list) {
  if (places.empty()) return;
  const int left_out = sort_by_radix(places);
  const auto is_before = [&](const Place& a, const Place& b) {
    if (a.prefix() != b.prefix()) return a.prefix() < b.prefix();
    return less(a.in(list).serial, b.in(list).serial);  // of one length, which stands first in the prefix
  };
  for (auto from = places.begin(); from != places.end();) {
    auto to = from + 1;
    while (to != places.end() && to->prefix() >> left_out == from->prefix() >> left_out) ++to;
    if (to - from > 1) std::stable_sort(from, to, is_before);
    from = to;
  }
}

// UTCTime and perhaps a reason code, as nearly every entry has them; the parser has looked at their form.
constexpr std::size_t kTime = 15, kReason = 14;
bool has_plain_details(const CrlEntry& entry) {
  constexpr std::array<Byte, 13> kReasonCode = {0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01};
  const ByteView d = entry.details;
  if ((d.size() != kTime && d.size() != kTime + kReason) || d[0] != asn1::kUtcTime) return false;
  return d.size() == kTime || std::memcmp(kReasonCode.data(), d.data() + kTime, kReasonCode.size()) == 0;
}

std::optional<RevokedEntry> read_plain(const CrlEntry& entry) {
  if (!has_plain_details(entry)) return std::nullopt;
  const Byte* const d = entry.details.data();
  const auto two = [&](std::size_t i) { return (d[i] - '0') * 10 + (d[i + 1] - '0'); };
  const int year = two(2), month = two(4), day = two(6);
  constexpr std::array<int, 12> kDaysBefore = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  const int full = year >= 50 ? 1900 + year : 2000 + year;  // RFC 5280 4.1.2.5.1
  const int leap_days = (full - 1949) / 4 - 5;              // every fourth year from 1950 to 2049 is one; before this one, since 1970
  const std::int64_t days =
      (full - 1970) * 365 + leap_days + kDaysBefore[static_cast<std::size_t>(month - 1)] + day - 1 + (month > 2 && full % 4 == 0 ? 1 : 0);
  RevokedEntry out;
  out.revocation_date = {days * kDay + two(8) * kHour + two(10) * kMinute + two(12)};
  if (entry.details.size() > kTime) out.reason = d[kTime + kReason - 1];
  return out;
}

struct Collected {
  std::vector<Place> places;
  std::size_t longest = 0;
  bool invalidity_dates = false, fits = true;
};

Result<Collected> collect(const Crl& crl) {
  Collected all;
  all.places.reserve(crl.entries());
  const Byte* const list = crl.der().data();
  const Byte* at = crl.entry_octets().data();
  const Byte* const end = at + crl.entry_octets().size();
  while (at != end) {
    MOHR_TRY(const ByteView contents, take_entry(at, end));
    const std::size_t serial = contents[1];  // a length of more than one octet is beyond what fits
    if (!Place::fits(static_cast<std::size_t>(at - list), serial, contents.size())) {
      all.fits = false;
      break;
    }
    const CrlEntry entry = {contents.subspan(2, serial), {}, contents.subspan(2 + serial)};
    all.longest = std::max(all.longest, serial);
    all.places.emplace_back(prefix_of(entry.serial), static_cast<std::size_t>(entry.serial.data() - list), serial, entry.details.size());
    if (!has_plain_details(entry)) {
      MOHR_TRY(const RevokedEntry read, entry.read());
      all.invalidity_dates |= read.invalidity_date.has_value();
    }
  }
  return all;
}

// Behind the last entry of the same serial number.
std::size_t end_of_serial(const std::vector<Place>& places, std::size_t i, const Byte* list) {
  std::size_t next = i + 1;
  while (next < places.size() && places[next].prefix() == places[i].prefix() &&
         equal(places[next].in(list).serial, places[i].in(list).serial))
    ++next;
  return next;
}

std::uint64_t count_serials(const std::vector<Place>& places, const Byte* list) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < places.size(); i = end_of_serial(places, i, list)) ++count;
  return count;
}

// Of several entries for a certificate, the first that does not take it off the list.
Result<RevokedEntry> read_deciding(std::span<const Place> places, const Byte* list) {
  std::optional<RevokedEntry> found;
  for (const Place& place : places) {
    MOHR_TRY(const RevokedEntry entry, place.in(list).read());
    if (!found || entry.reason != kRemoveFromCrl) found = entry;
    if (entry.reason != kRemoveFromCrl) break;
  }
  return *found;
}

// The list's encoding without revokedCertificates: what parses as its head.
Result<Bytes> skeleton_of(const Crl& crl) {
  asn1::Reader whole(crl.der());
  MOHR_TRY(asn1::Reader list, whole.enter(asn1::kSequence));
  MOHR_TRY(asn1::Reader fields, list.enter(asn1::kSequence));
  Bytes tbs;
  bool dates = false;
  while (!fields.at_end()) {
    MOHR_TRY(const asn1::Element field, fields.next());
    const bool entries = dates && field.tag == asn1::kSequence;
    dates |= field.tag == asn1::kUtcTime || field.tag == asn1::kGeneralizedTime;
    if (!entries) append(tbs, field.whole);
  }
  return asn1::sequence({asn1::sequence({tbs}), list.rest()});
}

}  // namespace

// Fills pages of one level after the other; the head, which holds the root, comes last.
struct CrlIndexWriter {
  NewFile& file;
  const Form& form;
  Bytes buffer = {};
  Bytes children = {};  // of the level above: first key and hash for each page written

  Result<void> put_page(const Byte* items, std::size_t count, std::size_t item_size) {
    const std::size_t start = buffer.size();
    buffer.insert(buffer.end(), items, items + count * item_size);
    buffer.resize(start + kPage);
    children.insert(children.end(), items, items + form.key);
    append(children, crypto::sha256(ByteView(buffer).subspan(start)).view());
    if (buffer.size() < kBuffer) return {};
    return flush();
  }

  Result<void> flush() {
    MOHR_CHECK(file.write(buffer));
    buffer.clear();
    return {};
  }

  Result<void> put_records(const Collected& all, const Byte* list, Budget& budget) {
    const std::vector<Place>& places = all.places;
    Bytes page(kPage);
    const std::uint64_t in_page = form.items_in_page(0);
    std::uint64_t filled = 0;
    for (std::size_t i = 0; i < places.size();) {
      if (i + kAhead < places.size()) places[i + kAhead].expect_in(list);
      const std::size_t next = end_of_serial(places, i, list);
      RevokedEntry entry;
      if (const auto plain = read_plain(places[i].in(list)); plain && next == i + 1) {
        entry = *plain;
      } else {
        MOHR_TRY(entry, read_deciding(std::span(places).subspan(i, next - i), list));
      }
      put_record(&page[filled * form.record], places[i].in(list).serial, entry, all.invalidity_dates);
      i = next;
      if (++filled < in_page) continue;
      MOHR_CHECK(put_page(page.data(), filled, form.record));
      MOHR_CHECK(budget.in_time());
      filled = 0;
    }
    return filled == 0 ? Result<void>() : put_page(page.data(), filled, form.record);
  }

  void put_record(Byte* at, ByteView serial, const RevokedEntry& entry, bool invalidity_dates) const {
    const auto put_date = [](Byte* place, Instant date) { put_number(place, kDate, static_cast<std::uint64_t>(date.seconds + kDateBias)); };
    put_key(at, form.key, serial);
    at += form.key;
    put_date(at, entry.revocation_date);
    at[kDate] = entry.reason ? static_cast<Byte>(*entry.reason) : kNoReason;
    if (invalidity_dates) put_date(at + kDate + 1, entry.invalidity_date.value_or(Instant{kNoDate}));
  }

  // The levels above, and the hash of the root.
  Result<crypto::Hash> put_tree() {
    crypto::Hash root;
    for (std::size_t level = 1; !children.empty(); ++level) {
      if (children.size() == form.child) {
        root.size = kHash;
        std::copy_n(children.end() - kHash, kHash, root.octets.begin());
        break;
      }
      const Bytes items = std::exchange(children, {});
      const std::size_t in_page = form.items_in_page(level), count = items.size() / form.child;
      for (std::size_t i = 0; i < count; i += in_page)
        MOHR_CHECK(put_page(&items[i * form.child], std::min(in_page, count - i), form.child));
    }
    MOHR_CHECK(flush());
    return root;
  }
};

Result<bool> CrlIndex::build(const Crl& crl, const crypto::Hash& signer_spki, const Installation& installation, const std::string& path,
                             Budget& budget) {
  if (crl.is_indirect()) return false;
  MOHR_TRY(Collected all, collect(crl));
  CrlIndexHead head;
  MOHR_TRY(head.skeleton, skeleton_of(crl));
  if (!all.fits || head.skeleton.size() > kLargestSkeleton) return false;
  MOHR_CHECK(budget.in_time());
  const Byte* const list = crl.der().data();
  sort(all.places, list);
  head.records = count_serials(all.places, list);
  head.listed = crl.entries();
  head.serial_size = all.longest;
  head.invalidity_dates = all.invalidity_dates;
  head.unknown_critical = crl.has_unknown_critical_extension();
  head.empty_list = crl.has_empty_list();
  head.fingerprint = crl.fingerprint();
  head.signer_spki = signer_spki;
  const Form form = form_of(head);
  MOHR_TRY(NewFile file, NewFile::create(path, true, 0600));
  MOHR_CHECK(file.write(Bytes(form.head_pages * kPage)));
  CrlIndexWriter writer{file, form};
  MOHR_CHECK(writer.put_records(all, list, budget));
  MOHR_TRY(head.root, writer.put_tree());
  MOHR_CHECK(file.write_at(0, write_head(head, installation)));
  MOHR_CHECK(file.commit(NewFile::Flush::no));  // what a power cut leaves half-written is found damaged
  return true;
}

}  // namespace mohr::pki
