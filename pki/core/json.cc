#include "pki/core/json.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

namespace mohr::json {
namespace {

constexpr std::uint64_t kExactIntegers = std::uint64_t{1} << 53;

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t octets = 0;  // 0: not UTF-8 here
};

// RFC 3629: shortest forms only, no surrogates, nothing above U+10FFFF.
CodePoint code_point(std::string_view text) {
  const auto octet = [&](std::size_t i) { return i < text.size() ? static_cast<Byte>(text[i]) : Byte{0}; };
  const Byte first = octet(0);
  if (first < 0x80) return {first, text.empty() ? std::size_t{0} : std::size_t{1}};
  const std::size_t count = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < count) return {};
  std::uint32_t value = first & (0xffU >> (count + 1));
  for (std::size_t i = 1; i < count; ++i) {
    if ((octet(i) & 0xc0) != 0x80) return {};
    value = value << 6 | (octet(i) & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kLeast[count] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return {};
  return {value, count};
}

// RFC 7493 2.1 forbids them in strings.
bool is_noncharacter(std::uint32_t value) { return (value >= 0xfdd0 && value <= 0xfdef) || (value & 0xfffe) == 0xfffe; }

void append_utf8(std::string& to, std::uint32_t value) {
  const auto put = [&](std::uint32_t octet) { to += static_cast<char>(octet); };
  if (value < 0x80) return put(value);
  if (value < 0x800) return put(0xc0 | value >> 6), put(0x80 | (value & 0x3f));
  if (value < 0x10000) return put(0xe0 | value >> 12), put(0x80 | (value >> 6 & 0x3f)), put(0x80 | (value & 0x3f));
  put(0xf0 | value >> 18), put(0x80 | (value >> 12 & 0x3f)), put(0x80 | (value >> 6 & 0x3f)), put(0x80 | (value & 0x3f));
}

// How many octets from the start stand for themselves in a string: printable ASCII without quote and backslash. Eight at a time,
// since a certificate in a header is one string of thousands.
std::size_t plain_run(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  const auto has_zero = [](std::uint64_t v) { return (v - kOnes) & ~v & kHigh; };
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    const std::uint64_t control = (word - kOnes * 0x20) & ~word & kHigh;
    if ((word & kHigh) | control | has_zero(word ^ (kOnes * '"')) | has_zero(word ^ (kOnes * '\\'))) break;
  }
  while (i < text.size() && text[i] >= 0x20 && text[i] != '"' && text[i] != '\\') ++i;
  return i;
}

class Parser {
 public:
  Parser(std::string_view text, Budget& budget) : text_(text), budget_(budget) {}

  Result<Value> parse() {
    if (text_.starts_with("\xef\xbb\xbf")) fail("a byte order mark");
    skip_space();
    Value value = any(1);
    skip_space();
    if (!error_ && at_ != text_.size()) fail("octets after the value");
    if (error_) return *std::move(error_);
    return value;
  }

 private:
  Value fail(std::string_view what) { return fail(errors::json_invalid(Code{std::string(what)})); }
  Value fail(Error error) {
    if (!error_) error_ = std::move(error).at("byte " + std::to_string(at_));
    return {};
  }

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) ++at_;
  }
  bool take(char c) {
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  Value any(std::uint64_t depth) {
    if (error_) return {};
    if (auto room = budget_.spend(Limit::nodes); !room) return fail(std::move(room).error());
    if (at_ >= text_.size()) return fail("it ends too early");
    switch (text_[at_]) {
      case '{': return object(depth);
      case '[': return array(depth);
      case '"': return string();
      case 't': return word("true", true);
      case 'f': return word("false", false);
      case 'n': return word("null", nullptr);
      default: return number();
    }
  }

  Value word(std::string_view name, Value value) {
    if (!text_.substr(at_).starts_with(name)) return fail("an unknown word");
    at_ += name.size();
    return value;
  }

  Value array(std::uint64_t depth) {
    if (auto room = budget_.within(Limit::depth, depth); !room) return fail(std::move(room).error());
    ++at_;
    Array values;
    skip_space();
    if (take(']')) return values;
    do {
      skip_space();
      values.push_back(any(depth + 1));
      skip_space();
    } while (!error_ && take(','));
    if (!error_ && !take(']')) return fail("an array without its end");
    return values;
  }

  Value object(std::uint64_t depth) {
    if (auto room = budget_.within(Limit::depth, depth); !room) return fail(std::move(room).error());
    const std::size_t start = at_++;
    Object members;
    skip_space();
    if (take('}')) return members;
    do {
      skip_space();
      if (peek() != '"') return fail("a member without a name");
      std::string name = string();
      skip_space();
      if (!error_ && !take(':')) return fail("a member without a value");
      skip_space();
      members.emplace_back(std::move(name), any(depth + 1));
      skip_space();
    } while (!error_ && take(','));
    if (!error_ && !take('}')) return fail("an object without its end");
    if (error_) return {};
    if (const std::string* twice = duplicate(members)) {
      at_ = start;
      return fail(errors::json_duplicate_member(Code{*twice}));
    }
    return members;
  }

  static const std::string* duplicate(const Object& members) {
    if (members.size() <= 16) {
      for (auto a = members.begin(); a != members.end(); ++a)
        for (auto b = members.begin(); b != a; ++b)
          if (a->first == b->first) return &a->first;
      return nullptr;
    }
    std::vector<const std::string*> names;
    names.reserve(members.size());
    for (const Member& member : members) names.push_back(&member.first);
    std::sort(names.begin(), names.end(), [](const auto* a, const auto* b) { return *a < *b; });
    const auto found = std::adjacent_find(names.begin(), names.end(), [](const auto* a, const auto* b) { return *a == *b; });
    return found == names.end() ? nullptr : *found;
  }

  std::string string() {
    ++at_;
    std::string out;
    for (;;) {
      const std::size_t run = plain_run(text_.substr(at_));
      out.append(text_, at_, run);
      at_ += run;
      if (at_ >= text_.size()) return fail("a string without its end"), std::string{};
      if (take('"')) return out;
      if (text_[at_] == '\\') {
        if (!escape(out)) return {};
        continue;
      }
      const CodePoint point = code_point(text_.substr(at_));
      if (point.octets == 0) return fail("octets that are not UTF-8"), std::string{};
      if (point.value < 0x20) return fail("a control character in a string"), std::string{};
      if (is_noncharacter(point.value)) return fail("a code point that is no character"), std::string{};
      out.append(text_, at_, point.octets);
      at_ += point.octets;
    }
  }

  bool escape(std::string& out) {
    constexpr std::string_view kNames = "\"\\/bfnrt", kValues = "\"\\/\b\f\n\r\t";
    ++at_;
    const char c = peek();
    if (const std::size_t found = kNames.find(c); found != std::string_view::npos && at_ < text_.size()) {
      out += kValues[found];
      ++at_;
      return true;
    }
    if (c != 'u') return fail("an unknown escape in a string"), false;
    ++at_;
    std::optional<std::uint32_t> value = hexadecimal();
    if (value && *value >= 0xd800 && *value <= 0xdbff) {
      std::optional<std::uint32_t> low;
      if (text_.substr(at_).starts_with("\\u")) {
        at_ += 2;
        low = hexadecimal();
      }
      const bool is_pair = low && *low >= 0xdc00 && *low <= 0xdfff;
      value = is_pair ? std::optional(0x10000 + ((*value - 0xd800) << 10) + (*low - 0xdc00)) : std::nullopt;
    } else if (value && *value >= 0xdc00 && *value <= 0xdfff) {
      value.reset();
    }
    if (!value) return fail("a \\u escape that is no character"), false;
    if (is_noncharacter(*value)) return fail("a code point that is no character"), false;
    append_utf8(out, *value);
    return true;
  }

  std::optional<std::uint32_t> hexadecimal() {
    std::uint32_t value = 0;
    const char* from = text_.data() + at_;
    if (text_.size() - at_ < 4 || !std::all_of(from, from + 4, [](char c) { return std::isxdigit(static_cast<Byte>(c)) != 0; }))
      return std::nullopt;
    std::from_chars(from, from + 4, value, 16);
    at_ += 4;
    return value;
  }

  std::size_t digits() {
    const std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ - from;
  }

  Value number() {
    const std::size_t from = at_;
    const bool negative = take('-');
    if (peek() == '0') {
      ++at_;
    } else if (digits() == 0) {
      return fail("an unknown word");
    }
    bool is_integer = true;
    if (take('.')) {
      is_integer = false;
      if (digits() == 0) return fail("a number without digits after its point");
    }
    if (peek() == 'e' || peek() == 'E') {
      is_integer = false;
      ++at_;
      if (!take('+')) take('-');
      if (digits() == 0) return fail("a number without digits in its exponent");
    }
    const std::string_view literal = text_.substr(from, at_ - from);
    return is_integer && literal != "-0" ? integer(literal, negative) : real(literal, is_integer);
  }

  Value integer(std::string_view literal, bool negative) {
    std::int64_t value = 0;
    const auto [end, problem] = std::from_chars(literal.data(), literal.data() + literal.size(), value);
    if (problem != std::errc{}) return real(literal, true);
    const std::uint64_t magnitude = negative ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    if (magnitude > kExactIntegers && magnitude >> std::countr_zero(magnitude) > kExactIntegers) return inexact();
    return value;
  }

  // Fractions and exponents are approximations by their nature; whole numbers written out are not (RFC 7493 2.2).
  Value real(std::string_view literal, bool exactly) {
    double value = 0;
    const auto [end, problem] = std::from_chars(literal.data(), literal.data() + literal.size(), value);
    if (problem != std::errc{} || !std::isfinite(value)) return inexact();
    if (exactly) {
      std::array<char, 400> text{};
      const auto written = std::to_chars(text.begin(), text.end(), value, std::chars_format::fixed, 0);
      if (literal != std::string_view(text.data(), static_cast<std::size_t>(written.ptr - text.data()))) return inexact();
    }
    return value;
  }
  Value inexact() { return fail("a number that a double cannot hold"); }

  std::string_view text_;
  Budget& budget_;
  std::size_t at_ = 0;
  std::optional<Error> error_;
};

// ECMAScript Number::toString (ECMA-262 6.1.6.1.20) as RFC 8785 3.2.2.3 asks; what is not finite has no JSON form.
std::string number_text(double value) {
  if (!std::isfinite(value)) return "null";
  if (value == 0) return "0";
  std::array<char, 40> buffer{};
  const auto written = std::to_chars(buffer.begin(), buffer.end(), std::abs(value), std::chars_format::scientific);
  const std::string_view shortest(buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data()));
  const std::size_t e = shortest.find('e');
  std::string digits(1, shortest[0]);
  if (e > 2) digits.append(shortest, 2, e - 2);
  int exponent = 0;
  const std::size_t sign = shortest[e + 1] == '+' ? e + 2 : e + 1;
  std::from_chars(shortest.data() + sign, shortest.data() + shortest.size(), exponent);
  const int k = static_cast<int>(digits.size()), n = exponent + 1;
  const auto count = [](int i) { return static_cast<std::size_t>(i); };
  std::string out = value < 0 ? "-" : "";
  if (k <= n && n <= 21) return out + digits + std::string(count(n - k), '0');
  if (0 < n && n <= 21) return out + digits.substr(0, count(n)) + '.' + digits.substr(count(n));
  if (-6 < n && n <= 0) return out + "0." + std::string(count(-n), '0') + digits;
  out += digits[0];
  if (k > 1) out += '.' + digits.substr(1);
  return out + 'e' + (n > 0 ? '+' : '-') + std::to_string(std::abs(n - 1));
}

std::string number_text(std::int64_t value) {
  const std::uint64_t magnitude = value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  return magnitude <= kExactIntegers ? std::to_string(value) : number_text(static_cast<double>(value));
}

// RFC 8785 3.2.2.2. Octets that are not UTF-8 (names of files) become U+FFFD: the text is JSON whatever it is made from.
void write_string(std::string& out, std::string_view text) {
  constexpr std::string_view kNames = "\"\\bfnrt", kValues = "\"\\\b\f\n\r\t", kHex = "0123456789abcdef";
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t run = plain_run(text.substr(i));
    out.append(text, i, run);
    i += run;
    if (i >= text.size()) break;
    const CodePoint point = code_point(text.substr(i));
    if (point.octets == 0) {
      out += "\xef\xbf\xbd";
      ++i;
      continue;
    }
    if (const std::size_t found = kValues.find(text[i]); found != std::string_view::npos) {
      out += '\\';
      out += kNames[found];
    } else if (point.value < 0x20) {
      out += "\\u00";
      out += kHex[point.value >> 4];
      out += kHex[point.value & 15];
    } else {
      out.append(text, i, point.octets);
    }
    i += point.octets;
  }
  out += '"';
}

// UTF-16 code units sort as UTF-8 octets do, except that U+E000..U+FFFF come after the surrogates of what lies above U+FFFF.
bool less_utf16(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
  const Byte p = static_cast<Byte>(*x), q = static_cast<Byte>(*y);
  if (p >= 0xee && q >= 0xee && (p >= 0xf0) != (q >= 0xf0)) return p >= 0xf0;
  return p < q;
}

class Writer {
 public:
  explicit Writer(int indent, bool sorted) : indent_(indent), sorted_(sorted) {}

  void any(const Value& value, int depth) {
    if (const bool* b = value.boolean()) out_ += *b ? "true" : "false";
    else if (const std::int64_t* n = value.integer()) out_ += sorted_ ? number_text(*n) : std::to_string(*n);
    else if (const double* d = value.number()) out_ += number_text(*d);
    else if (const std::string* s = value.string()) write_string(out_, *s);
    else if (const Array* a = value.array()) array(*a, depth);
    else if (const Object* o = value.object()) object(*o, depth);
    else out_ += "null";
  }
  std::string take() { return std::move(out_); }

 private:
  void line(int depth) {
    if (indent_ == 0) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(indent_ * depth), ' ');
  }
  void array(const Array& values, int depth) {
    out_ += '[';
    bool first = true;
    for (const Value& value : values) {
      if (!std::exchange(first, false)) out_ += ',';
      line(depth + 1);
      any(value, depth + 1);
    }
    if (!values.empty()) line(depth);
    out_ += ']';
  }
  void object(const Object& members, int depth) {
    std::vector<const Member*> order;
    order.reserve(members.size());
    for (const Member& member : members) order.push_back(&member);
    if (sorted_) std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return less_utf16(a->first, b->first); });
    out_ += '{';
    bool first = true;
    for (const Member* member : order) {
      if (!std::exchange(first, false)) out_ += ',';
      line(depth + 1);
      write_string(out_, member->first);
      out_ += indent_ == 0 ? ":" : ": ";
      any(member->second, depth + 1);
    }
    if (!members.empty()) line(depth);
    out_ += '}';
  }

  std::string out_;
  int indent_;
  bool sorted_;
};

}  // namespace

Value::Value(Value&&) noexcept = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;
Value::Value(std::string s) : data_(std::move(s)) {}
Value::Value(std::string_view s) : data_(std::string(s)) {}
Value::Value(const char* s) : data_(std::string(s)) {}
Value::Value(Array a) : data_(std::move(a)) {}
Value::Value(Object o) : data_(std::move(o)) {}

Value::Value(const Value& other) {
  std::visit([this](const auto& held) { data_ = Data(std::in_place_type<std::remove_cvref_t<decltype(held)>>, held); }, other.data_);
}

Value& Value::operator=(const Value& other) {
  Value copy(other);
  data_ = std::move(copy.data_);
  return *this;
}

const Value* Value::member(std::string_view name) const {
  const Object* members = object();
  if (!members) return nullptr;
  for (const Member& member : *members)
    if (member.first == name) return &member.second;
  return nullptr;
}

const std::string* Value::string(std::string_view name) const {
  const Value* value = member(name);
  return value ? value->string() : nullptr;
}

const std::string* Value::unknown_member(std::initializer_list<std::string_view> known) const {
  if (object() == nullptr) return nullptr;
  for (const Member& one : *object())
    if (std::find(known.begin(), known.end(), one.first) == known.end()) return &one.first;
  return nullptr;
}

Value& Value::add(std::string_view name, Value value) {
  if (!std::holds_alternative<Object>(data_)) data_ = Object{};
  std::get_if<Object>(&data_)->emplace_back(std::string(name), std::move(value));
  return *this;
}

Result<Value> parse(ByteView text, Budget& budget) { return Parser(as_text(text), budget).parse(); }

std::string write(const Value& value, int indent) {
  Writer writer(indent, false);
  writer.any(value, 0);
  return writer.take();
}

std::string canonical(const Value& value) {
  Writer writer(0, true);
  writer.any(value, 0);
  return writer.take();
}

}  // namespace mohr::json
