#include "document_case.h"

#include "format/reader.h"
#include "verify/evaluation.h"
#include "verify/rules.h"

namespace mohr::conformance {

std::string outcome_of(const verify::Verifier& verifier, const Bytes& octets, Instant time) {
  const MemorySource source(octets);
  verify::Question question;
  question.now = time;
  const auto verdict = verifier.verify(source, nullptr, {}, question, nullptr);
  if (!verdict) return describe(verdict.error());
  if (verdict->no_signature) return "NO_SIGNATURE";
  return std::string(verify::outcome_id(verdict->outcome));
}

pki::Trust with_roots_of(pki::Trust trust, const Bytes& octets) {
  const MemorySource source(octets);
  Budget budget;
  const auto facts = format::read(source, nullptr, budget);
  if (!facts) return trust;
  for (const format::Signature& signature : facts->signatures) {
    for (const pki::CertificatePtr& certificate : signature.certificates)
      if (auto added = certificate->is_self_issued() ? trust.add_anchor({certificate, false, false, "of the document"}) : Result<void>();
          !added)
        continue;
  }
  return trust;
}

std::string break_in(const format::Signature& signature, const pki::CertificatePtr& given) {
  const pki::CertificatePtr signer = signature.signer ? signature.signer : given;
  Findings found = signature.findings;
  verify::verify_cryptographically(signature, signer.get(), found);
  if (!signer) return "its certificate is not there";
  for (const Finding& finding : found) {
    const verify::Rule& rule = verify::rule(finding.check);
    if (!rule.warning && finding.check != Check::pdf_changed_after_signing) return render(finding, Language::en);
  }
  return {};
}

}  // namespace mohr::conformance
