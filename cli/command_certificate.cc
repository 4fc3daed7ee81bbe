// mohr certificate show|verify.
#include <algorithm>

#include "cli/command.h"
#include "cli/facts.h"
#include "cli/setting.h"
#include "pki/core/source.h"
#include "pki/core/text.h"
#include "pki/national.h"
#include "verify/path_judge.h"
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

Result<int> show(const Arguments& arguments, const Terminal& terminal) {
  MOHR_TRY(const auto certificates, certificates_from(arguments));
  json::Array list;
  for (const pki::CertificatePtr& certificate : certificates) {
    list.push_back(facts_of(*certificate));
    if (arguments.has("json")) continue;
    terminal.out(isolate(certificate->subject().display()) + "\n  " + certificate->subject().rfc4514() + "\n  <- " +
                 certificate->issuer().rfc4514() + "\n  " + display(certificate->not_before(), terminal.language()) + " – " +
                 display(certificate->not_after(), terminal.language()) + "\n  SHA-256 " + hex(certificate->fingerprint().view()) + "\n");
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
           verify::judge_with_network({certificates.front(), pki::Purpose::signing, now, now, false, true}, trust, evidence, fetcher.get(),
                                      budget));
  verify::Outcome outcome = verify::Outcome::accept;
  for (const Finding& finding : judgement->findings) outcome = std::max(outcome, verify::rule(finding.check).outcome);
  json::Value report;
  json::Array path, found;
  for (const auto& facts : judgement->path) path.push_back(facts_of(*facts.certificate));
  for (const Finding& finding : judgement->findings) {
    json::Value one;
    one.add("id", row(finding.check).id).add("en", render(finding, Language::en)).add("fa", render(finding, Language::fa));
    found.push_back(std::move(one));
    if (!arguments.has("json")) terminal.out("  " + render(finding, terminal.language()) + "\n");
  }
  report.add("version", 1)
      .add("file", arguments.files()[1])
      .add("outcome", verify::outcome_id(outcome))
      .add("path", std::move(path))
      .add("findings", std::move(found))
      .add("rejected_paths", verify::rejected_paths_value(*judgement));
  terminal.out(arguments.has("json") ? json::write(report, 2) + "\n" : std::string(verify::outcome_id(outcome)) + "\n");
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
