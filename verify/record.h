// The record of a verdict ("bundle"): everything that it was made from, in one ZIP file, so that it can be made again years later on a
// machine without a network (docs/records.md).
#pragma once

#include "pki/core/json.h"
#include "verify/verifier.h"

namespace mohr::verify {

inline constexpr int kRecordVersion = 1;

struct Record {
  std::string program;   // the version of mohr that wrote it
  std::string rule_set;  // rule_set() of that version
  std::string document_name;
  crypto::Hash document;                // SHA-256 of the octets
  std::optional<crypto::Hash> content;  // of the detached content that was given
  format::SignedDocument facts;
  pki::Evidence evidence;  // what did not come with the document
  pki::Trust trust;
  Question question;
  int opinions = 2;
  bool revocation = true;
  Findings overrides;   // what the caller had decided otherwise than the settings
  json::Value verdict;  // decision_of() what was decided then
};

// SHA-256, in hexadecimal, over every row of checks.def and rules.def: two programs with the same one judge by the same rules.
std::string rule_set();
// The verdict without sentences: ids, parameters, times, indications. What a replay must give again, octet for octet.
json::Value decision_of(const Verdict& verdict);

// The octets of the bundle. Errors: module_missing.
Result<Bytes> write_record(const Record& record);
// Errors: zip_invalid, record_invalid (names the member), those of what is in it, budget_exceeded. A part whose hash is not the one that
// the record says is refused.
Result<Record> read_record(ByteView bundle, Budget& budget);
// From a verdict that was just made; `sources`: the octets that it was about.
struct Sources {
  const Source& document;
  const Source* content;
};
Result<Record> record_of(const Verdict& verdict, const Sources& sources, const Verifier& verifier, const Question& question,
                         Budget& budget);

// Judges again. `facts` null: from the recorded facts. Errors: those of Verifier::judge.
Result<Verdict> replay(const Record& record, const format::SignedDocument* facts = nullptr, const Assumptions* assumed = nullptr);

}  // namespace mohr::verify
