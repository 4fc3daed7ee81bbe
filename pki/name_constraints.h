// Name constraints (RFC 5280 4.2.1.10 and 6.1.3 b, c) over every kind of name that a certificate carries.
#pragma once

#include "pki/certificate.h"

namespace mohr::pki {

// The first name of `certificate` that the constraints of `authority` do not permit, for people; nothing when all are permitted.
// `common_names_are_hosts`: the common names that look like host names count as DNS names. A name or a constraint that is malformed, and a
// constraint on a kind of name that no standard says how to compare (most otherNames, x400Address, ediPartyName, registeredID), refuses
// every name of that kind. rfc822Name constraints bind SmtpUTF8Mailbox too (RFC 9598 6). Errors: budget_exceeded: every pair of a name and
// a constraint of its kind counts (Limit::name_comparisons).
Result<std::optional<std::string>> find_forbidden_name(const Certificate& certificate, const NameConstraints& constraints,
                                                       bool common_names_are_hosts, Budget& budget);

}  // namespace mohr::pki
