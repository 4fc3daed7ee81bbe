#include "pki/trust_description.h"

#include <algorithm>
#include <array>

#include "pki/asn1/der_writer.h"

namespace mohr::pki {
namespace {

using asn1::Oid;
using json::Value;

Error invalid(const std::string& path, std::string what) { return errors::trust_invalid(Code{path}, Code{std::move(what)}); }

Result<void> only(const Value& object, std::initializer_list<std::string_view> known, const std::string& path) {
  if (object.object() == nullptr) return invalid(path, "an object was expected");
  if (const std::string* unknown = object.unknown_member(known)) return invalid(path, "unknown member " + *unknown);
  return {};
}

// Readers of members; an absent member leaves `otherwise`.
Result<bool> flag(const Value& object, const char* name, bool otherwise, const std::string& path) {
  const Value* member = object.member(name);
  if (member == nullptr) return otherwise;
  if (member->boolean() == nullptr) return invalid(path, std::string(name) + " is neither true nor false");
  return *member->boolean();
}

Result<std::string> text(const Value& object, const char* name, std::string otherwise, const std::string& path) {
  const Value* member = object.member(name);
  if (member == nullptr) return otherwise;
  if (member->string() == nullptr) return invalid(path, std::string(name) + " is no text");
  return *member->string();
}

Result<Instant> time(const Value& object, const char* name, Instant otherwise, const std::string& path) {
  const Value* member = object.member(name);
  if (member == nullptr) return otherwise;
  const auto read = member->string() != nullptr ? from_iso8601(*member->string()) : std::nullopt;
  if (!read) return invalid(path, std::string(name) + " is no time (a time looks like 2026-11-25T09:30:00Z)");
  return *read;
}

Result<std::vector<std::string>> texts(const Value& object, const char* name, const std::string& path) {
  std::vector<std::string> out;
  const Value* member = object.member(name);
  if (member == nullptr) return out;
  if (member->array() == nullptr) return invalid(path, std::string(name) + " is no list");
  for (const Value& value : *member->array()) {
    if (value.string() == nullptr) return invalid(path, std::string(name) + " holds something that is no text");
    out.push_back(*value.string());
  }
  return out;
}

// {"C": "IR", "O": "Governmental"}: the first RDNs of a name, in the order of its encoding.
Result<Bytes> directory_name(const Value& value, const std::string& path) {
  constexpr std::array kAttributes = {Oid::common_name,
                                      Oid::surname,
                                      Oid::serial_number,
                                      Oid::country,
                                      Oid::locality,
                                      Oid::state,
                                      Oid::organization,
                                      Oid::organizational_unit,
                                      Oid::title,
                                      Oid::given_name,
                                      Oid::organization_identifier,
                                      Oid::domain_component};
  if (value.object() == nullptr) return invalid(path, "a directory name is no object");
  Bytes rdns;
  for (const json::Member& member : *value.object()) {
    const auto attribute = std::find_if(kAttributes.begin(), kAttributes.end(), [&](Oid id) { return asn1::name(id) == member.first; });
    if (attribute == kAttributes.end()) return invalid(path, "unknown attribute " + member.first);
    if (member.second.string() == nullptr) return invalid(path, member.first + " is no text");
    const Bytes one = asn1::sequence({asn1::oid(asn1::dotted(*attribute)), asn1::utf8_string(*member.second.string())});
    append(rdns, asn1::element(asn1::kSet, one));
  }
  return asn1::element(asn1::kSequence, rdns);
}

Result<GeneralName> constraint_name(const Value& value, AnchorNames& names, const std::string& path) {
  if (value.object() == nullptr || value.object()->size() != 1) return invalid(path, "a name is no object with one member");
  const auto& [kind, content] = value.object()->front();
  GeneralName name;
  if (kind == "directory") {
    MOHR_TRY(Bytes encoding, directory_name(content, path));
    name.kind = GeneralName::Kind::directory;
    names.octets.push_back(std::move(encoding));
  } else {
    if (kind == "dns") name.kind = GeneralName::Kind::dns;
    else if (kind == "email") name.kind = GeneralName::Kind::email;
    else if (kind == "uri") name.kind = GeneralName::Kind::uri;
    else return invalid(path, "unknown kind of name " + kind);
    if (content.string() == nullptr) return invalid(path, kind + " is no text");
    names.octets.push_back(to_bytes(as_bytes(*content.string())));
  }
  name.value = names.octets.back();
  return name;
}

Result<std::vector<GeneralName>> constraint_names(const Value& object, const char* member, AnchorNames& names, const std::string& path) {
  std::vector<GeneralName> out;
  const Value* list = object.member(member);
  if (list == nullptr) return out;
  if (list->array() == nullptr) return invalid(path, std::string(member) + " is no list");
  for (const Value& value : *list->array()) {
    MOHR_TRY(GeneralName name, constraint_name(value, names, path));
    out.push_back(name);
  }
  return out;
}

Result<std::shared_ptr<const AnchorNames>> read_names(const Value& object, const std::string& path) {
  auto names = std::make_shared<AnchorNames>();
  MOHR_TRY(names->names.permitted, constraint_names(object, "permitted_names", *names, path));
  MOHR_TRY(names->names.excluded, constraint_names(object, "excluded_names", *names, path));
  return std::shared_ptr<const AnchorNames>(std::move(names));
}

Result<AnchorConstraints> read_constraints(const Value& object, const std::string& path) {
  AnchorConstraints constraints;
  if (const Value* length = object.member("path_length")) {
    if (length->integer() == nullptr || *length->integer() < 0) return invalid(path, "path_length is no number from 0 on");
    constraints.path_length = *length->integer();
  }
  if (object.member("policies") != nullptr) {
    MOHR_TRY(const std::vector<std::string> policies, texts(object, "policies", path));
    constraints.policies.emplace();
    for (const std::string& policy : policies) {
      auto contents = asn1::contents_from_dotted(policy);
      if (!contents) return invalid(path, "no object identifier: " + policy);
      constraints.policies->push_back(*std::move(contents));
    }
  }
  if (object.member("permitted_names") != nullptr || object.member("excluded_names") != nullptr) {
    MOHR_TRY(auto names, read_names(object, path));
    constraints.names.push_back(std::move(names));
  }
  return constraints;
}

Result<TrustDescription::Row> read_row(const Value& value, const std::string& path) {
  MOHR_CHECK(only(value,
                  {"file", "sha256", "demonstration", "revocation", "domain", "purposes", "from", "until", "path_length", "policies",
                   "permitted_names", "excluded_names"},
                  path));
  TrustDescription::Row row;
  if (value.string("file") == nullptr) return invalid(path, "an anchor without file");
  row.file = *value.string("file");
  MOHR_TRY(row.sha256, text(value, "sha256", {}, path));
  if (value.member("sha256") != nullptr && (row.sha256.size() != 64 || !from_hex(row.sha256)))
    return invalid(path, "sha256 is no text of 64 hexadecimal digits");
  Anchor& anchor = row.anchor;
  MOHR_TRY(anchor.demonstration, flag(value, "demonstration", false, path));
  MOHR_TRY(const std::string revocation, text(value, "revocation", "required", path));
  if (revocation != "required" && revocation != "not-required") return invalid(path, "revocation is neither required nor not-required");
  anchor.revocation_required = revocation == "required";
  MOHR_TRY(const std::string domain, text(value, "domain", "internal", path));
  MOHR_TRY(anchor.domain, anchor_domain(domain, path));
  if (anchor.demonstration && anchor.domain == Domain::national) return invalid(path, "a demonstration is never national");
  if (value.member("purposes") != nullptr) {
    MOHR_TRY(const std::vector<std::string> words, texts(value, "purposes", path));
    MOHR_TRY(anchor.purposes, anchor_purposes(words, path));
  }
  MOHR_TRY(anchor.from, time(value, "from", anchor.from, path));
  MOHR_TRY(anchor.until, time(value, "until", anchor.until, path));
  if (anchor.until < anchor.from) return invalid(path, "until is before from");
  MOHR_TRY(anchor.constraints, read_constraints(value, path));
  return row;
}

Result<LevelTable> read_levels(const Value& description, const std::string& path) {
  LevelTable table;
  const Value* levels = description.member("levels");
  if (levels == nullptr) return table;
  if (levels->object() == nullptr) return invalid(path, "levels is no object");
  for (const auto& [policy, word] : *levels->object()) {
    auto contents = asn1::contents_from_dotted(policy);
    const auto level = word.string() != nullptr ? level_from(*word.string()) : std::nullopt;
    if (!contents) return invalid(path, "no object identifier: " + policy);
    if (!level) return invalid(path, "the level of " + policy + " is not bronze, silver, gold or platinum");
    table.emplace(*std::move(contents), *level);
  }
  return table;
}

Value names_value(std::span<const GeneralName> names) {
  json::Array list;
  for (const GeneralName& name : names) {
    Value one;
    switch (name.kind) {
      case GeneralName::Kind::dns: one.add("dns", name.text()); break;
      case GeneralName::Kind::email: one.add("email", name.text()); break;
      case GeneralName::Kind::uri: one.add("uri", name.text()); break;
      default: {
        Value directory = json::Object{};
        const auto parsed = Name::parse(name.value);
        const auto rdns = parsed ? parsed->rdns() : Result<std::vector<std::vector<Attribute>>>(std::vector<std::vector<Attribute>>{});
        for (const auto& rdn : *rdns) directory.add(std::string(asn1::name(asn1::known_oid(rdn[0].oid))), utf8_from(rdn[0]));
        one.add("directory", std::move(directory));
      }
    }
    list.push_back(std::move(one));
  }
  return list;
}

void add_constraints(const AnchorConstraints& constraints, Value& value) {
  if (constraints.path_length) value.add("path_length", *constraints.path_length);
  if (constraints.policies) {
    json::Array policies;
    for (const Bytes& policy : *constraints.policies) policies.emplace_back(asn1::dotted(policy));
    value.add("policies", std::move(policies));
  }
  for (const auto& names : constraints.names) {  // a description has one at most
    if (!names->names.permitted.empty()) value.add("permitted_names", names_value(names->names.permitted));
    if (!names->names.excluded.empty()) value.add("excluded_names", names_value(names->names.excluded));
  }
}

Value row_value(const TrustDescription::Row& row) {
  Value value;
  value.add("file", row.file);
  if (!row.sha256.empty()) value.add("sha256", row.sha256);
  const Anchor& anchor = row.anchor;
  value.add("domain", domain_id(anchor.domain));
  if (anchor.demonstration) value.add("demonstration", true);
  value.add("revocation", anchor.revocation_required ? "required" : "not-required");
  json::Array purposes;
  if (anchor.purposes.sign) purposes.emplace_back("sign");
  if (anchor.purposes.timestamp) purposes.emplace_back("time-stamp");
  if (anchor.purposes.status) purposes.emplace_back("status");
  value.add("purposes", std::move(purposes));
  if (anchor.from.seconds != INT64_MIN) value.add("from", iso8601(anchor.from));
  if (anchor.until.seconds != INT64_MAX) value.add("until", iso8601(anchor.until));
  add_constraints(anchor.constraints, value);
  return value;
}

}  // namespace

Result<AnchorPurposes> anchor_purposes(std::span<const std::string> words, const std::string& path) {
  AnchorPurposes purposes{false, false, false};
  for (const std::string& word : words) {
    if (word == "sign") purposes.sign = true;
    else if (word == "time-stamp") purposes.timestamp = true;
    else if (word == "status") purposes.status = true;
    else return invalid(path, "unknown purpose " + word + " (sign, time-stamp, status are known)");
  }
  if (words.empty()) return invalid(path, "an anchor for no purpose");
  return purposes;
}

Result<Domain> anchor_domain(std::string_view word, const std::string& path) {
  if (word == "national") return Domain::national;
  if (word == "internal") return Domain::internal;
  return invalid(path, "domain is neither national nor internal");
}

Result<TrustDescription> parse_trust_description(ByteView octets, const std::string& path) {
  Budget budget;
  auto parsed = json::parse(octets, budget);
  if (!parsed) return std::move(parsed).error().at(path);
  const Value& value = *parsed;
  MOHR_CHECK(only(value, {"version", "locked", "anchors", "intermediates", "allow_hosts", "levels"}, path));
  const Value* version = value.member("version");
  if (version == nullptr || version->integer() == nullptr || *version->integer() != 1) return invalid(path, "version is not 1");
  const Value* anchors = value.member("anchors");
  if (anchors == nullptr || anchors->array() == nullptr) return invalid(path, "anchors is no list");
  TrustDescription description;
  MOHR_TRY(description.locked, flag(value, "locked", false, path));
  for (const Value& anchor : *anchors->array()) {
    MOHR_TRY(TrustDescription::Row row, read_row(anchor, path));
    description.anchors.push_back(std::move(row));
  }
  MOHR_TRY(description.intermediates, texts(value, "intermediates", path));
  MOHR_TRY(description.allowed_hosts, texts(value, "allow_hosts", path));
  MOHR_TRY(description.levels, read_levels(value, path));
  return description;
}

json::Value trust_description_json(const TrustDescription& description) {
  Value value;
  value.add("version", 1);
  if (description.locked) value.add("locked", true);
  json::Array anchors, intermediates, hosts;
  for (const TrustDescription::Row& row : description.anchors) anchors.push_back(row_value(row));
  value.add("anchors", std::move(anchors));
  for (const std::string& file : description.intermediates) intermediates.emplace_back(file);
  if (!intermediates.empty()) value.add("intermediates", std::move(intermediates));
  for (const std::string& host : description.allowed_hosts) hosts.emplace_back(host);
  if (!hosts.empty()) value.add("allow_hosts", std::move(hosts));
  if (!description.levels.empty()) {
    Value levels = json::Object{};
    for (const auto& [policy, level] : description.levels) levels.add(asn1::dotted(policy), level_id(level));
    value.add("levels", std::move(levels));
  }
  return value;
}

}  // namespace mohr::pki
