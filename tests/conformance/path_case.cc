#include "path_case.h"

#include "listener.h"
#include "pki/path_validator.h"

namespace mohr::conformance {
namespace {

std::string first_failure(const Findings& findings) {
  for (const Finding& finding : findings)
    if (!pki::is_warning(finding.check)) return render(finding, Language::en);
  return {};
}

// "" when no certificate of the path is revoked or of unknown status.
std::string revocation_trouble(const PathCase& one, const pki::Path& path, const pki::Trust& trust, const pki::Evidence& evidence,
                               Budget& budget) {
  for (std::size_t i = 0; i + 1 < path.certificates.size(); ++i) {
    const auto status =
        pki::revocation_status(*path.certificates[i], *path.certificates[i + 1], one.inputs.time, one.inputs.time, trust, evidence, budget);
    if (!status) return describe(status.error());
    const std::string name = path.certificates[i]->subject().display();
    switch (status->state) {
      case pki::RevocationState::good: continue;
      case pki::RevocationState::revoked: return name + " is revoked";
      case pki::RevocationState::on_hold: return name + " is on hold";
      default: return name + ": " + (status->findings.empty() ? "unknown status" : render(status->findings.front(), Language::en));
    }
  }
  return {};
}

}  // namespace

namespace {

PathAnswer answer_to(const PathCase& one) {
  PathAnswer answer;
  pki::Trust trust;
  for (const pki::CertificatePtr& anchor : one.anchors) {
    if (!anchor || !trust.add_anchor(pki::Anchor{anchor, false, one.revocation, "corpus"})) answer.why = "an anchor that cannot be used; ";
  }
  pki::Evidence evidence;
  for (const pki::CertificatePtr& certificate : one.others)
    if (certificate) evidence.add(certificate, pki::Origin::given);
  for (const pki::CrlPtr& crl : one.crls)
    if (crl) evidence.add(crl, pki::Origin::given);
  if (!one.target) {
    answer.why = "the target cannot be read";
    return answer;
  }
  Budget budget(one.limits);
  auto path = pki::find_path(one.target, one.inputs, trust, evidence, budget);
  if (!path) {
    answer.why += describe(path.error());
    return answer;
  }
  answer.policies = path->policies;
  answer.path = path->certificates;
  answer.anchored = path->anchor != nullptr;
  answer.findings = path->findings;
  std::string trouble = path->anchor == nullptr ? "no path to an anchor" : first_failure(path->findings);
  if (trouble.empty() && one.revocation) trouble = revocation_trouble(one, *path, trust, evidence, budget);
  answer.valid = trouble.empty();
  answer.why += trouble;
  return answer;
}

}  // namespace

PathAnswer ask(const PathCase& one) {
  PathAnswer answer = answer_to(one);
  tell(one, answer);
  return answer;
}

void judge_path(const std::string& id, const PathCase& one, bool expected, Cases& cases) {
  const PathAnswer answer = ask(one);
  cases.judge(id, expected ? "VALID" : "INVALID", answer.valid ? "VALID" : "INVALID", answer.valid == expected, answer.why);
}

pki::CertificatePtr certificate_file(const std::string& path) {
  auto certificates = pki::parse_certificates(file_octets(path));
  return certificates && !certificates->empty() ? certificates->front() : nullptr;
}

Bytes identifier(std::string_view dotted) { return asn1::contents_from_dotted(dotted).value_or(Bytes{}); }

Instant instant(const std::string& iso8601) { return from_iso8601(iso8601).value_or(Instant{}); }

}  // namespace mohr::conformance
