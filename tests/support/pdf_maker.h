// Small PDFs with exact offsets, for tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mohr::test {

struct PdfObject {
  int number = 0;
  std::string body;
};

enum class PdfReferences { table, stream, predicted_stream };

// Catalog 1, page tree 2, page 3, then `more` (which replaces an object of the same number).
std::vector<PdfObject> pdf_objects(const std::vector<PdfObject>& more = {});
// A document of one revision; `trailer`: further entries.
std::string make_pdf(const std::vector<PdfObject>& objects, PdfReferences references = PdfReferences::table,
                     const std::string& trailer = "");
// The same with the catalog and the page tree in an object stream.
std::string make_compressed_pdf();
// Appends a revision with a table.
std::string append_revision(const std::string& pdf, const std::vector<PdfObject>& objects, const std::string& trailer = "");
// Data through zlib, for hostile streams too.
std::string deflate_text(std::string_view text);

}  // namespace mohr::test
