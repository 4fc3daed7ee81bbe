// mohr certificate show|verify.
#include <algorithm>

#include "cli/command.h"
#include "cli/facts.h"
#include "cli/setting.h"
#include "pki/core/source.h"
#include "pki/core/text.h"
#include "pki/national.h"
#include "verify/evaluation.h"
#include "verify/phrase.h"
#include "verify/report.h"
#include "verify/rules.h"
#include "verify/verifier.h"

namespace mohr::cli {
namespace {

const std::vector<OptionRow>& options() {
  static const std::vector<OptionRow> rows = with_setting_options({});
  return rows;
}

Result<std::vector<pki::CertificatePtr>> certificates_from(const Arguments& arguments) {
  if (arguments.files().size() != 2) return errors::usage_invalid(Code{"mohr certificate show|verify FILE"});
  MOHR_TRY(const Bytes file, read_file(arguments.files()[1], 16 << 20));
  return pki::parse_certificates(file);
}

// What it is for, and under which policies.
std::string usages_in(const json::Value& facts) {
  std::string text;
  for (const char* member : {"key_usage", "extended_key_usage", "policies"}) {
    const json::Value* list = facts.member(member);
    if (list == nullptr || list->array() == nullptr) continue;
    for (const json::Value& one : *list->array())
      if (one.string() != nullptr) text += (text.empty() ? "" : ", ") + *one.string();
  }
  return text;
}

Result<int> show(const Arguments& arguments, const Terminal& terminal) {
  MOHR_TRY(const auto certificates, certificates_from(arguments));
  json::Array list;
  for (const pki::CertificatePtr& certificate : certificates) {
    list.push_back(facts_of(*certificate));
    if (arguments.has("json")) continue;
    const Language language = terminal.language();
    const auto field = [&](std::string_view en, std::string_view fa, const std::string& value) {
      if (!value.empty()) terminal.out("  " + std::string(language == Language::fa ? fa : en) + ": " + value + "\n");
    };
    const auto key = certificate->key();
    terminal.out(isolate(certificate->subject().display()) + "\n");
    field("Subject", "دارنده", isolate_ltr(certificate->subject().rfc4514()));
    field("Issuer", "صادرکننده", isolate_ltr(certificate->issuer().rfc4514()));
    field("Valid", "اعتبار", display(certificate->not_before(), language) + " – " + display(certificate->not_after(), language));
    field("Key", "کلید", isolate_ltr(key ? (*key)->name() : "?"));
    field("Usage", "کاربرد", isolate_ltr(usages_in(list.back())));
    field("SHA-256", "SHA-256", isolate_ltr(hex(certificate->fingerprint().view())));
    const pki::NationalIdentity identity = pki::national_identity(certificate->subject());
    if (identity.role != pki::SignerRole::unknown)
      terminal.out("  " + std::string(verify::role_word(identity.role, terminal.language())) + "  " + isolate_ltr(identity.identifier) +
                   "\n");
    for (const Finding& finding : identity.findings) terminal.out("  ! " + render(finding, terminal.language()) + "\n");
  }
  if (arguments.has("json")) {
    json::Value all;
    all.add("version", 1).add("certificates", std::move(list));
    terminal.out(json::write(all, 2) + "\n");
  }
  return kAccept;
}

// What the certificate is for, so that it is judged as those who rely on it would.
pki::Purpose purpose_of(const pki::Certificate& certificate) {
  if (certificate.is_ca()) return pki::Purpose::any;
  if (certificate.has_extended_key_usage(asn1::Oid::kp_time_stamping)) return pki::Purpose::time_stamping;
  if (certificate.has_extended_key_usage(asn1::Oid::kp_ocsp_signing)) return pki::Purpose::ocsp_signing;
  return pki::Purpose::signing;
}

std::string text_of(const verify::PathJudgement& judgement, verify::Outcome outcome, const Finding* reason, Language language) {
  std::string text = verify::headline(outcome, language) + "\n";
  const auto field = [&](verify::Label label, std::string_view value) {
    text += "  " + std::string(verify::phrase(label, language)) + ": " + std::string(value) + "\n";
  };
  if (judgement.anchor != nullptr && judgement.anchor->demonstration)
    text += "  " + std::string(verify::phrase(verify::Label::demonstration, language)) + "\n";
  if (reason != nullptr) {
    const verify::NextStep next = verify::next_step(*reason, nullptr);
    field(verify::Label::reason, render(*reason, language));
    const bool helps = verify::rule(reason->check).owner != verify::Owner::sender;  // of a certificate alone there is no sender
    if (helps && next.step != verify::Step::none) field(verify::Label::next_step, render(next, language));
  }
  for (const Finding& finding : judgement.findings)
    if (&finding != reason) text += "  ! " + render(finding, language) + "\n";
  return text;
}

Result<int> verify(const Arguments& arguments, const Terminal& terminal) {
  MOHR_TRY(const auto certificates, certificates_from(arguments));
  MOHR_TRY(const pki::Trust trust, trust_from(arguments));
  if (trust.anchors().empty()) return errors::no_anchor();
  MOHR_TRY(const pki::InstallationPtr installation, installation_from(arguments));
  MOHR_TRY(pki::Evidence evidence, evidence_from(arguments, shelf_of(installation)));
  for (std::size_t i = 1; i < certificates.size(); ++i) evidence.add(certificates[i], pki::Origin::given);
  MOHR_TRY(const auto fetcher, fetcher_from(arguments, trust));
  MOHR_TRY(const Instant now, time_from(arguments));
  Budget budget;
  MOHR_TRY(const verify::PathJudgementPtr judgement,
           verify::judge_with_network({certificates.front(), purpose_of(*certificates.front()), now, now, true, true}, trust, evidence,
                                      fetcher.get(), budget));
  verify::Outcome outcome = verify::Outcome::accept;
  const Finding* reason = nullptr;
  for (const Finding& finding : judgement->findings) {
    const verify::Rule& rule = verify::rule(finding.check);
    if (rule.warning || rule.outcome <= outcome) continue;
    outcome = rule.outcome;
    reason = &finding;
  }
  json::Value report;
  json::Array path, found;
  for (const auto& facts : judgement->path) path.push_back(facts_of(*facts.certificate));
  for (const Finding& finding : judgement->findings) found.push_back(verify::finding_value(finding));
  report.add("version", 1)
      .add("file", arguments.files()[1])
      .add("outcome", verify::outcome_id(outcome))
      .add("demonstration", judgement->anchor != nullptr && judgement->anchor->demonstration)
      .add("path", std::move(path))
      .add("findings", std::move(found))
      .add("rejected_paths", verify::rejected_paths_value(*judgement));
  terminal.out(arguments.has("json") ? json::write(report, 2) + "\n" : text_of(*judgement, outcome, reason, terminal.language()));
  return outcome == verify::Outcome::accept ? kAccept : outcome == verify::Outcome::hold ? kHold : kReject;
}

int run(const Arguments& arguments, const Terminal& terminal) {
  const std::string word = arguments.files().empty() ? "" : arguments.files().front();
  const auto status = word == "verify" ? verify(arguments, terminal)
                      : word == "show" ? show(arguments, terminal)
                                       : Result<int>(misspelt(word, {"show", "verify"}, "mohr certificate show|verify FILE"));
  return status ? *status : terminal.fail(status.error(), arguments.files().size() > 1 ? arguments.files()[1] : "");
}

}  // namespace

const Command kCertificate = {"certificate",
                              "Show a certificate, or verify its path and status",
                              "mohr certificate show|verify FILE [OPTION]...",
                              "  mohr certificate show officer.pem\n"
                              "  mohr certificate verify officer.pem --trust demo\n",
                              &options,
                              &run};

}  // namespace mohr::cli
