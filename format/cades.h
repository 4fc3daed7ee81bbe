// CAdES: CMS signatures (EN 319 122-1), attached and detached to facts.
#pragma once

#include "format/signed_document.h"
#include "pki/core/source.h"

namespace mohr::format {

Result<SignedDocument> read_cades(const Source& document, const Source* content, Budget& budget, pki::CertificateMemory* memory = nullptr);

}  // namespace mohr::format
