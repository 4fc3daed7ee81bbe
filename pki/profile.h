// What RFC 5280 section 4 asks of those who issue certificates, beyond what a path needs. Real certificates depart from it in places, so
// it is asked only where PathInputs::strict_profile says so.
#pragma once

#include "pki/certificate.h"

namespace mohr::pki {

// The first departure, in words for details: "a subject key identifier is missing"; "" when there is none.
std::string_view departure_from_profile(const Certificate& certificate);

}  // namespace mohr::pki
