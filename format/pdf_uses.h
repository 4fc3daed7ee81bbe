// Where a revision of a PDF refers to its objects. An object whose change is explained by its role could be shown in another: the form's
// dictionary can be a page's resources too, a list of fields a page's annotations.
#pragma once

#include <set>

#include "format/pdf_document.h"

namespace mohr::format::pdf {

// A value: the object it stands in (0: the trailer), and where in its text.
struct Position {
  std::uint32_t holder = 0;
  std::uint64_t begin = 0;
  auto operator<=>(const Position&) const = default;
};

struct Roles {
  std::set<Position> references;  // those whose objects were compared as what they are for here
  std::set<Position> silent;      // values that show nothing: /DSS
  std::set<std::uint32_t> bound;  // objects that no other reference may lead to
  std::set<std::uint32_t> pages;  // of these, those that may be referred to as pages are: in arrays, as /P, /Pg or /Page
};

// Whether the document, as it ended with `revision`, uses the bound objects in their roles only, and refers to nothing that came to be
// since. False too where it cannot be read. Errors: budget_exceeded, file_not_readable.
Result<bool> uses_only_in_roles(Document& document, std::uint32_t revision, const Roles& roles);

}  // namespace mohr::format::pdf
