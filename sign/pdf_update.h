// An incremental update of a PDF (ISO 32000-2 clause 7.5.6): new and changed objects, appended with a cross-reference section of the kind
// that the document has. Changed objects keep every octet but the edited place.
#pragma once

#include <map>

#include "format/pdf_document.h"

namespace mohr::sign {

class PdfUpdate {
 public:
  explicit PdfUpdate(format::pdf::Document& document);

  format::pdf::Reference add_object();  // a new number; give it a body before write()
  void set_body(format::pdf::Reference reference, Bytes body) { bodies_[reference] = std::move(body); }
  // The object as this update leaves it.
  Result<format::pdf::Parsed> object(format::pdf::Reference reference);

  using Path = std::vector<std::string_view>;  // keys from the object to a dictionary directly inside it
  // Sets a key of a dictionary.
  Result<void> set_key(format::pdf::Reference holder, const Path& path, std::string_view key, std::string_view value);
  // Appends to the array under a key, wherever that array is; makes it when there is none. An item that is there stays alone.
  Result<void> append_item(format::pdf::Reference holder, const Path& path, std::string_view key, format::pdf::Reference item);

  // The revision: everything after the original octets. `places` gets the offset in the document of each object's body.
  struct Revision {
    Bytes octets;
    std::map<format::pdf::Reference, std::uint64_t> bodies;  // place in `octets`
  };
  // `identifier`: 16 octets for the changing half of /ID.
  Result<Revision> write(ByteView identifier);

 private:
  struct Row {
    std::uint32_t number, generation;
    std::uint64_t offset;
  };
  void write_table(Bytes& out, std::span<const Row> rows, std::uint64_t at, const std::string& trailer) const;
  void write_stream(Bytes& out, std::vector<Row> rows, std::uint64_t at, const std::string& trailer);
  [[nodiscard]] std::string trailer_entries(ByteView identifier) const;
  Result<void> replace(format::pdf::Reference holder, const format::pdf::Parsed& parsed, std::uint64_t begin, std::uint64_t end,
                       std::string_view with);

  format::pdf::Document& document_;
  std::map<format::pdf::Reference, Bytes> bodies_;
  std::uint32_t next_;
};

std::string to_text(format::pdf::Reference reference);  // "12 0 R"
// A text string: (ASCII) or <FEFF UTF-16BE>.
std::string pdf_text(std::string_view utf8);

}  // namespace mohr::sign
