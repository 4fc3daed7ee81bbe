#include "format/pdf_document.h"

#include <algorithm>

#include "format/pdf_stream.h"

namespace mohr::format::pdf {
namespace {

Result<void> check_header(const Source& source) {
  MOHR_TRY(const Bytes start, read_window(source, 0, 9));
  const std::string_view line = as_text(start);
  const bool known = line.size() == 9 && (line[8] == '\r' || line[8] == '\n' || line[8] == ' ' || line[8] == '%') &&
                     ((line.substr(0, 7) == "%PDF-1." && line[7] >= '0' && line[7] <= '7') || line.substr(0, 8) == "%PDF-2.0");
  if (!known) return broken("it does not begin with %PDF-1.0 to %PDF-2.0", 0);
  return {};
}

}  // namespace

Result<Document> Document::open(const Source& source, Budget& budget) {
  MOHR_CHECK(budget.within(Limit::document_bytes, source.size()));
  MOHR_CHECK(check_header(source));
  Document document(source, budget);
  MOHR_TRY(document.references_, read_cross_references(source, budget));
  for (const Section& section : document.references_.sections)
    if (!section.trailer.value.find("Encrypt").is(Kind::null)) return errors::pdf_encrypted();
  return document;
}

Result<IndirectObject> Document::load_plain(const Entry& entry) {
  MOHR_TRY(IndirectObject object, read_indirect(*source_, entry.place, *budget_));
  if (object.reference.number != entry.number || object.reference.generation != entry.generation)
    return broken("the object here is not number " + std::to_string(entry.number), entry.place);
  return object;
}

Result<Loaded> Document::load(Reference reference, std::uint32_t revision) {
  MOHR_CHECK(budget_->in_time());
  const Entry* entry = references_.find(reference.number, revision);
  Loaded loaded;
  loaded.reference = reference;
  if (entry == nullptr) return loaded;
  const std::uint32_t generation = entry->type == Entry::Type::compressed ? 0 : entry->generation;
  if (generation != reference.generation)
    return broken("a reference to object " + std::to_string(reference.number) + " has another generation", entry->place);
  if (entry->type == Entry::Type::compressed) {
    MOHR_TRY(loaded, load_compressed(*entry, revision));
  } else {
    MOHR_TRY(IndirectObject object, load_plain(*entry));
    loaded.parsed = std::move(object.parsed);
    loaded.data = object.data;
  }
  loaded.reference = reference;
  loaded.entry = entry;
  if (loaded.value().is(Kind::reference)) return broken("an object is only a reference", entry->place);
  return loaded;
}

Result<Loaded> Document::resolve(const Loaded& holder, const Object& value, std::uint32_t revision) {
  if (value.is(Kind::reference)) return load(value.reference(), revision);
  Loaded part;
  part.reference = holder.reference;
  part.in_stream = holder.in_stream;
  part.entry = holder.entry;
  part.parsed.value = value;
  part.parsed.text = holder.parsed.text;
  part.parsed.origin = holder.parsed.origin;
  return part;
}

const Parsed* Document::trailer(std::uint32_t revision) const {
  const auto section = std::find_if(references_.sections.begin(), references_.sections.end(),
                                    [&](const Section& one) { return one.revision >= revision && !one.is_hidden; });
  return section != references_.sections.end() ? &section->trailer : nullptr;
}

Result<Loaded> Document::catalog(std::uint32_t revision) {
  const Parsed* trailer_then = trailer(revision);
  if (trailer_then == nullptr) return broken("there is no such revision", 0);
  const Object& root = trailer_then->value.find("Root");
  if (!root.is(Kind::reference)) return broken("/Root is missing", trailer().origin);
  MOHR_TRY(Loaded catalog, load(root.reference(), revision));
  if (!catalog.value().is(Kind::dictionary) || !catalog.value().find("Type").is_name("Catalog"))
    return broken("/Root is no catalog", trailer().origin);
  return catalog;
}

Result<std::int64_t> Document::stream_length(const Object& dictionary, std::uint64_t offset, std::uint32_t revision) {
  const Object& length = dictionary.find("Length");
  if (length.is(Kind::integer)) return length.number;
  if (!length.is(Kind::reference)) return broken("a stream lacks /Length", offset);
  const Entry* entry = references_.find(length.reference().number, revision);  // 7.5.7: never in an object stream itself
  if (entry == nullptr || entry->type != Entry::Type::plain) return broken("the /Length of a stream is missing", offset);
  MOHR_TRY(const Loaded loaded, load(length.reference(), revision));
  if (!loaded.value().is(Kind::integer)) return broken("the /Length of a stream is no number", offset);
  return loaded.value().number;
}

Result<Bytes> Document::stream(const Loaded& loaded, std::uint32_t revision) {
  const std::uint64_t place = loaded.entry != nullptr ? loaded.entry->place : 0;
  if (loaded.data == 0) return broken("object " + std::to_string(loaded.reference.number) + " is no stream", place);
  MOHR_TRY(const std::int64_t length, stream_length(loaded.value(), place, revision));
  MOHR_TRY(const StreamData coded, read_stream_data(*source_, loaded.data, length, *budget_));
  return decode_stream(loaded.value(), coded.octets, loaded.data, *budget_);
}

Result<std::uint64_t> Document::end_of_data(const Loaded& stream) {
  MOHR_TRY(const std::int64_t length, stream_length(stream.value(), stream.data, 0));
  if (length < 0) return broken("the /Length of a stream is negative", stream.data);
  return stream.data + static_cast<std::uint64_t>(length);
}

Result<void> Document::open_object_stream(std::uint32_t number, std::uint32_t revision) {
  const Entry* entry = references_.find(number, revision);
  if (entry != nullptr && stream_.entry == entry && stream_.revision == revision) return {};
  if (entry == nullptr || entry->type != Entry::Type::plain) return broken("object stream " + std::to_string(number) + " is missing", 0);
  MOHR_TRY(const IndirectObject object, load_plain(*entry));
  const Object& dictionary = object.parsed.value;
  const Object &count = dictionary.find("N"), &first = dictionary.find("First");
  if (object.data == 0 || !dictionary.find("Type").is_name("ObjStm") || !count.is(Kind::integer) || !first.is(Kind::integer) ||
      count.number < 0 || first.number < 0)
    return broken("object " + std::to_string(number) + " is no object stream", entry->place);
  MOHR_TRY(const std::int64_t length, stream_length(dictionary, entry->place, revision));
  ObjectStream stream;
  stream.entry = entry;
  stream.revision = revision;
  {
    MOHR_TRY(const StreamData coded, read_stream_data(*source_, object.data, length, *budget_));
    MOHR_TRY(stream.data, decode_stream(dictionary, coded.octets, object.data, *budget_));
  }
  const auto start = static_cast<std::uint64_t>(first.number);
  if (start > stream.data.size()) return broken("an object stream is shorter than its /First", entry->place);
  MOHR_CHECK(budget_->spend(Limit::nodes, static_cast<std::uint64_t>(count.number)));
  Parser parser(ByteView(stream.data).subspan(0, start), 0, true, *budget_);
  for (std::int64_t i = 0; i < count.number; ++i) {
    MOHR_TRY(const std::int64_t object_number, parser.integer());
    MOHR_TRY(const std::int64_t offset, parser.integer());
    if (object_number > UINT32_MAX || static_cast<std::uint64_t>(offset) >= stream.data.size() - start)
      return broken("an object stream has a wrong index", entry->place);
    stream.objects.emplace_back(static_cast<std::uint32_t>(object_number), start + static_cast<std::uint64_t>(offset));
  }
  stream_ = std::move(stream);
  return {};
}

Result<Loaded> Document::load_compressed(const Entry& entry, std::uint32_t revision) {
  const auto number = static_cast<std::uint32_t>(entry.place);
  MOHR_CHECK(open_object_stream(number, revision));
  if (entry.generation >= stream_.objects.size() || stream_.objects[entry.generation].first != entry.number)
    return broken(
        "object stream " + std::to_string(number) + " does not have object " + std::to_string(entry.number) + " where it should be",
        stream_.entry->place);
  const std::uint64_t offset = stream_.objects[entry.generation].second;
  Loaded loaded;
  Parser parser(ByteView(stream_.data).subspan(offset), offset, true, *budget_);
  MOHR_TRY(loaded.parsed.value, parser.value());
  loaded.parsed.text = to_bytes(ByteView(stream_.data).subspan(offset, loaded.parsed.value.end));
  loaded.parsed.origin = offset;
  loaded.in_stream = true;
  return loaded;
}

}  // namespace mohr::format::pdf
