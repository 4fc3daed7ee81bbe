// What the desk's page is made of: its words, its style and its script, which is a convenience only.
#pragma once

#include <string>
#include <string_view>

#include "pki/core/message.h"

namespace mohr::service {

enum class DeskWord : std::uint8_t {
#define DESK(tag, en, fa) tag,
#include "service/desk.def"
#undef DESK
};
std::string_view desk_word(DeskWord word, Language language);

// Why nothing was judged, above the form.
struct Notice {
  std::string what, next;
};
// The page with the form; `notice` null: none.
std::string desk_page(Language language, const Notice* notice);
std::string_view desk_style();
std::string_view desk_script();

}  // namespace mohr::service
