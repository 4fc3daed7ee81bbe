// A time-stamp token for tests and benchmarks.
#pragma once

#include "pki/issue.h"

namespace mohr::test {

// A token (ContentInfo) over SHA-256 of `stamped`. Errors: those of the key.
inline Result<Bytes> make_token(const crypto::SigningKey& key, const pki::CertificatePtr& authority, ByteView stamped, Instant time) {
  pki::TimestampRequest request;
  request.imprint = to_bytes(crypto::sha256(stamped).view());
  pki::TimestampProfile profile;
  profile.policy = "2.999.1";
  profile.now = time;
  profile.serial = Bytes(16, 0x43);
  MOHR_TRY(const Bytes response, pki::issue_timestamp_response(request, profile, key, authority, {}));
  MOHR_TRY(const ByteView token, pki::token_from_response(response));
  return to_bytes(token);
}

}  // namespace mohr::test
