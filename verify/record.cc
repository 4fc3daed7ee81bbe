#include "verify/record.h"

#include <algorithm>
#include <array>

#include "format/facts_json.h"
#include "format/zip.h"
#include "pki/core/message_json.h"
#include "pki/trust_record.h"
#include "verify/report.h"
#include "verify/rules.h"

namespace mohr::verify {
namespace {

using format::ZipEntry;
using json::Value;

constexpr char kHead[] = "record.json", kFacts[] = "facts.json", kVerdict[] = "verdict.json";
constexpr std::string_view kTrust = "trust/", kEvidence = "evidence/";

Error invalid(std::string member) { return errors::record_invalid(Code{std::move(member)}); }

Bytes octets_of(const Value& value) { return to_bytes(as_bytes(json::write(value, 1) + "\n")); }

std::string_view origin_id(pki::Origin origin) {
  switch (origin) {
    case pki::Origin::given: return "given";
    case pki::Origin::document: return "document";
    case pki::Origin::trust: return "trust";
    case pki::Origin::network: break;
  }
  return "network";
}

Value question_value(const Question& question) {
  Value value;
  value.add("now", iso8601(question.now)).add("time_was_given", question.time_was_given);
  value.add("expect_receiver", question.expect_receiver).add("expect_sender", question.expect_sender);
  value.add("expect_tracking_id", question.expect_tracking_id);
  if (question.expect_request) value.add("expect_request", hex(question.expect_request->view()));
  return value;
}

// One file for each piece of evidence that did not come with the document, and where it came from.
template <class T>
void add_evidence(std::span<const pki::Held<T>> held, const char* extension, std::vector<ZipEntry>& entries, json::Array& list) {
  for (const pki::Held<T>& one : held) {
    if (one.origin == pki::Origin::document) continue;
    const std::string name = std::string(kEvidence) + hex(one.item->fingerprint().view()).substr(0, 16) + extension;
    entries.push_back({name, to_bytes(one.item->der())});
    Value row;
    list.push_back(std::move(row.add("file", name).add("origin", origin_id(one.origin)).add("url", one.url)));
  }
}

// ---- read --------------------------------------------------------------------------------------------------------------

struct Parts {
  const std::vector<ZipEntry>& entries;
  [[nodiscard]] Result<ByteView> octets(std::string_view name) const {
    const auto entry = std::find_if(entries.begin(), entries.end(), [&](const ZipEntry& one) { return one.name == name; });
    if (entry == entries.end()) return invalid(std::string(name));
    return ByteView(entry->octets);
  }
  [[nodiscard]] Result<Value> json(std::string_view name, Budget& budget) const {
    MOHR_TRY(const ByteView text, octets(name));
    auto value = json::parse(text, budget);
    if (!value) return std::move(value).error().at(std::string(name));
    return value;
  }
};

Result<std::string> text(const Value& value, const char* name) {
  const std::string* member = value.string(name);
  if (member == nullptr) return invalid(name);
  return *member;
}

Result<bool> flag(const Value& value, const char* name) {
  const Value* member = value.member(name);
  if (member == nullptr || member->boolean() == nullptr) return invalid(name);
  return *member->boolean();
}

Result<std::optional<crypto::Hash>> hash(const Value& value, const char* name) {
  const Value* member = value.member(name);
  if (member == nullptr) return std::optional<crypto::Hash>();
  const auto octets = member->string() != nullptr ? from_hex(*member->string()) : std::nullopt;
  if (!octets || octets->size() != 32) return invalid(name);
  crypto::Hash out;
  std::copy(octets->begin(), octets->end(), out.octets.begin());
  out.size = 32;
  return std::optional(out);
}

Result<Question> question_from(const Value* value) {
  if (value == nullptr) return invalid("question");
  Question question;
  MOHR_TRY(const std::string now, text(*value, "now"));
  const auto time = from_iso8601(now);
  if (!time) return invalid("now");
  question.now = *time;
  MOHR_TRY(question.time_was_given, flag(*value, "time_was_given"));
  MOHR_TRY(question.expect_receiver, text(*value, "expect_receiver"));
  MOHR_TRY(question.expect_sender, text(*value, "expect_sender"));
  MOHR_TRY(question.expect_tracking_id, text(*value, "expect_tracking_id"));
  MOHR_TRY(question.expect_request, hash(*value, "expect_request"));
  return question;
}

Result<void> read_evidence(const Value& head, const Parts& parts, pki::Evidence& evidence, Budget& budget) {
  const Value* list = head.member("evidence");
  if (list == nullptr || list->array() == nullptr) return invalid("evidence");
  for (const Value& row : *list->array()) {
    MOHR_TRY(const std::string name, text(row, "file"));
    MOHR_TRY(const std::string origin, text(row, "origin"));
    MOHR_TRY(std::string url, text(row, "url"));
    MOHR_TRY(const ByteView der, parts.octets(name));
    const pki::Origin from = origin == "network" ? pki::Origin::network : pki::Origin::given;
    if (name.ends_with(".crt")) {
      MOHR_TRY(pki::CertificatePtr certificate, pki::Certificate::parse(der));
      evidence.add(std::move(certificate), from, std::move(url));
    } else if (name.ends_with(".crl")) {
      MOHR_TRY(pki::CrlPtr crl, pki::Crl::parse(der, budget));
      evidence.add(std::move(crl), from, std::move(url));
    } else {
      MOHR_TRY(pki::OcspResponsePtr response, pki::OcspResponse::parse(der, budget));
      evidence.add(std::move(response), from, std::move(url));
    }
  }
  return {};
}

Result<pki::Trust> read_trust(const Value& head, const Parts& parts) {
  std::vector<pki::TrustFile> files;
  for (const ZipEntry& entry : parts.entries)
    if (entry.name.starts_with(kTrust)) files.push_back({entry.name.substr(kTrust.size()), entry.octets});
  MOHR_TRY(pki::Trust trust, pki::trust_from(files));
  MOHR_TRY(const auto identity, hash(head, "trust"));
  if (!identity || !(*identity == trust.identity())) return invalid("trust");
  return trust;
}

// No part was changed since, and none was added.
Result<void> check_parts(const Value& head, const Parts& parts) {
  const Value* list = head.member("parts");
  if (list == nullptr || list->object() == nullptr || list->object()->size() + 1 != parts.entries.size()) return invalid("parts");
  for (const auto& [name, expected] : *list->object()) {
    MOHR_TRY(const ByteView octets, parts.octets(name));
    if (expected.string() == nullptr || *expected.string() != hex(crypto::sha256(octets).view())) return invalid(name);
  }
  return {};
}

// Members that no replay can or must give again: sentences, who else was asked, what could not be fetched, the file's name.
bool is_decisive(std::string_view name) {
  constexpr std::array<std::string_view, 8> kOther = {"en", "fa", "next_en", "next_fa", "file", "opinions", "failed_fetches", "overrides"};
  return std::find(kOther.begin(), kOther.end(), name) == kOther.end();
}

Value decisive_part(const Value& value) {
  if (value.array() != nullptr) {
    json::Array out;
    for (const Value& one : *value.array()) out.push_back(decisive_part(one));
    return out;
  }
  if (value.object() == nullptr) return value;
  json::Object out;
  for (const auto& [name, member] : *value.object())
    if (is_decisive(name)) out.emplace_back(name, decisive_part(member));
  return out;
}

}  // namespace

std::string rule_set() {
  crypto::Digest digest(crypto::DigestAlgorithm::sha256);
  const auto add = [&](std::string_view text) {
    digest.update(as_bytes(text));
    digest.update(as_bytes("\n"));
  };
#define CHECK(tag, id, params, names, en, fa) add(#tag " " id " " #params);
#include "pki/core/checks.def"
#undef CHECK
#define RULE(check, clause, indication, sub_indication, outcome, owner, step) \
  add(#check " " clause " " #indication " " #sub_indication " " #outcome " " #owner " " #step);
#define WARNING(check, clause) add(#check " " clause " warning");
#include "verify/rules.def"
#undef RULE
#undef WARNING
  return hex(digest.finish().view());
}

Value decision_of(const Verdict& verdict) { return decisive_part(report_json(verdict, "")); }

Result<Bytes> write_record(const Record& record) {
  std::vector<ZipEntry> entries;
  entries.push_back({kFacts, octets_of(format::record_of(record.facts))});
  entries.push_back({kVerdict, octets_of(record.verdict)});
  for (pki::TrustFile& file : pki::files_of(record.trust)) entries.push_back({std::string(kTrust) + file.name, std::move(file.octets)});
  json::Array evidence;
  add_evidence(record.evidence.certificates(), ".crt", entries, evidence);
  add_evidence(record.evidence.crls(), ".crl", entries, evidence);
  add_evidence(record.evidence.ocsp_responses(), ".ors", entries, evidence);
  Value document;
  document.add("name", record.document_name).add("sha256", hex(record.document.view()));
  if (record.content) document.add("content_sha256", hex(record.content->view()));
  Value parts = json::Object{};
  for (const ZipEntry& entry : entries) parts.add(entry.name, hex(crypto::sha256(entry.octets).view()));
  Value head;
  head.add("version", kRecordVersion).add("program", record.program).add("rule_set", record.rule_set);
  head.add("document", std::move(document)).add("question", question_value(record.question));
  head.add("opinions", record.opinions).add("revocation", record.revocation).add("overrides", mohr::record_of(record.overrides));
  head.add("trust", hex(record.trust.identity().view())).add("evidence", std::move(evidence)).add("parts", std::move(parts));
  entries.insert(entries.begin(), {kHead, octets_of(head)});
  return format::write_zip(entries);
}

Result<Record> read_record(ByteView bundle, Budget& budget) {
  MOHR_TRY(const std::vector<ZipEntry> entries, format::read_zip(bundle, budget));
  const Parts parts{entries};
  MOHR_TRY(const Value head, parts.json(kHead, budget));
  const Value* version = head.member("version");
  if (version == nullptr || version->integer() == nullptr || *version->integer() != kRecordVersion) return invalid("version");
  MOHR_CHECK(check_parts(head, parts));
  Record record;
  MOHR_TRY(record.program, text(head, "program"));
  MOHR_TRY(record.rule_set, text(head, "rule_set"));
  const Value* document = head.member("document");
  if (document == nullptr) return invalid("document");
  MOHR_TRY(record.document_name, text(*document, "name"));
  MOHR_TRY(const auto digest, hash(*document, "sha256"));
  if (!digest) return invalid("sha256");
  record.document = *digest;
  MOHR_TRY(record.content, hash(*document, "content_sha256"));
  MOHR_TRY(record.question, question_from(head.member("question")));
  const Value *opinions = head.member("opinions"), *overrides = head.member("overrides");
  if (opinions == nullptr || opinions->integer() == nullptr) return invalid("opinions");
  record.opinions = static_cast<int>(*opinions->integer());
  MOHR_TRY(record.revocation, flag(head, "revocation"));
  auto decided = overrides != nullptr ? findings_from(*overrides) : std::nullopt;
  if (!decided) return invalid("overrides");
  record.overrides = *std::move(decided);
  MOHR_TRY(record.trust, read_trust(head, parts));
  MOHR_CHECK(read_evidence(head, parts, record.evidence, budget));
  MOHR_TRY(const Value facts, parts.json(kFacts, budget));
  MOHR_TRY(record.facts, format::facts_from(facts, budget));
  MOHR_TRY(record.verdict, parts.json(kVerdict, budget));
  return record;
}

Result<Record> record_of(const Verdict& verdict, const Sources& sources, const Verifier& verifier, const Question& question,
                         Budget& budget) {
  Record record;
  record.program = MOHR_VERSION;
  record.rule_set = rule_set();
  record.document_name = sources.document.name();
  MOHR_TRY(record.document, crypto::digest_source(sources.document, crypto::DigestAlgorithm::sha256, budget));
  if (sources.content != nullptr) {
    MOHR_TRY(record.content, crypto::digest_source(*sources.content, crypto::DigestAlgorithm::sha256, budget));
  }
  record.facts = verdict.document;
  if (verdict.evidence) record.evidence = *verdict.evidence;
  record.trust = verifier.trust();
  record.question = question;
  record.opinions = verifier.options().opinions;
  record.revocation = verifier.options().revocation;
  record.overrides = verdict.overrides;
  record.verdict = decision_of(verdict);
  return record;
}

Result<Verdict> replay(const Record& record, const format::SignedDocument* facts, const Assumptions* assumed) {
  Options options;
  options.opinions = record.opinions;
  options.revocation = record.revocation;
  options.assumed = assumed;
  options.cache = assumed == nullptr;
  const Verifier verifier(record.trust, std::move(options));
  MOHR_TRY(Verdict verdict, verifier.judge(facts != nullptr ? *facts : record.facts, record.evidence, record.question));
  verdict.overrides = record.overrides;
  return verdict;
}

}  // namespace mohr::verify
