#include "format/pdf_object.h"

#include <algorithm>

#include "pki/core/text.h"

namespace mohr::format::pdf {
namespace {

bool is_space(int c) { return c == 0 || c == 9 || c == 10 || c == 12 || c == 13 || c == 32; }
bool is_delimiter(int c) {
  return c == '(' || c == ')' || c == '<' || c == '>' || c == '[' || c == ']' || c == '{' || c == '}' || c == '/' || c == '%';
}
bool is_regular(int c) { return c >= 0 && !is_space(c) && !is_delimiter(c); }
bool is_digit(int c) { return c >= '0' && c <= '9'; }
int hex_value(int c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Error broken(std::string what, std::uint64_t offset) {
  return errors::pdf_invalid(Code{std::move(what)}).at("byte " + std::to_string(offset));
}

const Object& Object::find(std::string_view key) const {
  static const Object null;
  if (kind != Kind::dictionary) return null;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2)
    if (items[i].text == key) return items[i + 1];
  return null;
}

int Parser::peek(std::uint64_t ahead) {
  if (ahead < text_.size() - position_) return text_[position_ + ahead];
  if (!whole_) starved_ = true;
  return -1;
}

void Parser::skip_space() {
  for (int c = peek(); c >= 0; c = peek()) {
    if (c == '%') {
      while (c >= 0 && c != '\n' && c != '\r') {
        ++position_;
        c = peek();
      }
    } else if (is_space(c)) {
      ++position_;
    } else {
      return;
    }
  }
}

Result<void> Parser::count_node() {
  ++nodes_;
  MOHR_CHECK(budget_.spend(Limit::nodes));
  return budget_.within(Limit::memory_bytes, nodes_ * sizeof(Object));
}

Result<Object> Parser::value() { return value_at(0); }

Result<Object> Parser::value_at(std::uint64_t depth) {
  MOHR_CHECK(budget_.within(Limit::depth, depth));
  MOHR_CHECK(count_node());
  skip_space();
  const std::uint64_t begin = position_;
  const int c = peek();
  Result<Object> value = error("a value is missing");
  if (c == '/') {
    MOHR_TRY(std::string text, name());
    Object object;
    object.kind = Kind::name;
    object.text = std::move(text);
    value = std::move(object);
  } else if (c == '(') {
    value = literal_string();
  } else if (c == '<') {
    value = peek(1) == '<' ? dictionary(depth) : hex_string();
  } else if (c == '[') {
    value = array(depth);
  } else if (is_digit(c) || c == '+' || c == '-' || c == '.') {
    value = number();
  } else if (keyword_if("true") || keyword_if("false")) {
    Object object;
    object.kind = Kind::boolean;
    object.number = c == 't' ? 1 : 0;
    value = std::move(object);
  } else if (keyword_if("null")) {
    value = Object{};
  }
  if (value) {
    value->begin = begin;
    value->end = position_;
  }
  return value;
}

Result<Object> Parser::array(std::uint64_t depth) {
  Object object;
  object.kind = Kind::array;
  ++position_;
  for (;;) {
    skip_space();
    const int c = peek();
    if (c < 0) return error("an array does not end");
    if (c == ']') break;
    MOHR_TRY(Object item, value_at(depth + 1));
    object.items.push_back(std::move(item));
  }
  ++position_;
  return object;
}

Result<Object> Parser::dictionary(std::uint64_t depth) {
  Object object;
  object.kind = Kind::dictionary;
  const std::uint64_t begin = position_;
  position_ += 2;
  for (;;) {
    skip_space();
    const int c = peek();
    if (c < 0) return error("a dictionary does not end");
    if (c == '>') break;
    if (c != '/') return error("a dictionary has a key that is no name");
    MOHR_TRY(Object key, value_at(depth + 1));
    MOHR_TRY(Object item, value_at(depth + 1));
    object.items.push_back(std::move(key));
    object.items.push_back(std::move(item));
  }
  if (peek(1) != '>') return error("a dictionary does not end");
  position_ += 2;
  // 7.3.7: two entries with one key are undefined, and readers differ over them.
  std::vector<std::string_view> keys;
  for (std::size_t i = 0; i < object.items.size(); i += 2) keys.emplace_back(object.items[i].text);
  std::sort(keys.begin(), keys.end());
  if (const auto twice = std::adjacent_find(keys.begin(), keys.end()); twice != keys.end())
    return broken("a dictionary has the key /" + printable(*twice) + " twice", origin_ + begin);
  return object;
}

Result<std::string> Parser::name() {
  std::string text;
  ++position_;
  for (int c = peek(); is_regular(c); c = peek()) {
    ++position_;
    if (c == '#') {
      const int high = hex_value(peek()), low = hex_value(peek(1));
      if (high < 0 || low < 0 || (high == 0 && low == 0)) return error("a name has a wrong # escape");
      c = high * 16 + low;
      position_ += 2;
    }
    text.push_back(static_cast<char>(c));
  }
  return text;
}

Result<void> Parser::escape(std::string& to) {
  const int c = peek();
  ++position_;
  switch (c) {
    case 'n': to.push_back('\n'); return {};
    case 'r': to.push_back('\r'); return {};
    case 't': to.push_back('\t'); return {};
    case 'b': to.push_back('\b'); return {};
    case 'f': to.push_back('\f'); return {};
    case '\n': return {};
    case '\r':
      if (peek() == '\n') ++position_;
      return {};
    default: break;
  }
  if (c < 0) {
    --position_;
    return error("a string does not end");
  }
  if (c < '0' || c > '7') {  // 7.3.4.2: the backslash is ignored
    to.push_back(static_cast<char>(c));
    return {};
  }
  int code = c - '0';
  for (int i = 0; i < 2; ++i) {
    const int next = peek();
    if (next < '0' || next > '7') break;
    code = code * 8 + (next - '0');
    ++position_;
  }
  to.push_back(static_cast<char>(code & 0xff));  // high-order overflow is ignored
  return {};
}

Result<Object> Parser::literal_string() {
  Object object;
  object.kind = Kind::string;
  ++position_;
  for (std::uint64_t open = 1;;) {
    const int c = peek();
    if (c < 0) return error("a string does not end");
    ++position_;
    if (c == '\\') {
      MOHR_CHECK(escape(object.text));
      continue;
    }
    if (c == '(') ++open;
    if (c == ')' && --open == 0) return object;
    if (c == '\r') {  // an end of line of any kind is one line feed
      if (peek() == '\n') ++position_;
      object.text.push_back('\n');
      continue;
    }
    object.text.push_back(static_cast<char>(c));
  }
}

Result<Object> Parser::hex_string() {
  Object object;
  object.kind = Kind::string;
  object.hexadecimal = true;
  ++position_;
  int half = -1;
  for (;;) {
    const int c = peek();
    if (c < 0) return error("a string does not end");
    ++position_;
    if (c == '>') break;
    if (is_space(c)) continue;
    const int digit = hex_value(c);
    if (digit < 0) return error("a hexadecimal string has another character");
    if (half < 0) {
      half = digit;
    } else {
      object.text.push_back(static_cast<char>(half * 16 + digit));
      half = -1;
    }
  }
  if (half >= 0) object.text.push_back(static_cast<char>(half * 16));
  return object;
}

Result<Object> Parser::number() {
  const std::uint64_t begin = position_;
  while (is_regular(peek())) ++position_;
  const std::string_view word = as_text(text_.subspan(begin, position_ - begin));
  std::string_view digits = word;
  if (!digits.empty() && (digits[0] == '+' || digits[0] == '-')) digits.remove_prefix(1);
  const auto points = std::count(digits.begin(), digits.end(), '.');
  const bool fits = std::all_of(digits.begin(), digits.end(), [](char c) { return is_digit(c) || c == '.'; });
  if (!fits || points > 1 || digits.size() <= static_cast<std::size_t>(points)) return broken("a number is malformed", origin_ + begin);
  Object object;
  if (points == 1) {
    object.kind = Kind::real;
    object.text = word;
    return object;
  }
  object.kind = Kind::integer;
  for (const char c : digits) {
    if (object.number > (INT64_MAX - 9) / 10) return broken("a number is too large", origin_ + begin);
    object.number = object.number * 10 + (c - '0');
  }
  if (word[0] == '-') object.number = -object.number;
  if (is_digit(word[0])) reference(object);
  return object;
}

// "12 0 R": looks ahead, and goes back when it is only a number.
bool Parser::reference(Object& integer) {
  const std::uint64_t back = position_;
  skip_space();
  std::int64_t generation = 0;
  int digits = 0;
  for (; is_digit(peek()) && digits < 6; ++digits) generation = generation * 10 + (text_[position_++] - '0');
  const bool spaced = digits > 0 && is_space(peek());
  if (spaced) skip_space();
  if (!spaced || peek() != 'R' || is_regular(peek(1)) || integer.number > UINT32_MAX || generation > 65535) {
    position_ = back;
    return false;
  }
  ++position_;
  integer.kind = Kind::reference;
  integer.generation = static_cast<std::uint32_t>(generation);
  return true;
}

Result<std::int64_t> Parser::integer() {
  skip_space();
  std::int64_t amount = 0;
  int digits = 0;
  for (; is_digit(peek()) && digits < 18; ++digits) amount = amount * 10 + (text_[position_++] - '0');
  if (digits == 0 || is_regular(peek())) return error("a number is missing");
  return amount;
}

bool Parser::keyword_if(std::string_view word) {
  skip_space();
  for (std::size_t i = 0; i < word.size(); ++i)
    if (peek(i) != static_cast<unsigned char>(word[i])) return false;
  if (is_regular(peek(word.size()))) return false;
  position_ += word.size();
  return true;
}

Result<void> Parser::keyword(std::string_view word) {
  if (keyword_if(word)) return {};
  return error("the word " + std::string(word) + " is missing");
}

Result<void> Parser::end_of_stream_keyword() {
  if (peek() == '\r' && peek(1) == '\n') ++position_;
  if (peek() != '\n') return error("the word stream is not followed by the end of its line");
  ++position_;
  return {};
}

}  // namespace mohr::format::pdf
