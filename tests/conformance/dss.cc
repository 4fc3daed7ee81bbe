// Signed documents of the reference implementation: signature values, references, imprints and counts (b_level_valid, timestamps_intact,
// number_of_signatures) of what lies in the closed lists. What lies outside is listed as "outside/...": the reader names the construct that
// it refuses.
#include "document_case.h"
#include "format/reader.h"

namespace mohr::conformance {
namespace {

bool is_outside(const Error& error) {
  switch (error.code) {
    case ErrorCode::unsupported:
    case ErrorCode::input_unknown:
    case ErrorCode::input_no_document:
    case ErrorCode::input_ambiguous:
    case ErrorCode::jws_critical_refused:
    case ErrorCode::pdf_encrypted: return true;
    default: return false;
  }
}

struct Document {
  Bytes octets, content, certificate;
  bool has_content = false, several = false;
};

Document load(const std::string& folder, const json::Value& row) {
  Document document;
  document.octets = file_octets(folder + "/" + text(row, "document"));
  if (row.string("signing_certificate_source") != nullptr)
    document.certificate = file_octets(folder + "/" + text(row, "signing_certificate_source"));
  if (const json::Value* given = row.member("upstream_environment"); given != nullptr && given->member("getValidator") != nullptr) {
    const json::Array* files = given->member("getValidator")->array();
    for (const json::Value& file : files != nullptr ? *files : json::Array{})
      if (file.string() != nullptr && file.string()->ends_with(".cer")) document.certificate = file_octets(folder + "/" + *file.string());
  }
  const json::Value* detached = row.member("detached");
  if (detached == nullptr || detached->array() == nullptr || detached->array()->empty()) return document;
  const json::Value& first = detached->array()->front();
  document.has_content = true;
  if (first.string() != nullptr) {
    document.content = file_octets(folder + "/" + *first.string());
  } else if (first.string("content_utf8") != nullptr) {
    document.content = to_bytes(as_bytes(text(first, "content_utf8")));
  } else {
    document.several = true;  // digests only
  }
  if (detached->array()->size() > 1) document.several = true;
  return document;
}

// A fact about all signatures or time-stamps of a document; "mixed": it holds for some. Nothing: it is not asserted.
std::optional<bool> asserted(const json::Value& row, const char* fact) {
  const json::Value* value = row.member(fact);
  if (value != nullptr && value->boolean() != nullptr) return *value->boolean();
  return text(row, fact) == "mixed" ? std::optional(false) : std::nullopt;
}

// "" when each time-stamp is over what it should be and its own value verifies.
std::string break_in_timestamps(const format::Signature& signature) {
  for (const format::TimestampCarrier& carrier : signature.timestamps) {
    const std::string kind(format::timestamp_kind_id(carrier.kind));
    if (!carrier.token) return "a time-stamp of the kind " + kind + " cannot be read";
    if (!equal(carrier.imprint, carrier.token->imprint)) return "a time-stamp of the kind " + kind + " is over something else";
    for (const Finding& finding : pki::check_token(*carrier.token, signature.certificates).findings)
      if (finding.check == Check::timestamp_signer_missing || finding.check == Check::timestamp_content_changed ||
          finding.check == Check::timestamp_value_bad)
        return render(finding, Language::en);
  }
  return {};
}

void judge_timestamps(const std::string& id, bool expected, const format::SignedDocument& facts, Cases& cases) {
  const auto stamped = [](const format::Signature& signature) { return !signature.timestamps.empty(); };
  if (std::none_of(facts.signatures.begin(), facts.signatures.end(), stamped)) return;
  std::string why;
  for (const format::Signature& signature : facts.signatures)
    if (why.empty()) why = break_in_timestamps(signature);
  const auto word = [](bool good) { return std::string(good ? "time-stamps intact" : "a time-stamp not intact"); };
  cases.judge(id + " time-stamps", word(expected), word(why.empty()), why.empty() == expected, why);
}

void judge_case(const std::string& folder, const json::Value& row, Cases& cases) {
  const std::string id = text(row, "document") + " (" + text(row, "id") + ")";
  const std::optional<bool> expected = asserted(row, "b_level_valid"), stamps = asserted(row, "timestamps_intact");
  if (!expected && !stamps) return;
  const auto word = [](bool good) { return std::string(good ? "valid" : "invalid"); };
  const Document document = load(folder, row);
  if (document.several && !expected) return;
  if (document.several) return cases.skip("outside/" + id, word(*expected), "several detached contents, or digests only");
  const MemorySource source(document.octets), content(document.content);
  Budget budget;
  const auto facts = format::read(source, document.has_content ? &content : nullptr, budget);
  if (!facts && !expected) return;
  if (!facts) {
    if (is_outside(facts.error())) return cases.skip("outside/" + id, word(*expected), describe(facts.error()));
    return cases.judge(id, word(*expected), "invalid", !*expected, describe(facts.error()));
  }
  if (stamps) judge_timestamps(id, *stamps, *facts, cases);
  if (!expected) return;
  const json::Value* count = row.member("number_of_signatures");
  if (count != nullptr && count->integer() != nullptr && static_cast<std::size_t>(*count->integer()) != facts->signatures.size())
    return cases.judge(id, std::to_string(*count->integer()) + " signatures", std::to_string(facts->signatures.size()) + " signatures",
                       false);
  pki::CertificatePtr given;
  if (!document.certificate.empty()) {
    if (auto parsed = pki::parse_certificates(document.certificate)) given = parsed->front();
  }
  std::string why;
  for (const format::Signature& signature : facts->signatures)
    if (why.empty()) why = break_in(signature, given);
  cases.judge(id, word(*expected), word(why.empty()), why.empty() == *expected, why);
}

}  // namespace

void run_dss(const std::string& folder, Cases& cases) {
  const json::Value document = json_file(folder + "/expected.json");
  const json::Value* list = document.array() != nullptr ? &document : document.member("cases");
  if (list == nullptr || list->array() == nullptr) return cases.judge("expected.json", "readable", "unreadable", false);
  for (const json::Value& row : *list->array()) judge_case(folder, row, cases);
}

}  // namespace mohr::conformance
