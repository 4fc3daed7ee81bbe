#include "service/desk_page.h"

#include <array>

#include "verify/html_text.h"

namespace mohr::service {
namespace {

struct Words {
  std::string_view en, fa;
};
constexpr std::array kWords = {
#define DESK(tag, en, fa) Words{en, fa},
#include "service/desk.def"
#undef DESK
};

constexpr std::string_view kStyle = R"css(
body{font-family:Vazirmatn,"DejaVu Sans","Noto Sans Arabic",sans-serif;margin:0 auto;max-width:46rem;padding:1rem;line-height:1.6;
color:#1a1a1a;background:#fff;overflow-wrap:anywhere}
nav{text-align:end}
h1{font-size:2rem;line-height:1.3;margin:.5rem 0 1.2rem}
p{margin:.6rem 0}
.drop{display:block;position:relative;border:.25rem dashed #767676;border-radius:.6rem;padding:3rem 1.5rem;text-align:center;font-size:1.3rem;cursor:pointer}
.drop:hover,.over .drop{border-color:#0b4f8a;background:#eef5fb}
.drop input{display:block;box-sizing:border-box;width:100%;margin-top:1.2rem;padding:.8rem;font:inherit;font-size:1rem}
button{font:inherit;font-size:1.3rem;font-weight:bold;padding:.6rem 2.5rem;color:#fff;background:#0b4f8a;border:0;border-radius:.4rem;cursor:pointer}
:focus-visible{outline:.2rem solid #0b4f8a;outline-offset:.2rem}
.busy{display:none}
.sent .busy{display:inline}
.sent .ready,.direct button{display:none}
.direct input{position:absolute;inset:0;height:100%;margin:0;opacity:0;cursor:pointer}
.direct:focus-within .drop{border-color:#0b4f8a;outline:.2rem solid #0b4f8a}
.small{font-size:.85rem;color:#444}
.notice{border:.35rem solid #555;border-radius:.6rem;padding:1rem 1.4rem;margin:1rem 0}
.notice h2{margin:0;font-size:1.6rem}
.notice .next{font-weight:bold}
)css";

// Without it the form works all the same; with it the whole field is the button, and a choice is sent at once.
constexpr std::string_view kScript = R"js("use strict";
const form = document.forms[0], input = form.elements.files;
form.classList.add("direct");
const send = () => {
  if (input.files.length === 0) return;
  form.classList.add("sent");
  form.submit();
};
input.addEventListener("change", send);
addEventListener("dragover", (event) => {
  event.preventDefault();
  form.classList.add("over");
});
addEventListener("dragleave", () => form.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  form.classList.remove("over");
  input.files = event.dataTransfer.files;
  send();
});
addEventListener("pageshow", () => {
  form.classList.remove("sent");
  form.reset();
});
)js";

}  // namespace

std::string_view desk_word(DeskWord word, Language language) {
  const Words& words = kWords[static_cast<std::size_t>(word)];
  return language == Language::fa ? words.fa : words.en;
}
std::string_view desk_style() { return kStyle; }
std::string_view desk_script() { return kScript; }

std::string desk_page(Language language, const Notice* notice) {
  verify::HtmlText html;
  const auto say = [&](DeskWord word) -> verify::HtmlText& { return html.text(desk_word(word, language)); };
  if (language == Language::fa) {
    html.markup("<!doctype html>\n<html lang=fa dir=rtl>\n");
  } else {
    html.markup("<!doctype html>\n<html lang=en dir=ltr>\n");
  }
  html.markup("<head><meta charset=utf-8><meta name=viewport content=\"width=device-width,initial-scale=1\"><title>");
  say(DeskWord::title).markup("</title><link rel=stylesheet href=/desk.css><script src=/desk.js defer></script></head>\n<body>\n<nav>");
  if (language == Language::fa) {
    html.markup("<a href=/en lang=en>");
  } else {
    html.markup("<a href=/fa lang=fa>");
  }
  say(DeskWord::other_language).markup("</a></nav>\n");
  if (notice != nullptr) {
    html.markup("<section class=notice role=alert><h2>");
    say(DeskWord::not_judged)
        .markup("</h2><p>")
        .text(notice->what)
        .markup("</p><p class=next>")
        .text(notice->next)
        .markup("</p></section>\n");
  }
  html.markup("<h1>");
  say(DeskWord::title).markup("</h1>\n");
  if (language == Language::fa) {
    html.markup("<form method=post enctype=\"multipart/form-data\" action=/fa/report>\n");
  } else {
    html.markup("<form method=post enctype=\"multipart/form-data\" action=/en/report>\n");
  }
  html.markup("<label class=drop><span class=ready>");
  say(DeskWord::drop).markup("</span><span class=busy role=status>");
  say(DeskWord::busy).markup("</span><input type=file name=files multiple required></label>\n<p>");
  say(DeskWord::pair).markup("</p>\n<p><button>");
  say(DeskWord::check).markup("</button></p>\n</form>\n<p class=small>");
  say(DeskWord::privacy).markup("</p>\n</body></html>\n");
  return html.str();
}

}  // namespace mohr::service
