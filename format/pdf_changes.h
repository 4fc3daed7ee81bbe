// What came after a revision of a PDF, object by object (EN 319 142-1 5.4: validation data and document time-stamps may be added to what
// was signed). Strict: what is not known to change nothing that a reader sees counts as a change.
#pragma once

#include "format/pdf_document.h"

namespace mohr::format::pdf {

// True when everything since `revision` was the last only adds a /DSS with its streams, document time-stamps with invisible fields, and
// /Extensions; objects that were written again as they were do not matter. Errors: pdf_invalid, budget_exceeded.
Result<bool> only_adds_validation_data(Document& document, std::uint32_t revision);

}  // namespace mohr::format::pdf
