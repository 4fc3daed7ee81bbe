#include "verify/catalogue.h"

#include <algorithm>
#include <charconv>

#include "format/xml.h"
#include "pki/core/text.h"
#include "verify/catalogue_table.h"
#include "verify/policy_reader.h"

namespace mohr::verify {
namespace {

using json::Value;

constexpr std::string_view kSpace = "urn:ietf:params:xml:ns:dssc", kRoot = "SecuritySuitabilityPolicy";

// The element as TS 119 322 writes it in JSON: what is in it by name, several of a name as a list.
Value value_of(const format::xml::Document& xml, format::xml::Node element) {
  const auto name = xml.attribute(element, "name");
  if (!name && xml.has_only_text(element)) return xml.text(element);
  std::map<std::string, json::Array> members;
  if (name) members["name"].emplace_back(*name);
  for (auto child = xml.first_child(element); child != nullptr; child = xml.next_sibling(child))
    members[std::string(xml.name(child))].push_back(value_of(xml, child));
  json::Object object;
  for (auto& [id, list] : members) object.emplace_back(id, std::move(list));
  return object;
}

// All of that name: one, or a list of them.
std::vector<const Value*> all(const Value& object, std::string_view name) {
  const Value* member = object.member(name);
  if (member == nullptr) return {};
  if (member->array() == nullptr) return {member};
  std::vector<const Value*> list;
  for (const Value& one : *member->array()) list.push_back(&one);
  return list;
}

const Value* first(const Value& object, std::string_view name) {
  const std::vector<const Value*> found = all(object, name);
  return found.empty() ? nullptr : found.front();
}

std::vector<std::string> texts(const Value& object, std::string_view name) {
  std::vector<std::string> out;
  for (const Value* one : all(object, name))
    if (one->string() != nullptr) out.push_back(*one->string());
  return out;
}

std::string text(const Value& object, std::string_view name) {
  const std::vector<std::string> found = texts(object, name);
  return found.empty() ? std::string() : found.front();
}

class CatalogueReader {
 public:
  explicit CatalogueReader(const std::string& place) : place_(place) {}

  Result<Catalogue> read(const Value& suite) {
    const Value* name = first(suite, "PolicyName");
    if (name == nullptr || text(*name, "Name").empty()) return broken("PolicyName is missing");
    Catalogue catalogue;
    catalogue.name = printable(text(*name, "Name"));
    if (const std::string version = text(*name, "ObjectIdentifier"); !version.empty()) catalogue.name += " " + printable(version);
    if (suite.member("NextUpdate") != nullptr) {
      MOHR_TRY(catalogue.next_update, time(text(suite, "NextUpdate")));
    }
    const std::vector<const Value*> algorithms = all(suite, "Algorithm");
    if (algorithms.empty()) return broken("Algorithm is missing");
    for (const Value* algorithm : algorithms) {
      MOHR_TRY(const bool known, take(*algorithm));
      if (!known) catalogue.unknown.push_back(printable(text(*first(*algorithm, "AlgorithmIdentifier"), "Name")));
      if (table_.is_full()) return broken("too many rows");
    }
    const auto table = table_.finish();
    if (!table) return broken("too many rows");
    catalogue.algorithms = *table;
    return catalogue;
  }

  [[nodiscard]] Error broken(std::string what) const { return errors::catalogue_invalid(Code{place_}, Code{std::move(what)}); }

 private:
  // xs:date and xs:dateTime, with or without a zone. A day counts from its beginning.
  [[nodiscard]] Result<Instant> time(std::string text) const {
    constexpr std::size_t kDate = 10, kSeconds = 19;
    const std::string stated = printable(text);
    if (text.size() >= kDate && (text.size() == kDate || text[kDate] != 'T')) text.insert(kDate, "T00:00:00");
    if (text.size() >= kSeconds && text.find_first_of("Z+-", kSeconds) == std::string::npos) text += "Z";
    const auto read = from_iso8601(text);
    if (!read) return broken(stated + " is no time");
    return *read;
  }

  [[nodiscard]] Result<int> least_bits(const Value& evaluation) const {
    int least = 0;
    for (const Value* parameter : all(evaluation, "Parameter")) {
      const std::string name = text(*parameter, "name");
      if (name != "moduluslength" && name != "plength" && name != "qlength") return broken("a parameter " + printable(name));
      if (parameter->member("Max") != nullptr) return broken("a parameter with Max");
      const Value* stated = first(*parameter, "Min");
      if (stated == nullptr) continue;
      int bits = stated->integer() != nullptr && *stated->integer() < kMostBits ? static_cast<int>(*stated->integer()) : -1;
      if (const std::string* digits = stated->string()) {
        const char* end = digits->data() + digits->size();
        const auto read = std::from_chars(digits->data(), end, bits);
        if (read.ec != std::errc() || read.ptr != end) bits = -1;
      }
      if (bits < 0 || bits >= kMostBits) return broken("Min is no number of bits");
      if (name != "qlength") least = bits;  // it follows from the other (FIPS 186-4 4.2; one field for curves)
    }
    return least;
  }

  // No end is known where Validity is empty, or left out as in TS 119 312 v1.5.1.
  [[nodiscard]] Result<Instant> end_of(const Value& evaluation) const {
    const Value* validity = first(evaluation, "Validity");
    if (validity == nullptr) return pki::kNoEnd;
    const std::string* blank = validity->string();
    if (blank != nullptr && blank->find_first_not_of(" \t\r\n") == std::string::npos) return pki::kNoEnd;
    if (validity->object() == nullptr) return broken("Validity is no object");
    if (validity->member("End") == nullptr) return pki::kNoEnd;
    return time(text(*validity, "End"));
  }

  // Whether it is known here.
  Result<bool> take(const Value& algorithm) {
    const Value* identifier = first(algorithm, "AlgorithmIdentifier");
    if (identifier == nullptr) return broken("AlgorithmIdentifier is missing");
    std::vector<std::string> oids = texts(*identifier, "ObjectIdentifier");
    if (oids.empty()) oids = texts(*identifier, "Objectidentifier");  // so in the JSON of TS 119 312 v1.5.1
    const Subject subject = subject_of(texts(*identifier, "URI"), oids);
    const std::vector<const Value*> evaluations = all(algorithm, "Evaluation");
    if (evaluations.empty()) return broken("Evaluation is missing");
    for (const Value* evaluation : evaluations) {
      if (evaluation->object() == nullptr) return broken("Evaluation is no object");
      MOHR_TRY(const Instant until, end_of(*evaluation));
      MOHR_TRY(const int least, least_bits(*evaluation));
      if (subject.digest != nullptr) table_.take(subject.digest->digest, until);
      if (subject.signature != nullptr) table_.take(*subject.signature, least, until);
      if (subject.curve != nullptr && until == pki::kNoEnd) table_.take(*subject.curve);
    }
    return subject.digest != nullptr || subject.signature != nullptr || subject.curve != nullptr;
  }

  const std::string& place_;
  TableBuilder table_;
};

Result<Value> parse_xml(ByteView text, Budget& budget) {
  MOHR_TRY(const auto xml, format::xml::Document::parse(text, budget));
  const bool known = xml->space(xml->root()) == kSpace && xml->name(xml->root()) == kRoot;
  return known ? value_of(*xml, xml->root()) : Value();
}

Result<Value> parse_json(ByteView text, Budget& budget) {
  MOHR_TRY(const Value value, json::parse(text, budget));
  for (const std::string& name : {std::string(kRoot), std::string(kRoot) + "Type"})  // the latter in the JSON of TS 119 312 v1.5.1
    if (const Value* suite = value.member(name)) return *suite;
  return Value();
}

}  // namespace

Result<Catalogue> read_catalogue(ByteView text, const std::string& place) {
  CatalogueReader reader(place);
  Budget budget;
  const bool is_json = as_text(text).substr(0, as_text(text).find_first_not_of(" \t\r\n") + 1).ends_with('{');
  const auto suite = is_json ? parse_json(text, budget) : parse_xml(text, budget);
  if (!suite && failure(suite.error()) == Failure::unreadable)
    return reader.broken(is_json ? "its JSON is broken" : "its XML is broken").at(suite.error().place);
  if (!suite) return suite.error();
  if (suite->object() == nullptr) return reader.broken("it is no SecuritySuitabilityPolicy");
  return reader.read(*suite);
}

Value policy_with(const Policy& base, const Catalogue& catalogue) {
  const Value whole = base.json();
  const Instant review = catalogue.next_update.value_or(*from_iso8601(kReviewBefore));
  Value name, value;
  for (const Language language : {Language::en, Language::fa})
    name.add(language == Language::en ? "en" : "fa", base.name(language) + " (" + catalogue.name + ")");
  for (const auto& [member, held] : *whole.object()) {
    if (member == "id") value.add(member, base.id() + "-catalogue");
    else if (member == "name") value.add(member, name);
    else if (member == "algorithms") value.add(member, algorithms_value(catalogue.algorithms, review));
    else value.add(member, held);
  }
  return value;
}

}  // namespace mohr::verify
