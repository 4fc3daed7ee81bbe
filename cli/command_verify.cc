// mohr verify: documents in, verdicts out.
#include "cli/command.h"
#include "cli/judging.h"
#include "cli/outputs.h"
#include "cli/record.h"
#include "pki/core/text.h"
#include "verify/report.h"

namespace mohr::cli {
namespace {

using verify::Verdict;

const std::vector<OptionRow>& options() {
  static const std::vector<OptionRow> rows = with_judging_options({
      {"content", "FILE", "the signed document, when the signature is a file of its own"},
      {"report", "FILE", "write the verdict as an HTML page too, or as NAME.xml by ETSI TS 119 102-2"},
      {"bundle", "FILE", "keep everything the verdict was made from in a ZIP file (mohr replay)"},
      {"force", nullptr, "replace the report and the bundle if they exist"},
      {"short", nullptr, "one line of at most 70 characters for each file, as an SMS"},
      {"expect-receiver", "ID", "refuse a message to another receiver"},
      {"expect-sender", "ID", "refuse a message of another sender"},
      {"expect-tracking-id", "ID", "refuse a message of another tracking number"},
      {"expect-request", "FILE", "refuse an answer to another request than this"},
  });
  return rows;
}

int status_of_verdict(const Verdict& verdict) {
  if (verdict.no_signature) return kNoSignature;
  switch (verdict.outcome) {
    case verify::Outcome::accept: return kAccept;
    case verify::Outcome::hold: return kHold;
    case verify::Outcome::reject: break;
  }
  return kReject;
}

// Everything that is the same for all files of one call.
struct Session {
  const Arguments& arguments;
  const Terminal& terminal;
  const Judging& judging;
  const verify::Question& question;
  const Source* content;
  json::Array reports;
};

// A report takes the place of an earlier one, and of an empty file.
bool is_earlier_report(const std::string& path) {
  const auto file = FileSource::open(path);
  if (!file) return false;
  if ((*file)->size() == 0 || (is_record(path) && read_record(path))) return true;
  Bytes beginning(std::min<std::uint64_t>((*file)->size(), 400));
  if (!(*file)->read_at(0, beginning)) return false;
  return verify::begins_report(as_text(beginning));
}

// For nobody who may not read the document.
Result<void> write_whole(const std::string& path, ByteView octets, const Source& document, const Session& session) {
  const unsigned mode = document.mode() & (session.content != nullptr ? session.content->mode() : 0666U);
  MOHR_TRY(NewFile file, NewFile::create(path, true, mode));
  MOHR_CHECK(file.write(octets));
  return file.commit();
}

Result<void> write_report(const Verdict& verdict, const Source& document, const Session& session) {
  const std::string path = session.arguments.value("report");
  const std::string text =
      path.ends_with(".xml") ? verify::report_etsi(verdict) : verify::report_html(verdict, document.name(), session.terminal.language());
  return write_whole(path, as_bytes(text), document, session);
}

Result<void> write_bundle(const Verdict& verdict, const Source& document, const Session& session) {
  MOHR_TRY(const verify::Record record, session.judging.record(verdict, document, session.content, session.question));
  MOHR_TRY(const Bytes octets, verify::write_record(record));
  return write_whole(session.arguments.value("bundle"), octets, document, session);
}

int verify_one(const std::string& path, bool alone, Session& session) {
  const bool as_json = session.arguments.has("json");
  const auto failed = [&](const Error& error) {
    if (as_json) session.reports.push_back(verify::report_json(error, path));
    if (session.arguments.has("short")) session.terminal.out(verify::report_sms(error, session.terminal.language()) + "\n");
    else if (!as_json && !alone) session.terminal.out(verify::report_line(error, path, session.terminal.language()) + "\n");
    return session.terminal.fail(error, path);
  };
  const auto document = FileSource::open(path);
  if (!document) return failed(document.error());
  const auto verdict = session.judging.judge(**document, session.content, session.question);
  if (!verdict) return failed(verdict.error());
  if (as_json) {
    session.reports.push_back(verify::report_json(*verdict, path));
  } else if (session.arguments.has("short")) {
    session.terminal.out(verify::report_sms(*verdict, session.terminal.language()) + "\n");
  } else if (alone) {
    session.terminal.out(verify::report_text(*verdict, path, session.terminal.language(), session.terminal.colour()));
  } else {
    session.terminal.out(verify::report_line(*verdict, path, session.terminal.language()) + "\n");
  }
  if (session.arguments.has("report")) {
    const auto written = write_report(*verdict, **document, session);
    if (!written) return session.terminal.fail(written.error());
  }
  if (session.arguments.has("bundle")) {
    const auto written = write_bundle(*verdict, **document, session);
    if (!written) return session.terminal.fail(written.error());
  }
  return status_of_verdict(*verdict);
}

void print_summary(const std::array<std::size_t, 5>& counts, const Terminal& terminal) {
  const char* form = terminal.language() == Language::fa
                         ? "%zu پذیرفته، %zu معلق، %zu رد، %zu بدون امضا، %zu ناخوانا\n"
                         : "%zu accepted, %zu on hold, %zu rejected, %zu without signature, %zu unreadable\n";
  std::array<char, 256> text{};
  std::snprintf(text.data(), text.size(), form, counts[0], counts[1], counts[2], counts[3], counts[4]);
  terminal.out(terminal.language() == Language::fa ? persian_digits(text.data()) : text.data());
}

Result<void> check_usage(const Arguments& arguments) {
  const auto wrong = [](const char* what) { return errors::usage_invalid(Code{what}); };
  if (arguments.files().empty()) return wrong("which file? mohr verify FILE...");
  const bool several = arguments.files().size() > 1;
  if (several && arguments.has("content")) return wrong("--content goes with one file");
  if (arguments.has("short") && arguments.has("json")) return wrong("--short or --json, one of them");
  if (several && arguments.has("bundle")) return wrong("--bundle goes with one file");
  if (several && arguments.has("report")) return wrong("--report goes with one file");
  std::vector<std::string> outputs;
  for (const char* option : {"report", "bundle"})
    if (arguments.has(option)) outputs.push_back(arguments.value(option));
  return check_outputs(arguments, outputs, &is_earlier_report);
}

Result<int> judge_all(const Arguments& arguments, const Terminal& terminal) {
  MOHR_CHECK(check_usage(arguments));
  MOHR_TRY(const std::unique_ptr<Judging> judging, Judging::from(arguments));
  MOHR_TRY(verify::Question question, judging->question());
  question.expect_receiver = arguments.value("expect-receiver");
  question.expect_sender = arguments.value("expect-sender");
  question.expect_tracking_id = arguments.value("expect-tracking-id");
  std::unique_ptr<FileSource> content;
  if (arguments.has("expect-request")) {
    Budget budget;
    MOHR_TRY(const auto request, FileSource::open(arguments.value("expect-request")));
    MOHR_TRY(question.expect_request, crypto::digest_source(*request, crypto::DigestAlgorithm::sha256, budget));
  }
  if (arguments.has("content")) {
    MOHR_TRY(const auto document, FileSource::open(arguments.files().front()));
    MOHR_TRY(content, content_from(arguments, *document));
  }
  Session session{arguments, terminal, *judging, question, content.get(), {}};
  const std::vector<std::string>& files = arguments.files();
  int status = kAccept;
  std::array<std::size_t, 5> counts{};
  for (std::size_t i = 0; i < files.size(); ++i) {
    const int one = verify_one(files[i], files.size() == 1, session);
    ++counts[one == kAccept ? 0U : one == kHold ? 1U : one == kReject ? 2U : one == kNoSignature ? 3U : 4U];
    status = worse(status, one);
    if (arguments.has("json")) terminal.progress(i + 1, files.size());
  }
  if (arguments.has("json")) {
    json::Value all;
    if (files.size() == 1) {
      all = std::move(session.reports.front());
    } else {
      all.add("version", verify::kReportVersion).add("status", status).add("reports", std::move(session.reports));
    }
    terminal.out(json::write(all, 2) + "\n");
  } else if (files.size() > 1 && !arguments.has("short")) {
    print_summary(counts, terminal);
  }
  return status;
}

int run(const Arguments& arguments, const Terminal& terminal) {
  const auto status = judge_all(arguments, terminal);
  if (status) return *status;
  if (arguments.has("json"))
    terminal.out(json::write(verify::report_json(status.error(), arguments.files().empty() ? "" : arguments.files().front()), 2) + "\n");
  return terminal.fail(status.error());
}

}  // namespace

const Command kVerify = {"verify",
                         "Verify documents: ACCEPT, HOLD or REJECT, with the next step",
                         "mohr verify FILE... [OPTION]...",
                         "  mohr verify letter.signed.pdf\n"
                         "  mohr verify report.odt.p7s --content report.odt --lang fa\n"
                         "  mohr verify answer.jws.json --expect-receiver 10380284790 --expect-request question.jws.json\n"
                         "  mohr verify *.pdf --offline --crl silver.crl --json\n",
                         &options,
                         &run};

}  // namespace mohr::cli
