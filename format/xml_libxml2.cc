// Module "xml": the one file that knows libxml2. Its parser makes the tree and its canonicaliser the octets; limits, encodings and the
// document type declaration were seen to before (xml_markup.h), and the tree is checked once more here.
#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>

#include <algorithm>
#include <limits>
#include <mutex>

#include "format/xml.h"
#include "pki/core/text.h"

namespace mohr::format::xml {
namespace {

#if LIBXML_VERSION >= 21200
using ErrorPtr = const xmlError*;
#else
using ErrorPtr = xmlError*;
#endif

std::string_view view(const xmlChar* text) { return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text); }

// The first thing the parser complains of; nothing is printed. Callbacks of a C library must not throw.
struct Complaint {
  bool seen = false, dtd = false;
  int code = 0, line = 0;
  std::string message;
};

void note(Complaint& complaint, ErrorPtr error) noexcept {
  if (error == nullptr || complaint.seen || error->level < XML_ERR_ERROR) return;
  complaint.seen = true;
  complaint.code = error->code;
  complaint.line = error->line;
  try {
    complaint.message = error->message == nullptr ? "" : error->message;
  } catch (...) {  // NOLINT: the code alone is enough
  }
}

void on_parse_error(void* context, ErrorPtr error) {
  if (auto* parser = static_cast<xmlParserCtxt*>(context); parser != nullptr && parser->_private != nullptr)
    note(*static_cast<Complaint*>(parser->_private), error);
}

void on_error(void* complaint, ErrorPtr error) { note(*static_cast<Complaint*>(complaint), error); }

void on_document_type(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
  auto* parser = static_cast<xmlParserCtxt*>(context);
  static_cast<Complaint*>(parser->_private)->dtd = true;
  xmlStopParser(parser);
}

// libxml2 prints what it has no receiver for; the receiver is kept per thread and belongs to the host, so it is put back.
class Receiver {
 public:
  explicit Receiver(Complaint& complaint) : function_(xmlStructuredError), context_(xmlStructuredErrorContext) {
    xmlSetStructuredErrorFunc(&complaint, on_error);
  }
  ~Receiver() { xmlSetStructuredErrorFunc(context_, function_); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

 private:
  xmlStructuredErrorFunc function_;
  void* context_;
};

// Takes nodes out of their sibling lists and puts them back, in reverse order.
class Removed {
 public:
  explicit Removed(const std::vector<Node>& nodes) {
    nodes_.reserve(nodes.size());
    for (const Node n : nodes) {
      auto* node = static_cast<xmlNode*>(const_cast<void*>(n));
      (node->prev != nullptr ? node->prev->next : node->parent->children) = node->next;
      (node->next != nullptr ? node->next->prev : node->parent->last) = node->prev;
      nodes_.push_back(node);
    }
  }
  ~Removed() {
    for (auto it = nodes_.rbegin(); it != nodes_.rend(); ++it) {
      xmlNode* node = *it;
      (node->prev != nullptr ? node->prev->next : node->parent->children) = node;
      (node->next != nullptr ? node->next->prev : node->parent->last) = node;
    }
  }
  Removed(const Removed&) = delete;
  Removed& operator=(const Removed&) = delete;

 private:
  std::vector<xmlNode*> nodes_;
};

// Leaves of the document only the path to `apex` and what is below it, so that canonicalising a small part does not walk through all.
class Narrowed {
 public:
  explicit Narrowed(xmlNode* apex) {
    for (xmlNode* node = apex; node != nullptr && node->parent != nullptr; node = node->parent)
      steps_.push_back({node, node->prev, node->next, node->parent->children, node->parent->last});
    for (const Step& step : steps_) {
      step.node->parent->children = step.node->parent->last = step.node;
      step.node->prev = step.node->next = nullptr;
    }
  }
  ~Narrowed() {
    for (const Step& step : steps_) {
      step.node->prev = step.prev;
      step.node->next = step.next;
      step.node->parent->children = step.first;
      step.node->parent->last = step.last;
    }
  }
  Narrowed(const Narrowed&) = delete;
  Narrowed& operator=(const Narrowed&) = delete;
  [[nodiscard]] bool is_above(const xmlNode* node) const {
    return std::any_of(steps_.begin(), steps_.end(), [&](const Step& step) { return step.node->parent == node; });
  }

 private:
  struct Step {
    xmlNode *node, *prev, *next, *first, *last;
  };
  std::vector<Step> steps_;
};

int is_visible(void* narrowed, xmlNode* node, xmlNode* parent) {
  const bool own = node->type != XML_ATTRIBUTE_NODE && node->type != XML_NAMESPACE_DECL;
  return static_cast<const Narrowed*>(narrowed)->is_above(own ? node : parent) ? 0 : 1;
}

struct Output {
  const Sink* sink;
  std::uint64_t left;
  bool too_large = false, out_of_memory = false;
};

int on_output(void* context, const char* octets, int count) {
  auto& output = *static_cast<Output*>(context);
  const auto size = static_cast<std::size_t>(count);
  if (size > output.left) return output.too_large = true, -1;
  output.left -= size;
  try {
    (*output.sink)(as_bytes({octets, size}));
  } catch (const std::bad_alloc&) {
    return output.out_of_memory = true, -1;
  }
  return count;
}

struct DocumentDeleter {
  void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};
struct ParserDeleter {
  void operator()(xmlParserCtxt* parser) const { xmlFreeParserCtxt(parser); }
};

class Tree final : public Document {
 public:
  Tree(xmlDoc* document, std::uint64_t most) : document_(document), most_(most) {}

  [[nodiscard]] Node root() const override { return xmlDocGetRootElement(document_.get()); }
  [[nodiscard]] Node parent(Node element) const override {
    const xmlNode* up = in(element)->parent;
    return up != nullptr && up->type == XML_ELEMENT_NODE ? up : nullptr;
  }
  [[nodiscard]] Node first_child(Node element) const override { return element_from(in(element)->children); }
  [[nodiscard]] Node next_sibling(Node element) const override { return element_from(in(element)->next); }
  [[nodiscard]] std::string_view name(Node element) const override { return view(in(element)->name); }
  [[nodiscard]] std::string_view space(Node element) const override {
    return in(element)->ns == nullptr ? std::string_view{} : view(in(element)->ns->href);
  }
  [[nodiscard]] std::optional<std::string> attribute(Node element, std::string_view name) const override;
  [[nodiscard]] std::string text(Node element) const override;
  [[nodiscard]] bool has_only_text(Node element) const override { return first_child(element) == nullptr; }
  [[nodiscard]] bool has_own_text(Node element) const override;
  [[nodiscard]] std::string path(Node element) const override;
  [[nodiscard]] std::string_view namespace_of(Node element, std::string_view prefix) const override;
  [[nodiscard]] std::vector<Node> find(std::string_view space, std::string_view name) const override;
  [[nodiscard]] std::vector<Node> with_id(std::string_view id) const override;
  [[nodiscard]] std::uint64_t comment_octets(Node but) const override;
  Result<void> canonicalize(Node apex, const std::vector<Node>& omit, const Canonicalization& how, const Sink& sink) const override;

 private:
  static const xmlNode* in(Node node) { return static_cast<const xmlNode*>(node); }
  static const xmlNode* element_from(const xmlNode* node) {
    while (node != nullptr && node->type != XML_ELEMENT_NODE) node = node->next;
    return node;
  }
  // The node behind `node` in document order, inside `top` (null: the document); children only when `deeper`.
  static const xmlNode* following(const xmlNode* node, const xmlNode* top, bool deeper = true) {
    if (deeper && node->type == XML_ELEMENT_NODE && node->children != nullptr) return node->children;
    while (node != top && node->next == nullptr) {
      node = node->parent;
      if (node == nullptr || node->type != XML_ELEMENT_NODE) return nullptr;
    }
    return node == top ? nullptr : node->next;
  }
  Result<void> run(const Canonicalization& how, const Narrowed* narrowed, const Sink& sink) const;

  std::unique_ptr<xmlDoc, DocumentDeleter> document_;
  std::uint64_t most_;
};

std::string value_of(const xmlAttr* attribute) {
  std::string out;
  for (const xmlNode* n = attribute->children; n != nullptr; n = n->next) out += view(n->content);
  return out;
}

std::optional<std::string> Tree::attribute(Node element, std::string_view name) const {
  for (const xmlAttr* a = in(element)->properties; a != nullptr; a = a->next)
    if (a->ns == nullptr && view(a->name) == name) return value_of(a);
  return std::nullopt;
}

std::string Tree::text(Node element) const {
  std::string out;
  for (const xmlNode* n = in(element); n != nullptr; n = following(n, in(element)))
    if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) out += view(n->content);
  return out;
}

bool Tree::has_own_text(Node element) const {
  for (const xmlNode* n = in(element)->children; n != nullptr; n = n->next)
    if ((n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) &&
        view(n->content).find_first_not_of(" \t\r\n") != std::string_view::npos)
      return true;
  return false;
}

std::string qualified(const xmlNode* node) {
  std::string out;
  if (node->ns != nullptr && node->ns->prefix != nullptr) out.append(view(node->ns->prefix)).append(":");
  return out.append(view(node->name));
}

std::string Tree::path(Node element) const {
  std::string out;
  for (const xmlNode* node = in(element); node != nullptr && node->type == XML_ELEMENT_NODE; node = node->parent) {
    const std::string own = qualified(node);
    std::size_t before = 0, behind = 0;
    for (const xmlNode* n = node->prev; n != nullptr; n = n->prev) before += n->type == XML_ELEMENT_NODE && qualified(n) == own;
    for (const xmlNode* n = node->next; n != nullptr && before + behind == 0; n = n->next)
      behind += n->type == XML_ELEMENT_NODE && qualified(n) == own;
    out.insert(0, "/" + own + (before + behind > 0 ? "[" + std::to_string(before + 1) + "]" : ""));
    if (out.size() > 300)
      return "…" + printable(out.substr(out.find('/', out.size() - 300) == std::string::npos ? 0 : out.find('/', out.size() - 300)));
  }
  return printable(out);
}

std::string_view Tree::namespace_of(Node element, std::string_view prefix) const {
  for (const xmlNode* node = in(element); node != nullptr && node->type == XML_ELEMENT_NODE; node = node->parent)
    for (const xmlNs* ns = node->nsDef; ns != nullptr; ns = ns->next)
      if (view(ns->prefix) == prefix) return view(ns->href);
  return {};
}

std::vector<Node> Tree::find(std::string_view space, std::string_view name) const {
  std::vector<Node> out;
  for (const xmlNode* n = in(root()); n != nullptr; n = following(n, in(root())))
    if (n->type == XML_ELEMENT_NODE && view(n->name) == name && n->ns != nullptr && view(n->ns->href) == space) out.push_back(n);
  return out;
}

std::vector<Node> Tree::with_id(std::string_view id) const {
  std::vector<Node> out;
  for (const xmlNode* n = in(root()); n != nullptr; n = following(n, in(root()))) {
    if (n->type != XML_ELEMENT_NODE) continue;
    for (const xmlAttr* a = n->properties; a != nullptr; a = a->next) {
      const std::string_view name = view(a->name);
      if ((name == "Id" || name == "ID" || name == "id") && value_of(a) == id) {
        out.push_back(n);
        break;
      }
    }
  }
  return out;
}

std::uint64_t Tree::comment_octets(Node but) const {
  std::uint64_t octets = 0;
  for (const xmlNode* n = document_->children; n != nullptr; n = following(n, nullptr, n != in(but)))
    if (n->type == XML_COMMENT_NODE) octets += view(n->content).size();
  return octets;
}

Result<void> Tree::canonicalize(Node apex, const std::vector<Node>& omit, const Canonicalization& how, const Sink& sink) const {
  const Removed removed(omit);
  if (apex == nullptr) return run(how, nullptr, sink);
  const Narrowed narrowed(const_cast<xmlNode*>(in(apex)));
  return run(how, &narrowed, sink);
}

Result<void> Tree::run(const Canonicalization& how, const Narrowed* narrowed, const Sink& sink) const {
  const auto number = static_cast<unsigned>(how.method);
  const int mode = number >= 4 ? XML_C14N_EXCLUSIVE_1_0 : number >= 2 ? XML_C14N_1_1 : XML_C14N_1_0;
  std::vector<xmlChar*> prefixes;
  prefixes.reserve(how.prefixes.size() + 1);
  for (const std::string& prefix : how.prefixes) prefixes.push_back(reinterpret_cast<xmlChar*>(const_cast<char*>(prefix.c_str())));
  prefixes.push_back(nullptr);
  Output output{&sink, most_};
  xmlOutputBuffer* buffer = xmlOutputBufferCreateIO(on_output, nullptr, &output, nullptr);
  if (buffer == nullptr) throw std::bad_alloc();
  Complaint complaint;
  int done = 0;
  {
    const Receiver receiver(complaint);
    done = xmlC14NExecute(document_.get(), narrowed == nullptr ? nullptr : is_visible, const_cast<Narrowed*>(narrowed), mode,
                          mode == XML_C14N_EXCLUSIVE_1_0 ? prefixes.data() : nullptr, static_cast<int>(number & 1U), buffer);
    if (xmlOutputBufferClose(buffer) < 0) done = -1;
  }
  if (output.out_of_memory || complaint.code == XML_ERR_NO_MEMORY) throw std::bad_alloc();
  if (output.too_large) return errors::budget_exceeded(Code{std::string(limit_id(Limit::memory_bytes))}, static_cast<std::int64_t>(most_));
  if (done < 0 && complaint.code == XML_C14N_RELATIVE_NAMESPACE) return errors::unsupported(Code{"relative namespace names"});
  if (done < 0) return errors::xml_invalid(Code{"it has no canonical form (" + printable(complaint.message) + ")"});
  return {};
}

Error broken(const Complaint& complaint) {
  std::string what = complaint.message.substr(0, complaint.message.find_last_not_of(" \r\n") + 1);
  if (what.size() > 200) what.resize(200);
  Error error = errors::xml_invalid(Code{what.empty() ? "it is not well-formed" : printable(what)});
  return complaint.line > 0 ? std::move(error).at("line " + std::to_string(complaint.line)) : error;
}

Result<std::unique_ptr<Document>> parse(ByteView text, const Limits& limits) {
  static std::once_flag once;
  std::call_once(once, xmlInitParser);
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return errors::budget_exceeded(Code{std::string(limit_id(Limit::memory_bytes))}, std::numeric_limits<int>::max());
  const std::unique_ptr<xmlParserCtxt, ParserDeleter> parser(xmlNewParserCtxt());
  if (parser == nullptr) throw std::bad_alloc();
  Complaint complaint;
  parser->_private = &complaint;
  parser->sax->serror = on_parse_error;
  parser->sax->internalSubset = on_document_type;
  // HUGE lifts libxml2's own limits: ours hold already. No NOENT, no DTD loading: an entity reference is an error without a DTD.
  constexpr int kOptions = XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_IGNORE_ENC | XML_PARSE_COMPACT | XML_PARSE_BIG_LINES;
  std::unique_ptr<xmlDoc, DocumentDeleter> document(xmlCtxtReadMemory(parser.get(), reinterpret_cast<const char*>(text.data()),
                                                                      static_cast<int>(text.size()), nullptr, "UTF-8", kOptions));
  if (complaint.code == XML_ERR_NO_MEMORY) throw std::bad_alloc();
  if (complaint.dtd || (document != nullptr && (document->intSubset != nullptr || document->extSubset != nullptr)))
    return errors::xml_has_dtd();
  if (document == nullptr || parser->wellFormed == 0 || parser->nsWellFormed == 0 || complaint.seen) return broken(complaint);
  if (xmlDocGetRootElement(document.get()) == nullptr) return errors::xml_invalid(Code{"no element"});
  return std::unique_ptr<Document>(std::make_unique<Tree>(document.release(), limits.of(Limit::memory_bytes)));
}

}  // namespace
}  // namespace mohr::format::xml

extern "C" __attribute__((visibility("default"))) const mohr::format::xml::Module mohr_module = {mohr::format::xml::parse};
