// The body of an HTML form with files (RFC 7578): borrowed views, strict, no nesting, no transfer encodings.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pki/core/bytes.h"

namespace mohr::service {

struct FormPart {
  std::string name, filename;  // the file's own name, without its folders
  ByteView contents;           // of the body
};
// Nothing when it is no such form, is broken, or has more than `at_most` parts.
std::optional<std::vector<FormPart>> read_form(std::string_view content_type, ByteView body, std::size_t at_most);

}  // namespace mohr::service
