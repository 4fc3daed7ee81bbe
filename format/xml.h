// XML behind an interface: libxml2 is in the module "xml", loaded when the first XML document is read. Hardened: no network, no DTD, no
// entities, UTF-8 or UTF-16 only, bounded depth and number of nodes.
#pragma once

#include <memory>

#include "pki/core/budget.h"
#include "pki/core/bytes.h"

namespace mohr::format::xml {

using Node = const void*;  // an element; lives as long as its document

enum class Canonical : std::uint8_t { c14n10, c14n10_comments, c14n11, c14n11_comments, exclusive, exclusive_comments };
std::optional<Canonical> canonical_from_uri(std::string_view uri);
std::string_view canonical_uri(Canonical method);

class Document {
 public:
  // Errors: xml_invalid (place "line N"), xml_has_dtd, budget_exceeded, module_missing.
  static Result<std::unique_ptr<Document>> parse(ByteView text, Budget& budget);
  virtual ~Document() = default;

  [[nodiscard]] virtual Node root() const = 0;
  [[nodiscard]] virtual Node parent(Node element) const = 0;            // null above the root
  [[nodiscard]] virtual Node first_child(Node element) const = 0;       // elements only
  [[nodiscard]] virtual Node next_sibling(Node element) const = 0;      // elements only
  [[nodiscard]] virtual std::string_view name(Node element) const = 0;  // local name
  [[nodiscard]] virtual std::string_view space(Node element) const = 0; // namespace name, "" for none
  [[nodiscard]] virtual std::optional<std::string> attribute(Node element, std::string_view name) const = 0;  // no namespace
  [[nodiscard]] virtual std::string text(Node element) const = 0;       // all character data below
  [[nodiscard]] virtual bool has_only_text(Node element) const = 0;     // no child elements
  [[nodiscard]] virtual std::string path(Node element) const = 0;       // "/Letter/Body[2]", for messages
  // Elements with that name below the root, in document order.
  [[nodiscard]] virtual std::vector<Node> find(std::string_view space, std::string_view name) const = 0;
  // Canonical octets of the subtree at `apex` (or of the document with its comments as the method says when `apex` is null),
  // without the subtree at `omit` (null: nothing omitted). `inclusive_prefixes`: exclusive C14N's PrefixList.
  virtual Result<Bytes> canonicalize(Node apex, Node omit, Canonical method, const std::vector<std::string>& inclusive_prefixes) const = 0;
};

struct Module {
  Result<std::unique_ptr<Document>> (*parse)(ByteView text, Budget& budget);
};

}  // namespace mohr::format::xml
