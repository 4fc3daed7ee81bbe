// Keys and certificates made on the spot, for tests.
#pragma once

#include <gtest/gtest.h>

#include "pki/cms.h"
#include "pki/issue.h"

namespace mohr::test {

inline constexpr Instant kNow{1795600000};  // 2026-11-25

struct Party {
  std::shared_ptr<const crypto::SigningKey> key;
  pki::CertificatePtr certificate;
};
struct PartyOptions {
  std::string name = "Test [Sign]";
  std::uint32_t key_usage = pki::kDigitalSignature | pki::kContentCommitment;
  std::vector<asn1::Oid> extended_key_usages;
  bool critical = false;
  Instant from = kNow - kDay, to = kNow + 365 * kDay;
  bool ca = false;
  std::vector<Bytes> extensions = {};  // further ones: whole elements
};
Party make_party(crypto::NewKey kind, const PartyOptions& options = {}, const Party* issuer = nullptr);
// Made once for a test program: RSA keys take their time.
const Party& rsa_party();
const Party& p256_party();
Party timestamp_party(bool critical = true);
// A token (ContentInfo) of `authority` over SHA-256 of `stamped`.
Bytes timestamp_token(const Party& authority, ByteView stamped, Instant time = kNow);

// The same message with indefinite lengths, and every OCTET STRING in parts.
Bytes ber_from_der(ByteView der);
// `octets` with the first `from` replaced by `to` (of the same length); the test fails when there is none.
Bytes replaced(ByteView octets, ByteView from, ByteView to);

}  // namespace mohr::test
