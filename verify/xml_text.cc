#include "verify/xml_text.h"

#include "pki/core/text.h"

namespace mohr::verify {

// XML 1.0 2.2 has no control characters, and neither U+FFFE nor U+FFFF. Our own isolation of names (U+2066 ... U+2069) stays.
void XmlText::escape(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const char32_t c = next_character(text, at);
    switch (c) {
      case U'&': text_ += "&amp;"; break;
      case U'<': text_ += "&lt;"; break;
      case U'>': text_ += "&gt;"; break;
      case U'"': text_ += "&quot;"; break;
      default:
        if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfffe || c == 0xffff) {
          text_ += "\ufffd";
        } else {
          text_ += text.substr(from, at - from);
        }
    }
  }
}

void XmlText::tag(std::string_view name, Attributes attributes) {
  indent();
  text_.append("<").append(name);
  for (const auto& [key, value] : attributes) {
    text_.append(" ").append(key).append("=\"");
    escape(value);
    text_ += '"';
  }
}

XmlText& XmlText::open(std::string_view name, Attributes attributes) {
  const std::size_t at = text_.size();
  tag(name, attributes);
  text_ += ">\n";
  open_.push_back({std::string(name), at});
  return *this;
}

XmlText& XmlText::close() {
  const std::string name = std::move(open_.back().name);
  open_.pop_back();
  indent();
  text_.append("</").append(name).append(">\n");
  return *this;
}

XmlText& XmlText::drop() {
  text_.resize(open_.back().at);
  open_.pop_back();
  return *this;
}

XmlText& XmlText::element(std::string_view name, std::string_view text) {
  indent();
  text_.append("<").append(name).append(">");
  escape(text);
  text_.append("</").append(name).append(">\n");
  return *this;
}

XmlText& XmlText::empty(std::string_view name, Attributes attributes) {
  tag(name, attributes);
  text_ += "/>\n";
  return *this;
}

std::string XmlText::take() { return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + std::move(text_); }

}  // namespace mohr::verify
