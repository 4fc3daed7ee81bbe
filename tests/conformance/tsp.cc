// RFC 3161 responses with their chains.
#include "pki/core/source.h"
#include "pki/path_validator.h"
#include "pki/timestamp.h"
#include "suite.h"

namespace mohr::conformance {
namespace {

struct TspCase {
  Bytes response, request, content;
  std::vector<pki::CertificatePtr> chain;  // leaf first, root last
  std::optional<Instant> time;
};

Result<void> check_answer(const TspCase& one, const pki::TimestampToken& token) {
  if (!one.request.empty()) {
    MOHR_TRY(const pki::TimestampRequest request, pki::parse_timestamp_request(one.request));
    MOHR_CHECK(pki::answers(token, request));
  }
  pki::TimestampRequest wanted;  // of the content itself, in the digest that the token names
  wanted.digest = token.digest;
  wanted.imprint = to_bytes(crypto::digest(token.digest, one.content).view());
  wanted.nonce = to_bytes(token.nonce);
  return pki::answers(token, wanted);
}

Result<pki::Path> path_at(Instant time, const pki::CertificatePtr& signer, const TspCase& one) {
  pki::Trust trust;
  MOHR_CHECK(trust.add_anchor(pki::Anchor{one.chain.back(), false, false, "corpus"}));
  pki::Evidence evidence;
  for (const pki::CertificatePtr& certificate : one.chain) evidence.add(certificate, pki::Origin::given);
  Budget budget;
  return pki::find_path(signer, {pki::Purpose::time_stamping, time}, trust, evidence, budget);
}

bool is_good(const Result<pki::Path>& path) {
  if (!path || path->anchor == nullptr) return false;
  for (const Finding& finding : path->findings)
    if (!pki::is_warning(finding.check)) return false;
  return true;
}

// "" when everything holds; otherwise what does not.
std::string judge(const TspCase& one, Instant now) {
  if (one.chain.empty()) return "the chain cannot be read";
  Budget budget;
  const auto octets = pki::token_from_response(one.response);
  if (!octets) return describe(octets.error());
  const auto token = pki::parse_timestamp_token(*octets, budget);
  if (!token) return describe(token.error());
  if (const auto answered = check_answer(one, *token); !answered) return describe(answered.error());
  const pki::TokenCheck check = pki::check_token(*token, one.chain);
  if (!check.signer) return "its signer is not known";
  if (!check.findings.empty()) return render(check.findings.front(), Language::en);
  if (!equal(check.signer->der(), one.chain.front()->der())) return "its signer is another one than the chain's";
  const Instant time = one.time.value_or(token->time);
  const auto path = path_at(time, check.signer, one);
  if (!is_good(path)) {
    if (!path) return describe(path.error());
    return path->findings.empty() ? "no path to the anchor" : render(path->findings.front(), Language::en);
  }
  if (check.signer->not_after() < now && is_good(path_at(now, check.signer, one))) return "an expired signer passes at the current time";
  return {};
}

}  // namespace

void run_tsp(const std::string& folder, Cases& cases) {
  const SystemClock clock;
  const json::Value document = json_file(folder + "/expected.json");
  const json::Value* list = document.member("cases");
  if (list == nullptr || list->array() == nullptr) {
    cases.judge("expected.json", "readable", "unreadable", false);
    return;
  }
  for (const json::Value& row : *list->array()) {
    TspCase one;
    one.response = file_octets(folder + "/" + text(row, "response"));
    if (row.string("request") != nullptr) one.request = file_octets(folder + "/" + text(row, "request"));
    one.content = row.string("content_file") != nullptr ? file_octets(folder + "/" + text(row, "content_file"))
                                                        : to_bytes(as_bytes(text(row, "content_utf8")));
    if (auto chain = pki::parse_certificates(file_octets(folder + "/" + text(row, "trust")))) one.chain = *std::move(chain);
    one.time = from_iso8601(text(row, "gen_time"));
    const std::string why = judge(one, clock.now());
    const bool expected = text(row, "expected").starts_with("VALID");
    cases.judge(text(row, "response"), expected ? "VALID" : "INVALID", why.empty() ? "VALID" : "INVALID", expected == why.empty(), why);
  }
}

}  // namespace mohr::conformance
