// Facts as JSON, without judgement: what mohr inspect and mohr certificate print.
#pragma once

#include "format/signed_document.h"
#include "pki/core/json.h"
#include "pki/timestamp.h"

namespace mohr::cli {

json::Value facts_of(const pki::Certificate& certificate);
json::Value facts_of(const pki::Crl& crl);
json::Value facts_of(const pki::OcspResponse& response);
json::Value facts_of(const pki::TimestampToken& token);
json::Value facts_of(const format::SignedDocument& document);

}  // namespace mohr::cli
