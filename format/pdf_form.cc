#include "format/pdf_form.h"

#include <set>

namespace mohr::format::pdf {
namespace {

struct Pending {
  Reference field;
  std::string parent;  // qualified name
  bool signs = false;  // /FT inherited
  std::uint64_t depth = 0;
};

class Walk {
 public:
  explicit Walk(Document& document) : document_(document) {}

  Result<Form> run() {
    MOHR_TRY(const Loaded catalog, document_.catalog());
    MOHR_TRY(const Loaded form, document_.resolve(catalog, catalog.value().find("AcroForm")));
    if (form.value().is(Kind::null)) return std::move(form_);
    if (!form.value().is(Kind::dictionary)) return broken("/AcroForm is no dictionary", place(form));
    MOHR_CHECK(push_all(form, "Fields", Pending{}));
    while (!pending_.empty()) {
      const Pending next = std::move(pending_.back());
      pending_.pop_back();
      MOHR_CHECK(visit(next));
    }
    return std::move(form_);
  }

 private:
  static std::uint64_t place(const Loaded& loaded) { return loaded.entry != nullptr ? loaded.entry->place : 0; }

  // The references of an array, in their order.
  Result<void> push_all(const Loaded& holder, std::string_view key, const Pending& inherited) {
    MOHR_TRY(const Loaded array, document_.resolve(holder, holder.value().find(key)));
    if (array.value().is(Kind::null)) return {};
    if (!array.value().is(Kind::array)) return broken("/" + std::string(key) + " is no array", place(holder));
    MOHR_CHECK(document_.budget().within(Limit::depth, inherited.depth));
    for (auto item = array.value().items.rbegin(); item != array.value().items.rend(); ++item) {
      if (!item->is(Kind::reference)) return broken("/" + std::string(key) + " has an element that is no reference", place(holder));
      Pending next = inherited;
      next.field = item->reference();
      pending_.push_back(std::move(next));
    }
    return {};
  }

  Result<void> visit(const Pending& pending) {
    MOHR_CHECK(document_.budget().spend(Limit::nodes));
    MOHR_TRY(const Loaded field, document_.load(pending.field));
    if (!seen_.insert(pending.field.number).second) return broken("a field is in the form twice", place(field));
    if (field.value().is(Kind::null)) return {};  // a deleted field
    if (!field.value().is(Kind::dictionary)) return broken("a field is no dictionary", place(field));
    Pending inherited = pending;
    ++inherited.depth;
    if (const Object& type = field.value().find("FT"); !type.is(Kind::null)) inherited.signs = type.is_name("Sig");
    MOHR_TRY(const Loaded partial, document_.resolve(field, field.value().find("T")));
    if (partial.value().is(Kind::string)) {
      const std::string name = text_string(partial.value());
      if (pending.depth == 0) form_.names.push_back(name);
      inherited.parent += (inherited.parent.empty() ? "" : ".") + name;
    }
    const Object& value = field.value().find("V");
    if (inherited.signs && !value.is(Kind::null)) MOHR_CHECK(add_signature(field, value, inherited.parent));
    return push_all(field, "Kids", inherited);
  }

  Result<void> add_signature(const Loaded& field, const Object& value, const std::string& name) {
    MOHR_CHECK(document_.budget().spend(Limit::signatures));
    SignatureValue signature;
    signature.field = name;
    signature.field_number = field.reference.number;
    signature.is_direct = !value.is(Kind::reference);
    MOHR_TRY(signature.dictionary, document_.resolve(field, value));
    const Loaded& dictionary = signature.dictionary;
    if (dictionary.value().is(Kind::null)) return {};
    if (!dictionary.value().is(Kind::dictionary)) return broken("the value of signature field " + name + " is no dictionary", place(field));
    for (const Entry& entry : document_.references().all(dictionary.reference.number))
      if (entry.type != Entry::Type::free) ++signature.definitions;
    for (SignatureValue& other : form_.signatures) {
      if (!(other.dictionary.reference == dictionary.reference)) continue;
      other.is_shared = signature.is_shared = true;
    }
    form_.signatures.push_back(std::move(signature));
    return {};
  }

  Document& document_;
  Form form_;
  std::vector<Pending> pending_;
  std::set<std::uint32_t> seen_;
};

}  // namespace

Result<Form> read_form(Document& document) { return Walk(document).run(); }

}  // namespace mohr::format::pdf
