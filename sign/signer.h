// Signing a document: check the key and its certificate, write, verify the own result, then let it appear under its name.
#pragma once

#include "format/reader.h"
#include "sign/writer.h"

namespace mohr::sign {

// What a signer needs to know before anything is written. Errors: certificate_expired_for_signing, certificate_not_yet_valid_for_signing,
// certificate_not_for_signing, key_certificate_mismatch. `warnings`: expiry within 30 days, a key or an
// algorithm that counts as weak by now.
struct CertificateReview {
  Findings warnings;
};
Result<CertificateReview> review_certificate(const Request& request);

// The format that `mohr sign` picks by content: PDF, XML, JSON, else CAdES. Errors: those of format::detect.
Result<format::Format> format_for(const Source& document);
std::string default_output(const std::string& document, format::Format format);

// Writes through a temporary file and reads our own signature back (references, binding, value) before it is renamed into place; nothing is
// left behind on failure. Errors: those of review_certificate, the writers and the stamp; already_signed, own_signature_wrong.
Result<void> sign_file(const Source& document, const Request& request, const std::string& output, bool replace, Budget& budget);
// The same into memory, for doors that have no files (PDF included).
Result<Bytes> sign_bytes(ByteView document, const Request& request, Budget& budget);

}  // namespace mohr::sign
