// The facts of a document as JSON that can be read back: what a verdict was made from, without the document.
#pragma once

#include "format/signed_document.h"
#include "pki/core/json.h"

namespace mohr::format {

json::Value record_of(const SignedDocument& facts);
// Errors: record_invalid (names the member), those of the certificates, lists, answers and tokens in it, budget_exceeded.
Result<SignedDocument> facts_from(const json::Value& record, Budget& budget);

}  // namespace mohr::format
