// The signed identity of a message against what the caller expects: receiver, sender, tracking number, request, expiry.
#include "pki/national.h"
#include "verify/evaluation.h"

namespace mohr::verify {
namespace {

bool are_same(const std::string& a, const std::string& b) { return pki::fold_persian(a) == pki::fold_persian(b); }

// The legal person whose certificate signed: of a seal its own number, of an officer that of the agency.
std::optional<std::string> organization_of(const pki::CertificatePtr& signer) {
  if (!signer) return std::nullopt;
  const pki::NationalIdentity identity = pki::national_identity(signer->subject());
  const bool own = identity.kind == pki::IdentifierKind::legal_id;
  return pki::parse_identifier(pki::IdentifierKind::legal_id, own ? identity.identifier : identity.organization_id);
}

// Whoever signs can write any sender into a message. Where both are numbers of legal persons they are compared; an exchange centre may sign
// for another, so it is a warning unless the caller asked for that sender.
void compare_sender(const format::Signature& signature, bool is_expected, Findings& findings) {
  const auto claimed = pki::parse_identifier(pki::IdentifierKind::legal_id, signature.identity.sender);
  if (!claimed) return;
  const auto signer = organization_of(signature.signer);
  if (!signer || *claimed == *signer) return;
  findings.push_back(is_expected ? findings::sender_is_another(Code{*claimed}, signature.signer->subject().display(), Code{*signer})
                                 : findings::sender_not_signer(Code{*claimed}, signature.signer->subject().display(), Code{*signer}));
}

}  // namespace

void compare_with_question(const format::Signature& signature, const Situation& situation, Findings& findings) {
  const Question& question = situation.question;
  const format::Identity& identity = signature.identity;
  if (!question.expect_receiver.empty() && !are_same(identity.receiver, question.expect_receiver))
    findings.push_back(identity.receiver.empty() ? findings::receiver_missing() : findings::receiver_differs(identity.receiver));
  if (!question.expect_sender.empty() && !are_same(identity.sender, question.expect_sender))
    findings.push_back(identity.sender.empty() ? findings::sender_missing() : findings::sender_differs(identity.sender));
  else compare_sender(signature, !question.expect_sender.empty(), findings);
  if (!question.expect_tracking_id.empty() && !are_same(identity.tracking_id, question.expect_tracking_id))
    findings.push_back(identity.tracking_id.empty() ? findings::tracking_id_missing()
                                                    : findings::tracking_id_differs(Code{identity.tracking_id}));
  if (question.expect_request) {
    if (identity.request.empty()) {
      findings.push_back(findings::answers_no_request());
    } else if (identity.request_digest != crypto::DigestAlgorithm::sha256 || !equal(identity.request, question.expect_request->view())) {
      findings.push_back(findings::answers_other_request());
    }
  }
  if (identity.expires && *identity.expires < question.now) findings.push_back(findings::message_expired(*identity.expires));
}

}  // namespace mohr::verify
