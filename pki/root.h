// A certificate that somebody trusts. A store has hundreds of them and a verdict reaches one, so only the frame of each is read when trust
// is loaded: enough to find it by its name.
#pragma once

#include "pki/certificate.h"

namespace mohr::pki {

// Shared and immutable; safe over threads.
class Root {
 public:
  Root() = default;                  // none: nothing may be asked of it
  Root(CertificatePtr certificate);  // NOLINT(google-explicit-constructor): one that was read already
  // Reads the frame (RFC 5280 4.1) and the names, and copies the encoding once. Errors: certificate_invalid.
  static Result<Root> outline(ByteView der);

  [[nodiscard]] ByteView der() const;
  [[nodiscard]] const Name& subject() const;
  [[nodiscard]] bool is_self_issued() const;
  [[nodiscard]] crypto::Hash fingerprint() const;  // SHA-256 of der(), computed at each call
  // All of it, read at the first call and kept. Errors: certificate_invalid.
  [[nodiscard]] Result<CertificatePtr> whole() const;
  explicit operator bool() const { return state_ != nullptr; }

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

}  // namespace mohr::pki
