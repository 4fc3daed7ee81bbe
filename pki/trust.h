// What is trusted, by whom configured: anchors, intermediates, hosts. No anchor ships with mohr.
#pragma once

#include <functional>

#include "pki/anchor.h"

namespace mohr::pki {

// Immutable once built; safe over threads. Keys of the anchors are built when a path first needs them.
class Trust {
 public:
  // An anchor that is there already is restricted to what both allow.
  Result<void> add_anchor(Anchor anchor);
  // Many at once: the identity of the trust is computed once.
  void add_anchors(std::vector<Anchor> anchors);
  void add_intermediate(CertificatePtr certificate);
  void allow_host(std::string host_and_port);  // "127.0.0.1:18080": may be fetched from though it is a loopback or private address
  [[nodiscard]] std::span<const Anchor> anchors() const { return anchors_; }
  [[nodiscard]] std::span<const CertificatePtr> intermediates() const { return intermediates_; }
  [[nodiscard]] std::span<const std::string> allowed_hosts() const { return allowed_hosts_; }
  [[nodiscard]] const Anchor* anchor_of(const Certificate& certificate) const;  // this very certificate is an anchor
  [[nodiscard]] const crypto::Hash& identity() const { return identity_; }      // of all of it: part of every cache key
  [[nodiscard]] bool is_locked() const { return locked_; }                      // a description that was loaded says "locked"

  // A folder that is not on disk: `read` gives the octets of its trust.json and of the files that it names; `place` is for errors.
  Result<void> load(const std::function<Result<Bytes>(const std::string& name)>& read, const std::string& place);
  // A PEM or DER file of anchors, or a folder: its trust.json (format in docs/trust.md), or else every *.pem and *.crt in it.
  // Errors: file errors, trust_invalid, certificate_invalid.
  Result<void> load(const std::string& path);

 private:
  void insert(Anchor anchor);
  void update_identity();
  std::vector<Anchor> anchors_;
  std::vector<CertificatePtr> intermediates_;
  std::vector<std::string> allowed_hosts_;
  crypto::Hash identity_;
  bool locked_ = false;
};

// Where the administrator of this machine says what is trusted: /etc/mohr/trust.
std::string machine_trust_folder();
// What is configured there; empty when nothing is. When it is locked, the doors refuse whatever their callers would add to it or relax.
// Errors: those of load().
Result<Trust> machine_trust();
// A folder that is there and holds something.
bool is_trust_folder(const std::string& path);

}  // namespace mohr::pki
