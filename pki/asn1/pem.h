// PEM (RFC 7468): text blocks around DER.
#pragma once

#include <string>
#include <vector>

#include "pki/core/bytes.h"
#include "pki/core/result.h"

namespace mohr::asn1 {

struct PemBlock {
  std::string label;    // "CERTIFICATE"
  std::string headers;  // RFC 1421 header lines ("Proc-Type: 4,ENCRYPTED"); empty in what RFC 7468 describes
  Bytes contents;
};

// True when a line that begins a block is in it. Cheap for DER: only the first 64 KiB are looked at.
bool is_pem(ByteView input);
// All blocks in their order; text around them is skipped (RFC 7468 section 2). Errors: pem_invalid at "block N".
Result<std::vector<PemBlock>> read_pem(ByteView input);
std::string write_pem(std::string_view label, ByteView der);  // lines of 64 characters

}  // namespace mohr::asn1
