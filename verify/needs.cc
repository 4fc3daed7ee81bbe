// What could still be fetched: only from certificates whose path verifies, or from hosts that were allowed by name.
#include <algorithm>

#include "verify/evaluation.h"

namespace mohr::verify {
namespace {

void add_path_needs(const PathJudgementPtr& chain, const Grounds& grounds, const Options& options, std::vector<pki::Need>& needs) {
  if (!chain || chain->path.empty()) return;
  if (chain->chained) {
    const auto wanted = missing_statuses(*chain);
    needs.insert(needs.end(), wanted.begin(), wanted.end());
  } else if (chain->anchor == nullptr) {
    const pki::CertificatePtr& last = chain->path.back().certificate;
    for (const std::string& url : last->ca_issuer_urls()) {
      if (pki::is_allowed_by_name(url, grounds.trust.allowed_hosts()) || pki::is_allowed_by_name(url, options.allowed_hosts))
        needs.push_back({pki::Need::Kind::issuer_certificate, url, last, nullptr});
    }
  }
}

}  // namespace

std::vector<pki::Need> needs(const format::SignedDocument& facts, std::span<const SignatureVerdict> verdicts, const Grounds& grounds,
                             const Options& options) {
  std::vector<pki::Need> needs;
  for (std::size_t i = 0; i < facts.signatures.size(); ++i) {
    add_path_needs(verdicts[i].chain, grounds, options, needs);
    for (const TimestampVerdict& timestamp : verdicts[i].timestamps) add_path_needs(timestamp.chain, grounds, options, needs);
  }
  std::erase_if(needs, [&](const pki::Need& need) { return grounds.evidence.has_failed(need.url); });
  return needs;
}

}  // namespace mohr::verify
