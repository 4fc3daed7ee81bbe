#include "format/signed_document.h"

namespace mohr::format {

std::string_view format_id(Format format) {
  switch (format) {
    case Format::cades: return "cades";
    case Format::xades: return "xades";
    case Format::pades: return "pades";
    case Format::jades: break;
  }
  return "jades";
}

bool Identity::empty() const { return *this == Identity{}; }

}  // namespace mohr::format
