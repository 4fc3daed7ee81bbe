// XAdES: XML signatures (EN 319 132-1) to facts.
#pragma once

#include "format/signed_document.h"
#include "pki/core/source.h"

namespace mohr::format {

Result<SignedDocument> read_xades(const Source& document, const Source* content, Budget& budget, pki::CertificateMemory* memory = nullptr);

}  // namespace mohr::format
