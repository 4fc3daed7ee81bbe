#include "pki/name.h"

#include <algorithm>
#include <array>

#include "pki/asn1/der_writer.h"
#include "pki/core/text.h"

namespace mohr::pki {
namespace {

using asn1::Oid;
using asn1::Reader;
using asn1::Tag;

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

void append_utf8(std::string& out, char32_t c) {
  if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
    out += kReplacement;
  } else if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  }
}

bool is_string(Tag tag) {
  switch (tag) {
    case asn1::kUtf8String:
    case asn1::kNumericString:
    case asn1::kPrintableString:
    case asn1::kT61String:
    case asn1::kIa5String:
    case asn1::kVisibleString:
    case asn1::kUniversalString:
    case asn1::kBmpString: return true;
    default: return false;
  }
}

// UTF-8 without cleaning, so that unequal values stay unequal. T61String is read as Latin-1, as every issuer means it.
std::string decode(const Attribute& attribute) {
  const ByteView v = attribute.value;
  std::string out;
  switch (attribute.tag) {
    case asn1::kBmpString:
      for (std::size_t i = 0; i + 1 < v.size(); i += 2) append_utf8(out, static_cast<char32_t>(v[i] << 8 | v[i + 1]));
      return out;
    case asn1::kUniversalString:
      for (std::size_t i = 0; i + 3 < v.size(); i += 4)
        append_utf8(out, static_cast<char32_t>(v[i]) << 24 | static_cast<char32_t>(v[i + 1] << 16 | v[i + 2] << 8 | v[i + 3]));
      return out;
    case asn1::kT61String:
      for (const Byte b : v) append_utf8(out, b);
      return out;
    default: return std::string(as_text(v));
  }
}

struct Range {
  char32_t first, last;
};
constexpr bool is_in(char32_t c, std::span<const Range> ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [c](const Range& range) { return c >= range.first && c <= range.last; });
}

// RFC 4518 2.2: controls, joiners, marks of direction and variation selectors.
constexpr Range kNothing[] = {{0x0, 0x8},       {0xe, 0x1f},      {0x7f, 0x84},       {0x86, 0x9f},       {0xad, 0xad},
                              {0x34f, 0x34f},   {0x6dd, 0x6dd},   {0x70f, 0x70f},     {0x1806, 0x1806},   {0x180b, 0x180e},
                              {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2063},   {0x206a, 0x206f},   {0xfe00, 0xfe0f},
                              {0xfeff, 0xfeff}, {0xfff9, 0xfffc}, {0x1d173, 0x1d17a}, {0xe0001, 0xe0001}, {0xe0020, 0xe007f}};
constexpr Range kSpace[] = {{0x9, 0xd},       {0x20, 0x20},     {0x85, 0x85},     {0xa0, 0xa0},     {0x1680, 0x1680},
                            {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}};

// Simple case folding (RFC 3454 B.2) of the alphabets that have case by rule: Latin, Greek, Cyrillic, Armenian.
constexpr char32_t fold(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
  if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3ab && c != 0x3a2) || (c >= 0x410 && c <= 0x42f)) return c + 0x20;
  if (c >= 0x400 && c <= 0x40f) return c + 0x50;
  if (c >= 0x531 && c <= 0x556) return c + 0x30;
  if (c == 0x3c2) return 0x3c3;
  const bool even_is_upper = (c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177) || (c >= 0x460 && c <= 0x481) ||
                             (c >= 0x48a && c <= 0x4bf) || (c >= 0x4d0 && c <= 0x52f) || (c >= 0x1e00 && c <= 0x1e95) ||
                             (c >= 0x1ea0 && c <= 0x1eff);
  const bool odd_is_upper = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e) || (c >= 0x4c1 && c <= 0x4ce);
  if (c == 0x130 || c == 0x131) return c;  // the Turkish letters i fold to two characters or to none
  if ((even_is_upper && c % 2 == 0) || (odd_is_upper && c % 2 == 1)) return c + 1;
  return c;
}

// RFC 4518 2.2, 2.6.1: what maps to nothing or to space, case folded, outer white space cut and inner runs one space.
std::string prepare(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool gap = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_character(text, at);
    if (is_in(c, kSpace)) {
      gap = !out.empty();
      continue;
    }
    if (is_in(c, kNothing)) continue;
    if (gap) out += ' ';
    gap = false;
    append_utf8(out, fold(c));
  }
  return out;
}

// Orders and compares attributes: type, then kind of value (all string types are one kind), then the prepared value.
std::string comparison_key(const Attribute& attribute) {
  std::string key = std::to_string(attribute.oid.size()) + ":";
  key += as_text(attribute.oid);
  if (!is_string(attribute.tag)) return key + static_cast<char>(attribute.tag) + std::string(as_text(attribute.value));
  return key + '\0' + prepare(decode(attribute));
}

std::vector<std::string> comparison_keys(const std::vector<Attribute>& rdn) {
  std::vector<std::string> keys;
  keys.reserve(rdn.size());
  for (const Attribute& attribute : rdn) keys.push_back(comparison_key(attribute));
  std::sort(keys.begin(), keys.end());
  return keys;
}

bool same_rdn(const std::vector<Attribute>& a, const std::vector<Attribute>& b) {
  if (a.size() != b.size()) return false;
  if (a.size() == 1 && a[0].tag == b[0].tag && equal(a[0].value, b[0].value)) return equal(a[0].oid, b[0].oid);
  return comparison_keys(a) == comparison_keys(b);
}

constexpr auto kPrintableAlphabet = [] {
  std::array<bool, 256> allowed{};
  for (const char c : std::string_view(" '()+,-./:=?")) allowed[static_cast<Byte>(c)] = true;
  for (unsigned c = '0'; c <= '9'; ++c) allowed[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) allowed[c] = allowed[c - 'A' + 'a'] = true;
  return allowed;
}();

enum class Value : std::uint8_t { fine, odd, broken };

Value check_value(const asn1::Element& value) {
  const ByteView v = value.value;
  const auto all = [v](auto allowed) { return std::all_of(v.begin(), v.end(), allowed); };
  const auto is_ascii = [](Byte b) { return b < 0x80; };
  const auto odd_or_broken = [&] { return all(is_ascii) || is_valid_utf8(as_text(v)) ? Value::odd : Value::broken; };
  switch (value.tag) {
    case asn1::kUtf8String: return is_valid_utf8(as_text(v)) ? Value::fine : Value::broken;
    case asn1::kBmpString: return v.size() % 2 == 0 ? Value::fine : Value::broken;
    case asn1::kUniversalString: return v.size() % 4 == 0 ? Value::fine : Value::broken;
    case asn1::kPrintableString: return all([](Byte b) { return kPrintableAlphabet[b]; }) ? Value::fine : odd_or_broken();
    case asn1::kNumericString:
    case asn1::kIa5String:
    case asn1::kVisibleString: return all(is_ascii) ? Value::fine : odd_or_broken();
    default: return Value::fine;
  }
}

Result<Attribute> read_attribute(Reader& rdn) {
  MOHR_TRY(Reader attribute, rdn.enter(asn1::kSequence));
  MOHR_TRY(const ByteView oid, attribute.oid());
  MOHR_TRY(const asn1::Element value, attribute.next());
  MOHR_CHECK(attribute.finish());
  return Attribute{oid, value.tag, value.value};
}

std::string escape(std::string_view text) {
  constexpr std::string_view kSpecial = ",+\"\\<>;=";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool at_edge = (i == 0 && (text[i] == ' ' || text[i] == '#')) || (i + 1 == text.size() && text[i] == ' ');
    if (at_edge || kSpecial.find(text[i]) != std::string_view::npos) out += '\\';
    out += text[i];
  }
  return out;
}

std::string rfc4514_text(const Attribute& attribute) {
  const Oid id = asn1::known_oid(attribute.oid);
  const std::string type = id == Oid::unknown ? asn1::dotted(attribute.oid) : std::string(asn1::name(id));
  return type + "=" + (is_string(attribute.tag) ? escape(utf8_from(attribute)) : "#" + hex(asn1::element(attribute.tag, attribute.value)));
}

}  // namespace

Result<Name> Name::parse(ByteView encoding) {
  Reader whole(encoding);
  MOHR_TRY(Reader sequence, whole.enter(asn1::kSequence));
  MOHR_CHECK(whole.finish());
  Name name;
  name.encoding_ = encoding;
  while (!sequence.at_end()) {
    MOHR_TRY(Reader rdn, sequence.enter(asn1::kSet));
    if (rdn.at_end()) return rdn.error("an empty part of a name");
    while (!rdn.at_end()) {
      MOHR_TRY(Reader attribute, rdn.enter(asn1::kSequence));
      MOHR_CHECK(attribute.oid());
      MOHR_TRY(const asn1::Element value, attribute.next());
      MOHR_CHECK(attribute.finish());
      switch (check_value(value)) {
        case Value::fine: break;
        case Value::odd: name.odd_characters_ = true; break;
        case Value::broken: return attribute.error("a text that is not in its character set");
      }
    }
  }
  return name;
}

bool Name::empty() const { return encoding_.size() <= 2; }

Result<std::vector<std::vector<Attribute>>> Name::rdns() const {
  std::vector<std::vector<Attribute>> out;
  if (encoding_.empty()) return out;
  MOHR_TRY(Reader sequence, asn1::single(encoding_, asn1::kSequence));
  while (!sequence.at_end()) {
    MOHR_TRY(Reader rdn, sequence.enter(asn1::kSet));
    std::vector<Attribute>& attributes = out.emplace_back();
    while (!rdn.at_end()) {
      MOHR_TRY(Attribute attribute, read_attribute(rdn));
      attributes.push_back(attribute);
    }
  }
  return out;
}

bool Name::equals(const Name& other) const {
  if (mohr::equal(encoding_, other.encoding_)) return true;
  if (empty() || other.empty()) return empty() && other.empty();
  const auto a = rdns(), b = other.rdns();
  return a && b && a->size() == b->size() && std::equal(a->begin(), a->end(), b->begin(), same_rdn);
}

std::vector<std::string> Name::comparable() const {
  std::vector<std::string> out;
  const auto parts = rdns();
  if (!parts) return out;
  for (const auto& rdn : *parts) {
    std::string& text = out.emplace_back();
    for (const std::string& key : comparison_keys(rdn)) text += std::to_string(key.size()) + ":" + key;
  }
  return out;
}

bool Name::is_within(const Name& base) const {
  const auto a = rdns(), b = base.rdns();
  return a && b && a->size() >= b->size() && std::equal(b->begin(), b->end(), a->begin(), same_rdn);
}

std::string Name::first(Oid attribute) const {
  const auto all = rdns();
  if (!all) return {};
  for (const auto& rdn : *all)
    for (const Attribute& a : rdn)
      if (mohr::equal(a.oid, asn1::contents(attribute))) return utf8_from(a);
  return {};
}

std::string Name::display() const {
  for (const Oid preferred : {Oid::common_name, Oid::organization})
    if (std::string text = first(preferred); !text.empty()) return text;
  const auto all = rdns();
  if (!all || all->empty() || all->back().empty()) return {};
  return utf8_from(all->back().back());
}

std::string Name::rfc4514() const {
  const auto all = rdns();
  if (!all) return {};
  std::string out;
  for (auto rdn = all->rbegin(); rdn != all->rend(); ++rdn) {
    if (rdn != all->rbegin()) out += ',';
    for (std::size_t i = 0; i < rdn->size(); ++i) out += (i == 0 ? "" : "+") + rfc4514_text((*rdn)[i]);
  }
  return out;
}

std::string utf8_from(const Attribute& attribute) { return is_string(attribute.tag) ? printable(decode(attribute)) : hex(attribute.value); }

SignerRole signer_role(const Name& subject) {
  const std::string name = prepare(subject.first(Oid::common_name));
  if (name.ends_with("[sign]")) return SignerRole::person;
  if (name.ends_with("[stamp]")) return SignerRole::seal;
  if (name.ends_with("]") && name.find(".ra [") != std::string::npos) return SignerRole::registration_office;
  return SignerRole::unknown;
}

std::string_view role_id(SignerRole role) {
  switch (role) {
    case SignerRole::person: return "person";
    case SignerRole::seal: return "seal";
    case SignerRole::registration_office: return "registration-office";
    case SignerRole::unknown: break;
  }
  return "unknown";
}

}  // namespace mohr::pki
