// Validation time sliding (EN 319 102-1 5.6.2.2): until when everything at hand agrees that a path held.
#pragma once

#include "pki/revocation.h"

namespace mohr::pki {

struct ControlTime {
  // What existed before it existed while the path held. Nothing: NO_POE, since of `unproven` no status is known to be from before.
  std::optional<Instant> time;
  CertificatePtr unproven;
};

// `path`: the target first, its anchor last, each certificate issued by the next (5.6.2.1 sees to that). From the anchor down, the time
// moves from `now` back to the revocation of a certificate, to the newest word about one when that is no longer fresh (`rules`), and to
// the end of an algorithm or key; certificates and statuses count that are known to exist by then (`rules.proofs`). Dates of validity
// are not looked at: they are the same at every time. Errors: budget_exceeded.
Result<ControlTime> slide_time(std::span<const CertificatePtr> path, Instant now, const Trust& trust, const Evidence& evidence,
                               Budget& budget, const StatusRules& rules = {});

}  // namespace mohr::pki
