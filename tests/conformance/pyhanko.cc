// PDF attacks and updates: no case that must be refused is ever ACCEPT. The anchors ask for no revocation, so that nothing but the document
// itself can stop an ACCEPT. Unsigned inputs must be read, or refused with a clear error.
// time-slide: the control time of EN 319 102-1 5.6.2.2.
#include "document_case.h"
#include "path_case.h"
#include "pki/control_time.h"

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

bool must_be_refused(const json::Value& row) {
  const auto is_false = [&](const char* name) {
    const json::Value* value = row.member(name);
    return value != nullptr && value->boolean() != nullptr && !*value->boolean();
  };
  return is_false("accept") || is_false("docmdp_ok") || is_false("signature_value_valid") ||
         text(row, "first_signature_modification") == "SUSPICIOUS" || text(row, "coverage") == "UNCLEAR" ||
         text(row, "coverage") == "CONTIGUOUS_BLOCK_FROM_START";
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

// ---- time-slide: EN 319 102-1 5.6.2.2

struct SlideMaterial {
  std::vector<pki::CertificatePtr> path;  // the target first
  pki::Evidence evidence;
  pki::ProofsOfExistence proofs;
};

SlideMaterial read_material(const std::string& folder, const json::Value& row) {
  SlideMaterial out;
  Budget budget;
  const auto note = [&](const std::string& file, const crypto::Hash& object) {
    const json::Value* proofs = row.member("poe");
    if (proofs != nullptr && proofs->string(file) != nullptr) out.proofs.add(object, instant(text(*proofs, file)));
  };
  for (const std::string& file : texts(row, "path"))
    if (pki::CertificatePtr certificate = certificate_file(folder + file)) {
      note(file, certificate->fingerprint());
      out.path.insert(out.path.begin(), std::move(certificate));
    }
  for (const std::string& file : texts(row, "crls"))
    if (const auto crls = pki::parse_crls(file_octets(folder + file), budget))
      for (const pki::CrlPtr& crl : *crls) {
        note(file, crl->fingerprint());
        out.evidence.add(crl, pki::Origin::given);
      }
  for (const std::string& file : texts(row, "ocsps"))
    if (const auto response = pki::OcspResponse::parse(file_octets(folder + file), budget)) {
      note(file, (*response)->fingerprint());
      out.evidence.add(*response, pki::Origin::given);
    }
  return out;
}

void judge_slide(const std::string& folder, const json::Value& row, Cases& cases) {
  const SlideMaterial material = read_material(folder, row);
  const std::string id = "time-slide/" + text(row, "id");
  const std::string expected = row.string("error") != nullptr ? "NO_POE" : text(row, "result_control_time");
  if (material.path.size() < 2) return cases.judge(id, expected, "no path", false);
  pki::Trust trust;
  pki::StatusRules rules{.proofs = &material.proofs};
  if (const json::Value* days = row.member("freshness_days"); days != nullptr && days->integer() != nullptr) {
    rules.longest_age = *days->integer() * kDay;
    rules.next_update_binds = false;
  }
  Budget budget;
  const auto anchored = trust.add_anchor({material.path.back(), false, true, "corpus"});
  const auto control = pki::slide_time(material.path, instant(text(row, "time")), trust, material.evidence, budget, rules);
  const std::string actual = !anchored || !control ? "an error" : control->time ? iso8601(*control->time) : "NO_POE";
  cases.judge(id, expected, actual, actual == expected,
              control && control->unproven ? "no status is proven of " + control->unproven->subject().display() : "");
}

void judge_slides(const std::string& folder, Cases& cases) {
  const json::Value document = json_file(folder + "expected.json");
  for (const json::Value& row : list(document, "cases")) judge_slide(folder, row, cases);
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
  judge_slides(folder + "/time-slide/", cases);
}

}  // namespace mohr::conformance
