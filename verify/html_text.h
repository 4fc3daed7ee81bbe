// HTML through a type that escapes: an unescaped string does not compile into a page.
#pragma once

#include <string>
#include <string_view>

namespace mohr::verify {

class HtmlText {
 public:
  // Markup of our own: literals only.
  template <std::size_t N>
  HtmlText& markup(const char (&literal)[N]) {
    text_.append(literal, N - 1);
    return *this;
  }
  // Anything else is escaped. Names have been through printable() already (pki/core/text.h), so no control character is left.
  HtmlText& text(std::string_view words);
  [[nodiscard]] const std::string& str() const { return text_; }

 private:
  std::string text_;
};

}  // namespace mohr::verify
