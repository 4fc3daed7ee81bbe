#include "format/pdf_xref.h"

#include <algorithm>
#include <array>
#include <set>

#include "format/pdf_stream.h"

namespace mohr::format::pdf {
namespace {

constexpr std::uint64_t kFirstWindow = 2048, kTail = 2048;
constexpr std::size_t kEntryOctets = 20, kChunkEntries = 3276;

// Runs `read` over a window at `offset` that grows until the parser has enough. It gets the parser and the window.
template <class Read>
auto parse_growing(const Source& source, std::uint64_t offset, Budget& budget, Read read)
    -> decltype(read(std::declval<Parser&>(), std::declval<Bytes&>())) {
  for (std::uint64_t length = kFirstWindow;; length *= 4) {
    MOHR_CHECK(budget.in_time());
    MOHR_CHECK(budget.within(Limit::memory_bytes, length));
    MOHR_TRY(Bytes window, read_window(source, offset, length));
    Parser parser(window, offset, offset + window.size() == source.size(), budget);
    auto result = read(parser, window);
    if (!parser.starved()) return result;
  }
}

// "startxref N %%EOF" after a section.
struct Ending {
  std::uint64_t place = 0, eof = 0, end = 0;  // of the word startxref; after %%EOF; after its end of line
  std::int64_t startxref = 0;
};

Result<Ending> read_ending(const Source& source, std::uint64_t offset, Budget& budget) {
  return parse_growing(source, offset, budget, [&](Parser& parser, Bytes& window) -> Result<Ending> {
    Ending ending;
    parser.skip_space();
    ending.place = offset + parser.position();
    MOHR_CHECK(parser.keyword("startxref"));
    MOHR_TRY(ending.startxref, parser.integer());
    std::uint64_t at = parser.position();
    while (at < window.size() && (window[at] == '\r' || window[at] == '\n' || window[at] == ' ')) ++at;
    if (as_text(ByteView(window).subspan(at)).substr(0, 5) != "%%EOF") return broken("%%EOF is missing after startxref", offset + at);
    at += 5;
    ending.eof = offset + at;
    if (at < window.size() && window[at] == '\r') ++at;
    if (at < window.size() && window[at] == '\n') ++at;
    ending.end = offset + at;
    return ending;
  });
}

// Offset of the last "startxref".
Result<std::uint64_t> find_last_startxref(const Source& source) {
  const std::uint64_t from = source.size() > kTail ? source.size() - kTail : 0;
  MOHR_TRY(const Bytes tail, read_window(source, from, kTail));
  const std::size_t found = as_text(tail).rfind("startxref");
  if (found == std::string_view::npos) return broken("startxref is missing at the end", source.size());
  return from + found;
}

class Loader {
 public:
  Loader(const Source& source, Budget& budget) : source_(source), budget_(budget) {}
  Result<CrossReferences> run();

 private:
  Result<std::uint64_t> read_section(std::uint64_t offset);  // the offset after it
  Result<std::uint64_t> read_table(std::uint64_t offset);
  Result<std::uint64_t> read_table_entries(std::uint64_t offset, std::uint64_t first, std::uint64_t count);
  Result<std::uint64_t> read_stream(std::uint64_t offset);
  Result<void> read_stream_entries(const Object& dictionary, ByteView data, std::uint64_t offset);
  Result<void> read_hidden(std::size_t table);
  Result<void> add(const Entry& entry, std::uint64_t offset);
  Result<void> assign_revisions(std::uint64_t last_startxref);
  Result<void> check_sizes();
  Result<void> sort_entries();
  [[nodiscard]] std::uint32_t section() const { return static_cast<std::uint32_t>(refs_.sections.size() - 1); }

  const Source& source_;
  Budget& budget_;
  CrossReferences refs_;
  std::vector<Ending> endings_;  // one for each section; empty for hidden ones
};

Result<void> Loader::add(const Entry& entry, std::uint64_t offset) {
  MOHR_CHECK(budget_.spend(Limit::nodes));
  if (entry.type == Entry::Type::plain && entry.place >= source_.size())
    return broken("object " + std::to_string(entry.number) + " lies outside the file", offset);
  if (refs_.entries.size() == refs_.entries.capacity())
    MOHR_CHECK(budget_.within(Limit::memory_bytes, refs_.entries.size() * 2 * sizeof(Entry)));
  refs_.entries.push_back(entry);
  return {};
}

Result<std::uint64_t> Loader::read_table_entries(std::uint64_t offset, std::uint64_t first, std::uint64_t count) {
  if (first + count > UINT32_MAX || count > (source_.size() - offset) / kEntryOctets)
    return broken("a cross-reference subsection is longer than the file", offset);
  for (std::uint64_t done = 0; done < count;) {
    MOHR_CHECK(budget_.in_time());
    const std::uint64_t part = std::min<std::uint64_t>(count - done, kChunkEntries);
    MOHR_TRY(const Bytes chunk, read_window(source_, offset, part * kEntryOctets));
    for (std::uint64_t i = 0; i < part; ++i, ++done, offset += kEntryOctets) {
      const std::string_view line = as_text(ByteView(chunk).subspan(i * kEntryOctets, kEntryOctets));
      const std::string_view eol = line.substr(18);
      const auto digits = [&](std::size_t at, std::size_t length) -> std::int64_t {
        std::int64_t amount = 0;
        for (const char c : line.substr(at, length)) {
          if (c < '0' || c > '9') return -1;
          amount = amount * 10 + (c - '0');
        }
        return amount;
      };
      const std::int64_t place = digits(0, 10), generation = digits(11, 5);
      if (place < 0 || generation < 0 || generation > 65535 || line[10] != ' ' || line[16] != ' ' || (line[17] != 'n' && line[17] != 'f') ||
          (eol != " \n" && eol != " \r" && eol != "\r\n"))
        return broken("a cross-reference entry is malformed", offset);
      MOHR_CHECK(add({static_cast<std::uint32_t>(first + done), static_cast<std::uint32_t>(generation), section(),
                      line[17] == 'n' ? Entry::Type::plain : Entry::Type::free, static_cast<std::uint64_t>(place)},
                     offset));
    }
  }
  return offset;
}

Result<std::uint64_t> Loader::read_table(std::uint64_t offset) {
  struct Head {
    bool trailer = false;
    std::int64_t first = 0, count = 0;
    std::uint64_t after = 0;
  };
  const auto read_head = [&](std::uint64_t at, bool first_line) {
    return parse_growing(source_, at, budget_, [&](Parser& parser, Bytes& window) -> Result<Head> {
      Head head;
      if (first_line) MOHR_CHECK(parser.keyword("xref"));
      head.trailer = parser.keyword_if("trailer");
      if (!head.trailer) {
        MOHR_TRY(head.first, parser.integer());
        MOHR_TRY(head.count, parser.integer());
      }
      std::uint64_t end = parser.position();
      if (!head.trailer) {  // spaces, then one end of line
        while (end < window.size() && window[end] == ' ') ++end;
        const std::uint64_t line = end;
        if (end < window.size() && window[end] == '\r') ++end;
        if (end < window.size() && window[end] == '\n') ++end;
        if (end == line) return parser.error("a cross-reference subsection is malformed");
      }
      head.after = at + end;
      return head;
    });
  };
  bool first_line = true;
  for (std::uint64_t at = offset;; first_line = false) {
    MOHR_TRY(const Head head, read_head(at, first_line));
    at = head.after;
    if (head.trailer) {
      MOHR_TRY(Parsed trailer, parse_growing(source_, at, budget_, [&](Parser& parser, Bytes& window) -> Result<Parsed> {
                 Parsed parsed;
                 MOHR_TRY(parsed.value, parser.value());
                 parsed.text.assign(window.begin(), window.begin() + static_cast<std::ptrdiff_t>(parsed.value.end));
                 parsed.origin = at;
                 return parsed;
               }));
      if (!trailer.value.is(Kind::dictionary)) return broken("the trailer is no dictionary", at);
      refs_.sections.back().trailer = std::move(trailer);
      return at + refs_.sections.back().trailer.value.end;
    }
    MOHR_TRY(at, read_table_entries(at, static_cast<std::uint64_t>(head.first), static_cast<std::uint64_t>(head.count)));
  }
}

Result<void> Loader::read_stream_entries(const Object& dictionary, ByteView data, std::uint64_t offset) {
  const Object& widths = dictionary.find("W");
  const Object& size = dictionary.find("Size");
  std::array<std::uint64_t, 3> width{};
  if (!widths.is(Kind::array) || widths.items.size() != 3 || !size.is(Kind::integer))
    return broken("a cross-reference stream lacks /W or /Size", offset);
  for (std::size_t i = 0; i < 3; ++i) {
    if (!widths.items[i].is(Kind::integer) || widths.items[i].number < 0 || widths.items[i].number > 8)
      return broken("a cross-reference stream has a wrong /W", offset);
    width[i] = static_cast<std::uint64_t>(widths.items[i].number);
  }
  std::vector<std::int64_t> index{0, size.number};
  if (const Object& given = dictionary.find("Index"); !given.is(Kind::null)) {
    index.clear();
    for (const Object& item : given.items) index.push_back(item.is(Kind::integer) ? item.number : -1);
    if (!given.is(Kind::array) || index.size() % 2 != 0) return broken("a cross-reference stream has a wrong /Index", offset);
  }
  const std::uint64_t row = width[0] + width[1] + width[2];
  std::size_t at = 0;
  const auto field = [&](std::size_t which) {
    std::uint64_t amount = 0;
    for (std::uint64_t i = 0; i < width[which]; ++i) amount = amount << 8 | data[at++];
    return amount;
  };
  for (std::size_t pair = 0; pair < index.size(); pair += 2) {
    const std::int64_t first = index[pair], count = index[pair + 1];
    if (first < 0 || count < 0 || first > UINT32_MAX || count > UINT32_MAX || row == 0 ||
        static_cast<std::uint64_t>(count) > (data.size() - at) / row)
      return broken("a cross-reference stream is shorter than its /Index says", offset);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::uint64_t type = width[0] == 0 ? 1 : field(0), place = field(1), generation = field(2);
      if (type > 2) return errors::unsupported(Code{"PDF cross-reference entries of type " + std::to_string(type)});
      if (generation > UINT32_MAX || (type == 2 && place > UINT32_MAX)) return broken("a cross-reference entry is malformed", offset);
      const Entry::Type types[] = {Entry::Type::free, Entry::Type::plain, Entry::Type::compressed};
      MOHR_CHECK(
          add({static_cast<std::uint32_t>(first + i), static_cast<std::uint32_t>(generation), section(), types[type], place}, offset));
    }
  }
  if (at != data.size()) return broken("a cross-reference stream is longer than its /Index says", offset);
  return {};
}

Result<std::uint64_t> Loader::read_stream(std::uint64_t offset) {
  MOHR_TRY(IndirectObject object, read_indirect(source_, offset, budget_));
  const Object& dictionary = object.parsed.value;
  if (object.data == 0 || !dictionary.find("Type").is_name("XRef")) return broken("there is no cross-reference section", offset);
  const Object& length = dictionary.find("Length");
  if (!length.is(Kind::integer)) return broken("a cross-reference stream lacks a direct /Length", offset);
  MOHR_TRY(const StreamData data, read_stream_data(source_, object.data, length.number, budget_));
  MOHR_TRY(const Bytes plain, decode_stream(dictionary, data.octets, object.data, budget_));
  MOHR_CHECK(read_stream_entries(dictionary, plain, object.data));
  refs_.sections.back().is_stream = true;
  refs_.sections.back().trailer = std::move(object.parsed);
  return data.after;
}

Result<std::uint64_t> Loader::read_section(std::uint64_t offset) {
  refs_.sections.emplace_back().offset = offset;
  MOHR_TRY(const Bytes start, read_window(source_, offset, 1));
  if (!start.empty() && start[0] >= '0' && start[0] <= '9') return read_stream(offset);
  if (start.empty() || start[0] != 'x') return broken("there is no cross-reference section where startxref or /Prev points", offset);
  return read_table(offset);
}

// 7.5.8.4: objects of a hybrid file that old readers do not see.
Result<void> Loader::read_hidden(std::size_t table) {
  const std::uint64_t offset = refs_.sections[table].offset;
  const Object& hidden = refs_.sections[table].trailer.value.find("XRefStm");
  if (hidden.is(Kind::null)) return {};
  if (!hidden.is(Kind::integer) || hidden.number <= 0 || static_cast<std::uint64_t>(hidden.number) >= offset)
    return broken("/XRefStm points to a wrong place", offset);
  const auto place = static_cast<std::uint64_t>(hidden.number);
  refs_.sections.emplace_back().offset = place;
  refs_.sections.back().is_hidden = true;
  endings_.emplace_back();
  MOHR_TRY([[maybe_unused]] const auto after, read_stream(place));
  return {};
}

Result<void> Loader::assign_revisions(std::uint64_t last_startxref) {
  auto& sections = refs_.sections;
  std::uint64_t newer_start = source_.size();
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const auto revision = static_cast<std::uint32_t>(refs_.revisions.size());
    const std::uint64_t start = sections[i].offset;
    Ending ending = endings_[i];
    sections[i].revision = revision;
    if (i + 1 < sections.size() && sections[i + 1].is_hidden) sections[++i].revision = revision;
    // Annex F: a linearized file has the section of its first page in front, which points forward to the rest.
    if (i + 1 < sections.size() && sections[i + 1].offset > start) {
      if (ending.startxref != 0 || i + 2 != sections.size()) return broken("/Prev points forward", start);
      sections[++i].revision = revision;
      ending = endings_[i];
    }
    if (static_cast<std::uint64_t>(ending.startxref) != start)
      return broken("startxref does not name the cross-reference section before it", ending.place);
    if (revision == 0 && ending.place != last_startxref) return broken("the last startxref does not belong to its section", last_startxref);
    if (ending.eof > newer_start) return broken("revisions overlap", ending.place);
    newer_start = start;
    refs_.revisions.push_back({ending.eof, ending.end});
  }
  return {};
}

// /Size of each section; numbers beyond it do not exist (7.5.5), so a file that has them reads differently in different programs.
Result<void> Loader::check_sizes() {
  std::int64_t newest = 0;
  for (const Section& section : refs_.sections) {
    const Object& size = section.trailer.value.find("Size");
    if (!size.is(Kind::integer) || size.number < 1 || size.number > UINT32_MAX) return broken("/Size is missing or wrong", section.offset);
    if (newest == 0) newest = size.number;
    if (size.number > newest) return broken("/Size is smaller than that of an earlier revision", refs_.sections.front().offset);
  }
  refs_.size = newest;
  for (const Entry& entry : refs_.entries) {
    const Section& section = refs_.sections[entry.section];
    if (entry.number >= section.trailer.value.find("Size").number)
      return broken("object " + std::to_string(entry.number) + " is beyond /Size", section.offset);
    if (entry.type == Entry::Type::plain && entry.place >= refs_.revisions[section.revision].end)
      return broken("object " + std::to_string(entry.number) + " lies after the end of its revision", section.offset);
  }
  return {};
}

Result<void> Loader::sort_entries() {
  auto& entries = refs_.entries;
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.number != b.number ? a.number < b.number : a.section < b.section; });
  for (std::size_t i = 1; i < entries.size(); ++i) {
    const Entry &newer = entries[i - 1], &older = entries[i];
    if (newer.number != older.number) continue;
    const Section& section = refs_.sections[older.section];
    // What an old reader of a hybrid file does not see must be hidden from it, not shown in another version.
    const bool same = newer.type == older.type && newer.place == older.place && newer.generation == older.generation;
    if (refs_.sections[newer.section].is_hidden && newer.type != Entry::Type::free && older.type != Entry::Type::free && !same)
      return errors::unsupported(Code{"a hybrid PDF that shows different objects to different programs"});
    const bool twice = newer.section == older.section;
    const bool contradicts = section.is_hidden && newer.section + 1 == older.section && newer.type != Entry::Type::free;
    if (twice || contradicts) return broken("one revision has object " + std::to_string(older.number) + " twice", section.offset);
  }
  entries.shrink_to_fit();
  return {};
}

Result<CrossReferences> Loader::run() {
  MOHR_TRY(const std::uint64_t last, find_last_startxref(source_));
  MOHR_TRY(const std::int64_t startxref, parse_growing(source_, last, budget_, [&](Parser& parser, Bytes&) -> Result<std::int64_t> {
             MOHR_CHECK(parser.keyword("startxref"));
             return parser.integer();
           }));
  refs_.startxref = static_cast<std::uint64_t>(startxref);
  std::set<std::uint64_t> seen;
  for (std::uint64_t offset = refs_.startxref;;) {
    MOHR_CHECK(budget_.spend(Limit::nodes));
    if (offset == 0 || offset >= source_.size()) return broken("a cross-reference section lies outside the file", last);
    if (!seen.insert(offset).second) return broken("/Prev goes in a circle", offset);
    MOHR_TRY(const std::uint64_t after, read_section(offset));
    MOHR_TRY(Ending ending, read_ending(source_, after, budget_));
    endings_.push_back(ending);
    const std::size_t at = refs_.sections.size() - 1;
    if (!refs_.sections[at].is_stream) MOHR_CHECK(read_hidden(at));
    const Object& previous = refs_.sections[at].trailer.value.find("Prev");
    if (previous.is(Kind::null)) break;
    if (!previous.is(Kind::integer) || previous.number < 0) return broken("/Prev is wrong", offset);
    offset = static_cast<std::uint64_t>(previous.number);
  }
  MOHR_CHECK(assign_revisions(last));
  MOHR_CHECK(check_sizes());
  MOHR_CHECK(sort_entries());
  return std::move(refs_);
}

}  // namespace

Result<CrossReferences> read_cross_references(const Source& source, Budget& budget) { return Loader(source, budget).run(); }

std::span<const Entry> CrossReferences::all(std::uint32_t number) const {
  const auto [first, last] = std::equal_range(entries.begin(), entries.end(), Entry{number, 0, 0, Entry::Type::free, 0},
                                              [](const Entry& a, const Entry& b) { return a.number < b.number; });
  return {first, last};
}

const Entry* CrossReferences::find(std::uint32_t number, std::uint32_t revision) const {
  auto found = all(number);
  while (!found.empty() && sections[found.front().section].revision < revision) found = found.subspan(1);
  if (found.empty()) return nullptr;
  const Entry* entry = &found[0];
  // 7.5.8.4: what the table calls free and its cross-reference stream has is there.
  if (entry->type == Entry::Type::free && found.size() > 1 && found[1].section == entry->section + 1 &&
      sections[found[1].section].is_hidden)
    entry = &found[1];
  return entry->type == Entry::Type::free ? nullptr : entry;
}

Result<Bytes> read_window(const Source& source, std::uint64_t offset, std::uint64_t length) {
  if (offset >= source.size()) return Bytes{};
  Bytes window(std::min(length, source.size() - offset));
  MOHR_CHECK(source.read_at(offset, window));
  return window;
}

Result<IndirectObject> read_indirect(const Source& source, std::uint64_t offset, Budget& budget) {
  return parse_growing(source, offset, budget, [&](Parser& parser, Bytes& window) -> Result<IndirectObject> {
    IndirectObject object;
    if (window.empty() || window[0] < '0' || window[0] > '9') return broken("there is no object where the cross-references say", offset);
    MOHR_TRY(const std::int64_t number, parser.integer());
    MOHR_TRY(const std::int64_t generation, parser.integer());
    MOHR_CHECK(parser.keyword("obj"));
    if (number < 1 || number > UINT32_MAX || generation > 65535) return broken("an object has a wrong number", offset);
    object.reference = {static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(generation)};
    MOHR_TRY(object.parsed.value, parser.value());
    const std::uint64_t end = parser.position();
    if (object.parsed.value.is(Kind::dictionary) && parser.keyword_if("stream")) {
      MOHR_CHECK(parser.end_of_stream_keyword());
      object.data = offset + parser.position();
    } else {
      MOHR_CHECK(parser.keyword("endobj"));
      object.after = offset + parser.position();
    }
    if (parser.starved()) return object;
    object.parsed.text.assign(window.begin(), window.begin() + static_cast<std::ptrdiff_t>(end));
    object.parsed.origin = offset;
    return object;
  });
}

Result<StreamData> read_stream_data(const Source& source, std::uint64_t offset, std::int64_t length, Budget& budget) {
  if (length < 0 || static_cast<std::uint64_t>(length) > source.size() - offset) return broken("a stream is longer than the file", offset);
  MOHR_CHECK(budget.within(Limit::memory_bytes, static_cast<std::uint64_t>(length)));
  StreamData data;
  MOHR_TRY(data.octets, read_window(source, offset, static_cast<std::uint64_t>(length)));
  MOHR_TRY(const Bytes tail, read_window(source, offset + data.octets.size(), 64));
  std::string_view rest = as_text(tail);
  if (rest.substr(0, 1) == "\r") rest.remove_prefix(1);
  if (rest.substr(0, 1) == "\n") rest.remove_prefix(1);
  constexpr std::string_view word = "endstream";
  const std::uint64_t skipped = tail.size() - rest.size();
  const std::uint64_t at = offset + data.octets.size() + skipped;
  if (rest.substr(0, word.size()) != word) return broken("endstream is not where /Length says", at);
  Parser parser(ByteView(tail).subspan(skipped + word.size()), at + word.size(), true, budget);
  MOHR_CHECK(parser.keyword("endobj"));
  data.after = at + word.size() + parser.position();
  return data;
}

}  // namespace mohr::format::pdf
