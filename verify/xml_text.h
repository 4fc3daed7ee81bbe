// XML through a writer that escapes and closes what it opened. Element and attribute names are our own.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mohr::verify {

class XmlText {
 public:
  using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;
  XmlText& open(std::string_view name, Attributes attributes = {});
  XmlText& close();
  XmlText& drop();  // takes the element back that was opened last; nothing is in it
  XmlText& element(std::string_view name, std::string_view text);
  XmlText& empty(std::string_view name, Attributes attributes);
  [[nodiscard]] std::string take();  // the document, with its declaration

 private:
  struct Open {
    std::string name;
    std::size_t at;
  };
  void tag(std::string_view name, Attributes attributes);
  void escape(std::string_view text);
  void indent() { text_.append(open_.size() * 2, ' '); }

  std::string text_;
  std::vector<Open> open_;
};

}  // namespace mohr::verify
