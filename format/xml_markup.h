// The octets of an XML text before any parser sees them: encoding, the places of tags, and the limits that must hold while parsing.
#pragma once

#include "pki/core/budget.h"
#include "pki/core/bytes.h"

namespace mohr::format::xml {

enum class Encoding : std::uint8_t { utf8, utf8_with_mark, utf16 };

// UTF-8 without a byte order mark; `text` borrows from the input, or from `storage` when it had to be recoded.
struct Utf8 {
  Encoding encoding = Encoding::utf8;
  ByteView text;
  Bytes storage;
};
// XML 1.0 4.3.3 and appendix F: a byte order mark, or UTF-8. Errors: unsupported (any other encoding, XML 1.1), xml_invalid.
Result<Utf8> to_utf8(ByteView octets);

// Offsets into the UTF-8 text.
struct Markup {
  std::size_t root_begin = 0;    // '<' of the root's start tag
  std::size_t root_tag_end = 0;  // behind its '>'
  std::size_t root_close = 0;    // '<' of its end tag; meaningless when the root is an empty-element tag
  std::string root_name;         // as written, with prefix
  bool root_is_empty = false;    // <root/>
};
// Finds the tags and keeps the limits: depth, nodes (elements, attributes and the work that namespaces cause), attributes of one element.
// It does not check well-formedness; the parser does. Errors: xml_has_dtd, xml_invalid (unclosed markup), budget_exceeded.
Result<Markup> scan_markup(ByteView text, Budget& budget);

}  // namespace mohr::format::xml
