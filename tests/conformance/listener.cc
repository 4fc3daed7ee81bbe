#include "listener.h"

namespace mohr::conformance {
namespace {
Listener* listening = nullptr;
}

void set_listener(Listener* listener) { listening = listener; }

crypto::SignatureCheck verify_value(const ValueCase& question) {
  const crypto::SignatureCheck ours = question.key.verify(question.algorithm, question.message, question.value, question.form);
  if (listening != nullptr) listening->hear(question, ours);
  return ours;
}

void tell(const PathCase& question, const PathAnswer& ours) {
  if (listening != nullptr) listening->hear(question, ours);
}

}  // namespace mohr::conformance
