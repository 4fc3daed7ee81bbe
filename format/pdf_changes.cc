#include "format/pdf_changes.h"

#include <algorithm>

#include "format/pdf_equality.h"
#include "format/pdf_uses.h"

namespace mohr::format::pdf {
namespace {

constexpr std::size_t kMostPages = 100;  // pages that get a field for a document time-stamp

class Comparison {
 public:
  Comparison(Document& document, std::uint32_t revision) : document_(document), revision_(revision) {}

  Result<bool> run() {
    const Parsed* trailer = document_.trailer(revision_);
    if (trailer == nullptr) return false;
    Loaded before, after;
    before.parsed = *trailer;
    after.parsed = document_.trailer();
    if (!same(before.value().find("Root"), after.value().find("Root"))) return false;
    in_role(before, "Root");
    MOHR_TRY(const bool trailer_fits, compare_trailers(before, after));
    if (!trailer_fits) return false;
    MOHR_TRY(const bool information, compare_information(before, after));
    if (!information) return false;
    MOHR_TRY(before, document_.catalog(revision_));
    MOHR_TRY(after, document_.catalog());
    MOHR_TRY(const bool catalog, compare_catalogs(before, after));
    if (!catalog) return false;
    MOHR_TRY(const bool pages, compare_pages());
    if (!pages) return false;
    MOHR_TRY(const bool store, compare_stores(before, after));
    if (!store) return false;
    MOHR_TRY(const bool rest, compare_rest());
    if (!rest) return false;
    return uses_only_in_roles(document_, revision_, roles_);
  }

 private:
  [[nodiscard]] bool existed(std::uint32_t number) const { return document_.references().find(number, revision_) != nullptr; }
  [[nodiscard]] bool is_rewritten(std::uint32_t number) const {
    return document_.references().find(number) != document_.references().find(number, revision_);
  }

  // What the reference under this key leads to, if it is one, is compared as what it is for there.
  void in_role(const Loaded& before, std::string_view key) {
    if (const Object& value = before.value().find(key); value.is(Kind::reference)) roles_.references.insert(position(before, value));
  }
  static Position position(const Loaded& holder, const Object& value) { return {holder.reference.number, value.begin}; }

  // The references that the array under this key got at its end; nothing when it differs otherwise. A reference to it is the old one, or
  // leads to a new object.
  Result<std::optional<std::vector<Reference>>> added(const Loaded& before, const Loaded& after, std::string_view key) {
    using Added = std::optional<std::vector<Reference>>;
    const Object &old_value = before.value().find(key), &new_value = after.value().find(key);
    if (new_value.is(Kind::reference)) {
      if (!same(old_value, new_value) && existed(new_value.reference().number)) return Added();
      explained_.insert(new_value.reference().number);
    }
    in_role(before, key);
    MOHR_TRY(const Loaded old_array, document_.resolve(before, old_value, revision_));
    MOHR_TRY(const Loaded new_array, document_.resolve(after, new_value));
    if (!is_or_lacks(old_array.value(), Kind::array) || !is_or_lacks(new_array.value(), Kind::array)) return Added();
    const auto &old_items = old_array.value().items, &new_items = new_array.value().items;
    if (old_array.value().is(Kind::array) && !new_array.value().is(Kind::array)) return Added();
    if (new_items.size() < old_items.size() || !std::equal(old_items.begin(), old_items.end(), new_items.begin(), same)) return Added();
    std::vector<Reference> more;
    for (std::size_t i = old_items.size(); i < new_items.size(); ++i) {
      if (!new_items[i].is(Kind::reference)) return Added();
      more.push_back(new_items[i].reference());
    }
    return Added(std::move(more));
  }

  // Beside the catalog and the information a trailer may name streams to be shown in place of the pages (LibreOffice: /AdditionalStreams).
  // What was named before is as it was; what is named anew has no octets to show.
  Result<bool> compare_trailers(const Loaded& before, const Loaded& after) {
    const auto each_changed = [](const Loaded& from, const Loaded& with) {
      std::vector<const Object*> values;
      for (std::size_t i = 0; i + 1 < from.value().items.size(); i += 2) {
        const std::string& key = from.value().items[i].text;
        if (key != "Root" && key != "Info" && !same(from.value().items[i + 1], with.value().find(key)))
          values.push_back(&from.value().items[i + 1]);
      }
      return values;
    };
    for (const Object* value : each_changed(before, after)) roles_.silent.insert(position(before, *value));
    auto pending = each_changed(after, before);
    while (!pending.empty()) {
      const Object& value = *pending.back();
      pending.pop_back();
      for (const Object& item : value.items) pending.push_back(&item);
      if (!value.is(Kind::reference)) continue;
      MOHR_TRY(const Loaded named, document_.load(value.reference()));
      if (!is_plain(named) && !named.value().is(Kind::null)) return false;
    }
    return true;
  }

  // 14.3.3: which program wrote the file last, and when, says nothing about content; title, author and the rest do.
  Result<bool> compare_information(const Loaded& old_trailer, const Loaded& new_trailer) {
    const Object &before = old_trailer.value().find("Info"), &after = new_trailer.value().find("Info");
    if (after.is(Kind::null)) return before.is(Kind::null);
    if (same(before, after) && !(after.is(Kind::reference) && is_rewritten(after.reference().number))) return true;
    if (!after.is(Kind::reference) || !(before.is(Kind::null) || same(before, after))) return false;
    if (before.is(Kind::null) && existed(after.reference().number)) return false;
    MOHR_TRY(Loaded old_one, document_.resolve(old_trailer, before, revision_));
    if (before.is(Kind::null)) old_one.parsed.value.kind = Kind::dictionary;
    MOHR_TRY(const Loaded new_one, document_.load(after.reference()));
    if (!is_plain(old_one) || !is_plain(new_one) || !same_but(old_one.value(), new_one.value(), {"ModDate", "Producer"})) return false;
    for (const char* key : {"ModDate", "Producer"})
      if (!is_or_lacks(old_one.value().find(key), Kind::string) || !is_or_lacks(new_one.value().find(key), Kind::string)) return false;
    in_role(old_trailer, "Info");
    explained_.insert(after.reference().number);
    return true;
  }

  Result<bool> compare_catalogs(const Loaded& before, const Loaded& after) {
    if (!is_plain(before) || !is_plain(after) || !same_but(before.value(), after.value(), {"DSS", "Extensions", "AcroForm"})) return false;
    explained_.insert(after.reference.number);
    roles_.bound.insert(before.reference.number);
    if (!compare_extensions(before.value().find("Extensions"), after.value().find("Extensions"))) return false;
    return compare_forms(before, after);
  }

  Result<bool> compare_forms(const Loaded& before, const Loaded& after) {
    const Object &old_value = before.value().find("AcroForm"), &new_value = after.value().find("AcroForm");
    if (old_value.kind != new_value.kind || (old_value.is(Kind::reference) && !same(old_value, new_value))) return false;
    MOHR_TRY(const Loaded old_form, document_.resolve(before, old_value, revision_));
    MOHR_TRY(const Loaded new_form, document_.resolve(after, new_value));
    if (!is_plain(old_form) || !is_plain(new_form) || !same_but(old_form.value(), new_form.value(), {"Fields", "SigFlags"})) return false;
    if (!is_or_lacks(old_form.value().find("SigFlags"), Kind::integer) || !is_or_lacks(new_form.value().find("SigFlags"), Kind::integer))
      return false;
    in_role(before, "AcroForm");
    explained_.insert(new_form.reference.number);
    roles_.bound.insert(old_form.reference.number);
    MOHR_TRY(const auto fields, added(old_form, new_form, "Fields"));
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
    if (!is_plain(field) ||
        !has_only(value, {"Type", "Subtype", "FT", "T", "V", "Rect", "P", "F", "Ff", "TU", "AP", "DA", "MK", "Border", "BS"}))
      return false;
    if (!value.find("FT").is_name("Sig") || !value.find("Subtype").is_name("Widget") || !is_empty_rectangle(value.find("Rect")))
      return false;
    const Object& stamp = value.find("V");
    if (stamp.is(Kind::reference) && existed(stamp.reference().number)) return false;
    MOHR_TRY(const Loaded dictionary, document_.resolve(field, stamp));
    if (!is_plain(dictionary) || !dictionary.value().find("Type").is_name("DocTimeStamp") ||
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
      if (!is_plain(before) || !is_plain(after) || !after.value().find("Type").is_name("Page")) return false;
      if (!same_but(before.value(), after.value(), {"Annots"})) return false;
      MOHR_TRY(const auto more, added(before, after, "Annots"));
      if (!more || !std::all_of(more->begin(), more->end(), [&](Reference one) { return fields_.contains(one.number); })) return false;
      explained_.insert(reference.number);
      roles_.bound.insert(reference.number);
      roles_.pages.insert(reference.number);
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
  Result<bool> compare_stores(const Loaded& old_catalog, const Loaded& new_catalog) {
    const Object &before = old_catalog.value().find("DSS"), &after = new_catalog.value().find("DSS");
    MOHR_TRY(const Loaded old_store, document_.resolve(old_catalog, before, revision_));
    if (!is_plain(old_store) && !old_store.value().is(Kind::null)) return false;
    if (!before.is(Kind::null)) roles_.silent.insert(position(old_catalog, before));
    MOHR_CHECK(reach(before, revision_, old_store_));
    if (after.is(Kind::null)) return before.is(Kind::null);
    for (std::uint32_t then = revision_; then-- > 0;) {  // each as it was, for a later one may stand under the same number
      std::set<std::uint32_t> store_then;
      MOHR_TRY(const Loaded catalog_then, document_.catalog(then));
      MOHR_CHECK(reach(catalog_then.value().find("DSS"), then, store_then));
      store_.merge(store_then);
    }
    if (after.is(Kind::reference) && !store_.contains(after.reference().number)) return false;
    MOHR_TRY(const Loaded store, document_.resolve(new_catalog, after));
    if (!is_plain(store) || !has_only(store.value(), {"Type", "Certs", "CRLs", "OCSPs", "VRI"})) return false;
    explained_.insert(store_.begin(), store_.end());
    return true;
  }

  // Whatever else was written since is as it was, or holds objects for the file's own sake. What changed is bound to its role.
  Result<bool> compare_rest() {
    explained_.insert(appearance_.begin(), appearance_.end());
    std::uint32_t last = 0;
    for (const Entry& entry : document_.references().entries) {
      if (document_.references().sections[entry.section].revision >= revision_ || entry.number == last) continue;
      last = entry.number;
      if (entry.number == 0) continue;
      MOHR_TRY(const bool kept, existed(entry.number) ? is_as_it_was(entry.number) : is_for_the_file(entry.number));
      if (kept) continue;
      if (!explained_.contains(entry.number)) return false;
      roles_.bound.insert(entry.number);
    }
    return true;
  }

  Result<Loaded> load(std::uint32_t number, std::uint32_t revision) {
    const Entry* entry = document_.references().find(number, revision);
    return document_.load({number, entry == nullptr || entry->type == Entry::Type::compressed ? 0 : entry->generation}, revision);
  }

  Result<bool> is_for_the_file(std::uint32_t number) {
    MOHR_TRY(const Loaded now, load(number, 0));
    const Object& type = now.value().find("Type");
    return now.entry == nullptr || (now.data != 0 && (type.is_name("XRef") || type.is_name("ObjStm")));
  }

  Result<bool> is_as_it_was(std::uint32_t number) {
    MOHR_TRY(const Loaded before, load(number, revision_));
    MOHR_TRY(const Loaded after, load(number, 0));
    if (!same(before.value(), after.value()) || (before.data == 0) != (after.data == 0)) return false;
    if (after.data == 0) return true;
    MOHR_TRY(const Bytes old_octets, document_.stream(before, revision_));
    MOHR_TRY(const Bytes new_octets, document_.stream(after));
    return equal(old_octets, new_octets);
  }

  Document& document_;
  std::uint32_t revision_;
  std::set<std::uint32_t> explained_, fields_, old_store_, store_, appearance_;
  std::set<Reference> pages_;
  Roles roles_;
};

}  // namespace

Result<bool> only_adds_validation_data(Document& document, std::uint32_t revision) { return Comparison(document, revision).run(); }

}  // namespace mohr::format::pdf
