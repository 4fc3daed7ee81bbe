// XML behind an interface: libxml2 is in the module "xml", loaded when the first XML document is read. Hardened: no network, no DTD, no
// entities, UTF-8 or UTF-16 only, bounded depth and number of nodes.
#pragma once

#include <functional>
#include <memory>

#include "pki/core/budget.h"
#include "pki/core/bytes.h"

namespace mohr::format::xml {

using Node = const void*;  // an element; lives as long as its document

enum class Canonical : std::uint8_t { c14n10, c14n10_comments, c14n11, c14n11_comments, exclusive, exclusive_comments };
std::optional<Canonical> canonical_from_uri(std::string_view uri);
std::string_view canonical_uri(Canonical method);
// The same method without comments: XMLDSig 4.4.3.3, a same-document reference never selects them.
Canonical without_comments(Canonical method);

struct Canonicalization {
  Canonical method = Canonical::c14n10;
  std::vector<std::string> prefixes;  // exclusive C14N's PrefixList, "#default" for the default namespace
};

// Takes canonical octets as they are made. Must not throw.
using Sink = std::function<void(ByteView)>;

// One thread at a time: canonicalize() takes the tree apart for a moment and puts it together again.
class Document {
 public:
  // Errors: xml_invalid (place "line N"), xml_has_dtd, unsupported (encodings, XML 1.1), budget_exceeded, module_missing.
  static Result<std::unique_ptr<Document>> parse(ByteView text, Budget& budget);
  virtual ~Document() = default;

  [[nodiscard]] virtual Node root() const = 0;
  [[nodiscard]] virtual Node parent(Node element) const = 0;                                                  // null above the root
  [[nodiscard]] virtual Node first_child(Node element) const = 0;                                             // elements only
  [[nodiscard]] virtual Node next_sibling(Node element) const = 0;                                            // elements only
  [[nodiscard]] virtual std::string_view name(Node element) const = 0;                                        // local name
  [[nodiscard]] virtual std::string_view space(Node element) const = 0;                                       // namespace name, "" for none
  [[nodiscard]] virtual std::optional<std::string> attribute(Node element, std::string_view name) const = 0;  // no namespace
  [[nodiscard]] virtual std::string text(Node element) const = 0;                                             // all character data below
  [[nodiscard]] virtual bool has_only_text(Node element) const = 0;                                           // no child elements
  [[nodiscard]] virtual bool has_own_text(Node element) const = 0;  // character data other than white space among its children
  [[nodiscard]] virtual std::string path(Node element) const = 0;   // "/Letter/Body[2]", for messages
  // The namespace name that `prefix` ("" for the default) stands for at `element`; "" when it is not declared.
  [[nodiscard]] virtual std::string_view namespace_of(Node element, std::string_view prefix) const = 0;
  // Elements with that name in the document, in document order.
  [[nodiscard]] virtual std::vector<Node> find(std::string_view space, std::string_view name) const = 0;
  // Elements with an attribute Id, ID or id (in any namespace, so xml:id and wsu:Id too) of that value.
  [[nodiscard]] virtual std::vector<Node> with_id(std::string_view id) const = 0;
  // Octets of all comments outside `but`.
  [[nodiscard]] virtual std::uint64_t comment_octets(Node but) const = 0;

  // Canonical octets of the subtree at `apex` (of the document when null), without the subtrees at `omit`, which lie below it and not in
  // one another. Errors: unsupported (relative namespace names, C14N 1.0 4.4), budget_exceeded (more than memory_bytes).
  virtual Result<void> canonicalize(Node apex, const std::vector<Node>& omit, const Canonicalization& how, const Sink& sink) const = 0;
  [[nodiscard]] Result<Bytes> canonical(Node apex, const Canonicalization& how) const;
};

// What the module has: the text is UTF-8 without a byte order mark, its markup looked at by scan_markup().
struct Module {
  Result<std::unique_ptr<Document>> (*parse)(ByteView text, const Limits& limits);
};

}  // namespace mohr::format::xml
