// Strict JSON (RFC 8259 with I-JSON, RFC 7493): duplicate members, invalid UTF-8, unpaired surrogates, numbers that a double
// cannot hold exactly enough, trailing octets and excessive depth are errors that name the place.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "pki/core/budget.h"
#include "pki/core/bytes.h"

namespace mohr::json {

class Value;
using Array = std::vector<Value>;
using Member = std::pair<std::string, Value>;
using Object = std::vector<Member>;  // in the order of the document

class Value {
 public:
  Value() = default;  // null
  // Not the variant's own copying: when memory runs out in it, libstdc++ 12 destroys what was never made.
  Value(const Value& other);
  Value& operator=(const Value& other);
  Value(Value&&) noexcept;
  Value& operator=(Value&&) noexcept;
  ~Value();
  Value(std::nullptr_t) {}                                         // NOLINT
  Value(bool b) : data_(b) {}                                      // NOLINT
  Value(std::int64_t n) : data_(n) {}                              // NOLINT
  Value(int n) : data_(std::int64_t{n}) {}                         // NOLINT
  Value(std::uint64_t n) : data_(static_cast<std::int64_t>(n)) {}  // NOLINT
  Value(double n) : data_(n) {}                                    // NOLINT
  Value(std::string s);                                            // NOLINT
  Value(std::string_view s);                                       // NOLINT
  Value(const char* s);                                            // NOLINT
  Value(Array a);                                                  // NOLINT
  Value(Object o);                                                 // NOLINT

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&data_); }
  [[nodiscard]] const std::int64_t* integer() const { return std::get_if<std::int64_t>(&data_); }
  [[nodiscard]] const double* number() const { return std::get_if<double>(&data_); }  // only when it is no int64
  [[nodiscard]] const std::string* string() const { return std::get_if<std::string>(&data_); }
  [[nodiscard]] const Array* array() const { return std::get_if<Array>(&data_); }
  [[nodiscard]] const Object* object() const { return std::get_if<Object>(&data_); }
  // Null when this is no object or has no such member.
  [[nodiscard]] const Value* member(std::string_view name) const;
  [[nodiscard]] const std::string* string(std::string_view name) const;  // member(name)->string() or null
  // The first member that is not among `known`; null when there is none, or this is no object.
  [[nodiscard]] const std::string* unknown_member(std::initializer_list<std::string_view> known) const;
  // Appends a member and gives back this value, for chains; turns null into an object. Does not look for duplicates.
  Value& add(std::string_view name, Value value);

 private:
  using Data = std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object>;
  Data data_;
};

// Errors: json_invalid (place "byte N"), json_duplicate_member, budget_exceeded (depth, nodes).
Result<Value> parse(ByteView text, Budget& budget);

// Compact (indent 0) or indented; members in the order they have.
std::string write(const Value& value, int indent = 0);

// RFC 8785 (JCS): members sorted by UTF-16 code units, ECMAScript numbers.
std::string canonical(const Value& value);

}  // namespace mohr::json
