#include "format/pdf_equality.h"

#include <algorithm>

namespace mohr::format::pdf {

bool same(const Object& a, const Object& b) {
  if (a.kind != b.kind || a.text != b.text || a.number != b.number || a.generation != b.generation || a.items.size() != b.items.size())
    return false;
  if (!a.is(Kind::dictionary)) return std::equal(a.items.begin(), a.items.end(), b.items.begin(), same);
  for (std::size_t i = 0; i + 1 < a.items.size(); i += 2)  // keys stand once
    if (!same(a.items[i + 1], b.find(a.items[i].text))) return false;
  return true;
}

bool has_only(const Object& dictionary, std::initializer_list<std::string_view> keys) {
  for (std::size_t i = 0; i + 1 < dictionary.items.size(); i += 2)
    if (std::find(keys.begin(), keys.end(), dictionary.items[i].text) == keys.end()) return false;
  return true;
}

bool same_but(const Object& a, const Object& b, std::initializer_list<std::string_view> keys) {
  const auto agrees = [&](const Object& from, const Object& with) {
    for (std::size_t i = 0; i + 1 < from.items.size(); i += 2) {
      const std::string& key = from.items[i].text;
      if (std::find(keys.begin(), keys.end(), key) == keys.end() && !same(from.items[i + 1], with.find(key))) return false;
    }
    return true;
  };
  return agrees(a, b) && agrees(b, a);
}

bool is_plain(const Loaded& loaded) { return loaded.value().is(Kind::dictionary) && loaded.data == 0; }

bool is_or_lacks(const Object& value, Kind kind) { return value.is(kind) || value.is(Kind::null); }

bool is_empty_rectangle(const Object& rectangle) {
  if (!rectangle.is(Kind::array) || rectangle.items.size() != 4) return false;
  const auto value = [](const Object& number) { return number.is(Kind::real) ? number.text : std::to_string(number.number); };
  const auto is_number = [](const Object& item) { return item.is(Kind::integer) || item.is(Kind::real); };
  if (!std::all_of(rectangle.items.begin(), rectangle.items.end(), is_number)) return false;
  return value(rectangle.items[0]) == value(rectangle.items[2]) && value(rectangle.items[1]) == value(rectangle.items[3]);
}

}  // namespace mohr::format::pdf
