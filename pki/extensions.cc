#include "pki/extensions.h"

#include <algorithm>

#include "pki/core/text.h"

namespace mohr::pki {
namespace {

using asn1::Element;
using asn1::Oid;
using asn1::Reader;

constexpr std::size_t kMostExtensions = 200;  // keeps the search for duplicates short

bool has_duplicates(std::vector<ByteView> values) {
  std::sort(values.begin(), values.end(), [](ByteView a, ByteView b) { return less(a, b); });
  return std::adjacent_find(values.begin(), values.end(), [](ByteView a, ByteView b) { return equal(a, b); }) != values.end();
}

// An INTEGER (0..MAX) that a path can be counted against.
Result<std::int64_t> read_count(Reader& reader) {
  MOHR_TRY(const std::int64_t count, reader.small_integer());
  if (count < 0) return reader.error("a negative count");
  return count;
}

Result<std::int64_t> read_tagged_count(const Reader& reader, const Element& element) {
  if (element.value.empty() || element.value.size() > 8 || (element.value[0] & 0x80)) return reader.error("a broken count");
  if (element.value.size() > 1 && element.value[0] == 0 && !(element.value[1] & 0x80))
    return reader.error("an integer that is not minimal");
  std::int64_t count = 0;
  for (const Byte b : element.value) count = count << 8 | b;
  return count;
}

// GeneralSubtrees. `distances` is set when a minimum or maximum is written.
Result<std::vector<GeneralName>> read_subtrees(Reader reader, bool& distances) {
  std::vector<GeneralName> names;
  if (reader.at_end()) return reader.error("an empty list of subtrees");
  while (!reader.at_end()) {
    MOHR_TRY(Reader subtree, reader.enter(asn1::kSequence));
    MOHR_TRY(const GeneralName name, read_general_name(subtree, GeneralNameUse::constraint));
    names.push_back(name);
    for (const asn1::Tag tag : {asn1::context(0, false), asn1::context(1, false)}) {
      MOHR_TRY(const Element distance, subtree.next_if(tag));
      const bool is_none = tag == asn1::context(0, false) && equal(distance.value, Bytes{0});  // the default, written out
      if (distance && !is_none) distances = true;
    }
    MOHR_CHECK(subtree.finish());
  }
  return names;
}

// Whether one is of an unknown kind.
Result<bool> read_qualifiers(Reader qualifiers, bool any_policy) {
  bool unknown = false;
  if (qualifiers.at_end()) return qualifiers.error("an empty list of policy qualifiers");
  while (!qualifiers.at_end()) {
    MOHR_TRY(Reader qualifier, qualifiers.enter(asn1::kSequence));
    MOHR_TRY(const ByteView oid, qualifier.oid());
    const Oid id = asn1::known_oid(oid);
    const bool known = id == Oid::cps_qualifier || id == Oid::user_notice_qualifier;
    if (any_policy && !known) return qualifier.error("a qualifier that anyPolicy may not have");  // RFC 5280 4.2.1.4
    unknown = unknown || !known;
    MOHR_CHECK(qualifier.next());
    MOHR_CHECK(qualifier.finish());
  }
  return unknown;
}

Result<DistributionPoint> read_distribution_point(Reader point, bool& odd) {
  DistributionPoint out;
  MOHR_TRY(const Element name, point.next_if(asn1::context(0)));
  if (name) {
    MOHR_TRY(DistributionPointName read, read_distribution_point_name(point.inside(name)));
    out.urls = std::move(read.urls);
    out.full_name = read.full_name;
    out.relative_name = read.relative_name;
  }
  if (point.peek() == asn1::context(1, false)) {
    MOHR_TRY(out.reasons, read_named_bits(point, asn1::context(1, false), odd));
  }
  MOHR_TRY(const Element issuer, point.next_if(asn1::context(2)));
  if (issuer) {
    MOHR_CHECK(read_general_names(point.inside(issuer)));
    out.crl_issuer = issuer.value;
  }
  MOHR_CHECK(point.finish());
  if (!name && !issuer) return point.error("a distribution point that names nothing");
  return out;
}

}  // namespace

Result<Extension> read_extension(Reader& reader, Reader& inside) {
  MOHR_TRY(Reader sequence, reader.enter(asn1::kSequence));
  Extension extension;
  MOHR_TRY(extension.oid, sequence.oid());
  if (sequence.peek() == asn1::kBoolean) {
    MOHR_TRY(extension.critical, sequence.boolean());
    extension.writes_default = !extension.critical;
  }
  MOHR_TRY(const Element value, sequence.next(asn1::kOctetString));
  MOHR_CHECK(sequence.finish());
  extension.value = value.value;
  extension.id = asn1::known_oid(extension.oid);
  inside = sequence.inside(value);
  return extension;
}

Result<std::vector<Extension>> read_extensions(Reader reader) {
  std::vector<Extension> extensions;
  extensions.reserve(12);
  if (reader.at_end()) return reader.error("an empty list of extensions");
  while (!reader.at_end()) {
    Reader inside;
    MOHR_TRY(const Extension extension, read_extension(reader, inside));
    for (const Extension& earlier : extensions)
      if (equal(earlier.oid, extension.oid)) return reader.error("the same extension twice");
    if (extensions.size() == kMostExtensions) return reader.error("more than 200 extensions");
    extensions.push_back(extension);
  }
  return extensions;
}

Result<DistributionPointName> read_distribution_point_name(Reader reader) {
  DistributionPointName out;
  MOHR_TRY(const Element choice, reader.next());
  MOHR_CHECK(reader.finish());
  if (choice.tag == asn1::context(1)) {  // RelativeDistinguishedName: a SET OF, implicitly tagged
    if (choice.value.empty()) return reader.error("an empty part of a name");
    out.relative_name = choice.value;
    return out;
  }
  if (choice.tag != asn1::context(0)) return reader.error("an unknown kind of distribution point");
  MOHR_TRY(const auto names, read_general_names(reader.inside(choice)));
  out.full_name = choice.value;
  for (const GeneralName& name : names)
    if (name.kind == GeneralName::Kind::uri) out.urls.emplace_back(name.text());
  return out;
}

Result<std::vector<DistributionPoint>> read_distribution_points(Reader& value, bool& odd) {
  MOHR_TRY(Reader sequence, value.enter(asn1::kSequence));
  if (sequence.at_end()) return sequence.error("an empty list of distribution points");
  std::vector<DistributionPoint> points;
  while (!sequence.at_end()) {
    MOHR_TRY(const Reader point, sequence.enter(asn1::kSequence));
    MOHR_TRY(points.emplace_back(), read_distribution_point(point, odd));
  }
  return points;
}

Result<AccessUrls> read_authority_info_access(Reader& value) {
  MOHR_TRY(Reader sequence, value.enter(asn1::kSequence));
  if (sequence.at_end()) return sequence.error("an empty list of access descriptions");
  AccessUrls urls;
  while (!sequence.at_end()) {
    MOHR_TRY(Reader description, sequence.enter(asn1::kSequence));
    MOHR_TRY(const ByteView method, description.oid());
    MOHR_TRY(const GeneralName location, read_general_name(description));
    MOHR_CHECK(description.finish());
    if (location.kind != GeneralName::Kind::uri) continue;
    const Oid id = asn1::known_oid(method);
    if (id == Oid::ad_ocsp) urls.ocsp.emplace_back(location.text());
    if (id == Oid::ad_ca_issuers) urls.ca_issuers.emplace_back(location.text());
  }
  return urls;
}

Result<ByteView> read_algorithm_identifier(Reader& reader) {
  MOHR_TRY(const Element algorithm, reader.next(asn1::kSequence));
  Reader inside = reader.inside(algorithm);
  MOHR_CHECK(inside.oid());
  return algorithm.whole;
}

Result<ByteView> read_signature_value(Reader& reader) {
  MOHR_TRY(const Element bits, reader.next(asn1::kBitString));
  if (bits.value.empty() || bits.value[0] > 7) return reader.error("a broken bit string");
  return bits.value[0] == 0 ? bits.value.subspan(1) : ByteView{};
}

Result<std::uint32_t> read_named_bits(Reader& reader, asn1::Tag tag, bool& odd) {
  MOHR_TRY(const Element element, reader.next(tag));
  const ByteView v = element.value;
  if (v.empty() || v[0] > 7 || v.size() > 5 || (v.size() == 1 && v[0] != 0)) return reader.error("a broken list of named bits");
  if (v.size() > 1 && (v.back() & ((1U << v[0]) - 1U)) != 0) return reader.error("a bit string with padding that is not zero");
  if (v.size() > 1 && (v.back() & (1U << v[0])) == 0) odd = true;
  std::uint32_t bits = 0;
  for (std::size_t i = 1; i < v.size(); ++i)
    for (unsigned b = 0; b < 8; ++b)
      if (v[i] & (0x80U >> b)) bits |= 1U << ((i - 1) * 8 + b);
  return bits;
}

Result<ByteView> read_authority_key_identifier(Reader reader) {
  MOHR_TRY(Reader sequence, reader.enter(asn1::kSequence));
  MOHR_CHECK(reader.finish());
  MOHR_TRY(const Element key, sequence.next_if(asn1::context(0, false)));
  MOHR_TRY(const Element issuer, sequence.next_if(asn1::context(1)));
  if (issuer) MOHR_CHECK(read_general_names(sequence.inside(issuer)));
  MOHR_CHECK(sequence.next_if(asn1::context(2, false)));
  MOHR_CHECK(sequence.finish());
  return key.value;
}

Result<void> ExtensionParser::parse(Certificate& c, Reader extensions) {
  MOHR_TRY(c.extensions_, read_extensions(extensions));
  for (const Extension& extension : c.extensions_) {
    if (extension.writes_default) add_odd_encoding(c, extension);
    if (extension.id == Oid::unknown) continue;
    MOHR_CHECK(parse_one(c, extension, extensions.inside({asn1::kOctetString, extension.value, {}})));
  }
  return {};
}

Result<void> ExtensionParser::parse_one(Certificate& c, const Extension& extension, Reader value) {
  const auto read = [&](auto parser) -> Result<void> {
    MOHR_CHECK(parser(c, extension, value));
    return value.finish();
  };
  switch (extension.id) {
    case Oid::basic_constraints: return read(basic_constraints);
    case Oid::key_usage: return read(key_usage);
    case Oid::extended_key_usage: return read(extended_key_usage);
    case Oid::certificate_policies: {
      MOHR_TRY(Policies policies, read_policies(value));
      c.policies_ = std::move(policies.identifiers);
      c.unknown_policy_qualifiers_ = policies.unknown_qualifiers;
      return {};
    }
    case Oid::policy_mappings: return read(policy_mappings);
    case Oid::policy_constraints: return read(policy_constraints);
    case Oid::name_constraints: return read(name_constraints);
    case Oid::crl_distribution_points: return read(crl_distribution_points);
    case Oid::authority_info_access: return read(authority_info_access);
    case Oid::inhibit_any_policy: {
      MOHR_TRY(c.inhibit_any_policy_, read_count(value));
      return value.finish();
    }
    case Oid::subject_key_identifier: {
      MOHR_TRY(c.subject_key_identifier_, value.octet_string());
      return value.finish();
    }
    case Oid::authority_key_identifier: {
      MOHR_TRY(c.authority_key_identifier_, read_authority_key_identifier(value));
      return {};
    }
    case Oid::subject_alt_name: {
      MOHR_TRY(const Reader names, value.enter(asn1::kSequence));
      MOHR_CHECK(value.finish());
      if (names.at_end()) {  // some issuers write none; it names nothing, so nothing can be wrong with it
        add_odd_encoding(c, extension);
        return {};
      }
      MOHR_TRY(c.subject_alt_names_, read_general_names(names));
      return {};
    }
    default: return {};
  }
}

Result<void> ExtensionParser::basic_constraints(Certificate& c, const Extension&, Reader& value) {
  MOHR_TRY(Reader sequence, value.enter(asn1::kSequence));
  BasicConstraints out;
  if (sequence.peek() == asn1::kBoolean) {
    MOHR_TRY(out.ca, sequence.boolean());  // FALSE is the default, yet so many issuers write it that it is worth no finding
  }
  if (!sequence.at_end()) {
    MOHR_TRY(out.path_length, read_count(sequence));
  }
  MOHR_CHECK(sequence.finish());
  c.basic_constraints_ = out;
  return {};
}

Result<void> ExtensionParser::key_usage(Certificate& c, const Extension& extension, Reader& value) {
  bool odd = false;
  MOHR_TRY(const std::uint32_t bits, read_named_bits(value, asn1::kBitString, odd));
  if (bits == 0) return value.error("a key usage without any use");  // RFC 5280 4.2.1.3
  c.key_usage_ = bits;
  if (odd) add_odd_encoding(c, extension);
  return {};
}

Result<void> ExtensionParser::extended_key_usage(Certificate& c, const Extension&, Reader& value) {
  MOHR_TRY(Reader sequence, value.enter(asn1::kSequence));
  if (sequence.at_end()) return sequence.error("an empty list of key purposes");
  while (!sequence.at_end()) {
    MOHR_TRY(const ByteView purpose, sequence.oid());
    c.extended_key_usages_.push_back(purpose);
  }
  return {};
}

Result<Policies> read_policies(Reader reader) {
  Policies out;
  MOHR_TRY(Reader sequence, reader.enter(asn1::kSequence));
  MOHR_CHECK(reader.finish());
  if (sequence.at_end()) return sequence.error("an empty list of policies");
  while (!sequence.at_end()) {
    MOHR_TRY(Reader information, sequence.enter(asn1::kSequence));
    MOHR_TRY(const ByteView policy, information.oid());
    MOHR_TRY(const Element qualifiers, information.next_if(asn1::kSequence));
    if (qualifiers) {
      MOHR_TRY(const bool unknown, read_qualifiers(information.inside(qualifiers), asn1::known_oid(policy) == Oid::any_policy));
      out.unknown_qualifiers = out.unknown_qualifiers || unknown;
    }
    MOHR_CHECK(information.finish());
    out.identifiers.push_back(policy);
  }
  if (out.identifiers.size() > 1 && has_duplicates(out.identifiers)) return sequence.error("the same policy twice");
  return out;
}

Result<void> ExtensionParser::policy_mappings(Certificate& c, const Extension&, Reader& value) {
  MOHR_TRY(Reader sequence, value.enter(asn1::kSequence));
  if (sequence.at_end()) return sequence.error("an empty list of policy mappings");
  while (!sequence.at_end()) {
    MOHR_TRY(Reader mapping, sequence.enter(asn1::kSequence));
    PolicyMapping out;
    MOHR_TRY(out.issuer_policy, mapping.oid());
    MOHR_TRY(out.subject_policy, mapping.oid());
    MOHR_CHECK(mapping.finish());
    c.policy_mappings_.push_back(out);
  }
  return {};
}

Result<void> ExtensionParser::policy_constraints(Certificate& c, const Extension&, Reader& value) {
  MOHR_TRY(Reader sequence, value.enter(asn1::kSequence));
  if (sequence.at_end()) return sequence.error("policy constraints that say nothing");
  PolicyConstraints out;
  MOHR_TRY(const Element require, sequence.next_if(asn1::context(0, false)));
  if (require) {
    MOHR_TRY(out.require_explicit_policy, read_tagged_count(sequence, require));
  }
  MOHR_TRY(const Element inhibit, sequence.next_if(asn1::context(1, false)));
  if (inhibit) {
    MOHR_TRY(out.inhibit_policy_mapping, read_tagged_count(sequence, inhibit));
  }
  MOHR_CHECK(sequence.finish());
  c.policy_constraints_ = out;
  return {};
}

Result<void> ExtensionParser::name_constraints(Certificate& c, const Extension&, Reader& value) {
  MOHR_TRY(Reader sequence, value.enter(asn1::kSequence));
  if (sequence.at_end()) return sequence.error("name constraints that say nothing");
  NameConstraints out;
  MOHR_TRY(const Element permitted, sequence.next_if(asn1::context(0)));
  if (permitted) {
    MOHR_TRY(out.permitted, read_subtrees(sequence.inside(permitted), out.has_distances));
  }
  MOHR_TRY(const Element excluded, sequence.next_if(asn1::context(1)));
  if (excluded) {
    MOHR_TRY(out.excluded, read_subtrees(sequence.inside(excluded), out.has_distances));
  }
  MOHR_CHECK(sequence.finish());
  c.name_constraints_ = std::move(out);
  return {};
}

Result<void> ExtensionParser::crl_distribution_points(Certificate& c, const Extension& extension, Reader& value) {
  bool odd = false;
  MOHR_TRY(c.crl_distribution_points_, read_distribution_points(value, odd));
  if (odd) add_odd_encoding(c, extension);
  return {};
}

Result<void> ExtensionParser::authority_info_access(Certificate& c, const Extension&, Reader& value) {
  MOHR_TRY(AccessUrls urls, read_authority_info_access(value));
  c.ocsp_urls_ = std::move(urls.ocsp);
  c.ca_issuer_urls_ = std::move(urls.ca_issuers);
  return {};
}

void ExtensionParser::add_odd_encoding(Certificate& c, const Extension& extension) {
  const std::string name = extension.id == Oid::unknown ? asn1::dotted(extension.oid) : std::string(asn1::name(extension.id));
  c.oddities_.push_back(findings::certificate_odd_encoding(c.subject_.display(), Code{name}));
}

}  // namespace mohr::pki
