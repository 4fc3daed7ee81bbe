#include "format/reader.h"

#include <algorithm>
#include <array>

#include "format/cades.h"
#include "format/jades.h"
#include "format/pades.h"
#include "format/xades.h"
#include "pki/asn1/pem.h"

namespace mohr::format {
namespace {

constexpr std::size_t kHead = 4096;
constexpr std::size_t kPdfSearch = 1024;  // readers of PDF look for the header in the first 1024 octets

bool is_space(Byte b) { return b == ' ' || b == '\t' || b == '\r' || b == '\n'; }

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::pdf: return "PDF";
    case Kind::xml: return "XML";
    case Kind::json: return "JSON";
    case Kind::jws_compact: return "JWS";
    case Kind::cms: return "CMS";
    case Kind::certificate: return "certificate";
    case Kind::crl: return "CRL";
    case Kind::ocsp: return "OCSP response";
    case Kind::timestamp: return "time-stamp";
    case Kind::other: break;
  }
  return "file";
}

// "eyJ....eyJ....c2ln": three parts of base64url, the first a JSON object.
bool is_compact_jws(std::string_view head, bool whole) {
  if (!head.starts_with("ey")) return false;
  while (whole && !head.empty() && is_space(static_cast<Byte>(head.back()))) head.remove_suffix(1);
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  const auto dots = std::count(head.begin(), head.end(), '.');
  return std::all_of(head.begin(), head.end(), allowed) && (whole ? dots == 2 : dots >= 1 && dots <= 2);
}

// What the first elements of a DER or BER file say (content type, tbs shapes); other when nothing is known.
Kind kind_of_asn1(ByteView head) {
  if (head.size() < 8 || head[0] != asn1::kSequence) return Kind::other;
  // Headers only: the file may be far longer than `head`, and its lengths may be indefinite.
  const auto skip_header = [](ByteView in) -> std::optional<ByteView> {
    if (in.size() < 2) return std::nullopt;
    const std::size_t octets = in[1] > 0x80 ? in[1] & 0x7fU : 0;
    if (octets > 8 || in.size() < 2 + octets) return std::nullopt;
    return in.subspan(2 + octets);
  };
  const auto first = skip_header(head);
  if (!first || first->empty()) return Kind::other;
  if ((*first)[0] == asn1::kOid && first->size() > 11) {
    const ByteView oid = first->subspan(2, (*first)[1]);
    const ByteView data = asn1::contents(asn1::Oid::cms_signed_data);
    return oid.size() == data.size() && equal(oid, data) ? Kind::cms : Kind::other;
  }
  if ((*first)[0] == asn1::kEnumerated) return Kind::ocsp;
  if ((*first)[0] != asn1::kSequence) return Kind::other;
  const auto second = skip_header(*first);
  if (!second || second->empty()) return Kind::other;
  if ((*second)[0] == asn1::context(0)) return Kind::certificate;  // version [0]
  if ((*second)[0] != asn1::kInteger || second->size() < 4) return Kind::other;
  // PKIStatusInfo { 0 } and a ContentInfo after it; TBSCertList { version 1, ... }; a version 1 certificate has its serial number first.
  asn1::Reader fields(*first);
  const auto status = fields.next();
  if (status && status->value.size() == 3 && fields.peek() == asn1::kSequence) return Kind::timestamp;
  if (status && status->value.size() > 3 && status->value.size() < 200 && fields.at_end()) return Kind::timestamp;
  return (*second)[1] == 1 && (*second)[2] == 1 ? Kind::crl : Kind::certificate;
}

Kind kind_of_pem(ByteView head) {
  const std::string_view text = as_text(head);
  const auto has = [&](const char* label) { return text.find(std::string("-----BEGIN ") + label) != std::string_view::npos; };
  if (has("CMS") || has("PKCS7")) return Kind::cms;
  if (has("CERTIFICATE") || has("X509 CERTIFICATE")) return Kind::certificate;
  if (has("X509 CRL")) return Kind::crl;
  return Kind::other;
}

Result<void> refuse_other_readers(Kind kind, ByteView head, ByteView tail) {
  const std::string_view text = as_text(head);
  const std::size_t pdf = text.substr(0, kPdfSearch).find("%PDF-");
  const bool archive = as_text(tail).find("PK\x05\x06") != std::string_view::npos;
  const auto ambiguous = [&](const char* other) { return errors::input_ambiguous(Code{std::string(kind_name(kind))}, Code{other}); };
  if (kind == Kind::pdf && archive) return ambiguous("ZIP");
  if (kind != Kind::pdf && kind != Kind::other && pdf != std::string_view::npos) return ambiguous("PDF");
  if (kind != Kind::other && kind != Kind::pdf && archive && (kind == Kind::xml || kind == Kind::json || kind == Kind::cms)) return ambiguous("ZIP");
  if (kind == Kind::other && pdf != std::string_view::npos && pdf != 0) {
    if (text.starts_with("PK\x03\x04")) return errors::input_ambiguous(Code{"ZIP"}, Code{"PDF"});
    return errors::input_prefixed(Code{"PDF"}, static_cast<std::int64_t>(pdf));
  }
  return {};
}

Kind kind_of(ByteView head, bool whole) {
  std::string_view text = as_text(head);
  if (text.starts_with("%PDF-")) return Kind::pdf;
  if (head[0] == asn1::kSequence) {
    const Kind kind = kind_of_asn1(head);
    if (kind != Kind::other) return kind;
  }
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) return Kind::xml;  // UTF-16: only XML has it here
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty() && is_space(static_cast<Byte>(text.front()))) text.remove_prefix(1);
  if (text.starts_with("<")) return Kind::xml;
  if (text.starts_with("{") || text.starts_with("[")) return Kind::json;
  if (is_compact_jws(as_text(head), whole)) return Kind::jws_compact;
  if (asn1::is_pem(head)) return kind_of_pem(head);
  return Kind::other;
}

struct ReaderRow {
  Kind kind;
  Result<SignedDocument> (*read)(const Source&, const Source*, Budget&);
};
constexpr std::array kReaders = {
    ReaderRow{Kind::cms, &read_cades},  ReaderRow{Kind::pdf, &read_pades},         ReaderRow{Kind::xml, &read_xades},
    ReaderRow{Kind::json, &read_jades}, ReaderRow{Kind::jws_compact, &read_jades},
};

}  // namespace

Result<Kind> detect(const Source& source) {
  const std::uint64_t size = source.size();
  if (size == 0) return errors::file_empty(Code{source.name()});
  Bytes head(std::min<std::uint64_t>(size, kHead));
  MOHR_CHECK(source.read_at(0, head));
  const Kind kind = kind_of(head, size <= kHead);
  Bytes tail;
  if (kind != Kind::certificate && kind != Kind::crl) {
    tail.resize(std::min<std::uint64_t>(size, kPdfSearch));
    MOHR_CHECK(source.read_at(size - tail.size(), tail));
  }
  MOHR_CHECK(refuse_other_readers(kind, head, tail));
  return kind;
}

Result<SignedDocument> read(const Source& document, const Source* content, Budget& budget) {
  MOHR_CHECK(budget.within(Limit::document_bytes, document.size()));
  MOHR_TRY(const Kind kind, detect(document));
  for (const ReaderRow& row : kReaders)
    if (row.kind == kind) return row.read(document, content, budget);
  if (kind == Kind::other) return errors::input_unknown(Code{document.name()});
  return errors::input_no_document(Code{std::string(kind_name(kind))});
}

}  // namespace mohr::format
