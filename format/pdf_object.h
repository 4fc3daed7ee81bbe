// PDF objects (ISO 32000-2 clause 7.3): a strict parser over a piece of text. Nothing is repaired.
#pragma once

#include <string>
#include <vector>

#include "pki/core/budget.h"
#include "pki/core/bytes.h"

namespace mohr::format::pdf {

struct Reference {
  std::uint32_t number = 0, generation = 0;
  auto operator<=>(const Reference&) const = default;
};

enum class Kind : std::uint8_t { null, boolean, integer, real, string, name, array, dictionary, reference };

// One value. `begin` and `end` are its place in the text it was parsed from, so that a writer can keep the octets around it.
struct Object {
  Kind kind = Kind::null;
  bool hexadecimal = false;      // a string written as <...>
  std::uint32_t generation = 0;  // of a reference
  std::int64_t number = 0;       // integer, boolean (0, 1), object number of a reference
  std::uint64_t begin = 0, end = 0;
  std::string text;           // name or string, decoded; real, as written
  std::vector<Object> items;  // array: elements; dictionary: name, value, name, value ...

  [[nodiscard]] bool is(Kind which) const { return kind == which; }
  [[nodiscard]] bool is_name(std::string_view name) const { return kind == Kind::name && text == name; }
  [[nodiscard]] Reference reference() const { return {static_cast<std::uint32_t>(number), generation}; }
  // The value of a dictionary's key; a null object when it is absent (7.3.7: the same thing).
  [[nodiscard]] const Object& find(std::string_view key) const;
};

// pdf_invalid with the place "byte N".
Error broken(std::string what, std::uint64_t offset);

// Parses a piece of a document. When the piece ends before the value does and the document goes on, starved() is true
// and whatever was returned means nothing: parse again over a longer piece.
class Parser {
 public:
  // `origin`: offset of the text in the document, for messages. `whole`: nothing follows the text.
  Parser(ByteView text, std::uint64_t origin, bool whole, Budget& budget) : text_(text), origin_(origin), whole_(whole), budget_(budget) {}

  // Errors: pdf_invalid (also for a key that a dictionary has twice), budget_exceeded (depth, nodes, memory).
  Result<Object> value();
  Result<std::int64_t> integer();  // not negative, without sign
  Result<void> keyword(std::string_view word);
  bool keyword_if(std::string_view word);
  void skip_space();  // white space and comments
  // The end of line that must follow the keyword "stream" (7.3.8.1: CRLF or LF).
  Result<void> end_of_stream_keyword();

  [[nodiscard]] bool starved() const { return starved_; }
  [[nodiscard]] std::uint64_t position() const { return position_; }
  [[nodiscard]] Error error(std::string what) const { return broken(std::move(what), origin_ + position_); }

 private:
  int peek(std::uint64_t ahead = 0);
  Result<Object> value_at(std::uint64_t depth);
  Result<Object> array(std::uint64_t depth);
  Result<Object> dictionary(std::uint64_t depth);
  Result<Object> literal_string();
  Result<Object> hex_string();
  Result<std::string> name();
  Result<Object> number();
  bool reference(Object& integer);
  Result<void> escape(std::string& to);
  Result<void> count_node();

  ByteView text_;
  std::uint64_t origin_;
  bool whole_;
  Budget& budget_;
  std::uint64_t position_ = 0, nodes_ = 0;
  bool starved_ = false;
};

// A text string (7.9.2.2: PDFDocEncoding, UTF-16BE or UTF-8 with byte order mark) as printable UTF-8.
std::string text_string(const Object& string);
// A date (7.9.4): "D:YYYYMMDDHHmmSSOHH'mm'", shortened from the right. Nothing when malformed.
std::optional<Instant> date(const Object& string);

}  // namespace mohr::format::pdf
