// PDF attacks and updates: no case that must be refused is ever ACCEPT. The anchors ask for no revocation, so that nothing but the document
// itself can stop an ACCEPT. Unsigned inputs must be read, or refused with a clear error.
#include "format/reader.h"
#include "suite.h"
#include "verify/verifier.h"

namespace mohr::conformance {
namespace {

constexpr Instant kDefaultTime{1609804800};  // 2021-01-05, where the table names no time

pki::Trust read_trust(const std::string& folder) {
  pki::Trust trust;
  for (const std::string& file : files_under(folder + "/testing-ca", ".pem")) {
    auto certificates = pki::parse_certificates(file_octets(folder + "/testing-ca/" + file));
    if (!certificates) continue;
    for (const pki::CertificatePtr& certificate : *certificates) {
      if (!certificate->is_self_issued()) trust.add_intermediate(certificate);
      else if (auto added = trust.add_anchor({certificate, false, false, file}); !added) continue;
    }
  }
  return trust;
}

// Also trusts the roots that the document brings: then a root of another series cannot be what stops an attack.
pki::Trust with_roots_of(pki::Trust trust, const Bytes& octets) {
  const MemorySource source(octets);
  Budget budget;
  const auto facts = format::read(source, nullptr, budget);
  if (!facts) return trust;
  for (const format::Signature& signature : facts->signatures) {
    for (const pki::CertificatePtr& certificate : signature.certificates)
      if (auto added = certificate->is_self_issued() ? trust.add_anchor({certificate, false, false, "of the document"}) : Result<void>();
          !added)
        continue;
  }
  return trust;
}

bool must_be_refused(const json::Value& row) {
  const auto is_false = [&](const char* name) {
    const json::Value* value = row.member(name);
    return value != nullptr && value->boolean() != nullptr && !*value->boolean();
  };
  return is_false("accept") || is_false("docmdp_ok") || is_false("signature_value_valid") ||
         text(row, "first_signature_modification") == "SUSPICIOUS" || text(row, "coverage") == "UNCLEAR" ||
         text(row, "coverage") == "CONTIGUOUS_BLOCK_FROM_START";
}

std::string outcome_of(const verify::Verifier& verifier, const Bytes& octets, Instant time) {
  const MemorySource source(octets);
  verify::Question question;
  question.now = time;
  const auto verdict = verifier.verify(source, nullptr, {}, question, nullptr);
  if (!verdict) return describe(verdict.error());
  if (verdict->no_signature) return "NO_SIGNATURE";
  return std::string(verify::outcome_id(verdict->outcome));
}

// An encrypted PDF is refused as such; any other unsigned one is read, or refused with a clear error.
void judge_input(const verify::Verifier& verifier, const std::string& folder, const std::string& file, Cases& cases) {
  const Bytes octets = file_octets(folder + "/inputs/" + file);
  const std::string actual = outcome_of(verifier, octets, kDefaultTime);
  if (as_text(octets).find("/Encrypt ") != std::string_view::npos)
    return cases.judge("inputs/" + file, "encrypted", actual, actual == describe(errors::pdf_encrypted()));
  const bool is_verdict = actual == "ACCEPT" || actual == "HOLD" || actual == "REJECT";
  cases.judge("inputs/" + file, "no signature, or an error", actual, !is_verdict && !actual.empty());
}

}  // namespace

void run_pyhanko(const std::string& folder, Cases& cases) {
  const json::Value document = json_file(folder + "/expected.json");
  const json::Value* list = document.member("cases");
  if (list == nullptr || list->array() == nullptr) return cases.judge("expected.json", "readable", "unreadable", false);
  const pki::Trust trust = read_trust(folder);
  const verify::Verifier verifier(trust, {});
  for (const json::Value& row : *list->array()) {
    const std::string file = text(row, "file");
    if (!file.ends_with(".pdf")) continue;
    const Instant time = from_iso8601(text(row, "validation_time")).value_or(kDefaultTime);
    const Bytes octets = file_octets(folder + "/" + file);
    const std::string actual = outcome_of(verifier, octets, time);
    const bool refused = must_be_refused(row);
    cases.judge(file, refused ? "not ACCEPT" : "any outcome", actual, !refused || actual != "ACCEPT");
    if (!refused) continue;
    const std::string trusted = outcome_of(verify::Verifier(with_roots_of(trust, octets), {}), octets, time);
    cases.judge(file + " (its own roots trusted)", "not ACCEPT", trusted, trusted != "ACCEPT");
  }
  for (const std::string& file : files_under(folder + "/inputs", ".pdf")) judge_input(verifier, folder, file, cases);
}

}  // namespace mohr::conformance
