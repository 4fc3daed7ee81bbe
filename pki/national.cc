#include "pki/national.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "pki/core/text.h"

namespace mohr::pki {
namespace {

using asn1::Oid;

int digit(char c) { return c - '0'; }

bool are_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Sum of d_i (10 - i) modulo 11; the last digit is that remainder, or 11 less it from 2 on (national.md 4.2).
bool is_national_code(std::string_view code) {
  if (std::all_of(code.begin(), code.end(), [&](char c) { return c == code[0]; })) return false;
  int sum = 0;
  for (int i = 0; i < 9; ++i) sum += digit(code[static_cast<std::size_t>(i)]) * (10 - i);
  const int rest = sum % 11;
  return digit(code[9]) == (rest < 2 ? rest : 11 - rest);
}

bool is_legal_id(std::string_view id) {
  if (id.substr(3, 6) == "000000") return false;
  constexpr std::array kWeights = {29, 27, 23, 19, 17};
  const int shift = digit(id[9]) + 2;
  int sum = 0;
  for (std::size_t i = 0; i < 10; ++i) sum += (shift + digit(id[i])) * kWeights[i % 5];
  return digit(id[10]) == sum % 11 % 10;
}

// Verhoeff's check digit: the dihedral group of order 10 and his permutation, positions from the right starting at 1.
int verhoeff_digit(std::string_view digits) {
  constexpr std::array<int, 8> kInverseRow = {0, 4, 3, 2, 1, 5, 6, 7};
  constexpr std::array<std::array<int, 10>, 8> kPermutation = [] {
    constexpr std::array<int, 10> kFirst = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
    std::array<std::array<int, 10>, 8> rows{};
    for (int i = 0; i < 10; ++i) rows[0][static_cast<std::size_t>(i)] = i;
    for (std::size_t row = 1; row < rows.size(); ++row)
      for (std::size_t i = 0; i < 10; ++i) rows[row][i] = rows[row - 1][static_cast<std::size_t>(kFirst[i])];
    return rows;
  }();
  const auto multiply = [](int a, int b) {
    if (a < 5) return b < 5 ? (a + b) % 5 : 5 + (a + b) % 5;
    return b < 5 ? 5 + (a - b) % 5 : (a - b + 5) % 5;
  };
  int check = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int value = digit(digits[digits.size() - 1 - i]);
    check = multiply(check, kPermutation[(i + 1) % 8][static_cast<std::size_t>(value)]);
  }
  return check < 5 ? kInverseRow[static_cast<std::size_t>(check)] : check;
}

std::string padded(std::uint64_t value, std::size_t width, int radix) {
  std::array<char, 24> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, radix).ptr;
  std::string out(text.data(), end);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out.size() < width ? std::string(width - out.size(), '0') + out : out;
}

// What the digit is computed over: letters as their ASCII codes, the day as 6 and the serial as 12 decimal digits (national.md 2.4).
std::string tax_digits(const TaxId& id) {
  std::string digits;
  for (const char c : id.memory_id) digits += c >= 'A' ? std::to_string(static_cast<int>(c)) : std::string(1, c);
  return digits + padded(static_cast<std::uint64_t>(id.days), 6, 10) + padded(id.serial, 12, 10);
}

bool is_memory_id(std::string_view text) {
  return text.size() == 6 && std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

std::optional<std::uint64_t> from_hexadecimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// White space and the marks that people put between digits do not count.
std::string compact(std::string_view text) {
  std::string out;
  for (const char c : fold_persian(text))
    if (c != ' ' && c != '-' && c != '\t' && c != '\n' && c != '\r') out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

// serialNumber against the role (national.md 1.4): a person has a national code, a seal the ID of its body.
void compare_with_role(const std::string& subject, const std::string& serial, NationalIdentity& identity) {
  const auto wanted = identity.role == SignerRole::person ? IdentifierKind::national_code : IdentifierKind::legal_id;
  if (serial.empty()) {
    identity.findings.push_back(findings::national_identifier_missing(subject));
    return;
  }
  identity.identifier = serial;
  if (parse_identifier(wanted, serial)) {
    identity.kind = wanted;
    return;
  }
  const auto other = wanted == IdentifierKind::national_code ? IdentifierKind::legal_id : IdentifierKind::national_code;
  const std::string folded = compact(serial);
  if (folded.size() == (other == IdentifierKind::legal_id ? 11U : 10U) && parse_identifier(other, serial)) {
    identity.kind = other;
    identity.findings.push_back(findings::national_role_differs(subject, Code{serial}));
  } else {
    identity.findings.push_back(findings::national_identifier_wrong(subject, Code{serial}));
  }
}

}  // namespace

std::string_view identifier_kind_id(IdentifierKind kind) {
  constexpr std::array<std::string_view, 5> kIds = {"national-code", "legal-id", "service-id", "economic-code", "tax-id"};
  return kIds[static_cast<std::size_t>(kind)];
}

std::string fold_persian(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto at = [&](std::size_t j) { return j < text.size() ? static_cast<unsigned char>(text[j]) : 0U; };
    if (at(i) == 0xdb && at(i + 1) >= 0xb0 && at(i + 1) <= 0xb9) {  // U+06F0 to U+06F9
      out += static_cast<char>('0' + (at(++i) - 0xb0));
    } else if (at(i) == 0xd9 && at(i + 1) >= 0xa0 && at(i + 1) <= 0xa9) {  // U+0660 to U+0669
      out += static_cast<char>('0' + (at(++i) - 0xa0));
    } else if (at(i) == 0xd9 && (at(i + 1) == 0x8a || at(i + 1) == 0x89)) {  // U+064A, U+0649
      out += "ی";
      ++i;
    } else if (at(i) == 0xd9 && at(i + 1) == 0x83) {  // U+0643
      out += "ک";
      ++i;
    } else if (at(i) == 0xe2 && at(i + 1) == 0x80 && at(i + 2) >= 0x8c && at(i + 2) <= 0x8f) {  // U+200C to U+200F
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::optional<std::string> parse_identifier(IdentifierKind kind, std::string_view text) {
  std::string id = compact(text);
  if (kind == IdentifierKind::tax_id) {
    if (!read_tax_id(id)) return std::nullopt;
    return id;
  }
  if (id.empty() || !are_digits(id)) return std::nullopt;
  switch (kind) {
    case IdentifierKind::national_code:
      if (id.size() == 8 || id.size() == 9) id.insert(0, 10 - id.size(), '0');
      if (id.size() != 10 || !is_national_code(id)) return std::nullopt;
      return id;
    case IdentifierKind::legal_id:
      if (id.size() != 11 || !is_legal_id(id)) return std::nullopt;
      return id;
    case IdentifierKind::service_id:
      if (id.size() != 11) return std::nullopt;
      return id;
    case IdentifierKind::economic_code:
      if (id.size() != 11 && id.size() != 14) return std::nullopt;
      return id;
    case IdentifierKind::tax_id: break;
  }
  return std::nullopt;
}

std::optional<TaxId> read_tax_id(std::string_view text) {
  const std::string id = compact(text);
  if (id.size() != 22 || !is_memory_id(id.substr(0, 6))) return std::nullopt;
  const auto days = from_hexadecimal(std::string_view(id).substr(6, 5));
  const auto serial = from_hexadecimal(std::string_view(id).substr(11, 10));
  if (!days || !serial) return std::nullopt;
  const TaxId parts{id.substr(0, 6), static_cast<std::int64_t>(*days), *serial};
  if (write_tax_id(parts) != id) return std::nullopt;
  return parts;
}

std::optional<std::string> write_tax_id(const TaxId& id) {
  if (!is_memory_id(id.memory_id) || id.days < 0 || id.days >= 1 << 20 || id.serial >= std::uint64_t{1} << 40) return std::nullopt;
  return id.memory_id + padded(static_cast<std::uint64_t>(id.days), 5, 16) + padded(id.serial, 10, 16) +
         std::to_string(verhoeff_digit(tax_digits(id)));
}

std::optional<JalaliDate> parse_jalali(std::string_view text) {
  const std::string folded = fold_persian(text);
  std::array<int, 3> parts{};
  const char* at = folded.data();
  const char* const end = at + folded.size();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (at == end || *at < '0' || *at > '9') return std::nullopt;
    const auto read = std::from_chars(at, end, parts[i]);
    if (read.ec != std::errc()) return std::nullopt;
    at = read.ptr;
    if (i < 2 && (at == end || (*at != '/' && *at != '-'))) return std::nullopt;
    if (i < 2) ++at;
  }
  const JalaliDate date{parts[0], parts[1], parts[2]};
  if (at != end || !days_from_jalali(date)) return std::nullopt;
  return date;
}

std::string format_jalali(JalaliDate date, Language language) {
  const auto part = [](int value, std::size_t width) { return padded(static_cast<std::uint64_t>(std::max(value, 0)), width, 10); };
  const std::string text = part(date.year, 4) + "/" + part(date.month, 2) + "/" + part(date.day, 2);
  return language == Language::fa ? persian_digits(text) : text;
}

NationalIdentity national_identity(const Name& subject) {
  NationalIdentity identity;
  identity.role = signer_role(subject);
  identity.organization_id = subject.first(Oid::organization_identifier);
  const std::string name = subject.display(), serial = subject.first(Oid::serial_number);
  if (identity.role == SignerRole::person || identity.role == SignerRole::seal) compare_with_role(name, serial, identity);
  else identity.identifier = serial;
  // Mandatory for persons of a body (national.md 1.4); where it is there, it has to be one.
  if (identity.role != SignerRole::unknown && !identity.organization_id.empty() &&
      !parse_identifier(IdentifierKind::legal_id, identity.organization_id))
    identity.findings.push_back(findings::national_identifier_wrong(name, Code{identity.organization_id}));
  return identity;
}

}  // namespace mohr::pki
