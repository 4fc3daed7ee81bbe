#include "verify/html_text.h"

namespace mohr::verify {

HtmlText& HtmlText::text(std::string_view words) {
  for (const char c : words) {
    switch (c) {
      case '&': text_ += "&amp;"; break;
      case '<': text_ += "&lt;"; break;
      case '>': text_ += "&gt;"; break;
      case '"': text_ += "&quot;"; break;
      case '\'': text_ += "&#39;"; break;
      default: text_ += c;
    }
  }
  return *this;
}

}  // namespace mohr::verify
