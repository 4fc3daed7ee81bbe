// Signed documents of the reference implementation: signature values, references and counts (b_level_valid, number_of_signatures) of what
// lies in the closed lists. What lies outside is listed as "outside/...": the reader names the construct that it refuses.
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

void judge_case(const std::string& folder, const json::Value& row, Cases& cases) {
  const std::string id = text(row, "document") + " (" + text(row, "id") + ")";
  const json::Value* valid = row.member("b_level_valid");
  const bool mixed = text(row, "b_level_valid") == "mixed";                 // some signatures are good, not all
  if (valid == nullptr || (valid->boolean() == nullptr && !mixed)) return;  // nothing is asserted
  const bool expected = !mixed && *valid->boolean();
  const auto word = [](bool good) { return std::string(good ? "valid" : "invalid"); };
  const Document document = load(folder, row);
  if (document.several) return cases.skip("outside/" + id, word(expected), "several detached contents, or digests only");
  const MemorySource source(document.octets), content(document.content);
  Budget budget;
  const auto facts = format::read(source, document.has_content ? &content : nullptr, budget);
  if (!facts) {
    if (is_outside(facts.error())) return cases.skip("outside/" + id, word(expected), describe(facts.error()));
    return cases.judge(id, word(expected), "invalid", !expected, describe(facts.error()));
  }
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
  cases.judge(id, word(expected), word(why.empty()), why.empty() == expected, why);
}

}  // namespace

void run_dss(const std::string& folder, Cases& cases) {
  const json::Value document = json_file(folder + "/expected.json");
  const json::Value* list = document.array() != nullptr ? &document : document.member("cases");
  if (list == nullptr || list->array() == nullptr) return cases.judge("expected.json", "readable", "unreadable", false);
  for (const json::Value& row : *list->array()) judge_case(folder, row, cases);
}

}  // namespace mohr::conformance
