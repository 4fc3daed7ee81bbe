// mohr replay: a recorded verdict, made again from what it was made from.
#include "cli/command.h"
#include "cli/record.h"
#include "cli/setting.h"
#include "verify/report.h"

namespace mohr::cli {
namespace {

const std::vector<OptionRow>& options() {
  static const std::vector<OptionRow> rows =
      with_usual_options({{"document", "FILE", "the document of the record: its facts are read again"},
                          {"content", "FILE", "the signed document, when the signature is a file of its own"}});
  return rows;
}

// The facts of the document at hand, when it is the one of the record.
Result<std::optional<format::SignedDocument>> facts_again(const Arguments& arguments, const verify::Record& record) {
  if (!arguments.has("document")) return std::optional<format::SignedDocument>();
  Budget budget;
  MOHR_TRY(const auto document, FileSource::open(arguments.value("document")));
  MOHR_TRY(const auto content, content_from(arguments, *document));
  MOHR_TRY(const crypto::Hash hash, crypto::digest_source(*document, crypto::DigestAlgorithm::sha256, budget));
  if (!(hash == record.document)) return errors::record_of_other_document(Code{document->name()});
  MOHR_TRY(format::SignedDocument facts, format::read(*document, content.get(), budget));
  return std::optional(std::move(facts));
}

// From recorded facts nobody is told ACCEPT: what the facts say of the document was not looked at.
int status_of(const verify::Verdict& verdict, bool same, bool from_document) {
  if (!same) return kReject;
  if (verdict.no_signature) return kNoSignature;
  if (verdict.outcome == verify::Outcome::accept) return from_document ? kAccept : kHold;
  return verdict.outcome == verify::Outcome::hold ? kHold : kReject;
}

json::Value replay_value(const verify::Record& record, const json::Value& decision, bool same, bool from_document) {
  json::Value value;
  value.add("version", verify::kRecordVersion).add("same", same).add("from", from_document ? "document" : "recorded facts");
  value.add("same_rules", record.rule_set == verify::rule_set()).add("written_by", record.program);
  value.add("document", record.document_name);
  if (from_document) value.add("recorded", record.verdict).add("replayed", decision);
  return value;
}

Result<int> replay(const Arguments& arguments, const Terminal& terminal) {
  if (arguments.files().size() != 1) return errors::usage_invalid(Code{"mohr replay BUNDLE.zip [--document FILE]"});
  MOHR_TRY(const verify::Record record, read_record(arguments.files().front()));
  MOHR_TRY(const auto facts, facts_again(arguments, record));
  MOHR_TRY(const verify::Verdict verdict, verify::replay(record, facts ? &*facts : nullptr));
  const json::Value decision = verify::decision_of(verdict);
  const bool same = json::canonical(decision) == json::canonical(record.verdict);
  const bool fa = terminal.language() == Language::fa;
  if (arguments.has("json")) {
    terminal.out(json::write(replay_value(record, decision, same, facts.has_value()), 2) + "\n");
  } else {
    if (facts && same) terminal.out(verify::report_text(verdict, arguments.value("document"), terminal.language(), terminal.colour()));
    const char* words = same ? (fa ? "داوری ثبت‌شده حرف‌به‌حرف دوباره به دست آمد"
                                   : "The recorded verdict was made again, octet for octet")
                             : (fa ? "داوری دوباره با داوری ثبت‌شده یکی نیست"
                                   : "The verdict made again is not the recorded one");
    const char* basis = facts ? ""
                              : (fa ? " (از دانسته‌های ثبت‌شده؛ خود سند دیده نشد)"
                                    : " (from recorded facts; the document itself was not seen)");
    terminal.out(std::string(words) + basis + ".\n");
    if (record.rule_set != verify::rule_set())
      terminal.hint(fa ? "قاعده‌های داوری از آن زمان تغییر کرده‌اند.\n"
                       : "The rules of judgement have changed since.\n");
  }
  return status_of(verdict, same, facts.has_value());
}

int run(const Arguments& arguments, const Terminal& terminal) {
  const auto status = replay(arguments, terminal);
  return status ? *status : terminal.fail(status.error(), arguments.files().empty() ? "" : arguments.files().front());
}

}  // namespace

const Command kReplay = {"replay",
                         "Make a recorded verdict again, offline, and compare",
                         "mohr replay BUNDLE.zip [--document FILE]",
                         "  mohr verify letter.signed.pdf --bundle letter.zip\n"
                         "  mohr replay letter.zip\n"
                         "  mohr replay letter.zip --document letter.signed.pdf\n",
                         &options,
                         &run};

}  // namespace mohr::cli
