#include "format/xml_markup.h"

#include <algorithm>
#include <array>

#include "pki/core/text.h"

namespace mohr::format::xml {
namespace {

constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string line_of(std::string_view text, std::size_t at) {
  return "line " + std::to_string(1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

void append_utf8(Bytes& to, char32_t code) {
  const auto tail = [&](unsigned shift) { to.push_back(static_cast<Byte>(0x80U | (code >> shift & 0x3fU))); };
  if (code < 0x80) return to.push_back(static_cast<Byte>(code));
  if (code < 0x800) return to.push_back(static_cast<Byte>(0xc0U | code >> 6)), tail(0);
  if (code < 0x10000) return to.push_back(static_cast<Byte>(0xe0U | code >> 12)), tail(6), tail(0);
  to.push_back(static_cast<Byte>(0xf0U | code >> 18)), tail(12), tail(6), tail(0);
}

Result<Bytes> utf8_from_utf16(ByteView octets, bool big) {
  if (octets.size() % 2 != 0) return errors::xml_invalid(Code{"half a UTF-16 unit at the end"});
  Bytes out;
  out.reserve(octets.size());
  const auto unit = [&](std::size_t i) {
    return static_cast<char32_t>(big ? octets[i] << 8 | octets[i + 1] : octets[i + 1] << 8 | octets[i]);
  };
  for (std::size_t i = 0; i < octets.size(); i += 2) {
    char32_t code = unit(i);
    if (code >= 0xd800 && code <= 0xdfff) {
      const char32_t low = code < 0xdc00 && i + 3 < octets.size() ? unit(i + 2) : 0;
      if (low < 0xdc00 || low > 0xdfff) return errors::xml_invalid(Code{"an unpaired UTF-16 surrogate"});
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      i += 2;
    }
    append_utf8(out, code);
  }
  return out;
}

// The value of a pseudo-attribute of the XML declaration; empty when it has none.
std::string pseudo_attribute(std::string_view declaration, std::string_view name) {
  for (std::size_t at = declaration.find(name); at != std::string_view::npos; at = declaration.find(name, at + 1)) {
    std::size_t i = at + name.size();
    while (i < declaration.size() && is_space(declaration[i])) ++i;
    if (i >= declaration.size() || declaration[i] != '=') continue;
    for (++i; i < declaration.size() && is_space(declaration[i]);) ++i;
    if (i >= declaration.size() || (declaration[i] != '"' && declaration[i] != '\'')) continue;
    const std::size_t end = declaration.find(declaration[i], i + 1);
    if (end != std::string_view::npos) return std::string(declaration.substr(i + 1, end - i - 1));
  }
  return {};
}

Result<void> check_declaration(std::string_view text, bool utf16) {
  if (!text.starts_with("<?xml") || text.size() < 6 || !is_space(text[5])) return {};
  const std::string_view declaration = text.substr(0, std::min<std::size_t>(text.find("?>"), 1024));
  const std::string version = pseudo_attribute(declaration, "version");
  if (!version.empty() && version != "1.0") return errors::unsupported(Code{"XML " + version});
  const std::string encoding = pseudo_attribute(declaration, "encoding");
  std::string lower = encoding;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (lower.empty() || lower == (utf16 ? "utf-16" : "utf-8")) return {};
  if (!utf16 && lower == "us-ascii" && std::none_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; })) return {};
  return errors::unsupported(Code{"XML in the encoding " + printable(encoding)});
}

bool starts_with(ByteView octets, std::initializer_list<Byte> mark) {
  return octets.size() >= mark.size() && std::equal(mark.begin(), mark.end(), octets.begin());
}

// One pass over the text; each member reads one kind of markup at `at_`.
class Scanner {
 public:
  Scanner(std::string_view text, Budget& budget) : text_(text), budget_(budget) {}
  Result<Markup> run() {
    while ((at_ = text_.find('<', at_)) != std::string_view::npos) {
      MOHR_CHECK(one());
    }
    if (!seen_root_) return errors::xml_invalid(Code{"no element"});
    if (depth_ != 0) return errors::xml_invalid(Code{"the end is missing"}).at(line_of(text_, text_.size()));
    return std::move(markup_);
  }

 private:
  [[nodiscard]] bool here(std::string_view what) const { return text_.substr(at_, what.size()) == what; }
  Error broken(const char* what) const { return errors::xml_invalid(Code{what}).at(line_of(text_, at_)); }

  Result<void> skip_past(std::string_view opening, std::string_view closing, const char* what) {
    const std::size_t end = text_.find(closing, at_ + opening.size());
    if (end == std::string_view::npos) return broken(what);
    at_ = end + closing.size();
    return budget_.spend(Limit::nodes);
  }

  Result<void> one() {
    if (here("<!--")) return skip_past("<!--", "-->", "an unclosed comment");
    if (here("<![CDATA[")) return skip_past("<![CDATA[", "]]>", "an unclosed CDATA section");
    if (here("<?")) return skip_past("<?", "?>", "an unclosed processing instruction");
    if (here("<!DOCTYPE")) return errors::xml_has_dtd().at(line_of(text_, at_));
    if (here("<!")) return broken("a markup declaration");
    return here("</") ? end_tag() : start_tag();
  }

  Result<void> end_tag() {
    if (depth_ == 0) return broken("an end tag without its start");
    if (--depth_ == 0) markup_.root_close = at_;
    namespaces_ -= namespaces_at_[depth_];
    namespaces_at_.pop_back();
    const std::size_t end = text_.find('>', at_);
    if (end == std::string_view::npos) return broken("an unclosed tag");
    at_ = end + 1;
    return {};
  }

  Result<void> start_tag() {
    const std::size_t begin = at_++;
    std::uint64_t attributes = 0, declarations = 0;
    for (; at_ < text_.size() && text_[at_] != '>'; ++at_) {
      const char c = text_[at_];
      if (c == '<') return broken("a tag inside a tag");
      if (is_space(c) && text_.substr(at_ + 1, 5) == "xmlns") ++declarations;
      if (c != '"' && c != '\'') continue;
      ++attributes;
      at_ = text_.find(c, at_ + 1);
      if (at_ == std::string_view::npos) return at_ = begin, broken("an unclosed attribute value");
    }
    if (at_ >= text_.size()) return at_ = begin, broken("an unclosed tag");
    const bool empty = text_[at_ - 1] == '/';
    ++at_;
    if (depth_ == 0) root(begin, empty);
    MOHR_CHECK(charge(attributes, declarations));
    if (empty) return {};
    namespaces_ += declarations;
    namespaces_at_.push_back(declarations);
    ++depth_;
    return {};
  }

  void root(std::size_t begin, bool empty) {
    if (seen_root_) return;  // a second root is the parser's to refuse
    seen_root_ = true;
    markup_.root_begin = begin;
    markup_.root_tag_end = at_;
    markup_.root_is_empty = empty;
    std::size_t end = begin + 1;
    while (end < at_ && !is_space(text_[end]) && text_[end] != '>' && text_[end] != '/') ++end;
    markup_.root_name = std::string(text_.substr(begin + 1, end - begin - 1));
  }

  // Parsers and canonicalisers compare each attribute of an element with each other, and each namespace in scope with each other.
  Result<void> charge(std::uint64_t attributes, std::uint64_t declarations) {
    MOHR_CHECK(budget_.within(Limit::depth, depth_ + 1));
    MOHR_CHECK(budget_.within(Limit::xml_attributes, attributes));
    const std::uint64_t in_scope = namespaces_ + declarations;
    MOHR_CHECK(budget_.within(Limit::xml_namespaces, in_scope));
    return budget_.spend(Limit::nodes, 1 + attributes + in_scope * in_scope / 256);
  }

  std::string_view text_;
  Budget& budget_;
  Markup markup_;
  std::size_t at_ = 0, depth_ = 0;
  std::uint64_t namespaces_ = 0;
  std::vector<std::uint64_t> namespaces_at_;
  bool seen_root_ = false;
};

}  // namespace

Result<Utf8> to_utf8(ByteView octets) {
  Utf8 out;
  if (starts_with(octets, {0x00, 0x00, 0xfe, 0xff}) || starts_with(octets, {0xff, 0xfe, 0x00, 0x00}))
    return errors::unsupported(Code{"XML in the encoding UTF-32"});
  if (starts_with(octets, {0x00, 0x3c}) || starts_with(octets, {0x3c, 0x00}))
    return errors::unsupported(Code{"XML in UTF-16 without a byte order mark"});
  const bool big = starts_with(octets, {0xfe, 0xff});
  if (big || starts_with(octets, {0xff, 0xfe})) {
    out.encoding = Encoding::utf16;
    MOHR_TRY(out.storage, utf8_from_utf16(octets.subspan(2), big));
    out.text = out.storage;
  } else if (starts_with(octets, {0xef, 0xbb, 0xbf})) {
    out.encoding = Encoding::utf8_with_mark;
    out.text = octets.subspan(3);
  } else {
    out.text = octets;
  }
  const std::string_view text = as_text(out.text);
  MOHR_CHECK(check_declaration(text, out.encoding == Encoding::utf16));
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
    return errors::xml_invalid(Code{"an octet 0"}).at(line_of(text, nul));
  if (!is_valid_utf8(text)) return errors::xml_invalid(Code{"octets that are not UTF-8"});
  return out;
}

Result<Markup> scan_markup(ByteView text, Budget& budget) { return Scanner(as_text(text), budget).run(); }

}  // namespace mohr::format::xml
