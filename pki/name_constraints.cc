#include "pki/name_constraints.h"

#include <algorithm>

namespace mohr::pki {
namespace {

using Kind = GeneralName::Kind;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool same_text(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && same_text(text.substr(text.size() - end.size()), end);
}

std::string_view without_last_dot(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

// "example.ir" covers itself and all below; "" covers everything. A leading dot is tolerated and means: below only.
bool host_within(std::string_view host, std::string_view base) {
  host = without_last_dot(host);
  base = without_last_dot(base);
  if (base.empty()) return true;
  if (base.starts_with('.')) return ends_with(host, base);
  return same_text(host, base) || (host.size() > base.size() && host[host.size() - base.size() - 1] == '.' && ends_with(host, base));
}

// In URI and e-mail constraints a base without leading dot is one host, with it everything below (RFC 5280 4.2.1.10).
bool exact_host_within(std::string_view host, std::string_view base) {
  if (base.empty()) return true;
  return base.starts_with('.') ? ends_with(host, base) : same_text(host, base);
}

bool email_within(std::string_view address, std::string_view base) {
  const std::size_t at = address.rfind('@');
  const std::size_t base_at = base.rfind('@');
  if (base_at != std::string_view::npos && base_at != 0)  // a mailbox: local part octet for octet, host without case
    return address.substr(0, at) == base.substr(0, base_at) && same_text(address.substr(at + 1), base.substr(base_at + 1));
  return exact_host_within(address.substr(at + 1), base);
}

// The host of a URI; empty when it has none or is an address literal, which no constraint can cover.
std::string_view host_of(std::string_view uri) {
  const std::size_t scheme = uri.find("://");
  if (scheme == std::string_view::npos) return {};
  uri.remove_prefix(scheme + 3);
  uri = uri.substr(0, uri.find_first_of("/?#"));
  if (const std::size_t user = uri.rfind('@'); user != std::string_view::npos) uri.remove_prefix(user + 1);
  if (uri.starts_with('[')) return {};
  uri = uri.substr(0, uri.find(':'));
  const bool numeric = !uri.empty() && std::all_of(uri.begin(), uri.end(), [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  return numeric ? std::string_view{} : uri;
}

// address || mask of 4 + 4 or 16 + 16 octets.
bool ip_within(ByteView address, ByteView base) {
  if (base.size() != address.size() * 2) return false;
  for (std::size_t i = 0; i < address.size(); ++i) {
    const Byte mask = base[address.size() + i];
    if ((address[i] & mask) != (base[i] & mask)) return false;
  }
  return true;
}

enum class Match : std::uint8_t { within, outside, unknown };

// "*.example.ir" stands for many hosts: within when all are, outside when none is, otherwise nobody knows.
Match match_host(std::string_view host, std::string_view base) {
  if (host_within(host, base)) return Match::within;
  if (host.starts_with("*.") && host_within(base, host.substr(2))) return Match::unknown;
  return Match::outside;
}

Match match(const GeneralName& name, const GeneralName& base) {
  const auto as_match = [](bool within) { return within ? Match::within : Match::outside; };
  switch (name.kind) {
    case Kind::dns: return match_host(name.text(), base.text());
    case Kind::email:
      return name.text().find('@') == std::string_view::npos ? Match::unknown : as_match(email_within(name.text(), base.text()));
    case Kind::ip: return as_match(ip_within(name.value, base.value));
    case Kind::uri: {
      const std::string_view host = host_of(name.text());
      return host.empty() ? Match::unknown : as_match(exact_host_within(host, base.text()));
    }
    case Kind::directory: {
      const auto a = Name::parse(name.value), b = Name::parse(base.value);
      return a && b ? as_match(a->is_within(*b)) : Match::unknown;
    }
    default: return Match::unknown;
  }
}

Result<bool> is_permitted(const GeneralName& name, const NameConstraints& constraints, Budget& budget) {
  MOHR_CHECK(budget.spend(Limit::nodes, constraints.permitted.size() + constraints.excluded.size() + 1));
  for (const GeneralName& base : constraints.excluded)
    if (base.kind == name.kind && match(name, base) != Match::outside) return false;
  bool constrained = false, within = false;
  for (const GeneralName& base : constraints.permitted) {
    if (base.kind != name.kind) continue;
    constrained = true;
    if (match(name, base) == Match::within) within = true;
  }
  return !constrained || within;
}

// The names that constraints apply to: the subject, the alternative names, and e-mail addresses in the subject when no alternative name is
// one.
Result<std::vector<GeneralName>> names_of(const Certificate& certificate) {
  std::vector<GeneralName> names(certificate.subject_alt_names().begin(), certificate.subject_alt_names().end());
  const bool has_email = std::any_of(names.begin(), names.end(), [](const GeneralName& n) { return n.kind == Kind::email; });
  if (!certificate.subject().empty()) names.push_back({Kind::directory, certificate.subject().encoding()});
  if (has_email) return names;
  MOHR_TRY(const auto rdns, certificate.subject().rdns());
  for (const auto& rdn : rdns)
    for (const Attribute& attribute : rdn)
      if (asn1::known_oid(attribute.oid) == asn1::Oid::email_address) names.push_back({Kind::email, attribute.value});
  return names;
}

}  // namespace

Result<std::optional<std::string>> find_forbidden_name(const Certificate& certificate, const NameConstraints& constraints, Budget& budget) {
  MOHR_TRY(const std::vector<GeneralName> names, names_of(certificate));
  for (const GeneralName& name : names) {
    const auto same_kind = [&](const GeneralName& base) { return base.kind == name.kind; };
    const bool touched = std::any_of(constraints.permitted.begin(), constraints.permitted.end(), same_kind) ||
                         std::any_of(constraints.excluded.begin(), constraints.excluded.end(), same_kind);
    if (touched && constraints.has_distances) return std::optional(display(name));
    MOHR_TRY(const bool permitted, is_permitted(name, constraints, budget));
    if (!permitted) return std::optional(display(name));
  }
  return std::optional<std::string>();
}

}  // namespace mohr::pki
