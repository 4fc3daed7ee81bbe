#include "format/pdf_uses.h"

#include <map>

namespace mohr::format::pdf {
namespace {

class Walk {
 public:
  Walk(Document& document, std::uint32_t revision, const Roles& roles) : document_(document), revision_(revision), roles_(roles) {}

  Result<bool> run() {
    const Parsed* trailer = document_.trailer(revision_);
    if (trailer == nullptr) return false;
    Loaded start;
    start.parsed = *trailer;
    bool fits = look_at(start);
    for (std::uint32_t container = 0; fits && !pending_.empty();) {
      auto at = pending_.find(container);
      if (at == pending_.end()) at = pending_.begin();
      container = at->first;
      const Reference next = at->second.back();
      at->second.pop_back();
      if (at->second.empty()) pending_.erase(at);
      const Result<Loaded> loaded = document_.load(next, revision_);
      if (!loaded && loaded.error().code != ErrorCode::pdf_invalid && loaded.error().code != ErrorCode::unsupported) return loaded.error();
      if (!loaded) return false;
      fits = look_at(*loaded);
    }
    return fits;
  }

 private:
  struct Value {
    const Object* object;
    bool as_page;  // stands where pages are referred to
  };

  bool look_at(const Loaded& holder) {
    std::vector<Value> values{{&holder.value(), false}};
    while (!values.empty()) {
      const auto [object, as_page] = values.back();
      values.pop_back();
      const Position position{holder.reference.number, object->begin};
      if (roles_.silent.contains(position)) continue;
      if (object->is(Kind::reference) && !arrive(object->reference(), roles_.references.contains(position), as_page)) return false;
      if (object->is(Kind::array))
        for (const Object& item : object->items) values.push_back({&item, true});
      if (object->is(Kind::dictionary))
        for (std::size_t i = 0; i + 1 < object->items.size(); i += 2) {
          const std::string& key = object->items[i].text;
          values.push_back({&object->items[i + 1], key == "P" || key == "Pg" || key == "Page"});
        }
    }
    return true;
  }

  bool arrive(Reference reference, bool in_role, bool as_page) {
    const std::uint32_t number = reference.number;
    if (!in_role && roles_.bound.contains(number) && !(as_page && roles_.pages.contains(number))) return false;
    if (!seen_.insert(number).second) return true;
    const Entry* entry = document_.references().find(number, revision_);
    if (entry == nullptr) return document_.references().find(number) == nullptr;
    const bool compressed = entry->type == Entry::Type::compressed;
    // The object stream is used too; and those of one are read together, for it is unpacked once.
    const auto container = compressed ? static_cast<std::uint32_t>(entry->place) : 0;
    pending_[container].push_back(reference);
    return !compressed || arrive({container, 0}, false, false);
  }

  Document& document_;
  std::uint32_t revision_;
  const Roles& roles_;
  std::set<std::uint32_t> seen_;
  std::map<std::uint32_t, std::vector<Reference>> pending_;  // by object stream; 0: in none
};

}  // namespace

Result<bool> uses_only_in_roles(Document& document, std::uint32_t revision, const Roles& roles) {
  return Walk(document, revision, roles).run();
}

}  // namespace mohr::format::pdf
