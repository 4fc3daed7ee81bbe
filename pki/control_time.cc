#include "pki/control_time.h"

#include <algorithm>

#include "pki/revocation_sources.h"

namespace mohr::pki {
namespace {

bool is_known(const crypto::Hash& object, Instant by, Instant now, const StatusRules& rules) {
  return (rules.proofs != nullptr ? rules.proofs->known_since(object, now) : now) <= by;
}

Evidence known_evidence(Instant by, Instant now, const Evidence& evidence, const StatusRules& rules) {
  Evidence known;
  for (const Held<Certificate>& held : evidence.certificates()) known.add(held.item, held.origin);
  for (const Held<Crl>& held : evidence.crls())
    if (is_known(held.item->fingerprint(), by, now, rules)) known.add(held.item, held.origin);
  for (const Held<OcspResponse>& held : evidence.ocsp_responses())
    if (is_known(held.item->fingerprint(), by, now, rules)) known.add(held.item, held.origin);
  return known;
}

Instant end_of_algorithms(const Certificate& certificate, const AlgorithmTable& table) {
  const auto key = certificate.key();
  return std::min(table.usable_until(certificate.signature_algorithm()), key ? table.usable_until(**key) : Instant{});
}

}  // namespace

Result<ControlTime> slide_time(std::span<const CertificatePtr> path, Instant now, const Trust& trust, const Evidence& evidence,
                               Budget& budget, const StatusRules& rules) {
  StatusRules newest = rules;  // freshness comes after the choice of the newest (5.6.2.2.4, 2 a and b)
  newest.longest_age.reset();
  newest.next_update_binds = false;
  Instant control = now;
  for (std::size_t i = path.size(); i-- > 1;) {
    const CertificatePtr &certificate = path[i - 1], &issuer = path[i];
    if (!is_known(certificate->fingerprint(), control, now, rules)) return ControlTime{{}, certificate};
    const Evidence known = known_evidence(control, now, evidence, rules);
    StatusMemory memory;
    MOHR_TRY(const RevocationStatus status, find_status({*certificate, *issuer, control, control, trust, known, budget, newest, memory}));
    if (status.state == RevocationState::unknown) return ControlTime{{}, certificate};
    if (status.state != RevocationState::good) {
      control = status.revoked_at;
    } else if (staleness({*certificate, *issuer, control, control, trust, known, budget, rules, memory}, {}, status.this_update,
                         status.next_update, {})) {
      control = status.this_update;
    }
    control = std::min(control, end_of_algorithms(*certificate, *rules.algorithms));
  }
  return ControlTime{control, {}};
}

}  // namespace mohr::pki
