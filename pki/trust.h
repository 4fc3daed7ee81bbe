// What is trusted, by whom configured: anchors, intermediates, hosts. No anchor ships with mohr.
#pragma once

#include <functional>
#include <unordered_map>

#include "pki/anchor.h"

namespace mohr::pki {

// Immutable once built; safe over threads. Of an anchor the whole is read, and its key built, when a path first reaches it.
class Trust {
 public:
  Trust();
  // An anchor that is there already is restricted to what both allow.
  Result<void> add_anchor(Anchor anchor);
  void add_intermediate(CertificatePtr certificate);
  void allow_host(std::string host_and_port);  // "127.0.0.1:18080": may be fetched from though it is a loopback or private address
  [[nodiscard]] std::span<const Anchor> anchors() const { return anchors_; }
  [[nodiscard]] std::span<const CertificatePtr> intermediates() const { return intermediates_; }
  [[nodiscard]] std::span<const std::string> allowed_hosts() const { return allowed_hosts_; }
  [[nodiscard]] const Anchor* anchor_of(const Certificate& certificate) const;  // this very certificate is an anchor
  [[nodiscard]] const crypto::Hash& identity() const;       // of all of it, computed when first asked: part of every cache key
  [[nodiscard]] bool is_locked() const { return locked_; }  // a description that was loaded says "locked"

  // A folder that is not on disk: `read` gives the octets of its trust.json and of the files that it names; `place` is for errors.
  Result<void> load(const std::function<Result<Bytes>(const std::string& name)>& read, const std::string& place);
  // A PEM or DER file of anchors, or a folder: its trust.json (format in docs/trust.md), or else every *.pem and *.crt in it.
  // Errors: file errors, trust_invalid, certificate_invalid.
  Result<void> load(const std::string& path);

 private:
  struct Identity;
  [[nodiscard]] crypto::Hash compute_identity() const;
  [[nodiscard]] std::optional<std::size_t> place_of(ByteView der) const;
  std::vector<Anchor> anchors_;
  std::vector<CertificatePtr> intermediates_;
  std::vector<std::string> allowed_hosts_;
  std::unordered_multimap<std::uint64_t, std::size_t> places_;  // of the anchors, by the last octets of their certificates
  std::shared_ptr<Identity> identity_;                          // a new one with every change
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
