#include "pki/name_constraints.h"

#include <algorithm>
#include <string>

#include "pki/core/text.h"

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

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

// Letters, digits, hyphens and the underscores of practice in labels of 1 to 63 octets (RFC 1034 3.5); no dot at the end.
bool is_host(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  std::size_t label = 0;
  for (const char c : host) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
    } else if (!(is_letter(c) || is_digit(c) || c == '-' || c == '_') || ++label > 63) {
      return false;
    }
  }
  return label != 0;
}

bool is_full_host(std::string_view host) {  // more than one label, none with a hyphen at its edge, and no address in digits
  const std::size_t dot = host.rfind('.');
  if (host.starts_with('-') || host.ends_with('-') || host.find("-.") != std::string_view::npos ||
      host.find(".-") != std::string_view::npos)
    return false;
  return is_host(host) && dot != std::string_view::npos &&
         !std::all_of(host.begin() + static_cast<std::ptrdiff_t>(dot) + 1, host.end(), is_digit);
}

bool is_host_pattern(std::string_view host) { return is_host(host.starts_with("*.") ? host.substr(2) : host); }

// A base of hosts: one host, all below it (a leading dot), or everything (nothing).
bool is_base(std::string_view base) { return base.empty() || is_host(base.starts_with('.') ? base.substr(1) : base); }

std::string_view without_last_dot(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

enum class Match : std::uint8_t { within, outside, unknown };

Match as_match(bool within) { return within ? Match::within : Match::outside; }

// "example.ir" covers itself and all below. A leading dot is tolerated and means: below only.
bool host_within(std::string_view host, std::string_view base) {
  if (base.starts_with('.')) return ends_with(host, base);
  return same_text(host, base) || (host.size() > base.size() && host[host.size() - base.size() - 1] == '.' && ends_with(host, base));
}

// "*.example.ir" stands for many hosts: within when all are, outside when none is, otherwise nobody knows.
Match match_dns(std::string_view host, std::string_view base) {
  host = without_last_dot(host);
  base = without_last_dot(base);
  if (!is_host_pattern(host) || !is_base(base) || base.empty()) return Match::unknown;
  if (host_within(host, base)) return Match::within;
  if (!host.starts_with("*.")) return Match::outside;
  const bool is_one_below = base.find('.', 1) != std::string_view::npos && same_text(base.substr(base.find('.', 1)), host.substr(1));
  return is_one_below ? Match::unknown : Match::outside;
}

// In URI and e-mail constraints a base without leading dot is one host, with it everything below (RFC 5280 4.2.1.10).
bool exact_host_within(std::string_view host, std::string_view base) {
  if (base.empty()) return true;
  return base.starts_with('.') ? ends_with(host, base) : same_text(host, base);
}

bool is_local_part(std::string_view local) {  // dot-atom (RFC 5321 4.1.2), with UTF-8 (RFC 6531); quoted ones are not compared
  if (local.empty() || local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos) return false;
  return std::all_of(local.begin(), local.end(), [](char c) {
    return is_letter(c) || is_digit(c) || static_cast<Byte>(c) >= 0x80 ||
           std::string_view(".!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
  });
}

// `international`: a SmtpUTF8Mailbox. A constraint that is a whole ASCII mailbox can only exclude it (RFC 9598 6).
Match match_email(std::string_view address, std::string_view base, bool international) {
  const std::size_t at = address.find('@');
  if (at == std::string_view::npos || !is_local_part(address.substr(0, at)) || !is_host(address.substr(at + 1))) return Match::unknown;
  const std::string_view local = address.substr(0, at), host = address.substr(at + 1);
  const std::size_t base_at = base.find('@');
  if (base_at == std::string_view::npos) return is_base(base) ? as_match(exact_host_within(host, base)) : Match::unknown;
  if (!is_local_part(base.substr(0, base_at)) || !is_host(base.substr(base_at + 1))) return Match::unknown;
  const bool same = local == base.substr(0, base_at) && same_text(host, base.substr(base_at + 1));
  return same && international ? Match::unknown : as_match(same);
}

// The host of a URI; empty when it has none, or one that no constraint can cover: an address, a name that is not whole.
std::string_view host_of(std::string_view uri) {
  const std::size_t scheme = uri.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return {};
  uri.remove_prefix(scheme + 3);
  uri = uri.substr(0, uri.find_first_of("/?#"));
  if (const std::size_t user = uri.rfind('@'); user != std::string_view::npos) uri.remove_prefix(user + 1);
  if (const std::size_t port = uri.find(':'); port != std::string_view::npos) {
    const std::string_view digits = uri.substr(port + 1);
    if (!std::all_of(digits.begin(), digits.end(), is_digit)) return {};
    uri = uri.substr(0, port);
  }
  uri = without_last_dot(uri);
  return is_full_host(uri) ? uri : std::string_view{};
}

Match match_uri(std::string_view uri, std::string_view base) {
  const std::string_view host = host_of(uri);
  return host.empty() || !is_base(base) ? Match::unknown : as_match(exact_host_within(host, base));
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

bool is_mapped(ByteView address) {  // ::ffff:a.b.c.d (RFC 4291 2.5.5.2)
  constexpr Byte kPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return address.size() == 16 && std::equal(std::begin(kPrefix), std::end(kPrefix), address.begin());
}

// An IPv4 address written as IPv6 is the same host: it does not escape an exclusion, and no constraint on IPv4 permits it.
Match match_ip(ByteView address, ByteView base) {
  if (ip_within(address, base)) return Match::within;
  return is_mapped(address) && ip_within(address.subspan(12), base) ? Match::unknown : Match::outside;
}

struct OtherName {
  ByteView type, value;  // contents octets of type-id; the whole element inside [0]
};
OtherName read_other_name(ByteView contents) {
  asn1::Reader reader(contents);
  OtherName out;
  if (const auto type = reader.oid()) out.type = *type;
  if (auto value = reader.enter(asn1::context(0))) out.value = value->rest();
  return out;
}

constexpr auto kSmtpUtf8Mailbox = asn1::oid_octets("1.3.6.1.5.5.7.8.9");

constexpr std::size_t kLongestLabel = 63, kMostLabels = 128;  // RFC 1034 3.1

// Punycode (RFC 3492 6.3) of one label of UTF-8; nothing when it overflows or is too long.
std::optional<std::string> encode_label(std::string_view label) {
  std::u32string text;
  for (std::size_t at = 0; at < label.size();) {
    text += next_character(label, at);
    if (text.size() > kLongestLabel) return std::nullopt;
  }
  std::string out = "xn--";
  for (const char32_t c : text)
    if (c < 0x80) out += lower(static_cast<char>(c));
  std::uint32_t handled = static_cast<std::uint32_t>(out.size() - 4), n = 0x80, delta = 0, bias = 72;
  const std::uint32_t plain = handled;
  if (plain != 0) out += '-';
  while (handled < text.size()) {
    char32_t least = 0x110000;
    for (const char32_t c : text)
      if (c >= n && c < least) least = c;
    if (least - n > (UINT32_MAX - delta) / (handled + 1)) return std::nullopt;
    delta += (least - n) * (handled + 1);
    n = least;
    for (const char32_t c : text) {
      if (c < n) ++delta;
      if (c != n) continue;
      std::uint32_t rest = delta;
      for (std::uint32_t k = 36;; k += 36) {
        const std::uint32_t t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
        const std::uint32_t digit = rest < t ? rest : t + (rest - t) % (36 - t);
        out += static_cast<char>(digit < 26 ? 'a' + digit : '0' + (digit - 26));
        if (rest < t) break;
        rest = (rest - t) / (36 - t);
      }
      delta = handled == plain ? delta / 700 : delta / 2;
      delta += delta / (handled + 1);
      std::uint32_t steps = 0;
      for (; delta > 455; steps += 36) delta /= 35;
      bias = steps + 36 * delta / (delta + 38);
      delta = 0;
      ++handled;
    }
    ++delta;
    ++n;
  }
  return out;
}

// A mailbox whose host is written in its own script, with the host as rfc822Name constraints have it (RFC 9598 5).
std::string with_ascii_host(std::string_view mailbox) {
  const std::size_t at = mailbox.rfind('@');
  if (at == std::string_view::npos) return std::string(mailbox);
  std::string out(mailbox.substr(0, at + 1));
  std::string_view host = mailbox.substr(at + 1);
  for (std::size_t labels = 0; labels < kMostLabels; ++labels) {
    const std::string_view label = host.substr(0, host.find('.'));
    const bool ascii = std::all_of(label.begin(), label.end(), [](char c) { return static_cast<Byte>(c) < 0x80; });
    const auto encoded = ascii ? std::optional(std::string(label)) : encode_label(label);
    if (!encoded) return {};
    out += *encoded;
    if (label.size() == host.size()) return out;
    out += '.';
    host.remove_prefix(label.size() + 1);
  }
  return {};
}

// A name or a constraint, read once for all the comparisons it takes part in.
struct Form {
  Kind kind;
  ByteView value;                  // as GeneralName has it
  ByteView type;                   // of otherName
  std::vector<std::string> parts;  // of directory
  std::string mailbox;             // of a SmtpUTF8Mailbox
  bool readable = true;

  explicit Form(const GeneralName& name) : kind(name.kind), value(name.value) {
    if (kind == Kind::directory) {
      const auto directory = Name::parse(value);
      readable = directory.has_value();
      if (readable) parts = directory->comparable();
    } else if (kind == Kind::other_name) {
      const OtherName other = read_other_name(value);
      type = other.type;
      if (!is_international_mailbox()) return;
      asn1::Reader reader(other.value);
      const auto text = reader.next(asn1::kUtf8String);
      readable = text.has_value() && is_valid_utf8(as_text(text->value));
      if (readable) mailbox = with_ascii_host(as_text(text->value));
    }
  }
  [[nodiscard]] bool is_international_mailbox() const { return kind == Kind::other_name && equal(type, kSmtpUtf8Mailbox.view()); }
};

// Whether a constraint speaks of names like this one.
bool concerns(const Form& base, const Form& name) {
  if (name.kind == Kind::other_name && base.kind == Kind::email) return name.is_international_mailbox();
  return base.kind == name.kind && (name.kind != Kind::other_name || equal(base.type, name.type));
}

Match match(const Form& name, const Form& base) {
  if (!name.readable || !base.readable) return Match::unknown;
  switch (name.kind) {
    case Kind::dns: return match_dns(as_text(name.value), as_text(base.value));
    case Kind::email: return match_email(as_text(name.value), as_text(base.value), false);
    case Kind::ip: return match_ip(name.value, base.value);
    case Kind::uri: return match_uri(as_text(name.value), as_text(base.value));
    case Kind::directory:
      return as_match(name.parts.size() >= base.parts.size() && std::equal(base.parts.begin(), base.parts.end(), name.parts.begin()));
    case Kind::other_name:
      return name.is_international_mailbox() && base.kind == Kind::email ? match_email(name.mailbox, as_text(base.value), true)
                                                                         : Match::unknown;
    default: return Match::unknown;
  }
}

std::vector<Form> read_forms(std::span<const GeneralName> names) {
  std::vector<Form> forms;
  forms.reserve(names.size());
  for (const GeneralName& name : names) forms.emplace_back(name);
  return forms;
}

bool is_permitted(const Form& name, std::span<const Form> permitted, std::span<const Form> excluded, bool has_distances) {
  const auto concerning = [&](const Form& base) { return concerns(base, name); };
  if (has_distances &&
      (std::any_of(permitted.begin(), permitted.end(), concerning) || std::any_of(excluded.begin(), excluded.end(), concerning)))
    return false;
  for (const Form& base : excluded)
    if (concerns(base, name) && match(name, base) != Match::outside) return false;
  bool constrained = false;
  for (const Form& base : permitted) {
    if (!concerns(base, name)) continue;
    if (match(name, base) == Match::within) return true;
    constrained = true;
  }
  return !constrained;
}

bool looks_like_host(const Attribute& attribute) {
  const std::string_view text = as_text(attribute.value);
  return is_full_host(text.starts_with("*.") ? text.substr(2) : text);
}

// The names that constraints apply to: the subject, the alternative names, and what stands for those in the subject.
Result<std::vector<GeneralName>> names_of(const Certificate& certificate, LegacyNames legacy) {
  std::vector<GeneralName> names(certificate.subject_alt_names().begin(), certificate.subject_alt_names().end());
  const auto has = [&](Kind kind) {
    return std::any_of(names.begin(), names.end(), [kind](const GeneralName& n) { return n.kind == kind; });
  };
  const bool always = legacy == LegacyNames::without_dns_names;
  const bool addresses = always || !has(Kind::email), hosts = !certificate.is_ca() && (always ? !has(Kind::dns) : names.empty());
  if (!certificate.subject().empty()) names.push_back({Kind::directory, certificate.subject().encoding()});
  if (!addresses && !hosts) return names;
  MOHR_TRY(const auto rdns, certificate.subject().rdns());
  for (const auto& rdn : rdns)
    for (const Attribute& attribute : rdn) {
      const asn1::Oid id = asn1::known_oid(attribute.oid);
      if (id == asn1::Oid::email_address && addresses) names.push_back({Kind::email, attribute.value});
      if (id == asn1::Oid::common_name && hosts && looks_like_host(attribute)) names.push_back({Kind::dns, attribute.value});
    }
  return names;
}

bool is_beyond_telling(const GeneralName& base) { return base.kind == Kind::x400 || base.kind == Kind::edi_party; }

}  // namespace

Result<std::optional<std::string>> find_forbidden_name(const Certificate& certificate, const NameConstraints& constraints,
                                                       LegacyNames legacy, Budget& budget) {
  MOHR_TRY(const std::vector<GeneralName> names, names_of(certificate, legacy));
  MOHR_CHECK(budget.spend(Limit::name_comparisons, names.size() * (constraints.permitted.size() + constraints.excluded.size())));
  const auto beyond = [](std::span<const GeneralName> bases) { return std::any_of(bases.begin(), bases.end(), is_beyond_telling); };
  if (beyond(constraints.permitted) || beyond(constraints.excluded)) return std::optional(certificate.subject().rfc4514());
  const std::vector<Form> permitted = read_forms(constraints.permitted), excluded = read_forms(constraints.excluded);
  for (const GeneralName& name : names)
    if (!is_permitted(Form(name), permitted, excluded, constraints.has_distances)) return std::optional(display(name));
  return std::optional<std::string>();
}

}  // namespace mohr::pki
