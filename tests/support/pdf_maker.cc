#include "tests/support/pdf_maker.h"

#include <zlib.h>

#include <algorithm>
#include <map>

namespace mohr::test {
namespace {

std::string padded(std::size_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return std::string(width - digits.size(), '0') + digits;
}

struct Place {
  int type = 1;
  std::size_t place = 0, index = 0;
};

std::map<int, Place> write_objects(std::string& pdf, const std::vector<PdfObject>& objects) {
  std::map<int, Place> places;
  for (const PdfObject& object : objects) {
    places[object.number] = {1, pdf.size(), 0};
    pdf += std::to_string(object.number) + " 0 obj\n" + object.body + "\nendobj\n";
  }
  return places;
}

void write_table(std::string& pdf, const std::map<int, Place>& places, int size, const std::string& trailer) {
  const std::size_t start = pdf.size();
  pdf += "xref\n0 1\n0000000000 65535 f \n";
  for (const auto& [number, at] : places) pdf += std::to_string(number) + " 1\n" + padded(at.place, 10) + " 00000 n \n";
  pdf += "trailer\n<</Size " + std::to_string(size) + "/Root 1 0 R" + trailer + ">>\nstartxref\n" + std::to_string(start) + "\n%%EOF\n";
}

void write_stream(std::string& pdf, std::map<int, Place> places, bool predicted, const std::string& trailer) {
  const std::size_t start = pdf.size();
  const int own = places.rbegin()->first + 1;
  places[own] = {1, start, 0};
  std::string index, data, above(4, '\0');
  for (const auto& [number, at] : places) {
    index += std::to_string(number) + " 1 ";
    const std::string row{static_cast<char>(at.type), static_cast<char>(at.place >> 8), static_cast<char>(at.place & 0xff),
                          static_cast<char>(at.index)};
    if (predicted) data += '\2';  // PNG "up"
    for (std::size_t i = 0; i < 4; ++i) data += static_cast<char>(row[i] - (predicted ? above[i] : 0));
    above = row;
  }
  const std::string coded = deflate_text(data);
  pdf += std::to_string(own) + " 0 obj\n<</Type/XRef/W[1 2 1]/Index[" + index + "]/Size " + std::to_string(own + 1) + "/Root 1 0 R" +
         trailer + "/Filter/FlateDecode" + (predicted ? "/DecodeParms<</Predictor 12/Columns 4>>" : "") + "/Length " +
         std::to_string(coded.size()) + ">>\nstream\n" + coded + "\nendstream\nendobj\nstartxref\n" + std::to_string(start) + "\n%%EOF\n";
}

}  // namespace

std::string deflate_text(std::string_view text) {
  std::string out(compressBound(text.size()), '\0');
  uLongf size = out.size();
  compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size());
  out.resize(size);
  return out;
}

std::vector<PdfObject> pdf_objects(const std::vector<PdfObject>& more) {
  std::map<int, std::string> bodies{{1, "<</Type/Catalog/Pages 2 0 R>>"},
                                    {2, "<</Type/Pages/Count 1/Kids[3 0 R]>>"},
                                    {3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]>>"}};
  for (const PdfObject& object : more) bodies[object.number] = object.body;
  std::vector<PdfObject> objects;
  for (const auto& [number, body] : bodies) objects.push_back({number, body});
  return objects;
}

std::string make_pdf(const std::vector<PdfObject>& objects, PdfReferences references, const std::string& trailer) {
  std::string pdf = "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n";
  const auto places = write_objects(pdf, objects);
  if (references == PdfReferences::table) write_table(pdf, places, places.rbegin()->first + 1, trailer);
  else write_stream(pdf, places, references == PdfReferences::predicted_stream, trailer);
  return pdf;
}

std::string make_compressed_pdf(const std::string& catalog) {
  std::string pdf = "%PDF-1.5\n";
  const std::string first = "<</Type/Catalog/Pages 2 0 R" + catalog + ">> ", second = "<</Type/Pages/Count 1/Kids[3 0 R]>>";
  const std::string head = "1 0 2 " + std::to_string(first.size()) + " ";
  const std::string coded = deflate_text(head + first + second);
  auto places = write_objects(pdf, {{3, "<</Type/Page/Parent 2 0 R>>"},
                                    {4, "<</Type/ObjStm/N 2/First " + std::to_string(head.size()) + "/Filter/FlateDecode/Length " +
                                            std::to_string(coded.size()) + ">>\nstream\n" + coded + "\nendstream"}});
  places[1] = {2, 4, 0};
  places[2] = {2, 4, 1};
  write_stream(pdf, places, true, "");
  return pdf;
}

std::string append_revision(const std::string& pdf, const std::vector<PdfObject>& objects, const std::string& trailer,
                            const std::vector<PdfCompressed>& compressed) {
  std::string longer = pdf;
  auto places = write_objects(longer, objects);
  const std::size_t last = pdf.rfind("startxref\n") + 10;
  const std::string entries = "/Prev " + pdf.substr(last, pdf.find('\n', last) - last) + trailer;
  for (const PdfCompressed& one : compressed)
    places[one.number] = {2, static_cast<std::size_t>(one.stream), static_cast<std::size_t>(one.index)};
  if (compressed.empty()) write_table(longer, places, 100, entries);
  else write_stream(longer, places, false, entries);
  return longer;
}

}  // namespace mohr::test
