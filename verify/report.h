// A verdict in words: JSON (the contract, docs/report.schema.json), text for a terminal, HTML for the clerk.
#pragma once

#include "pki/core/json.h"
#include "verify/verdict.h"

namespace mohr::verify {

inline constexpr int kReportVersion = 1;

// `name` is what to call the document (a path); not part of the judgement.
json::Value report_json(const Verdict& verdict, std::string_view name);
json::Value report_json(const Error& error, std::string_view name);  // outcome "ERROR"
json::Value error_value(const Error& error);
json::Value finding_value(const Finding& finding);
// Every path to an anchor that was tried and does not hold: its subjects, target first, and why.
json::Value rejected_paths_value(const PathJudgement& judgement);
json::Value identity_value(const format::Identity& identity);  // member names as docs/attributes.md has them for JSON
std::string report_text(const Verdict& verdict, std::string_view name, Language language, bool colour);
// One line for one of several files.
std::string report_line(const Verdict& verdict, std::string_view name, Language language);
std::string report_line(const Error& error, std::string_view name, Language language);
// At most 70 characters of UCS-2 (one SMS), without the name of the document: the receiver knows what was asked about.
std::string report_sms(const Verdict& verdict, Language language);
std::string report_sms(const Error& error, Language language);
// ETSI TS 119 102-2 v1.4.1, XML, without a signature of ours.
std::string report_etsi(const Verdict& verdict);
// Those are the first octets of report_html() or report_etsi().
bool begins_report(std::string_view octets);
// `back` is where a page of a desk leads on to; "": nowhere.
std::string report_html(const Verdict& verdict, std::string_view name, Language language, std::string_view back = {});

}  // namespace mohr::verify
