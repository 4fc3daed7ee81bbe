// The search for certification paths: depth first from the target, the likeliest issuers first, bounded by the budget. Issuers are first
// looked for by equal octets of the name, which is how nearly every issuer writes it, then by the comparison of RFC 5280 7.1.
#pragma once

#include <map>
#include <set>

#include "pki/path_validator.h"

namespace mohr::pki {

class PathSearch {
 public:
  PathSearch(const PathInputs& inputs, const Trust& trust, const Evidence& evidence, Budget& budget)
      : inputs_(inputs), trust_(trust), evidence_(evidence), budget_(budget) {}

  Result<Path> find(const CertificatePtr& target);
  // The signature of one certificate by one issuer: verified once, however many candidates share the pair.
  Result<crypto::SignatureCheck> verify(const Certificate& certificate, const Certificate& issuer);

 private:
  struct Candidate {
    CertificatePtr certificate;
    const Anchor* anchor = nullptr;
    int rank = 0;
  };
  [[nodiscard]] const std::vector<Candidate>& issuers_of(const Certificate& certificate);
  [[nodiscard]] std::vector<Candidate> look_for_issuers(const Certificate& certificate);
  Result<bool> extend(Path& path);
  Result<bool> complete(const Path& path);
  Result<std::size_t> count_before_stranger(const Path& path);
  void remember_dead_end(const Path& path);
  void reject(Path path);

  const PathInputs& inputs_;
  const Trust& trust_;
  const Evidence& evidence_;
  Budget& budget_;
  std::optional<Path> best_;
  std::vector<Path> rejected_;
  std::set<const Anchor*> unreadable_;
  bool exact_names_ = true;
  std::map<const Certificate*, std::vector<Candidate>> issuers_;
  std::map<std::pair<crypto::Hash, crypto::Hash>, crypto::SignatureCheck> verified_;
};

// RFC 5280 6.1 over `path`, whose anchor is the last certificate; fills findings and dates.
Result<void> validate_path(Path& path, const PathInputs& inputs, PathSearch& search, Budget& budget);

}  // namespace mohr::pki
