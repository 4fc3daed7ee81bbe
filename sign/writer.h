// One writer for each format: document in, signed document (or detached signature) out.
#pragma once

#include "sign/request.h"

namespace mohr::sign {

// Octets go to `out` in order. PDF: the original octets are copied and a revision appended; patches go through write_at.
// Errors: already_signed (names the next step), the format's reading errors, crypto_failed, the stamp's.
Result<void> write_cades(const Source& document, const Request& request, Sink& out, Budget& budget);
Result<void> write_xades(const Source& document, const Request& request, Sink& out, Budget& budget);
Result<void> write_pades(const Source& document, const Request& request, Sink& out, Budget& budget);
Result<void> write_jades(const Source& document, const Request& request, Sink& out, Budget& budget);

// CMS for CAdES and PAdES: over a digest that was computed already. `content`: encapsulate (attached). PAdES leaves signing-time out
// (EN 319 142-1 5.2: the dictionary has it).
struct CmsInput {
  ByteView content_digest;  // by content_digest_algorithm(request)
  std::optional<ByteView> content;
  bool pades = false;
};
// The digest algorithm of the content for that key: the one asked for, or what the key's algorithm demands (RFC 8419: SHA-512 with
// Ed25519).
crypto::DigestAlgorithm content_digest_algorithm(const Request& request);
Result<Bytes> write_cms(const CmsInput& input, const Request& request);

}  // namespace mohr::sign
