// PDF attacks and updates: no case that must be refused is ever ACCEPT. The anchors ask for no revocation, so that nothing but the document
// itself can stop an ACCEPT. Unsigned inputs must be read, or refused with a clear error.
#include "suite.h"
#include "verify/verifier.h"

namespace mohr::conformance {
namespace {

constexpr Instant kDefaultTime{1609804800};  // 2021-01-05, where the table names no time

verify::Verifier make_verifier(const std::string& folder) {
  pki::Trust trust;
  for (const std::string& file : files_under(folder + "/testing-ca", ".pem")) {
    auto certificates = pki::parse_certificates(file_octets(folder + "/testing-ca/" + file));
    if (!certificates) continue;
    for (const pki::CertificatePtr& certificate : *certificates) {
      if (!certificate->is_self_issued()) trust.add_intermediate(certificate);
      else if (auto added = trust.add_anchor({certificate, false, false, file}); !added) continue;
    }
  }
  return {std::move(trust), {}};
}

bool must_be_refused(const json::Value& row) {
  const auto is_false = [&](const char* name) {
    const json::Value* value = row.member(name);
    return value != nullptr && value->boolean() != nullptr && !*value->boolean();
  };
  return is_false("accept") || is_false("docmdp_ok") || is_false("signature_value_valid") || text(row, "first_signature_modification") == "SUSPICIOUS" ||
         !text(row, "coverage").empty();
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

}  // namespace

void run_pyhanko(const std::string& folder, Cases& cases) {
  const json::Value document = json_file(folder + "/expected.json");
  const json::Value* list = document.member("cases");
  if (list == nullptr || list->array() == nullptr) return cases.judge("expected.json", "readable", "unreadable", false);
  const verify::Verifier verifier = make_verifier(folder);
  for (const json::Value& row : *list->array()) {
    const std::string file = text(row, "file");
    if (!file.ends_with(".pdf")) continue;
    const Instant time = from_iso8601(text(row, "validation_time")).value_or(kDefaultTime);
    const std::string actual = outcome_of(verifier, file_octets(folder + "/" + file), time);
    const bool refused = must_be_refused(row);
    cases.judge(file, refused ? "not ACCEPT" : "any outcome", actual, !refused || actual != "ACCEPT");
  }
  for (const std::string& file : files_under(folder + "/inputs", ".pdf")) {
    const std::string actual = outcome_of(verifier, file_octets(folder + "/inputs/" + file), kDefaultTime);
    cases.judge("inputs/" + file, "not ACCEPT", actual, actual != "ACCEPT");
  }
}

}  // namespace mohr::conformance
