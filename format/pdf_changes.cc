#include "format/pdf_changes.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>

namespace mohr::format::pdf {
namespace {

constexpr std::size_t kMostPages = 100;  // pages that get a field for a document time-stamp

bool same(const Object& a, const Object& b) {
  if (a.kind != b.kind || a.text != b.text || a.number != b.number || a.generation != b.generation || a.items.size() != b.items.size())
    return false;
  if (!a.is(Kind::dictionary)) return std::equal(a.items.begin(), a.items.end(), b.items.begin(), same);
  for (std::size_t i = 0; i + 1 < a.items.size(); i += 2)  // keys stand once
    if (!same(a.items[i + 1], b.find(a.items[i].text))) return false;
  return true;
}

bool has_only(const Object& dictionary, std::initializer_list<std::string_view> keys) {
  for (std::size_t i = 0; i + 1 < dictionary.items.size(); i += 2)
    if (std::find(keys.begin(), keys.end(), dictionary.items[i].text) == keys.end()) return false;
  return true;
}

// Every key but those is the same in both.
bool same_but(const Object& a, const Object& b, std::initializer_list<std::string_view> keys) {
  const auto agrees = [&](const Object& from, const Object& with) {
    for (std::size_t i = 0; i + 1 < from.items.size(); i += 2) {
      const std::string& key = from.items[i].text;
      if (std::find(keys.begin(), keys.end(), key) == keys.end() && !same(from.items[i + 1], with.find(key))) return false;
    }
    return true;
  };
  return agrees(a, b) && agrees(b, a);
}

bool is_empty_rectangle(const Object& rectangle) {
  if (!rectangle.is(Kind::array) || rectangle.items.size() != 4) return false;
  const auto value = [](const Object& number) { return number.is(Kind::real) ? number.text : std::to_string(number.number); };
  const auto is_number = [](const Object& item) { return item.is(Kind::integer) || item.is(Kind::real); };
  if (!std::all_of(rectangle.items.begin(), rectangle.items.end(), is_number)) return false;
  return value(rectangle.items[0]) == value(rectangle.items[2]) && value(rectangle.items[1]) == value(rectangle.items[3]);
}

class Comparison {
 public:
  Comparison(Document& document, std::uint32_t revision) : document_(document), revision_(revision) {}

  Result<bool> run() {
    const auto& sections = document_.references().sections;
    const auto old = std::find_if(sections.begin(), sections.end(), [&](const Section& s) { return s.revision >= revision_; });
    if (old == sections.end()) return false;
    if (!same(old->trailer.value.find("Root"), document_.trailer().value.find("Root"))) return false;
    MOHR_TRY(const bool information, compare_information(old->trailer.value.find("Info"), document_.trailer().value.find("Info")));
    if (!information) return false;
    MOHR_TRY(const Loaded before, document_.catalog(revision_));
    MOHR_TRY(const Loaded after, document_.catalog());
    if (!same_but(before.value(), after.value(), {"DSS", "Extensions", "AcroForm"})) return false;
    explained_.insert(after.reference.number);
    MOHR_TRY(const bool form, compare_forms(before, after));
    if (!form || !compare_extensions(before.value().find("Extensions"), after.value().find("Extensions"))) return false;
    MOHR_TRY(const bool pages, compare_pages());
    if (!pages) return false;
    MOHR_CHECK(reach(before.value().find("DSS"), revision_, old_store_));
    MOHR_TRY(const bool store, explain_store(after));
    if (!store) return false;
    return nothing_else();
  }

 private:
  [[nodiscard]] bool existed(std::uint32_t number) const { return document_.references().find(number, revision_) != nullptr; }
  [[nodiscard]] bool is_rewritten(std::uint32_t number) const {
    return document_.references().find(number) != document_.references().find(number, revision_);
  }

  // An array where it stands or behind a reference; the object that it is in is explained with it.
  Result<Loaded> array_of(const Loaded& holder, const Object& value, std::uint32_t revision) {
    MOHR_TRY(Loaded array, document_.resolve(holder, value, revision));
    if (revision == 0 && value.is(Kind::reference)) explained_.insert(value.reference().number);
    return array;
  }

  // The references of `after` begin with those of `before`; the rest were added.
  static std::optional<std::vector<Reference>> added(const Loaded& before, const Loaded& after) {
    std::vector<Reference> more;
    if (before.value().is(Kind::null) && after.value().is(Kind::null)) return more;
    if (!after.value().is(Kind::array) || !(before.value().is(Kind::array) || before.value().is(Kind::null))) return std::nullopt;
    const auto &old_items = before.value().items, &new_items = after.value().items;
    if (new_items.size() < old_items.size() || !std::equal(old_items.begin(), old_items.end(), new_items.begin(), same))
      return std::nullopt;
    for (std::size_t i = old_items.size(); i < new_items.size(); ++i) {
      if (!new_items[i].is(Kind::reference)) return std::nullopt;
      more.push_back(new_items[i].reference());
    }
    return more;
  }

  // 14.3.3: which program wrote the file last, and when, says nothing about content; title, author and the rest do.
  Result<bool> compare_information(const Object& before, const Object& after) {
    if (after.is(Kind::null)) return before.is(Kind::null);
    if (same(before, after) && !(after.is(Kind::reference) && is_rewritten(after.reference().number))) return true;
    if (!after.is(Kind::reference) || !(before.is(Kind::null) || same(before, after))) return false;
    Object nothing;
    nothing.kind = Kind::dictionary;
    MOHR_TRY(const Loaded new_one, document_.load(after.reference()));
    const Object& value = new_one.value();
    if (!value.is(Kind::dictionary) || new_one.data != 0) return false;  // a stream under this name could be a page's
    if (before.is(Kind::null)) {
      if (existed(after.reference().number) || !same_but(nothing, value, {"ModDate", "Producer"})) return false;
    } else {
      MOHR_TRY(const Loaded old_one, document_.load(before.reference(), revision_));
      if (!old_one.value().is(Kind::dictionary) || old_one.data != 0 || !same_but(old_one.value(), value, {"ModDate", "Producer"}))
        return false;
    }
    for (const char* key : {"ModDate", "Producer"})
      if (const Object& text = value.find(key); !text.is(Kind::null) && !text.is(Kind::string)) return false;
    explained_.insert(after.reference().number);
    return true;
  }

  Result<bool> compare_forms(const Loaded& before, const Loaded& after) {
    const Object &old_value = before.value().find("AcroForm"), &new_value = after.value().find("AcroForm");
    if (old_value.kind != new_value.kind || (old_value.is(Kind::reference) && !same(old_value, new_value))) return false;
    MOHR_TRY(const Loaded old_form, document_.resolve(before, old_value, revision_));
    MOHR_TRY(const Loaded new_form, document_.resolve(after, new_value));
    if (!old_form.value().is(Kind::dictionary) || !new_form.value().is(Kind::dictionary)) return false;
    if (!same_but(old_form.value(), new_form.value(), {"Fields", "SigFlags"})) return false;
    if (new_value.is(Kind::reference)) explained_.insert(new_value.reference().number);
    MOHR_TRY(const Loaded old_fields, array_of(old_form, old_form.value().find("Fields"), revision_));
    MOHR_TRY(const Loaded new_fields, array_of(new_form, new_form.value().find("Fields"), 0));
    const auto fields = added(old_fields, new_fields);
    if (!fields) return false;
    for (const Reference field : *fields) {
      MOHR_TRY(const bool explained, explain_field(field));
      if (!explained) return false;
    }
    return true;
  }

  // A new field, seen nowhere, that holds a document time-stamp.
  Result<bool> explain_field(Reference reference) {
    if (existed(reference.number)) return false;
    MOHR_TRY(const Loaded field, document_.load(reference));
    const Object& value = field.value();
    if (!value.is(Kind::dictionary) ||
        !has_only(value, {"Type", "Subtype", "FT", "T", "V", "Rect", "P", "F", "Ff", "TU", "AP", "DA", "MK", "Border", "BS"}))
      return false;
    if (!value.find("FT").is_name("Sig") || !value.find("Subtype").is_name("Widget") || !is_empty_rectangle(value.find("Rect")))
      return false;
    const Object& stamp = value.find("V");
    if (stamp.is(Kind::reference) && existed(stamp.reference().number)) return false;
    MOHR_TRY(const Loaded dictionary, document_.resolve(field, stamp));
    if (!dictionary.value().is(Kind::dictionary) || !dictionary.value().find("Type").is_name("DocTimeStamp") ||
        !dictionary.value().find("SubFilter").is_name("ETSI.RFC3161"))
      return false;
    explained_.insert(reference.number);
    if (stamp.is(Kind::reference)) explained_.insert(stamp.reference().number);
    MOHR_CHECK(reach(value.find("AP"), 0, appearance_));
    fields_.insert(reference.number);
    if (const Object& page = value.find("P"); page.is(Kind::reference)) pages_.insert(page.reference());
    return pages_.size() <= kMostPages;
  }

  // A page may get the new fields among its annotations, and nothing else.
  Result<bool> compare_pages() {
    for (const Reference reference : pages_) {
      MOHR_TRY(const Loaded before, document_.load(reference, revision_));
      MOHR_TRY(const Loaded after, document_.load(reference));
      if (!before.value().is(Kind::dictionary) || !after.value().find("Type").is_name("Page")) return false;
      if (!same_but(before.value(), after.value(), {"Annots"})) return false;
      MOHR_TRY(const Loaded old_list, array_of(before, before.value().find("Annots"), revision_));
      MOHR_TRY(const Loaded new_list, array_of(after, after.value().find("Annots"), 0));
      const auto more = added(old_list, new_list);
      if (!more || !std::all_of(more->begin(), more->end(), [&](Reference one) { return fields_.contains(one.number); })) return false;
      explained_.insert(reference.number);
    }
    return true;
  }

  // 7.12: developers' extensions may be added; none says anything about content.
  static bool compare_extensions(const Object& before, const Object& after) {
    if (same(before, after)) return true;
    if (!after.is(Kind::dictionary) || !(before.is(Kind::dictionary) || before.is(Kind::null))) return false;
    for (std::size_t i = 0; i + 1 < before.items.size(); i += 2)
      if (before.items[i].text != "Type" && !same(before.items[i + 1], after.find(before.items[i].text))) return false;
    for (std::size_t i = 0; i + 1 < after.items.size(); i += 2) {
      const Object& one = after.items[i + 1];
      const bool known = one.is(Kind::dictionary) && has_only(one, {"Type", "BaseVersion", "ExtensionLevel", "ExtensionRevision", "URL"});
      if (!known && !(after.items[i].text == "Type" && one.is_name("Extensions"))) return false;
    }
    return true;
  }

  // The objects that `value` leads to. After `revision_`, what was there before and is no part of the old store is not the store's: it is
  // compared on its own.
  Result<void> reach(const Object& value, std::uint32_t revision, std::set<std::uint32_t>& into) {
    std::vector<Object> pending{value};
    while (!pending.empty()) {
      const Object next = std::move(pending.back());
      pending.pop_back();
      MOHR_CHECK(document_.budget().spend(Limit::nodes));
      if (!next.is(Kind::reference)) {
        pending.insert(pending.end(), next.items.begin(), next.items.end());
        continue;
      }
      const bool foreign = revision < revision_ && existed(next.reference().number) && !old_store_.contains(next.reference().number);
      if (foreign || !into.insert(next.reference().number).second) continue;
      MOHR_TRY(const Loaded loaded, document_.load(next.reference(), revision));
      pending.push_back(loaded.value());
    }
    return {};
  }

  // EN 319 142-1 5.4.2: certificates, lists, answers, and the same by signature.
  Result<bool> explain_store(const Loaded& catalog) {
    const Object& value = catalog.value().find("DSS");
    if (value.is(Kind::null)) return old_store_.empty();
    for (std::uint32_t then = revision_; then-- > 0;) {  // each as it was, for a later one may stand under the same number
      std::set<std::uint32_t> store_then;
      MOHR_TRY(const Loaded catalog_then, document_.catalog(then));
      MOHR_CHECK(reach(catalog_then.value().find("DSS"), then, store_then));
      store_.merge(store_then);
    }
    if (value.is(Kind::reference) && !store_.contains(value.reference().number)) return false;
    MOHR_TRY(const Loaded store, document_.resolve(catalog, value));
    if (!store.value().is(Kind::dictionary) || !has_only(store.value(), {"Type", "Certs", "CRLs", "OCSPs", "VRI"})) return false;
    MOHR_TRY(const bool own, rewrites_only_its_own());
    if (own) explained_.insert(store_.begin(), store_.end());
    return own;
  }

  // An object of the old store that was written anew with other contents belongs to nothing else: a document can be prepared so that its
  // store names a page.
  Result<bool> rewrites_only_its_own() {
    std::vector<std::uint32_t> rewritten;
    for (const std::uint32_t number : store_) {
      if (!old_store_.contains(number)) continue;
      const Entry* now = document_.references().find(number);
      const Reference reference{number, now == nullptr || now->type == Entry::Type::compressed ? 0 : now->generation};
      MOHR_TRY(const Loaded after, document_.load(reference));
      MOHR_TRY(const bool kept, is_as_it_was(reference, after));
      if (!kept) rewritten.push_back(number);
    }
    if (rewritten.empty()) return true;
    MOHR_TRY(const Loaded before, document_.catalog(revision_));
    std::set<std::uint32_t> elsewhere;
    for (std::size_t i = 0; i + 1 < before.value().items.size(); i += 2)
      if (before.value().items[i].text != "DSS") MOHR_CHECK(reach(before.value().items[i + 1], revision_, elsewhere));
    return std::none_of(rewritten.begin(), rewritten.end(), [&](std::uint32_t number) { return elsewhere.contains(number); });
  }

  // Whatever else was written since is as it was, or holds objects for the file's own sake.
  Result<bool> nothing_else() {
    explained_.insert(appearance_.begin(), appearance_.end());
    std::uint32_t last = 0;
    for (const Entry& entry : document_.references().entries) {
      if (document_.references().sections[entry.section].revision >= revision_ || entry.number == last) continue;
      last = entry.number;
      if (entry.number == 0 || explained_.contains(entry.number)) continue;
      const Entry* now = document_.references().find(entry.number);
      if (now == nullptr) {
        if (existed(entry.number)) return false;  // deleted
        continue;
      }
      const Reference reference{entry.number, now->type == Entry::Type::compressed ? 0 : now->generation};
      MOHR_TRY(const Loaded after, document_.load(reference));
      if (!existed(entry.number)) {
        const Object& type = after.value().find("Type");
        if (after.data == 0 || !(type.is_name("XRef") || type.is_name("ObjStm"))) return false;
        continue;
      }
      MOHR_TRY(const bool kept, is_as_it_was(reference, after));
      if (!kept) return false;
    }
    return true;
  }

  Result<bool> is_as_it_was(Reference reference, const Loaded& after) {
    MOHR_TRY(const Loaded before, document_.load(reference, revision_));
    if (!same(before.value(), after.value()) || (before.data == 0) != (after.data == 0)) return false;
    if (after.data == 0) return true;
    MOHR_TRY(const Bytes old_octets, document_.stream(before));
    MOHR_TRY(const Bytes new_octets, document_.stream(after));
    return equal(old_octets, new_octets);
  }

  Document& document_;
  std::uint32_t revision_;
  std::set<std::uint32_t> explained_, fields_, old_store_, store_, appearance_;
  std::set<Reference> pages_;
};

}  // namespace

Result<bool> only_adds_validation_data(Document& document, std::uint32_t revision) { return Comparison(document, revision).run(); }

}  // namespace mohr::format::pdf
