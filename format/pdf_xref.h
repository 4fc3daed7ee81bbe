// Cross-reference tables and streams of a PDF (ISO 32000-2 clauses 7.5.4 to 7.5.8): where each object is, in which revision. Strict: every
// offset must be exact, every section must end in its own startxref; nothing is searched for or repaired.
#pragma once

#include <memory>

#include "format/pdf_object.h"
#include "pki/core/source.h"

namespace mohr::format::pdf {

struct Entry {
  enum class Type : std::uint8_t { free, plain, compressed };
  std::uint32_t number = 0;
  std::uint32_t generation = 0;  // compressed: index in its object stream
  std::uint32_t section = 0;     // 0 is the newest
  Type type = Type::free;
  std::uint64_t place = 0;  // plain: offset; compressed: number of the object stream
};

// A parsed value with the text it came from; `text[value.begin]` is its first octet.
struct Parsed {
  Object value;
  Bytes text;
  std::uint64_t origin = 0;  // offset of text[0] in the document
  [[nodiscard]] ByteView raw(const Object& part) const { return ByteView(text).subspan(part.begin, part.end - part.begin); }
  [[nodiscard]] ByteView raw() const { return raw(value); }
};

struct Section {
  std::uint64_t offset = 0;
  std::uint32_t revision = 0;  // 0 is the newest
  bool is_stream = false;
  bool is_hidden = false;  // the cross-reference stream of a hybrid file (7.5.8.4), right after its table in `sections`
  Parsed trailer;
};

struct Revision {
  std::uint64_t eof = 0;  // just after its "%%EOF"
  std::uint64_t end = 0;  // just after the end of line that follows, when there is one
};

struct CrossReferences {
  std::vector<Section> sections;    // newest first
  std::vector<Revision> revisions;  // newest first
  std::vector<Entry> entries;       // by number, then newest first
  std::uint64_t startxref = 0;      // offset of the newest section
  std::int64_t size = 0;            // one more than the highest object number

  // The entry that counts; null when the object is free or absent. In the document as it ended with `revision`.
  [[nodiscard]] const Entry* find(std::uint32_t number, std::uint32_t revision = 0) const;
  // All of this number, newest first.
  [[nodiscard]] std::span<const Entry> all(std::uint32_t number) const;
};

// Errors: pdf_invalid, unsupported, budget_exceeded, file_not_readable.
Result<CrossReferences> read_cross_references(const Source& source, Budget& budget);

// ---- shared with the reader of objects
// The octets from `offset` on, at most `length`, fewer at the end of the document.
Result<Bytes> read_window(const Source& source, std::uint64_t offset, std::uint64_t length);

struct IndirectObject {
  Reference reference;
  Parsed parsed;
  std::uint64_t data = 0;   // a stream: offset of its data; else 0
  std::uint64_t after = 0;  // no stream: offset after "endobj"
};
// "N G obj value endobj" or the head of a stream, at exactly this place.
Result<IndirectObject> read_indirect(const Source& source, std::uint64_t offset, Budget& budget);
// The data of a stream with a known length; checks "endstream endobj" after it. `after`: the offset after "endobj".
struct StreamData {
  Bytes octets;
  std::uint64_t after = 0;
};
Result<StreamData> read_stream_data(const Source& source, std::uint64_t offset, std::int64_t length, Budget& budget);

}  // namespace mohr::format::pdf
