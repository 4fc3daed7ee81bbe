#include "pki/asn1/oid.h"

#include <array>

namespace mohr::asn1 {
namespace {

struct Row {
  Oid id = Oid::unknown;
  std::string_view dotted, name;
  OidOctets octets;
  [[nodiscard]] constexpr ByteView contents() const { return octets.view(); }
};

constexpr Row make_row(Oid id, std::string_view dotted, std::string_view name) { return {id, dotted, name, oid_octets(dotted)}; }

constexpr std::array kRows = {
    make_row(Oid::unknown, "0.0", "unknown"),
#define OID(tag, dotted, name) make_row(Oid::tag, dotted, name),
#include "pki/asn1/oids.def"
#undef OID
};

// Rows by a hash of their octets: heads of chains, and each row's next. Row 0 ends a chain.
constexpr std::size_t bucket(ByteView contents) {
  return (contents.back() * 37U + contents.size() * 11U + contents[contents.size() / 2]) & 0xff;
}
struct Chains {
  std::array<std::uint16_t, 256> heads{};
  std::array<std::uint16_t, kRows.size()> next{};
};
constexpr Chains kChains = [] {
  Chains chains;
  for (std::size_t i = 1; i < kRows.size(); ++i) {
    std::uint16_t& head = chains.heads[bucket(kRows[i].contents())];
    chains.next[i] = head;
    head = static_cast<std::uint16_t>(i);
  }
  return chains;
}();

// Adds to, or multiplies, a big number of base 256 or 128; enough for 128-bit arcs.
std::optional<Bytes> arc_octets(std::string_view digits, unsigned add) {
  if (digits.empty() || digits.size() > 40 || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
  Bytes groups{0};  // base 128, least first
  const auto multiply_add = [&](unsigned factor, unsigned carry) {
    for (Byte& g : groups) {
      const unsigned v = g * factor + carry;
      g = static_cast<Byte>(v & 0x7f);
      carry = v >> 7;
    }
    for (; carry != 0; carry >>= 7) groups.push_back(static_cast<Byte>(carry & 0x7f));
  };
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    multiply_add(10, static_cast<unsigned>(c - '0'));
  }
  if (add != 0) multiply_add(1, add);
  while (groups.size() > 1 && groups.back() == 0) groups.pop_back();
  Bytes out(groups.rbegin(), groups.rend());
  for (std::size_t i = 0; i + 1 < out.size(); ++i) out[i] |= 0x80;
  return out;
}

std::string arc_text(ByteView groups, unsigned subtract) {
  std::string decimal = "0";  // least digit first
  for (const Byte g : groups) {
    unsigned carry = g & 0x7f;
    for (char& d : decimal) {
      const unsigned v = static_cast<unsigned>(d - '0') * 128 + carry;
      d = static_cast<char>('0' + v % 10);
      carry = v / 10;
    }
    for (; carry != 0; carry /= 10) decimal += static_cast<char>('0' + carry % 10);
  }
  if (subtract != 0) {  // at most 80: borrow through the digits
    int borrow = 0;
    for (std::size_t i = 0; i < decimal.size(); ++i) {
      int v = decimal[i] - '0' - borrow - static_cast<int>(subtract % 10);
      subtract /= 10;
      borrow = v < 0 ? 1 : 0;
      decimal[i] = static_cast<char>('0' + (v < 0 ? v + 10 : v));
    }
    while (decimal.size() > 1 && decimal.back() == '0') decimal.pop_back();
  }
  return {decimal.rbegin(), decimal.rend()};
}

}  // namespace

Oid known_oid(ByteView contents) {
  if (contents.empty()) return Oid::unknown;
  for (std::size_t row = kChains.heads[bucket(contents)]; row != 0; row = kChains.next[row])
    if (equal(kRows[row].contents(), contents)) return kRows[row].id;
  return Oid::unknown;
}

ByteView contents(Oid oid) { return kRows[static_cast<std::size_t>(oid)].contents(); }
std::string_view dotted(Oid oid) { return kRows[static_cast<std::size_t>(oid)].dotted; }
std::string_view name(Oid oid) { return kRows[static_cast<std::size_t>(oid)].name; }

std::string dotted(ByteView contents) {
  std::string out;
  std::size_t start = 0;
  for (std::size_t i = 0; i < contents.size(); ++i) {
    if (contents[i] & 0x80) continue;
    const ByteView groups = contents.subspan(start, i + 1 - start);
    if (start == 0) {
      const unsigned root = groups.size() == 1 && groups[0] < 80 ? groups[0] / 40U : 2U;
      out = std::to_string(root) + "." + arc_text(groups, root * 40);
    } else {
      out += "." + arc_text(groups, 0);
    }
    start = i + 1;
  }
  return out;
}

std::optional<Bytes> contents_from_dotted(std::string_view dotted) {
  Bytes out;
  std::size_t index = 0;
  unsigned root = 0;
  while (true) {
    const std::size_t dot = dotted.find('.');
    const std::string_view arc = dotted.substr(0, dot);
    if (index == 0) {
      if (arc.size() != 1 || arc[0] < '0' || arc[0] > '2') return std::nullopt;
      root = static_cast<unsigned>(arc[0] - '0');
    } else {
      const auto octets = arc_octets(arc, index == 1 ? root * 40 : 0);
      if (!octets || (index == 1 && root < 2 && (octets->size() != 1 || (*octets)[0] >= root * 40 + 40))) return std::nullopt;
      append(out, *octets);
    }
    ++index;
    if (dot == std::string_view::npos) break;
    dotted.remove_prefix(dot + 1);
  }
  return index >= 2 ? std::optional(out) : std::nullopt;
}

}  // namespace mohr::asn1
