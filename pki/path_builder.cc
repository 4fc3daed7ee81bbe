#include "pki/path_builder.h"

#include <algorithm>

namespace mohr::pki {
namespace {

std::size_t failures(const Path& path) {
  return static_cast<std::size_t>(
      std::count_if(path.findings.begin(), path.findings.end(), [](const Finding& finding) { return !is_warning(finding.check); }));
}

bool holds(const Path& path, const Certificate& certificate) {
  return std::any_of(path.certificates.begin(), path.certificates.end(), [&](const CertificatePtr& held) {
    return held->fingerprint() == certificate.fingerprint() ||
           (equal(held->spki(), certificate.spki()) && held->subject().equals(certificate.subject()));
  });
}

// DSA keys without parameters take those of the key above (RFC 5280 6.1.4 e); one that cannot stays unusable.
void complete_keys(Path& path) {
  for (std::size_t i = path.certificates.size() - 1; i-- > 0;) {
    if (!path.certificates[i]->leaves_parameters_to_issuer()) continue;
    if (auto completed = Certificate::complete_key(*path.certificates[i], *path.certificates[i + 1]))
      path.certificates[i] = *std::move(completed);
  }
}

}  // namespace

const std::vector<PathSearch::Candidate>& PathSearch::issuers_of(const Certificate& certificate) {
  const auto found = issuers_.find(&certificate);
  if (found != issuers_.end()) return found->second;
  return issuers_.emplace(&certificate, look_for_issuers(certificate)).first->second;
}

std::vector<PathSearch::Candidate> PathSearch::look_for_issuers(const Certificate& certificate) {
  std::vector<Candidate> candidates;
  const Name& name = certificate.issuer();
  const auto is_issuer = [&](const Name& subject) {
    return equal(subject.encoding(), name.encoding()) || (!exact_names_ && subject.equals(name));
  };
  const auto consider = [&](const CertificatePtr& issuer, const Anchor* anchor) {
    if (!is_issuer(issuer->subject())) return;
    const auto same = [&](const Candidate& other) { return other.certificate->fingerprint() == issuer->fingerprint(); };
    if (std::any_of(candidates.begin(), candidates.end(), same)) return;
    const ByteView wanted = certificate.authority_key_identifier(), has = issuer->subject_key_identifier();
    const bool fits = !wanted.empty() && equal(wanted, has);
    const bool differs = !wanted.empty() && !has.empty() && !fits;
    candidates.push_back({issuer, anchor, (differs ? 4 : fits ? 0 : 2) + (anchor != nullptr ? 0 : 1)});
  };
  for (const Anchor& anchor : trust_.anchors()) {
    if (!is_issuer(anchor.certificate.subject())) continue;
    if (const auto whole = anchor.certificate.whole()) consider(*whole, &anchor);
    else unreadable_.insert(&anchor);
  }
  for (const CertificatePtr& intermediate : trust_.intermediates()) consider(intermediate, nullptr);
  for (const Held<Certificate>& held : evidence_.certificates()) consider(held.item, nullptr);
  std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) { return a.rank < b.rank; });
  return candidates;
}

Result<crypto::SignatureCheck> PathSearch::verify(const Certificate& certificate, const Certificate& issuer) {
  if (issuer.key_is_completed()) {  // another path may complete it otherwise
    MOHR_CHECK(budget_.spend(Limit::raw_verifications));
    return verify_signature(certificate, issuer);
  }
  const auto key = std::make_pair(certificate.fingerprint(), issuer.fingerprint());
  const auto found = verified_.find(key);
  if (found != verified_.end()) return found->second;
  MOHR_CHECK(budget_.spend(Limit::raw_verifications));
  const crypto::SignatureCheck check = verify_signature(certificate, issuer);
  verified_.emplace(key, check);
  return check;
}

// How many certificates come before an issuer that has but the name of the right one: another key identifier, and a key that did not sign.
// What it is said to have issued was not changed; its authority is just not here.
Result<std::size_t> PathSearch::count_before_stranger(const Path& path) {
  for (std::size_t i = 0; i + 1 < path.certificates.size(); ++i) {
    const Certificate &certificate = *path.certificates[i], &issuer = *path.certificates[i + 1];
    const ByteView wanted = certificate.authority_key_identifier(), has = issuer.subject_key_identifier();
    if (wanted.empty() || has.empty() || equal(wanted, has)) continue;
    MOHR_TRY(const crypto::SignatureCheck check, verify(certificate, issuer));
    if (check == crypto::SignatureCheck::bad || check == crypto::SignatureCheck::wrong_key) return i + 1;
  }
  return path.certificates.size();
}

// Validates a path that reached an anchor; true when it is good and the search is over.
Result<bool> PathSearch::complete(const Path& path) {
  if (best_ && best_->anchor != nullptr && best_->certificates == path.certificates) return false;  // found again by other names
  Path candidate = path;
  complete_keys(candidate);
  MOHR_CHECK(validate_path(candidate, inputs_, *this, budget_));
  const bool good = failures(candidate) == 0;
  if (!good) {
    MOHR_TRY(const std::size_t own, count_before_stranger(candidate));
    if (own < candidate.certificates.size()) {
      Path rest;
      rest.certificates.assign(path.certificates.begin(), path.certificates.begin() + static_cast<std::ptrdiff_t>(own));
      remember_dead_end(rest);
      reject(std::move(candidate));
      return false;
    }
  }
  if (best_ && best_->anchor != nullptr && !good && failures(candidate) >= failures(*best_)) {
    reject(std::move(candidate));
    return false;
  }
  if (best_ && best_->anchor != nullptr) reject(*std::move(best_));
  best_ = std::move(candidate);
  return good;
}

void PathSearch::reject(Path path) {
  const auto same = [&](const Path& other) { return other.certificates == path.certificates; };
  if (rejected_.size() < Path::kMostRejected && std::none_of(rejected_.begin(), rejected_.end(), same))
    rejected_.push_back(std::move(path));
}

// A path that leads to no anchor tells at least how far it came.
void PathSearch::remember_dead_end(const Path& path) {
  if (!best_ || (best_->anchor == nullptr && path.certificates.size() > best_->certificates.size())) best_ = path;
}

Result<bool> PathSearch::extend(Path& path) {
  MOHR_CHECK(budget_.spend(Limit::path_steps));
  MOHR_CHECK(budget_.in_time());
  const CertificatePtr last = path.certificates.back();
  bool went_on = false;
  for (const Candidate& candidate : issuers_of(*last)) {
    if (holds(path, *candidate.certificate)) continue;
    if (path.certificates.size() >= budget_.limit(Limit::path_length)) break;
    path.certificates.push_back(candidate.certificate);
    path.anchor = candidate.anchor;
    went_on = true;
    auto done = candidate.anchor != nullptr ? complete(path) : extend(path);
    path.certificates.pop_back();
    path.anchor = nullptr;
    if (!done || *done) return done;
  }
  if (!went_on) remember_dead_end(path);
  return false;
}

Result<Path> PathSearch::find(const CertificatePtr& target) {
  Path path;
  path.certificates.push_back(target);
  if (const Anchor* anchor = trust_.anchor_of(*target)) {
    path.anchor = anchor;
    MOHR_CHECK(complete(path));
  } else {
    MOHR_TRY(const bool found, extend(path));
    if (!found) {
      exact_names_ = false;
      issuers_.clear();
      MOHR_CHECK(extend(path));
    }
  }
  if (!best_) best_ = std::move(path);  // every issuer would close a circle
  if (best_->anchor == nullptr)
    for (const Anchor* anchor : unreadable_)
      best_->findings.push_back(findings::anchor_unreadable(anchor->certificate.subject().display(), Code{anchor->source}));
  best_->rejected = std::move(rejected_);
  return *std::move(best_);
}

Result<Path> find_path(const CertificatePtr& target, const PathInputs& inputs, const Trust& trust, const Evidence& evidence,
                       Budget& budget) {
  return PathSearch(inputs, trust, evidence, budget).find(target);
}

}  // namespace mohr::pki
