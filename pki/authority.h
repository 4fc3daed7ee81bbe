// The demonstration national CA: `mohr authority demo DIR` makes it, `mohr serve --demo DIR` answers for it. Part of mohr_keys.
#pragma once

#include "pki/issue.h"

namespace mohr::pki {

// Makes DIR with the fixed file names that DIR/README lists. `port` 0: a free one is chosen. `is_interrupted` (null: never) is asked before
// each key; nothing is left then. Errors: file errors, authority_exists, interrupted.
Result<void> make_demonstration(const std::string& directory, int port, Instant now, bool (*is_interrupted)() = nullptr);

// What its time-stamp authority says in every token (RFC 3161 2.4.2).
struct TimestampTerms {
  std::string policy;        // dotted; empty: the demonstration's own
  int accuracy_seconds = 1;  // 1 to 3600
};

// Answers requests for a demonstration authority: pure functions of the folder's keys and the time; no network here.
class DemonstrationAuthority {
 public:
  static Result<std::unique_ptr<DemonstrationAuthority>> open(const std::string& directory, TimestampTerms terms = {});
  ~DemonstrationAuthority();
  [[nodiscard]] int port() const;
  [[nodiscard]] std::string tsa_url() const;
  [[nodiscard]] std::string ocsp_url() const;
  [[nodiscard]] std::string crl_url() const;
  // DER answers, error responses of the protocols included.
  // `serial`: the magnitude that the token gets; the caller never gives one twice.
  [[nodiscard]] Bytes answer_timestamp(ByteView request, ByteView serial, Instant now) const;
  [[nodiscard]] Bytes answer_ocsp(ByteView request, Instant now) const;
  // "silver.crl", "p256.crl", "root.crl", "silver-ca.cer", ...: nothing when there is no such file. CRLs are made fresh for `now`.
  [[nodiscard]] std::optional<Bytes> file(std::string_view name, Instant now) const;

 private:
  struct State;
  explicit DemonstrationAuthority(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mohr::pki
