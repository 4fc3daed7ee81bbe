// Evidence that a person gives in files: certificates, CRLs, OCSP responses.
#pragma once

#include "pki/crl_shelf.h"
#include "pki/evidence.h"

namespace mohr::pki {

struct EvidenceFiles {
  std::vector<std::string> intermediates, crls, ocsp_responses;  // paths
};
// Errors: evidence_unreadable, budget_exceeded (its place is the path). `shelf` (null: none) has the indexes of big lists.
Result<Evidence> evidence_from(const EvidenceFiles& files, Budget& budget, const CrlShelfPtr& shelf = {});

}  // namespace mohr::pki
