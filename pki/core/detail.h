// The few words inside a sentence (Detail in message.h), translated.
#pragma once

#include <string>
#include <string_view>

namespace mohr {

// «طولی که از پایان می‌گذرد» for "a length beyond the end" (details.def); what is not known there stands apart, left
// to right.
std::string detail_in_persian(std::string_view english);

}  // namespace mohr
