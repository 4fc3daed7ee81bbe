// The signed identity of a message against what the caller expects: receiver, sender, tracking number, request, expiry.
#include "verify/evaluation.h"

namespace mohr::verify {

void compare_with_question(const format::Identity& identity, const Situation& situation, Findings& findings) {
  const Question& question = situation.question;
  if (!question.expect_receiver.empty() && identity.receiver != question.expect_receiver)
    findings.push_back(identity.receiver.empty() ? findings::receiver_missing() : findings::receiver_differs(identity.receiver));
  if (!question.expect_sender.empty() && identity.sender != question.expect_sender)
    findings.push_back(identity.sender.empty() ? findings::sender_missing() : findings::sender_differs(identity.sender));
  if (!question.expect_tracking_id.empty() && identity.tracking_id != question.expect_tracking_id)
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
