// How extensions are read: what certificates, CRLs and OCSP responses share. Only for their parsers.
#pragma once

#include "pki/certificate.h"

namespace mohr::pki {

// The elements of Extensions, at least one, none twice. `reader` stands inside the SEQUENCE. Errors: der_invalid.
Result<std::vector<Extension>> read_extensions(asn1::Reader reader);
// One Extension. `inside` is set to a reader over the octets of extnValue, with places counted as `reader` counts them.
Result<Extension> read_extension(asn1::Reader& reader, asn1::Reader& inside);

struct DistributionPointName {  // RFC 5280 4.2.1.13
  std::vector<std::string> urls;
  ByteView full_name, relative_name;
};
// `reader` stands inside the [0] that holds the CHOICE.
Result<DistributionPointName> read_distribution_point_name(asn1::Reader reader);

// CRLDistributionPoints (RFC 5280 4.2.1.13), at least one. `odd` is set when named bits are not written as DER wants.
Result<std::vector<DistributionPoint>> read_distribution_points(asn1::Reader& value, bool& odd);

struct AccessUrls {  // authorityInfoAccess (RFC 5280 4.2.2.1)
  std::vector<std::string> ocsp, ca_issuers;
};
Result<AccessUrls> read_authority_info_access(asn1::Reader& value);

// SEQUENCE { OBJECT IDENTIFIER, parameters }: the whole element. Parameters are left to who knows the algorithm.
Result<ByteView> read_algorithm_identifier(asn1::Reader& reader);
// A signature's BIT STRING. One that ends inside an octet verifies under no algorithm: it is lent as empty.
Result<ByteView> read_signature_value(asn1::Reader& reader);

// Contents of a BIT STRING of named bits. Trailing zero bits, which DER cuts, are read and told in `odd`.
Result<std::uint32_t> read_named_bits(asn1::Reader& reader, asn1::Tag tag, bool& odd);
// keyIdentifier of AuthorityKeyIdentifier; empty when it names the key by issuer and serial only.
Result<ByteView> read_authority_key_identifier(asn1::Reader reader);

struct Policies {  // RFC 5280 4.2.1.4
  std::vector<ByteView> identifiers;
  bool unknown_qualifiers = false;
};
Result<Policies> read_policies(asn1::Reader reader);

struct ExtensionParser {
  // Reads the known extensions of `certificate` (its extensions_ are there) into its fields.
  static Result<void> parse(Certificate& certificate, asn1::Reader extensions);

 private:
  static Result<void> parse_one(Certificate& certificate, const Extension& extension, asn1::Reader value);
  static Result<void> basic_constraints(Certificate& certificate, const Extension& extension, asn1::Reader& value);
  static Result<void> key_usage(Certificate& certificate, const Extension& extension, asn1::Reader& value);
  static Result<void> extended_key_usage(Certificate& certificate, const Extension& extension, asn1::Reader& value);
  static Result<void> policy_mappings(Certificate& certificate, const Extension& extension, asn1::Reader& value);
  static Result<void> policy_constraints(Certificate& certificate, const Extension& extension, asn1::Reader& value);
  static Result<void> name_constraints(Certificate& certificate, const Extension& extension, asn1::Reader& value);
  static Result<void> crl_distribution_points(Certificate& certificate, const Extension& extension, asn1::Reader& value);
  static Result<void> authority_info_access(Certificate& certificate, const Extension& extension, asn1::Reader& value);
  static void add_odd_encoding(Certificate& certificate, const Extension& extension);
};

}  // namespace mohr::pki
