#include "tests/support/issuing.h"

#include <algorithm>
#include <array>

#include "pki/asn1/der_writer.h"
#include "tests/support/token.h"

namespace mohr::test {

Party make_party(crypto::NewKey kind, const PartyOptions& options, const Party* issuer) {
  auto made = crypto::generate_key(kind);
  EXPECT_TRUE(made);
  Party party;
  party.key = *std::move(made);
  const std::array name = {pki::NamePart{asn1::Oid::country, "IR"}, pki::NamePart{asn1::Oid::common_name, options.name}};
  pki::CertificateProfile profile;
  profile.subject = pki::write_name(name);
  profile.spki = to_bytes(party.key->public_key().spki());
  profile.serial = crypto::random_bytes(9);
  profile.serial[0] = 0x41;
  profile.not_before = options.from;
  profile.not_after = options.to;
  profile.key_usage = options.key_usage;
  profile.extended_key_usages = options.extended_key_usages;
  profile.extended_key_usage_critical = options.critical;
  profile.ca = options.ca;
  profile.extensions = options.extensions;
  const crypto::SigningKey& by = issuer != nullptr ? *issuer->key : *party.key;
  const auto der = pki::issue_certificate(profile, by, issuer != nullptr ? issuer->certificate.get() : nullptr,
                                          crypto::preferred_algorithm(by.public_key()));
  EXPECT_TRUE(der);
  auto certificate = pki::Certificate::parse(*der);
  EXPECT_TRUE(certificate);
  party.certificate = *std::move(certificate);
  return party;
}

const Party& rsa_party() {
  static const Party party = make_party(crypto::NewKey::rsa2048, {.name = "Rsa [Sign]", .extended_key_usages = {}});
  return party;
}

const Party& p256_party() {
  static const Party party = make_party(crypto::NewKey::p256, {.name = "Curve [Sign]", .extended_key_usages = {}});
  return party;
}

Party timestamp_party(bool critical) {
  PartyOptions options;
  options.name = "Test Time-stamps";
  options.key_usage = pki::kDigitalSignature;
  options.extended_key_usages = {asn1::Oid::kp_time_stamping};
  options.critical = critical;
  return make_party(crypto::NewKey::p256, options);
}

Bytes timestamp_token(const Party& authority, ByteView stamped, Instant time) {
  auto token = make_token(*authority.key, authority.certificate, stamped, time);
  EXPECT_TRUE(token);
  return token ? *std::move(token) : Bytes();
}

Bytes ber_from_der(ByteView der) {
  Bytes out;
  asn1::Reader reader(der);
  while (!reader.at_end()) {
    const auto element = reader.next();
    if (!element) break;
    const bool constructed = (element->tag & 0x20) != 0;
    if (!constructed && element->tag != asn1::kOctetString) {
      append(out, element->whole);
      continue;
    }
    out.push_back(static_cast<Byte>(element->tag | 0x20));
    out.push_back(0x80);
    if (constructed) {
      append(out, ber_from_der(element->value));
    } else {
      const std::size_t half = element->value.size() / 2;
      append(out, asn1::octet_string(element->value.first(half)));
      append(out, asn1::octet_string(element->value.subspan(half)));
    }
    out.insert(out.end(), {0, 0});
  }
  return out;
}

Bytes replaced(ByteView octets, ByteView from, ByteView to) {
  EXPECT_EQ(from.size(), to.size());
  Bytes out = to_bytes(octets);
  const auto found = std::search(out.begin(), out.end(), from.begin(), from.end());
  EXPECT_NE(found, out.end());
  if (found != out.end()) std::copy(to.begin(), to.end(), found);
  return out;
}

}  // namespace mohr::test
