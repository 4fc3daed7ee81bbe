#include "format/xml.h"

#include <array>

#include "format/xml_markup.h"
#include "pki/core/module.h"

namespace mohr::format::xml {
namespace {

struct Method {
  Canonical method;
  std::string_view uri;
};
constexpr std::array kMethods = {
    Method{Canonical::c14n10, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"},
    Method{Canonical::c14n10_comments, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"},
    Method{Canonical::c14n11, "http://www.w3.org/2006/12/xml-c14n11"},
    Method{Canonical::c14n11_comments, "http://www.w3.org/2006/12/xml-c14n11#WithComments"},
    Method{Canonical::exclusive, "http://www.w3.org/2001/10/xml-exc-c14n#"},
    Method{Canonical::exclusive_comments, "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"},
};

}  // namespace

std::optional<Canonical> canonical_from_uri(std::string_view uri) {
  for (const Method& row : kMethods)
    if (row.uri == uri) return row.method;
  return std::nullopt;
}

std::string_view canonical_uri(Canonical method) { return kMethods[static_cast<std::size_t>(method)].uri; }

Canonical without_comments(Canonical method) { return static_cast<Canonical>(static_cast<unsigned>(method) & ~1U); }

Result<std::unique_ptr<Document>> Document::parse(ByteView octets, Budget& budget) {
  MOHR_CHECK(budget.within(Limit::memory_bytes, octets.size()));
  MOHR_TRY(const Utf8 utf8, to_utf8(octets));
  MOHR_CHECK(scan_markup(utf8.text, budget));
  MOHR_CHECK(budget.in_time());
  MOHR_TRY(void* const symbol, load_module("xml"));
  return static_cast<const Module*>(symbol)->parse(utf8.text, budget.limits());
}

Result<Bytes> Document::canonical(Node apex, const Canonicalization& how) const {
  Bytes out;
  MOHR_CHECK(canonicalize(apex, {}, how, [&out](ByteView more) { append(out, more); }));
  return out;
}

}  // namespace mohr::format::xml
