// JAdES: JSON web signatures (TS 119 182-1, RFC 7515) to facts.
#pragma once

#include "format/signed_document.h"
#include "pki/core/source.h"

namespace mohr::format {

Result<SignedDocument> read_jades(const Source& document, const Source* content, Budget& budget, pki::CertificateMemory* memory = nullptr);

}  // namespace mohr::format
