// Stream data of PDF (ISO 32000-2 clause 7.4): FlateDecode with PNG predictors, as cross-reference and object streams need it.
#pragma once

#include "format/pdf_object.h"

namespace mohr::format::pdf {

// The decoded data of a stream with this dictionary. `offset`: place of the data, for messages.
// Errors: unsupported (names the filter or predictor), pdf_invalid, budget_exceeded (ratio, memory-bytes, nodes: one for each 64 octets,
// so that many streams together are bounded too).
Result<Bytes> decode_stream(const Object& dictionary, ByteView data, std::uint64_t offset, Budget& budget);

}  // namespace mohr::format::pdf
