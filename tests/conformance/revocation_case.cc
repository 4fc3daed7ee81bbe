#include "revocation_case.h"

#include <algorithm>

namespace mohr::conformance {

Bytes block(const std::vector<asn1::PemBlock>& blocks, std::string_view label) {
  const auto found = std::find_if(blocks.begin(), blocks.end(), [&](const asn1::PemBlock& one) { return one.label == label; });
  return found != blocks.end() ? found->contents : Bytes{};
}

std::string state_word(const pki::RevocationStatus& status) {
  switch (status.state) {
    case pki::RevocationState::good: return "GOOD";
    case pki::RevocationState::revoked:
    case pki::RevocationState::on_hold: return "REVOKED";
    default: return "UNKNOWN";
  }
}

std::string reasons(const pki::RevocationStatus& status) {
  std::string out;
  for (const Finding& finding : status.findings) out += (out.empty() ? "" : " ") + render(finding, Language::en);
  return out;
}

Result<pki::RevocationStatus> status_of(const StatusCase& one) {
  pki::Trust trust;
  const auto& anchor = one.others.empty() ? one.issuer : one.others.front();
  MOHR_CHECK(trust.add_anchor(pki::Anchor{anchor, false, true, "corpus"}));
  pki::Evidence evidence = one.evidence;
  evidence.add(one.issuer, pki::Origin::given);
  Budget budget;
  return pki::revocation_status(*one.target, *one.issuer, one.time, one.time, trust, evidence, budget, one.rules);
}

}  // namespace mohr::conformance
