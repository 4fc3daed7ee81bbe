#include "path_case.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>

#include "listener.h"
#include "pki/asn1/pem.h"
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
  pki::StatusRules rules;
  if (one.inputs.least_strength) rules.algorithms_at = Instant{INT64_MIN};  // the table's lists are of its certificates' strength
  for (std::size_t i = 0; i + 1 < path.certificates.size(); ++i) {
    const auto status = pki::revocation_status(*path.certificates[i], *path.certificates[i + 1], one.inputs.time, one.inputs.time, trust,
                                               evidence, budget, rules);
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

// "*.example.org" stands for one label.
bool covers(std::string_view pattern, std::string_view host) {
  const auto same = [](std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return std::tolower(x) == std::tolower(y); });
  };
  if (!pattern.starts_with("*.")) return same(pattern, host);
  const std::size_t dot = host.find('.');
  return dot != std::string_view::npos && dot != 0 && same(pattern.substr(1), host.substr(dot));
}

Bytes address_octets(const std::string& text) {
  Bytes out(16);
  if (inet_pton(AF_INET6, text.c_str(), out.data()) == 1) return out;
  out.resize(4);
  return inet_pton(AF_INET, text.c_str(), out.data()) == 1 ? out : Bytes{};
}

}  // namespace

PathAnswer ask(const PathCase& one) {
  PathAnswer answer = answer_to(one);
  tell(one, answer);
  return answer;
}

void judge_path(const std::string& id, const PathAnswer& answer, bool expected, Cases& cases) {
  cases.judge(id, expected ? "VALID" : "INVALID", answer.valid ? "VALID" : "INVALID", answer.valid == expected, answer.why);
}

std::vector<pki::CertificatePtr> certificates_in(std::string_view pem) {
  std::vector<pki::CertificatePtr> out;
  const auto blocks = asn1::read_pem(as_bytes(pem));
  if (!blocks) return out;
  for (const auto& block : *blocks) {
    if (block.label != "CERTIFICATE") continue;
    auto certificate = pki::Certificate::parse(block.contents);
    out.push_back(certificate ? *std::move(certificate) : nullptr);
  }
  return out;
}

std::vector<pki::CertificatePtr> certificate_files(const std::string& path) {
  const Bytes octets = file_octets(path);
  if (asn1::is_pem(octets)) return certificates_in(as_text(octets));
  auto certificate = pki::Certificate::parse(octets);
  return {certificate ? *std::move(certificate) : nullptr};
}

pki::CertificatePtr certificate_file(const std::string& path) {
  const auto certificates = certificate_files(path);
  return certificates.empty() ? nullptr : certificates.front();
}

const json::Array& list(const json::Value& object, std::string_view member) {
  static const json::Array kNone;
  const json::Value* found = object.member(member);
  return found != nullptr && found->array() != nullptr ? *found->array() : kNone;
}

std::vector<std::string> texts(const json::Value& object, std::string_view member) {
  std::vector<std::string> out;
  for (const json::Value& one : list(object, member))
    if (one.string() != nullptr) out.push_back(*one.string());
  return out;
}

bool flag(const json::Value& object, std::string_view member) {
  const json::Value* found = object.member(member);
  return found != nullptr && found->boolean() != nullptr && *found->boolean();
}

bool names_host(const pki::Certificate& certificate, const std::string& host) {
  const Bytes address = address_octets(host);
  bool speaks_of_hosts = false;
  for (const pki::GeneralName& name : certificate.subject_alt_names()) {
    const bool is_dns = name.kind == pki::GeneralName::Kind::dns, is_ip = name.kind == pki::GeneralName::Kind::ip;
    speaks_of_hosts = speaks_of_hosts || is_dns || is_ip;
    if (is_dns && address.empty() && covers(name.text(), host)) return true;
    if (is_ip && !address.empty() && equal(name.value, address)) return true;
  }
  return !speaks_of_hosts && address.empty() && covers(certificate.subject().first(asn1::Oid::common_name), host);
}

Bytes identifier(std::string_view dotted) { return asn1::contents_from_dotted(dotted).value_or(Bytes{}); }

Instant instant(const std::string& iso8601) { return from_iso8601(iso8601).value_or(Instant{}); }

}  // namespace mohr::conformance
