// mohr explain: the facts that decide a verdict, why two verdicts differ, what would help.
#include "cli/command.h"
#include "cli/judging.h"
#include "cli/record.h"
#include "pki/core/text.h"
#include "verify/explanation.h"
#include "verify/phrase.h"
#include "verify/report.h"

namespace mohr::cli {
namespace {

const std::vector<OptionRow>& options() {
  static const std::vector<OptionRow> rows =
      with_judging_options({{"content", "FILE", "the signed document, when the signature is a file of its own"},
                            {"against", "FILE", "another document or bundle: why the two verdicts differ"},
                            {"what-would-help", nullptr, "the smallest set of facts that would make ACCEPT of it"}});
  return rows;
}

// A bundle as it stands; a document is judged now.
Result<verify::Record> record_from(const std::string& path, const Arguments& arguments) {
  if (is_record(path)) return read_record(path);
  MOHR_TRY(const std::unique_ptr<Judging> judging, Judging::from(arguments));
  MOHR_TRY(const verify::Question question, judging->question());
  MOHR_TRY(const auto document, FileSource::open(path));
  MOHR_TRY(const auto content, content_from(arguments, *document));
  MOHR_TRY(const verify::Verdict verdict, judging->judge(*document, content.get(), question));
  return judging->record(verdict, *document, content.get(), question);
}

class Page {
 public:
  Page(const Terminal& terminal, bool as_json) : terminal_(terminal), as_json_(as_json) { value_.add("version", 1); }

  // For people; the members of the JSON are added by themselves.
  void facts(const char* en, const char* fa, std::span<const Finding> findings) {
    if (as_json_) return;
    terminal_.out(std::string(in(en, fa)) + ":\n");
    for (const Finding& finding : findings) terminal_.out("  - " + render(finding, terminal_.language()) + "\n");
  }
  void line(std::string_view en, std::string_view fa) {
    if (!as_json_) terminal_.out(std::string(terminal_.language() == Language::fa ? fa : en) + "\n");
  }
  // The outcome as a report begins. Of recorded facts nobody is told ACCEPT (docs/records.md).
  void headline(const verify::Verdict& verdict, bool recorded) {
    if (recorded)
      line("From recorded facts; the document itself was not seen.",
           "از دانسته‌های ثبت‌شده؛ خود سند دیده نشد.");
    if (verdict.no_signature) line("There is no signature.", "امضایی در کار نیست.");
    else if (!recorded || verdict.outcome != verify::Outcome::accept)
      line(verify::headline(verdict.outcome, Language::en), verify::headline(verdict.outcome, Language::fa));
    if (verdict.demonstration)
      line(verify::phrase(verify::Label::demonstration, Language::en), verify::phrase(verify::Label::demonstration, Language::fa));
  }
  void add(const char* name, json::Value value) { value_.add(name, std::move(value)); }
  void finish() const {
    if (as_json_) terminal_.out(json::write(value_, 2) + "\n");
  }
  static json::Value list_of(std::span<const Finding> findings) {
    json::Array list;
    for (const Finding& finding : findings) list.push_back(verify::finding_value(finding));
    return list;
  }
  [[nodiscard]] const char* in(const char* en, const char* fa) const { return terminal_.language() == Language::fa ? fa : en; }

 private:
  const Terminal& terminal_;
  bool as_json_;
  json::Value value_;
};

void explain_one(const verify::Record& record, const verify::Verdict& verdict, bool recorded, Page& page) {
  page.add("outcome", verdict.no_signature ? "NO_SIGNATURE" : verify::outcome_id(verdict.outcome));
  page.add("from", recorded ? "recorded facts" : "document");
  page.add("demonstration", verdict.demonstration);
  page.headline(verdict, recorded);
  Findings all;
  for (std::size_t i = 0; i < verdict.signatures.size(); ++i) {
    const Findings facts = verify::decisive_facts(record.facts.signatures[i], verdict.signatures[i]);
    const std::string name = isolate_ltr(printable(record.facts.signatures[i].name));
    if (verdict.signatures.size() > 1) page.line(name, name);
    page.facts("What decided", "آنچه تعیین‌کننده بود", facts);
    all.insert(all.end(), facts.begin(), facts.end());
  }
  page.add("facts", Page::list_of(all));
}

Result<void> explain_difference(const verify::Record& first, const verify::Record& second, Page& page) {
  MOHR_TRY(const std::vector<verify::Difference> differences, verify::compare(first, second));
  json::Array list;
  Findings deciding, others;
  for (const verify::Difference& difference : differences) {
    (difference.decides ? deciding : others).push_back(difference.words);
    json::Value one = verify::finding_value(difference.words);
    one.add("decides", difference.decides);
    list.push_back(std::move(one));
  }
  page.add("differences", std::move(list));
  if (differences.empty()) page.line("Nothing differs.", "تفاوتی نیست.");
  if (!deciding.empty())
    page.facts("This alone makes the difference", "همین به‌تنهایی تفاوت را می‌سازد", deciding);
  if (!others.empty()) page.facts("This differs too", "این هم فرق دارد", others);
  return {};
}

Result<void> explain_help(const verify::Record& record, const verify::Verdict& verdict, Page& page) {
  if (!verdict.no_signature && verdict.outcome == verify::Outcome::accept) {
    page.add("would_help", json::Array());
    page.line("Nothing is needed: it is ACCEPT already.", "چیزی لازم نیست؛ همین حالا «پذیرفته» است.");
    return {};
  }
  MOHR_TRY(const std::vector<Findings> sets, verify::what_would_help(record));
  json::Array list;
  for (const Findings& set : sets) list.push_back(Page::list_of(set));
  page.add("would_help", std::move(list));
  if (sets.empty())
    page.line("No fact that somebody could still supply would change it to ACCEPT.",
              "هیچ مدرکی که هنوز بتوان آورد آن را به «پذیرفته» تبدیل نمی‌کند.");
  for (const Findings& set : sets) page.facts("This would make ACCEPT of it", "این آن را «پذیرفته» می‌کند", set);
  return {};
}

Result<int> explain(const Arguments& arguments, const Terminal& terminal) {
  if (arguments.files().size() != 1)
    return errors::usage_invalid(Code{"mohr explain FILE|BUNDLE.zip [--against OTHER] [--what-would-help]"});
  MOHR_TRY(const verify::Record record, record_from(arguments.files().front(), arguments));
  MOHR_TRY(const verify::Verdict verdict, verify::replay(record));
  Page page(terminal, arguments.has("json"));
  explain_one(record, verdict, is_record(arguments.files().front()), page);
  if (arguments.has("against")) {
    MOHR_TRY(const verify::Record other, record_from(arguments.value("against"), arguments));
    MOHR_TRY(const verify::Verdict theirs, verify::replay(other));
    page.add("other_outcome", theirs.no_signature ? "NO_SIGNATURE" : verify::outcome_id(theirs.outcome));
    page.line("The other one:", "دیگری:");
    page.headline(theirs, is_record(arguments.value("against")));
    MOHR_CHECK(explain_difference(record, other, page));
  }
  if (arguments.has("what-would-help")) MOHR_CHECK(explain_help(record, verdict, page));
  page.finish();
  return kAccept;
}

int run(const Arguments& arguments, const Terminal& terminal) {
  const auto status = explain(arguments, terminal);
  return status ? *status : terminal.fail(status.error(), arguments.files().empty() ? "" : arguments.files().front());
}

}  // namespace

const Command kExplain = {"explain",
                          "Say what decides a verdict, why two differ, what would help",
                          "mohr explain FILE|BUNDLE.zip [--against OTHER] [--what-would-help]",
                          "  mohr explain letter.signed.pdf\n"
                          "  mohr explain last-year.zip --against today.zip\n"
                          "  mohr explain letter.signed.pdf --offline --what-would-help\n",
                          &options,
                          &run};

}  // namespace mohr::cli
