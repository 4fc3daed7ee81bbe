// A distinguished name (X.501): a view into its encoding, comparison as RFC 5280 7.1 asks, and words for people.
#pragma once

#include <string>
#include <vector>

#include "pki/asn1/der_reader.h"
#include "pki/asn1/oid.h"

namespace mohr::pki {

struct Attribute {
  ByteView oid;       // contents octets
  asn1::Tag tag = 0;  // string type
  ByteView value;     // contents octets
};

class Name {
 public:
  Name() = default;
  // `encoding`: the whole RDNSequence element; lives as long as its owner. UTF8String must be UTF-8, BMPString and UniversalString whole
  // characters, octets above 7F in PrintableString and IA5String at least UTF-8. Errors: der_invalid.
  static Result<Name> parse(ByteView encoding);

  [[nodiscard]] ByteView encoding() const { return encoding_; }
  [[nodiscard]] bool empty() const;  // no RDN
  // Compared octet for octet first; else attribute by attribute after string preparation (RFC 4518: characters that map to nothing or to
  // space, case of Latin, Greek, Cyrillic and Armenian letters, white space; without its normalisation NFKC).
  [[nodiscard]] bool equals(const Name& other) const;
  // True when the RDNs of `base` are the first RDNs of this name, compared as equals() does: the subtree of a name constraint
  // (RFC 5280 4.2.1.10). Every name is within the empty one.
  [[nodiscard]] bool is_within(const Name& base) const;
  // One text for each RDN, made so that equal RDNs have equal texts: for many comparisons of the same name. Empty when it cannot be read.
  [[nodiscard]] std::vector<std::string> comparable() const;
  // RDNs in the order of the encoding.
  [[nodiscard]] Result<std::vector<std::vector<Attribute>>> rdns() const;
  // The first value of that attribute as UTF-8, cleaned by printable(); empty when there is none.
  [[nodiscard]] std::string first(asn1::Oid attribute) const;
  // What people call it: CN, else O, else the last attribute.
  [[nodiscard]] std::string display() const;
  // RFC 4514 text, for details.
  [[nodiscard]] std::string rfc4514() const;
  // A PrintableString or IA5String holds characters outside its alphabet (national.md 1.4): read leniently, worth a finding.
  [[nodiscard]] bool has_odd_characters() const { return odd_characters_; }

 private:
  ByteView encoding_;
  bool odd_characters_ = false;
};

std::string utf8_from(const Attribute& attribute);  // any string type to clean UTF-8

// The national profile codes the role in the CN suffix (national.md 1.4): "[Sign]", "[Stamp]", ".RA [code]".
enum class SignerRole : std::uint8_t { unknown, person, seal, registration_office };
SignerRole signer_role(const Name& subject);
std::string_view role_id(SignerRole role);  // "person", "registration-office"

}  // namespace mohr::pki
