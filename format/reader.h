// One table: which format is this, and the reader for it.
#pragma once

#include "format/signed_document.h"
#include "pki/core/source.h"

namespace mohr::format {

enum class Kind : std::uint8_t { pdf, xml, json, jws_compact, cms, certificate, crl, ocsp, timestamp, other };

std::string_view kind_name(Kind kind);  // "PDF", "CMS", "time-stamp": for details

// By content only. A file that two readers recognise, or with octets before its magic, is an error: input_ambiguous,
// input_prefixed. `other` is anything else (a file to be signed, or detached content).
Result<Kind> detect(const Source& source);

// Scan and digest: finds the signatures and computes every digest, in one pass over the document. `content` is the detached content, or
// null. Errors: unsupported (names the construct), the format's own, budget_exceeded. A document without signatures is no error. `memory`:
// certificates read before, or null.
Result<SignedDocument> read(const Source& document, const Source* content, Budget& budget, pki::CertificateMemory* memory = nullptr);

}  // namespace mohr::format
