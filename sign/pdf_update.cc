#include "sign/pdf_update.h"

#include <algorithm>

#include "pki/core/text.h"

namespace mohr::sign {

using format::pdf::Kind;
using format::pdf::Object;
using format::pdf::Parsed;
using format::pdf::Reference;

namespace {

const Object& dictionary_at(const Parsed& parsed, const PdfUpdate::Path& path) {
  const Object* object = &parsed.value;
  for (const std::string_view key : path) object = &object->find(key);
  return *object;
}

std::string padded(std::uint64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return std::string(width > digits.size() ? width - digits.size() : 0, '0') + digits;
}

// Runs of consecutive numbers as (first, count).
template <class Row>
std::vector<std::pair<std::uint32_t, std::size_t>> runs(std::span<const Row> rows) {
  std::vector<std::pair<std::uint32_t, std::size_t>> found;
  for (const Row& row : rows) {
    if (!found.empty() && found.back().first + found.back().second == row.number) ++found.back().second;
    else found.emplace_back(row.number, 1);
  }
  return found;
}

// The code points of valid UTF-8.
std::u32string code_points(std::string_view utf8) {
  std::u32string points;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t point = length == 1 ? lead : lead & (0xffU >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) point = point << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3fU);
    points.push_back(point);
    i += length;
  }
  return points;
}

}  // namespace

std::string to_text(Reference reference) { return std::to_string(reference.number) + " " + std::to_string(reference.generation) + " R"; }

std::string pdf_text(std::string_view text) {
  const std::string utf8 = printable(text);
  if (std::all_of(utf8.begin(), utf8.end(), [](char c) { return c >= 0x20 && c < 0x7f; })) {
    std::string literal = "(";
    for (const char c : utf8) {
      if (c == '(' || c == ')' || c == '\\') literal.push_back('\\');
      literal.push_back(c);
    }
    return literal + ")";
  }
  Bytes units{0xfe, 0xff};
  const auto add = [&](std::uint32_t unit) {
    units.push_back(static_cast<Byte>(unit >> 8));
    units.push_back(static_cast<Byte>(unit & 0xff));
  };
  for (const char32_t point : code_points(utf8)) {
    const auto c = static_cast<std::uint32_t>(point);
    if (c < 0x10000) {
      add(c);
    } else {
      add(0xd800 + ((c - 0x10000) >> 10));
      add(0xdc00 + ((c - 0x10000) & 0x3ff));
    }
  }
  return "<" + hex(units) + ">";
}

PdfUpdate::PdfUpdate(format::pdf::Document& document)
    : document_(document), next_(static_cast<std::uint32_t>(document.references().size)) {}

Reference PdfUpdate::add_object() { return {next_++, 0}; }

Result<Parsed> PdfUpdate::object(Reference reference) {
  const auto found = bodies_.find(reference);
  if (found == bodies_.end()) {
    MOHR_TRY(format::pdf::Loaded loaded, document_.load(reference));
    return std::move(loaded.parsed);
  }
  Parsed parsed;
  parsed.text = found->second;
  format::pdf::Parser parser(parsed.text, 0, true, document_.budget());
  MOHR_TRY(parsed.value, parser.value());
  return parsed;
}

Result<void> PdfUpdate::replace(Reference holder, const Parsed& parsed, std::uint64_t begin, std::uint64_t end, std::string_view with) {
  Bytes body;
  const ByteView text(parsed.text);
  append(body, text.subspan(parsed.value.begin, begin - parsed.value.begin));
  append(body, as_bytes(with));
  append(body, text.subspan(end, parsed.value.end - end));
  set_body(holder, std::move(body));
  return {};
}

Result<void> PdfUpdate::set_key(Reference holder, const Path& path, std::string_view key, std::string_view value) {
  MOHR_TRY(const Parsed parsed, object(holder));
  const Object& dictionary = dictionary_at(parsed, path);
  if (!dictionary.is(Kind::dictionary))
    return format::pdf::broken("object " + std::to_string(holder.number) + " is no dictionary", parsed.origin);
  for (std::size_t i = 0; i + 1 < dictionary.items.size(); i += 2) {
    const Object& old = dictionary.items[i + 1];
    if (dictionary.items[i].text == key) return replace(holder, parsed, old.begin, old.end, " " + std::string(value) + " ");
  }
  return replace(holder, parsed, dictionary.end - 2, dictionary.end - 2, "\n/" + std::string(key) + " " + std::string(value) + "\n");
}

Result<void> PdfUpdate::append_item(Reference holder, const Path& path, std::string_view key, Reference item) {
  MOHR_TRY(Parsed parsed, object(holder));
  const Object* array = &dictionary_at(parsed, path).find(key);
  if (array->is(Kind::reference)) {
    const Reference elsewhere = array->reference();
    MOHR_TRY(Parsed other, object(elsewhere));
    if (other.value.is(Kind::null)) return set_key(holder, path, key, "[" + to_text(item) + "]");
    holder = elsewhere;
    parsed = std::move(other);
    array = &parsed.value;
  }
  if (array->is(Kind::null)) return set_key(holder, path, key, "[" + to_text(item) + "]");
  if (!array->is(Kind::array)) return format::pdf::broken("/" + std::string(key) + " is no array", parsed.origin);
  for (const Object& old : array->items)
    if (old.is(Kind::reference) && old.reference() == item) return {};
  return replace(holder, parsed, array->end - 1, array->end - 1, " " + to_text(item) + " ");
}

// What the new trailer keeps of the last one; other keys (a checksum of the file) would no longer be true.
std::string PdfUpdate::trailer_entries(ByteView identifier) const {
  const Parsed& trailer = document_.trailer();
  std::string entries = "/Root " + to_text(trailer.value.find("Root").reference());
  if (const Object& info = trailer.value.find("Info"); info.is(Kind::reference)) entries += "/Info " + to_text(info.reference());
  const Object& id = trailer.value.find("ID");
  if (id.is(Kind::array) && id.items.size() == 2 && id.items[0].is(Kind::string))
    entries += "/ID[" + std::string(as_text(trailer.raw(id.items[0]))) + "<" + hex(identifier) + ">]";
  return entries + "/Prev " + std::to_string(document_.references().startxref);
}

void PdfUpdate::write_table(Bytes& out, std::span<const Row> rows, std::uint64_t at, const std::string& trailer) const {
  std::string text = "xref\n0 1\n0000000000 65535 f \n";
  std::size_t next = 0;
  for (const auto& [first, count] : runs(rows)) {
    text += std::to_string(first) + " " + std::to_string(count) + "\n";
    for (const Row& row : rows.subspan(next, count)) text += padded(row.offset, 10) + " " + padded(row.generation, 5) + " n \n";
    next += count;
  }
  text += "trailer\n<</Size " + std::to_string(next_) + trailer + ">>\nstartxref\n" + std::to_string(at) + "\n%%EOF\n";
  append(out, as_bytes(text));
}

void PdfUpdate::write_stream(Bytes& out, std::vector<Row> rows, std::uint64_t at, const std::string& trailer) {
  const Reference own = add_object();
  rows.push_back({own.number, 0, at});
  std::string index;
  for (const auto& [first, count] : runs(std::span<const Row>(rows))) index += std::to_string(first) + " " + std::to_string(count) + " ";
  Bytes data;
  for (const Row& row : rows) {
    data.push_back(1);
    for (int shift = 32; shift >= 0; shift -= 8) data.push_back(static_cast<Byte>(row.offset >> shift & 0xff));
    data.push_back(static_cast<Byte>(row.generation >> 8));
    data.push_back(static_cast<Byte>(row.generation & 0xff));
  }
  append(out, as_bytes(std::to_string(own.number) + " 0 obj\n<</Type/XRef/W[1 5 2]/Index[" + index + "]/Size " + std::to_string(next_) +
                       trailer + "/Length " + std::to_string(data.size()) + ">>\nstream\n"));
  append(out, data);
  append(out, as_bytes("\nendstream\nendobj\nstartxref\n" + std::to_string(at) + "\n%%EOF\n"));
}

Result<PdfUpdate::Revision> PdfUpdate::write(ByteView identifier) {
  const std::uint64_t size = document_.source().size();
  Revision revision;
  MOHR_TRY(const Bytes last, format::pdf::read_window(document_.source(), size - 1, 1));
  if (last.back() != '\n') revision.octets.push_back('\n');
  std::vector<Row> rows;
  for (const auto& [reference, body] : bodies_) {
    rows.push_back({reference.number, reference.generation, size + revision.octets.size()});
    append(revision.octets, as_bytes(std::to_string(reference.number) + " " + std::to_string(reference.generation) + " obj\n"));
    revision.bodies[reference] = revision.octets.size();
    append(revision.octets, body);
    append(revision.octets, as_bytes("\nendobj\n"));
  }
  const std::string trailer = trailer_entries(identifier);
  const std::uint64_t at = size + revision.octets.size();
  if (document_.references().sections.front().is_stream) write_stream(revision.octets, std::move(rows), at, trailer);
  else write_table(revision.octets, rows, at, trailer);
  return revision;
}

}  // namespace mohr::sign
