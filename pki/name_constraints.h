// Name constraints (RFC 5280 4.2.1.10 and 6.1.3 b, c) over every kind of name that a certificate carries.
#pragma once

#include "pki/certificate.h"

namespace mohr::pki {

// The first name of `certificate` that the constraints of `authority` do not permit, for people; nothing when all are permitted.
// A constraint on a kind of name that cannot be compared here (otherName, x400Address, ediPartyName, registeredID) refuses every such name.
// Every comparison counts in the budget (Limit::path_steps would be too small: Limit::nodes).
Result<std::optional<std::string>> find_forbidden_name(const Certificate& certificate, const NameConstraints& constraints, Budget& budget);

}  // namespace mohr::pki
