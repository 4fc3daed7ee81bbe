// Name constraints (RFC 5280 4.2.1.10 and 6.1.3 b, c) over every kind of name that a certificate carries.
#pragma once

#include "pki/certificate.h"

namespace mohr::pki {

// Names in the subject that stand for alternative names: addresses in emailAddress (RFC 5280 4.2.1.10), and common names that look like
// host names, as long as there are callers who match hosts against them.
enum class LegacyNames : std::uint8_t {
  without_alternative_names,  // an address counts when no alternative name is one, a common name when there is no alternative name
  without_dns_names,          // an address always, a common name when no alternative name is of DNS
};

// The first name of `certificate` that the constraints of `authority` do not permit, for people; nothing when all are permitted.
// A name or a constraint that is malformed, and a
// constraint on a kind of name that no standard says how to compare (most otherNames, x400Address, ediPartyName, registeredID), refuses
// every name of that kind; of a constraint on x400Address or ediPartyName not even the absence of such names can be told, and it refuses
// all. rfc822Name constraints bind SmtpUTF8Mailbox too (RFC 9598 6). Errors: budget_exceeded: every pair of a name and
// a constraint counts (Limit::name_comparisons).
Result<std::optional<std::string>> find_forbidden_name(const Certificate& certificate, const NameConstraints& constraints,
                                                       LegacyNames legacy, Budget& budget);

}  // namespace mohr::pki
