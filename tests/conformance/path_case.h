// One question about one certificate, as the tables of paths ask it: anchors, candidates, revocation lists, inputs.
#pragma once

#include "pki/revocation.h"
#include "suite.h"

namespace mohr::conformance {

struct PathCase {
  std::vector<pki::CertificatePtr> anchors, others;
  pki::CertificatePtr target;
  std::vector<pki::CrlPtr> crls;
  bool revocation = false;  // every certificate below the anchor must be known as not revoked
  pki::PathInputs inputs;
  Limits limits = {};
};

struct PathAnswer {
  bool valid = false;
  std::string why;  // what was found instead
  std::vector<Bytes> policies;
  std::vector<pki::CertificatePtr> path;
  bool anchored = false;  // it reached an anchor
  Findings findings;
};
PathAnswer ask(const PathCase& one);
// The same, for what only the table asks of the path that was found: `objection` says what is wrong with it, or nothing.
template <class Objection>
PathAnswer ask(const PathCase& one, Objection objection) {
  PathAnswer answer = ask(one);
  if (!answer.valid) return answer;
  answer.why = objection(answer.path);
  answer.valid = answer.why.empty();
  return answer;
}

// "VALID" or "INVALID", and the reason.
void judge_path(const std::string& id, const PathAnswer& answer, bool expected, Cases& cases);

// Whether a certificate names that host (RFC 9525; the common name where there is no alternative name of a host) or address.
bool names_host(const pki::Certificate& certificate, const std::string& host);

pki::CertificatePtr certificate_file(const std::string& path);  // DER or PEM, the first; null when it cannot be read
std::vector<pki::CertificatePtr> certificate_files(const std::string& path);
// Each block of a PEM text that can be read; a broken one is null.
std::vector<pki::CertificatePtr> certificates_in(std::string_view pem);
const json::Array& list(const json::Value& object, std::string_view member);  // empty when there is no such array
std::vector<std::string> texts(const json::Value& object, std::string_view member);
bool flag(const json::Value& object, std::string_view member);
// Contents octets of a dotted identifier.
Bytes identifier(std::string_view dotted);
Instant instant(const std::string& iso8601);

}  // namespace mohr::conformance
