#include <algorithm>
#include <array>

#include "format/reader.h"
#include "pki/asn1/oid.h"
#include "pki/asn1/pem.h"

namespace mohr::format {
namespace {

constexpr std::size_t kHead = 4096;
constexpr std::size_t kPdfSearch = 1024;  // readers of PDF look for the header in the first 1024 octets

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return text;
}

// Walks the first headers of DER or BER: the file may be far longer than the octets at hand, and its lengths may be indefinite.
class Outline {
 public:
  explicit Outline(ByteView head) : start_(head.data()), rest_(head) {}
  [[nodiscard]] asn1::Tag tag() const { return rest_.empty() ? asn1::Tag{0} : rest_[0]; }
  [[nodiscard]] std::size_t offset() const { return static_cast<std::size_t>(rest_.data() - start_); }
  [[nodiscard]] ByteView rest() const { return rest_; }

  bool enter(asn1::Tag tag) {  // steps over identifier and length
    if (this->tag() != tag || !read_length()) return false;
    rest_ = rest_.subspan(header_);
    return true;
  }
  bool skip() {  // steps over a whole element of definite length
    if (!read_length() || !length_ || *length_ > rest_.size() - header_) return false;
    contents_ = rest_.subspan(header_, *length_);
    rest_ = rest_.subspan(header_ + *length_);
    return true;
  }
  [[nodiscard]] ByteView contents() const { return contents_; }  // of what was skipped

 private:
  bool read_length() {
    if (rest_.size() < 2) return false;
    header_ = 2;
    length_ = rest_[1];
    if (rest_[1] == 0x80) length_.reset();
    if (rest_[1] <= 0x80) return true;
    const std::size_t octets = rest_[1] & 0x7fU;
    if (octets > 7 || rest_.size() < 2 + octets) return false;
    std::size_t length = 0;
    for (std::size_t i = 0; i < octets; ++i) length = length << 8 | rest_[2 + i];
    header_ += octets;
    length_ = length;
    return true;
  }

  const Byte* start_;
  ByteView rest_, contents_;
  std::size_t header_ = 0;
  std::optional<std::size_t> length_;
};

struct Shape {
  Kind kind = Kind::other;
  std::size_t content = 0;  // where an attached content begins
};

// After the content type of ContentInfo (RFC 5652 3, 5.1, 5.2).
Shape shape_of_signed_data(Outline outline) {
  Shape shape{Kind::cms, 0};
  if (!outline.enter(asn1::context(0)) || !outline.enter(asn1::kSequence) || !outline.skip() || !outline.skip() ||
      !outline.enter(asn1::kSequence) || outline.tag() != asn1::kOid || !outline.skip())
    return shape;
  if (asn1::known_oid(outline.contents()) == asn1::Oid::tst_info) shape.kind = Kind::timestamp;
  if (!outline.enter(asn1::context(0))) return shape;
  outline.enter(asn1::kOctetString | 0x20);  // BER: a constructed string of parts
  if (outline.enter(asn1::kOctetString)) shape.content = outline.offset();
  return shape;
}

// The first field of the inner SEQUENCE tells TBSCertificate, TBSCertList, ResponseData and PKIStatusInfo apart.
Kind kind_of_inner(Outline outline) {
  if (outline.tag() == asn1::context(0)) return Kind::certificate;
  if (outline.tag() == asn1::context(1) || outline.tag() == asn1::context(2)) return Kind::ocsp;
  const bool has_integer = outline.tag() == asn1::kInteger;
  if (has_integer && !outline.skip()) return Kind::other;
  if (has_integer && outline.tag() == asn1::kBitString) return Kind::timestamp;  // PKIStatusInfo with failInfo
  if (outline.tag() != asn1::kSequence) return Kind::other;
  Outline field = outline;
  if (!field.enter(asn1::kSequence)) return Kind::other;
  if (field.tag() == asn1::kUtf8String) return Kind::timestamp;  // PKIFreeText
  if (field.tag() != asn1::kOid || !outline.skip() || outline.tag() != asn1::kSequence || !outline.skip()) return Kind::other;
  if (outline.tag() == asn1::kUtcTime || outline.tag() == asn1::kGeneralizedTime) return Kind::crl;
  return outline.tag() == asn1::kSequence ? Kind::certificate : Kind::other;
}

Shape shape_of_asn1(ByteView head) {
  Outline outline(head);
  if (!outline.enter(asn1::kSequence)) return {};
  if (outline.tag() == asn1::kOid) {
    if (!outline.skip() || asn1::known_oid(outline.contents()) != asn1::Oid::cms_signed_data) return {};
    return shape_of_signed_data(outline);
  }
  if (outline.tag() == asn1::kEnumerated) return {outline.skip() && outline.contents().size() == 1 ? Kind::ocsp : Kind::other};
  Outline status = outline;
  if (status.tag() == asn1::kSequence && status.skip() && status.contents().size() == 3 && status.contents()[0] == asn1::kInteger)
    return {Kind::timestamp};  // PKIStatusInfo of nothing but a status
  return {outline.enter(asn1::kSequence) ? kind_of_inner(outline) : Kind::other};
}

// "eyJ....eyJ....c2ln": three parts of base64url, the first a JSON object.
bool is_compact_jws(std::string_view head, bool whole) {
  while (whole && !head.empty() && is_space(head.back())) head.remove_suffix(1);
  if (head.size() < 4) return false;
  const auto first = from_base64url(head.substr(0, 4));
  if (!first || first->front() != '{') return false;
  // Characters of the beginning; the dots of all of it. This is on the way of every token, so nothing is looked at twice.
  static constexpr auto kAllowed = [] {
    std::array<bool, 256> allowed{};
    for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."))
      allowed[static_cast<Byte>(c)] = true;
    return allowed;
  }();
  const std::string_view beginning = head.substr(0, 512);
  if (!std::all_of(beginning.begin(), beginning.end(), [](char c) { return kAllowed[static_cast<Byte>(c)]; })) return false;
  std::size_t dots = 0;
  for (std::size_t at = head.find('.'); at != std::string_view::npos && dots < 3; at = head.find('.', at + 1)) ++dots;
  return whole ? dots == 2 : dots <= 2;
}

bool begins_as(std::string_view text, std::string_view lower_case) {
  return text.size() >= lower_case.size() && std::equal(lower_case.begin(), lower_case.end(), text.begin(), [](char a, char b) {
           return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
         });
}

bool looks_like_xml(std::string_view text) {
  if (text.size() < 2 || text[0] != '<' || begins_as(text, "<!doctype html")) return false;  // HTML is signed as any other file
  const char c = text[1];
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == ':' || c == '?' || c == '!' || (c & 0x80) != 0;
}

// An array begins with a value: "[section]" of a settings file does not.
bool looks_like_json(std::string_view text) {
  if (text.empty() || (text[0] != '{' && text[0] != '[')) return false;
  if (text[0] == '{') return true;
  const std::string_view inside = trimmed(text.substr(1));
  if (inside.empty()) return true;
  for (const std::string_view word : {"true", "false", "null"})
    if (inside.starts_with(word)) return true;
  return std::string_view("]{[\"-0123456789").find(inside[0]) != std::string_view::npos;
}

Kind kind_of_pem(std::string_view text) {
  const auto has = [&](std::string_view label) {
    return text.find("-----BEGIN " + std::string(label) + "-----") != std::string_view::npos;
  };
  if (has("CMS") || has("PKCS7")) return Kind::cms;
  if (has("CERTIFICATE") || has("X509 CERTIFICATE")) return Kind::certificate;
  return has("X509 CRL") ? Kind::crl : Kind::other;
}

Shape shape_of(ByteView head, bool whole) {
  std::string_view text = as_text(head);
  if (text.starts_with("%PDF-")) return {Kind::pdf};
  if (const Shape shape = shape_of_asn1(head); shape.kind != Kind::other) return shape;
  // UTF-16: only XML has it here.
  for (const std::string_view start : {std::string_view("\xff\xfe<\0", 4), std::string_view("\xfe\xff\0<", 4)})
    if (text.starts_with(start)) return {Kind::xml};
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  text = trimmed(text);
  if (looks_like_xml(text)) return {Kind::xml};
  if (looks_like_json(text)) return {Kind::json};
  if (is_compact_jws(text, whole)) return {Kind::jws_compact};
  return {asn1::is_pem(head) ? kind_of_pem(text) : Kind::other};
}

// What another program would take for something else. An attached content that is a PDF is what it says: a PDF inside a signature.
Result<void> refuse_other_readers(const Shape& shape, ByteView head, ByteView tail) {
  const std::string_view text = as_text(head);
  const std::size_t pdf = text.substr(0, kPdfSearch).find("%PDF-");
  const bool has_pdf = pdf != std::string_view::npos && pdf != 0 && (shape.content == 0 || pdf != shape.content);
  const bool archive = as_text(tail).find("PK\x05\x06") != std::string_view::npos;  // the end of a ZIP directory
  const Code kind{std::string(kind_name(shape.kind))};
  switch (shape.kind) {
    case Kind::pdf:
    case Kind::xml:
    case Kind::json:
    case Kind::jws_compact:
      if (archive) return errors::input_ambiguous(kind, Code{"ZIP"});
      [[fallthrough]];
    default:
      if (has_pdf && shape.kind != Kind::pdf) return errors::input_ambiguous(kind, Code{"PDF"});
      return {};
    case Kind::other:
      if (!has_pdf) return {};
      if (text.starts_with("PK\x03\x04")) return errors::input_ambiguous(Code{"ZIP"}, Code{"PDF"});
      return errors::input_prefixed(Code{"PDF"}, static_cast<std::int64_t>(pdf));
  }
}

// Octets of the source: in place when they lie in memory, else read into `held`.
Result<ByteView> window(const Source& source, std::uint64_t offset, std::uint64_t length, Bytes& held) {
  if (const auto memory = source.memory()) return memory->subspan(offset, length);
  held.resize(length);
  MOHR_CHECK(source.read_at(offset, held));
  return ByteView(held);
}

}  // namespace

std::string_view kind_name(Kind kind) {
  constexpr std::array<std::string_view, 10> kNames = {"PDF",         "XML", "JSON",          "JWS",        "CMS",
                                                       "certificate", "CRL", "OCSP response", "time-stamp", "file"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<Kind> detect(const Source& source) {
  const std::uint64_t size = source.size();
  if (size == 0) return errors::file_empty(Code{source.name()});
  Bytes head_octets, tail_octets;
  MOHR_TRY(const ByteView head, window(source, 0, std::min<std::uint64_t>(size, kHead), head_octets));
  const std::uint64_t tail_size = std::min<std::uint64_t>(size, kPdfSearch);
  MOHR_TRY(const ByteView tail, window(source, size - tail_size, tail_size, tail_octets));
  const Shape shape = shape_of(head, size <= kHead);
  MOHR_CHECK(refuse_other_readers(shape, head, tail));
  return shape.kind;
}

}  // namespace mohr::format
