// A PDF as its objects: read one at a time through windows, never the whole file (ISO 32000-2 clauses 7.3.10 and 7.5.7).
#pragma once

#include "format/pdf_xref.h"

namespace mohr::format::pdf {

// An object with the place it came from.
struct Loaded {
  Reference reference;
  Parsed parsed;
  bool in_stream = false;        // in an object stream: `parsed.origin` is then a place in that stream's data, not in the document
  const Entry* entry = nullptr;  // null: the object is free or absent, which means null (7.3.10)
  std::uint64_t data = 0;        // a stream: offset of its data; else 0
  [[nodiscard]] const Object& value() const { return parsed.value; }
};

class Document {
 public:
  // Both outlive the document. Errors: pdf_invalid, pdf_encrypted, unsupported, budget_exceeded, file_not_readable.
  static Result<Document> open(const Source& source, Budget& budget);

  [[nodiscard]] const Source& source() const { return *source_; }
  [[nodiscard]] const CrossReferences& references() const { return references_; }
  [[nodiscard]] const Parsed& trailer() const { return references_.sections.front().trailer; }
  // The trailer that counted when `revision` was the last; null: there is no such revision.
  [[nodiscard]] const Parsed* trailer(std::uint32_t revision) const;
  [[nodiscard]] Budget& budget() const { return *budget_; }

  // The version of an object that counted when `revision` (0: the newest) was the last. A wrong number or generation at its place is an
  // error.
  Result<Loaded> load(Reference reference, std::uint32_t revision = 0);
  // What a value of `holder` stands for: the object it refers to, or the part of `holder` itself.
  Result<Loaded> resolve(const Loaded& holder, const Object& value, std::uint32_t revision = 0);
  Result<Loaded> catalog(std::uint32_t revision = 0);
  // The decoded data of a stream. Errors: pdf_invalid (it is none), unsupported (filters).
  Result<Bytes> stream(const Loaded& loaded, std::uint32_t revision = 0);
  // The offset after a stream's data.
  Result<std::uint64_t> end_of_data(const Loaded& stream);

 private:
  struct ObjectStream {
    const Entry* entry = nullptr;
    std::uint32_t revision = 0;  // its /Length may differ
    Bytes data;
    std::vector<std::pair<std::uint32_t, std::uint64_t>> objects;  // number, offset in data
  };
  Document(const Source& source, Budget& budget) : source_(&source), budget_(&budget) {}
  Result<IndirectObject> load_plain(const Entry& entry);
  Result<Loaded> load_compressed(const Entry& entry, std::uint32_t revision);
  Result<void> open_object_stream(std::uint32_t number, std::uint32_t revision);
  Result<std::int64_t> stream_length(const Object& dictionary, std::uint64_t offset, std::uint32_t revision);

  const Source* source_;
  Budget* budget_;
  CrossReferences references_;
  ObjectStream stream_;  // the last one that was opened
};

}  // namespace mohr::format::pdf
