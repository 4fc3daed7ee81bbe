// The interactive form of a PDF (ISO 32000-2 clause 12.7): its field names, and the signatures in it (12.8.1).
#pragma once

#include "format/pdf_document.h"

namespace mohr::format::pdf {

struct SignatureValue {
  std::string field;               // fully qualified name, printable
  std::uint32_t field_number = 0;  // object number of the field
  Loaded dictionary;
  bool is_direct = false;       // stands in the field itself
  bool is_shared = false;       // another field has the same one
  std::size_t definitions = 0;  // versions of the object that the document holds
};

struct Form {
  std::vector<std::string> names;  // partial names of the root fields, as written
  std::vector<SignatureValue> signatures;
};

// A document without a form has an empty one. Errors: pdf_invalid (a field twice, a field that is no dictionary), budget_exceeded.
Result<Form> read_form(Document& document);

}  // namespace mohr::format::pdf
