// OCSP responses of OpenSSL's tests: the signature, and the responder's right to answer for the authority.
#include <algorithm>

#include "path_case.h"
#include "pki/revocation.h"
#include "suite.h"

namespace mohr::conformance {
namespace {

constexpr Instant kAnyAlgorithm{0};  // SHA-1 signs them all

// One authority that the response speaks for, certified by the trusted one or the same: "" when the responder may answer for it.
std::string trouble(const pki::OcspResponse& response, const pki::CertificatePtr& issuer, const pki::Trust& trust,
                    const pki::Evidence& evidence, Instant time) {
  Budget budget;
  const auto path =
      pki::find_path(issuer, {.purpose = pki::Purpose::any, .time = time, .algorithms_at = kAnyAlgorithm}, trust, evidence, budget);
  if (!path) return describe(path.error());
  for (const Finding& finding : path->findings)
    if (!pki::is_warning(finding.check)) return render(finding, Language::en);
  if (path->anchor == nullptr) return "the authority has no path to the anchor";
  const auto right = pki::right_to_answer(response, *issuer, time, time, trust, evidence, budget, {.algorithms_at = kAnyAlgorithm});
  if (!right) return describe(right.error());
  return *right == pki::ResponderRight::authorised ? "" : "the responder has no right to answer";
}

std::string judge_response(const pki::OcspResponse& response, const std::vector<pki::CertificatePtr>& issuers, const pki::Trust& trust,
                           const pki::Evidence& evidence, Instant time) {
  std::string why = "no answer";
  for (const pki::SingleResponse& single : response.responses()) {
    why = "no authority of that name and key";
    for (const pki::CertificatePtr& issuer : issuers) {
      if (!pki::names_issuer(single.id, *issuer)) continue;
      why = trouble(response, issuer, trust, evidence, time);
      if (why.empty()) break;
    }
    if (!why.empty()) return why;
  }
  return why;
}

std::string judge_row(const json::Value& row, const std::string& folder, Instant time) {
  const auto octets = from_base64(as_text(file_octets(folder + "/" + text(row, "response"))));
  if (!octets) return "the file is not base64";
  Budget budget;
  const auto response = pki::OcspResponse::parse(*octets, budget);
  if (!response) return describe(response.error());
  std::vector<pki::CertificatePtr> issuers = {certificate_file(folder + "/" + text(row, "ca"))};
  if (!issuers.front()) return "the authority cannot be read";
  pki::Trust trust;
  if (!trust.add_anchor(pki::Anchor{issuers.front(), false, false, "corpus"})) return "the authority cannot be an anchor";
  pki::Evidence evidence;
  if (row.string("untrusted") != nullptr) {
    const auto more = pki::parse_certificates(file_octets(folder + "/" + text(row, "untrusted")));
    if (!more) return describe(more.error());
    issuers.insert(issuers.end(), more->begin(), more->end());
  }
  for (const pki::CertificatePtr& issuer : issuers) evidence.add(issuer, pki::Origin::given);
  return judge_response(**response, issuers, trust, evidence, time);
}

}  // namespace

void run_openssl_ocsp(const std::string& folder, Cases& cases) {
  const json::Value document = json_file(folder + "/ocsp.json");
  const Instant time = instant(text(document, "validation_time"));
  const json::Value* list = document.member("cases");
  if (list == nullptr || list->array() == nullptr) return;
  std::vector<std::string> seen;
  for (const json::Value& row : *list->array()) {
    std::string id = text(row, "response") + " by " + text(row, "ca");
    if (const auto times = std::count(seen.begin(), seen.end(), id); times > 0) id += " " + std::to_string(times + 1);
    seen.push_back(text(row, "response") + " by " + text(row, "ca"));
    const std::string why = judge_row(row, folder, time), expected = text(row, "expected");
    const std::string actual = why.empty() ? "VALID" : "INVALID";
    cases.judge(id, expected, actual, expected == actual, why);
  }
}

}  // namespace mohr::conformance
