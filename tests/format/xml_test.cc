#include "format/xml.h"

#include <gtest/gtest.h>

#include "format/xml_markup.h"

namespace mohr::format::xml {
namespace {

Result<std::unique_ptr<Document>> parse(std::string_view text, const Limits& limits = {}) {
  Budget budget(limits);
  return Document::parse(as_bytes(text), budget);
}

std::string utf16(std::string_view ascii, bool big) {
  std::string out = big ? "\xfe\xff" : "\xff\xfe";
  for (const char c : ascii) out += big ? std::string{'\0', c} : std::string{c, '\0'};
  return out;
}

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Xml, RefusesWhatTwoReadersCouldReadDifferently) {
  using namespace std::string_literals;
  struct Case {
    std::string text;
    ErrorCode code;
  };
  for (const Case& c : {
           Case{"<!DOCTYPE a><a/>", ErrorCode::xml_has_dtd},
           Case{"<?xml version=\"1.0\"?>\n<!-- x --><!DOCTYPE a [<!ENTITY e \"boom\">]><a>&e;</a>", ErrorCode::xml_has_dtd},
           Case{"<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", ErrorCode::xml_has_dtd},
           Case{utf16("<!DOCTYPE a><a/>", true), ErrorCode::xml_has_dtd},
           Case{"<a>&e;</a>", ErrorCode::xml_invalid},
           Case{"<!ENTITY e 'x'><a/>", ErrorCode::xml_invalid},
           Case{"<a>\0</a>"s, ErrorCode::xml_invalid},
           Case{"<a>&#0;</a>", ErrorCode::xml_invalid},
           Case{"<a>\xc3(</a>", ErrorCode::xml_invalid},
           Case{"<a><b></a></b>", ErrorCode::xml_invalid},
           Case{"<a/><b/>", ErrorCode::xml_invalid},
           Case{"<a/>text", ErrorCode::xml_invalid},
           Case{"<a b='1' b='2'/>", ErrorCode::xml_invalid},
           Case{"<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>", ErrorCode::xml_invalid},
           Case{"<p:a/>", ErrorCode::xml_invalid},
           Case{"<a>", ErrorCode::xml_invalid},
           Case{"<a b='", ErrorCode::xml_invalid},
           Case{"", ErrorCode::xml_invalid},
           Case{"plain", ErrorCode::xml_invalid},
           Case{"<?xml version=\"1.1\"?><a/>", ErrorCode::unsupported},
           Case{"<?xml version=\"1.0\" encoding=\"windows-1256\"?><a/>", ErrorCode::unsupported},
           Case{"<?xml version=\"1.0\" encoding=\"UTF-7\"?><a/>", ErrorCode::unsupported},
           Case{"<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>", ErrorCode::unsupported},
           Case{utf16("<a/>", true).substr(2), ErrorCode::unsupported},
           Case{utf16("<a/>", false) + "\x3c", ErrorCode::xml_invalid},
           Case{utf16("<a>", false) + "\x01\xd8" + utf16("</a>", false).substr(2), ErrorCode::xml_invalid},
       }) {
    const auto tree = parse(c.text);
    ASSERT_FALSE(tree) << c.text;
    EXPECT_EQ(tree.error().code, c.code) << c.text << ": " << render(tree.error(), Language::en);
  }
}

TEST(Xml, EachLimitIsReached) {
  Limits limits;
  limits.set(Limit::nodes, 100)
      .set(Limit::depth, 10)
      .set(Limit::memory_bytes, 100'000)
      .set(Limit::xml_attributes, 5)
      .set(Limit::xml_namespaces, 8);
  struct Case {
    std::string text;
    std::string_view limit;  // empty: within all
  };
  std::string attributes, namespaces;
  for (int i = 0; i < 6; ++i) attributes += " a" + std::to_string(i) + "='1'";
  for (int i = 0; i < 3; ++i)
    namespaces += "<a xmlns:p" + std::to_string(i) + "='u' xmlns:q" + std::to_string(i) + "='v' xmlns:r" + std::to_string(i) + "='w'>";
  for (const Case& c : {
           Case{repeated("<a>", 10) + repeated("</a>", 10), ""},
           Case{repeated("<a>", 11) + repeated("</a>", 11), "depth"},
           Case{"<a>" + repeated("<b/>", 99) + "</a>", ""},
           Case{"<a>" + repeated("<b/>", 100) + "</a>", "nodes"},
           Case{"<a" + attributes + "/>", "xml-attributes"},
           Case{namespaces + repeated("</a>", 3), "xml-namespaces"},
           Case{"<a>" + std::string(100'000, 'x') + "</a>", "memory-bytes"},
       }) {
    const auto tree = parse(c.text, limits);
    ASSERT_EQ(tree.has_value(), c.limit.empty()) << c.text.substr(0, 80);
    if (tree) continue;
    EXPECT_EQ(tree.error().code, ErrorCode::budget_exceeded);
    EXPECT_EQ(std::get<Code>(tree.error().params[0]).value, c.limit);
  }
  // A long namespace name that exclusive C14N would write again for each child.
  limits = Limits{};
  limits.set(Limit::memory_bytes, 30'000);
  const auto tree = parse("<a xmlns:p='urn:" + std::string(1000, 'u') + "'>" + repeated("<p:b/>", 100) + "</a>", limits);
  ASSERT_TRUE(tree);
  const auto octets = (*tree)->canonical(nullptr, {Canonical::exclusive, {}});
  ASSERT_FALSE(octets);
  EXPECT_EQ(octets.error().code, ErrorCode::budget_exceeded);
}

TEST(Xml, EncodingsGiveTheSameTree) {
  const std::string plain = "<a b=\"1\">x</a>";
  for (const std::string& text :
       {plain, "\xef\xbb\xbf" + plain, utf16(plain, true), utf16(plain, false),
        utf16("<?xml version='1.0' encoding='UTF-16'?>" + plain, false), "<?xml version='1.0' encoding='utf-8'?>" + plain}) {
    const auto tree = parse(text);
    ASSERT_TRUE(tree) << text << render(tree.error(), Language::en);
    EXPECT_EQ(as_text(*(*tree)->canonical(nullptr, {})), plain);
  }
}

TEST(Xml, Canonicalization) {
  const auto parsed = parse(
      "<?xml version=\"1.0\"?>\n<!-- out --><r xmlns=\"urn:d\" xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" xml:lang=\"fa\" xml:id='i'><!-- in -->"
      "<p:x z='1' a=\"2\">t&amp;&#13;<![CDATA[<>]]></p:x><y/></r>");
  ASSERT_TRUE(parsed);
  const Document& tree = **parsed;
  const Node x = tree.first_child(tree.root()), y = tree.next_sibling(x);
  struct Case {
    Node apex;
    std::vector<Node> omit;
    Canonicalization how;
    std::string_view expected;
  };
  const std::string_view root10 = "<r xmlns=\"urn:d\" xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" xml:id=\"i\" xml:lang=\"fa\">";
  const std::string whole = std::string(root10) + "<p:x a=\"2\" z=\"1\">t&amp;&#xD;&lt;&gt;</p:x><y></y></r>";
  for (int round = 0; round < 2; ++round) {  // canonicalising leaves the tree as it was
    for (const Case& c : {
             Case{nullptr, {}, {Canonical::c14n10, {}}, whole},
             Case{nullptr,
                  {},
                  {Canonical::exclusive, {}},
                  "<r xmlns=\"urn:d\" xml:id=\"i\" xml:lang=\"fa\"><p:x xmlns:p=\"urn:p\" a=\"2\" "
                  "z=\"1\">t&amp;&#xD;&lt;&gt;</p:x><y></y></r>"},
             Case{x, {}, {Canonical::exclusive, {}}, "<p:x xmlns:p=\"urn:p\" a=\"2\" z=\"1\">t&amp;&#xD;&lt;&gt;</p:x>"},
             Case{y, {}, {Canonical::exclusive, {"q"}}, "<y xmlns=\"urn:d\" xmlns:q=\"urn:q\"></y>"},
             Case{y,
                  {},
                  {Canonical::c14n10, {}},
                  "<y xmlns=\"urn:d\" xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" xml:id=\"i\" xml:lang=\"fa\"></y>"},
             Case{y, {}, {Canonical::c14n11, {}}, "<y xmlns=\"urn:d\" xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" xml:lang=\"fa\"></y>"},
             Case{nullptr,
                  {x},
                  {Canonical::exclusive_comments, {}},
                  "<!-- out -->\n<r xmlns=\"urn:d\" xml:id=\"i\" xml:lang=\"fa\"><!-- in --><y></y></r>"},
             Case{nullptr, {x, y}, {Canonical::exclusive, {}}, "<r xmlns=\"urn:d\" xml:id=\"i\" xml:lang=\"fa\"></r>"},
         }) {
      Bytes octets;
      ASSERT_TRUE(tree.canonicalize(c.apex, c.omit, c.how, [&](ByteView more) { append(octets, more); }));
      EXPECT_EQ(as_text(octets), c.expected);
    }
  }
  EXPECT_EQ(tree.comment_octets(nullptr), 9U);
  EXPECT_EQ(tree.with_id("i"), std::vector<Node>{tree.root()});
  EXPECT_EQ(tree.path(y), "/r/y");
  EXPECT_EQ(tree.namespace_of(y, "q"), "urn:q");
  const auto relative = parse("<a xmlns='relative'/>");
  ASSERT_TRUE(relative);
  EXPECT_FALSE((*relative)->canonical(nullptr, {}));
}

TEST(Xml, MarkupFindsTheRoot) {
  struct Case {
    std::string_view text, before, close;
  };
  for (const Case& c : {Case{"<?xml version='1.0'?><!-- </a> --><a x='>'><![CDATA[</a>]]></a><!-- <b> -->\n",
                             "<?xml version='1.0'?><!-- </a> -->", "</a><!-- <b> -->\n"},
                        Case{"<p:a xmlns:p='u'>\n</p:a >", "", "</p:a >"}, Case{"\n<a/>\n", "\n", ""}}) {
    Budget budget;
    const auto markup = scan_markup(as_bytes(c.text), budget);
    ASSERT_TRUE(markup) << c.text;
    EXPECT_EQ(c.text.substr(0, markup->root_begin), c.before);
    EXPECT_EQ(markup->root_is_empty, c.close.empty());
    if (!c.close.empty()) {
      EXPECT_EQ(c.text.substr(markup->root_close), c.close);
    }
  }
}

}  // namespace
}  // namespace mohr::format::xml
