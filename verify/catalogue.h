// Catalogues of cryptographic suites (RFC 5698; ETSI TS 119 312 in the forms of TS 119 322, XML and JSON) as the table of a policy.
#pragma once

#include "verify/policy.h"

namespace mohr::verify {

struct Catalogue {
  std::string name;                    // "ETSI ESI Cryptographic Suites 2.1.1"
  std::optional<Instant> next_update;  // when its publisher means to have looked at it again
  pki::AlgorithmTable algorithms;      // laxer than the catalogue in no row
  std::vector<std::string> unknown;    // names that mean nothing here: never strong enough
};
// Its signature is not looked at: it is an XML signature or a JWS like another. Curves count by their size, and a Start not at all: nothing
// was weaker before somebody recommended it. Errors: catalogue_invalid, module_missing, budget_exceeded.
Result<Catalogue> read_catalogue(ByteView text, const std::string& place);

// `base` with the table of the catalogue, to be reviewed by its next update or, where it names none, when this version's own table is.
json::Value policy_with(const Policy& base, const Catalogue& catalogue);

}  // namespace mohr::verify
