// BER to DER: indefinite and non-minimal lengths, constructed strings. Only the wrapping changes; the contents of primitive
// values and the order of a SET stay as they are, so what others signed keeps its octets.
#pragma once

#include "pki/core/budget.h"
#include "pki/core/bytes.h"

namespace mohr::asn1 {

// True when `input` is one element in definite, minimal lengths without constructed strings, and nothing follows.
bool is_der_shaped(ByteView input);
// Errors: der_invalid (truncated, end-of-contents missing, trailing octets unless `allow_trailing_zeros`, as PDF pads), budget_exceeded.
Result<Bytes> der_from_ber(ByteView input, bool allow_trailing_zeros, Budget& budget);
// The elements inside the one that lies at `path` in `input`, as they stand; {1, 0} is the first inside the second inside `input`.
// Errors: der_invalid, budget_exceeded.
Result<std::vector<ByteView>> ber_elements(ByteView input, std::span<const std::size_t> path, Budget& budget);

}  // namespace mohr::asn1
