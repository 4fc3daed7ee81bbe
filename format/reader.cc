#include "format/reader.h"

#include <algorithm>
#include <array>

#include "format/cades.h"
#include "format/jades.h"
#include "format/pades.h"
#include "format/xades.h"

namespace mohr::format {
namespace {

struct ReaderRow {
  Kind kind;
  Result<SignedDocument> (*read)(const Source&, const Source*, Budget&, pki::CertificateMemory*);
};
constexpr std::array kReaders = {
    ReaderRow{Kind::cms, &read_cades},  ReaderRow{Kind::pdf, &read_pades},         ReaderRow{Kind::xml, &read_xades},
    ReaderRow{Kind::json, &read_jades}, ReaderRow{Kind::jws_compact, &read_jades},
};

// Containers that hold signatures, but none that this version reads, are named.
Error no_reader(const Source& document) {
  std::array<Byte, 16> head{};
  const std::size_t size = std::min<std::uint64_t>(document.size(), head.size());
  if (auto read = document.read_at(0, std::span(head).first(size)); !read) return std::move(read).error();
  const std::string_view text = as_text(ByteView(head).first(size));
  if (text.starts_with("PK\x03\x04")) return errors::unsupported(Code{"a ZIP container (ASiC, ODF, OOXML)"});
  if (text.starts_with("MIME-Version:") || text.starts_with("Content-Type:")) return errors::unsupported(Code{"an S/MIME message"});
  return errors::input_unknown(Code{document.name()});
}

}  // namespace

Result<SignedDocument> read(const Source& document, const Source* content, Budget& budget, pki::CertificateMemory* memory) {
  MOHR_CHECK(budget.within(Limit::document_bytes, document.size()));
  if (content != nullptr) MOHR_CHECK(budget.within(Limit::document_bytes, content->size()));
  MOHR_TRY(const Kind kind, detect(document));
  for (const ReaderRow& row : kReaders)
    if (row.kind == kind) return row.read(document, content, budget, memory);
  if (kind == Kind::other) return no_reader(document);
  return errors::input_no_document(Code{std::string(kind_name(kind))});
}

}  // namespace mohr::format
