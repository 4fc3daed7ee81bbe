// What a comparison of two revisions asks about single objects.
#pragma once

#include <initializer_list>

#include "format/pdf_document.h"

namespace mohr::format::pdf {

// The same value, whatever the order of keys and the form of strings. References: the same number.
bool same(const Object& a, const Object& b);
// Two dictionaries: every key but those is the same in both.
bool same_but(const Object& a, const Object& b, std::initializer_list<std::string_view> keys);
bool has_only(const Object& dictionary, std::initializer_list<std::string_view> keys);
// A dictionary, and not that of a stream, whose data would be something else.
bool is_plain(const Loaded& loaded);
bool is_or_lacks(const Object& value, Kind kind);
bool is_empty_rectangle(const Object& rectangle);

}  // namespace mohr::format::pdf
