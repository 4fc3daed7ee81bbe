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

// "VALID" or "INVALID", and the reason.
void judge_path(const std::string& id, const PathCase& one, bool expected, Cases& cases);

pki::CertificatePtr certificate_file(const std::string& path);  // DER or PEM; null when it cannot be read
// Contents octets of a dotted identifier.
Bytes identifier(std::string_view dotted);
Instant instant(const std::string& iso8601);

}  // namespace mohr::conformance
