// Paths and names as servers and clients show them: the cases of RFC 5280, lists, pathological ones. The profile of the CA/Browser Forum is
// left out.
#include <algorithm>

#include "path_case.h"
#include "pki/extensions.h"

namespace mohr::conformance {
namespace {

bool is_of_rfc5280(const json::Value& row) {
  if (text(row, "id").starts_with("webpki::")) return false;
  const auto features = texts(row, "features");
  return std::none_of(features.begin(), features.end(),
                      [](const std::string& f) { return f.starts_with("pedantic") || f == "rfc5280-incompatible-with-webpki"; });
}

// RFC 5280 5.2.3: every list has a number, in an extension that is not critical.
bool is_numbered(const pki::Crl& crl) {
  asn1::Reader whole(crl.tbs());
  auto fields = whole.enter(asn1::kSequence);
  while (fields && !fields->at_end()) {
    if (fields->peek() != asn1::context(0)) {
      if (!fields->next()) return false;
      continue;
    }
    auto holder = fields->enter(asn1::context(0));
    if (!holder) return false;
    const auto extensions = holder->enter(asn1::kSequence);
    if (!extensions) return false;
    const auto read = pki::read_extensions(*extensions);
    return read &&
           std::any_of(read->begin(), read->end(), [](const pki::Extension& e) { return e.id == asn1::Oid::crl_number && !e.critical; });
  }
  return false;
}

bool names_email(const pki::Certificate& certificate, const std::string& address) {
  const auto names = certificate.subject_alt_names();
  return std::any_of(names.begin(), names.end(),
                     [&](const pki::GeneralName& name) { return name.kind == pki::GeneralName::Kind::email && name.text() == address; });
}

PathCase read_case(const json::Value& row, Instant now) {
  PathCase one;
  for (const std::string& pem : texts(row, "trusted_certs"))
    for (const auto& certificate : certificates_in(pem)) one.anchors.push_back(certificate);
  for (const std::string& pem : texts(row, "untrusted_intermediates"))
    for (const auto& certificate : certificates_in(pem)) one.others.push_back(certificate);
  const auto peer = certificates_in(text(row, "peer_certificate"));
  if (!peer.empty()) one.target = peer.front();
  Budget budget;
  for (const std::string& pem : texts(row, "crls"))
    if (const auto crls = pki::parse_crls(as_bytes(pem), budget))
      std::copy_if(crls->begin(), crls->end(), std::back_inserter(one.crls), [](const pki::CrlPtr& crl) { return is_numbered(*crl); });
  one.revocation = !texts(row, "crls").empty();
  const std::string time = text(row, "validation_time");
  one.inputs.time = time.empty() ? now : instant(time.substr(0, 19) + "Z");
  one.inputs.purpose = text(row, "validation_kind") == "CLIENT" ? pki::Purpose::client_authentication : pki::Purpose::server_authentication;
  one.inputs.strict_profile = true;
  return one;
}

std::string objection(const json::Value& row, const std::vector<pki::CertificatePtr>& path) {
  if (const json::Value* peer = row.member("expected_peer_name"); peer != nullptr && peer->object() != nullptr) {
    const std::string kind = text(*peer, "kind"), value = text(*peer, "value");
    const bool named = kind == "RFC822" ? names_email(*path.front(), value) : names_host(*path.front(), value);
    if (!named) return "the certificate is not of " + value;
  }
  const json::Value* depth = row.member("max_chain_depth");
  if (depth == nullptr || depth->integer() == nullptr) return {};
  const auto between = std::count_if(path.begin() + 1, path.end() - 1, [](const auto& c) { return !c->is_self_issued(); });
  return between > *depth->integer() ? "more authorities than the depth allows" : "";
}

}  // namespace

void run_x509_limbo(const std::string& folder, Cases& cases) {
  const json::Value document = json_file(folder + "/limbo.json");
  const SystemClock clock;
  for (const json::Value& row : list(document, "testcases")) {
    if (!is_of_rfc5280(row)) continue;
    const PathAnswer answer = ask(read_case(row, clock.now()), [&](const auto& path) { return objection(row, path); });
    judge_path(text(row, "id"), answer, text(row, "expected_result") == "SUCCESS", cases);
  }
}

}  // namespace mohr::conformance
