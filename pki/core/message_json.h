// Findings, errors and times as JSON that can be read back with their types: for records, not for people.
#pragma once

#include "pki/core/error.h"
#include "pki/core/finding.h"
#include "pki/core/json.h"

namespace mohr {

json::Value record_of(const Finding& finding);
json::Value record_of(std::span<const Finding> findings);
// Nothing when the record is not one of this version's: an unknown id, another number or other types of parameters.
std::optional<Finding> finding_from(const json::Value& record);
std::optional<Findings> findings_from(const json::Value& record);

// A time as seconds since 1970 (RFC 7519 NumericDate). Nothing when it is no whole number, or outside the years 0 to 9999 that a time in
// writing can say.
std::optional<Instant> instant_from(const json::Value& seconds);

}  // namespace mohr
