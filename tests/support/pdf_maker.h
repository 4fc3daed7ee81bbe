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
// The same with the catalog and the page tree in an object stream (4); `catalog`: further entries.
std::string make_compressed_pdf(const std::string& catalog = "");
struct PdfCompressed {
  int number = 0, stream = 0, index = 0;
};
// Appends a revision: with a table, or with a cross-reference stream when it has objects in an object stream.
std::string append_revision(const std::string& pdf, const std::vector<PdfObject>& objects, const std::string& trailer = "",
                            const std::vector<PdfCompressed>& compressed = {});
// Data through zlib, for hostile streams too.
std::string deflate_text(std::string_view text);

}  // namespace mohr::test
