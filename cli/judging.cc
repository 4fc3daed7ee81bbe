#include "cli/judging.h"

namespace mohr::cli {
namespace {

Result<void> check_usage(const Arguments& arguments) {
  if (arguments.has("opinions") && arguments.value("opinions") != "1" && arguments.value("opinions") != "2")
    return errors::usage_invalid(Code{"--opinions: 1 opinion or 2"});
  return {};
}

}  // namespace

std::vector<OptionRow> with_judging_options(std::vector<OptionRow> own) {
  own.push_back({"opinions", "1|2", "how many libraries are asked; 2, the default, asks Botan too"});
  own.push_back({"policy", "NAME|FILE", "rules of judgement: strict, dss-default or a file (default: this machine's, else strict)"});
  return with_setting_options(std::move(own));
}

Result<std::unique_ptr<Judging>> Judging::from(const Arguments& arguments) {
  MOHR_CHECK(check_usage(arguments));
  auto judging = std::unique_ptr<Judging>(new Judging);
  if (arguments.has("at")) {
    MOHR_TRY(judging->at_, time_from(arguments));
  }
  MOHR_TRY(pki::Trust trust, trust_from(arguments));
  MOHR_TRY(judging->installation_, installation_from(arguments));
  // A record carries its lists whole, so none is taken from an index.
  const bool whole = arguments.has("bundle") || arguments.has("against") || arguments.has("what-would-help");
  const pki::CrlShelfPtr shelf = whole ? nullptr : shelf_of(judging->installation_);
  MOHR_TRY(judging->evidence_, evidence_from(arguments, shelf));
  MOHR_TRY(judging->fetcher_, fetcher_from(arguments, trust));
  verify::Options options;
  options.allowed_hosts = arguments.values("allow-host");
  options.overrides = overrides_from(arguments, trust);
  if (arguments.value("opinions") == "1") options.opinions = 1;
  MOHR_TRY(options.policy, arguments.has("policy") ? verify::Policy::load(arguments.value("policy")) : verify::Policy::of_machine());
  if (arguments.has("policy")) options.overrides.push_back(findings::override_policy(options.policy->id()));
  if (judging->installation_) {
    options.kept = &judging->kept_.emplace(judging->installation_, judging->clock_, shelf);
    if (!judging->at_) judging->newest_.emplace(judging->installation_);
  }
  judging->verifier_.emplace(std::move(trust), std::move(options));
  return judging;
}

Result<verify::Question> Judging::question() const {
  verify::Question question;
  question.now = at_.value_or(clock_.now());
  question.time_was_given = at_.has_value();
  if (newest_) MOHR_CHECK(newest_->check(question.now));
  return question;
}

Result<verify::Verdict> Judging::judge(const Source& document, const Source* content, const verify::Question& question) const {
  MOHR_TRY(verify::Verdict verdict, verifier_->verify(document, content, evidence_, question, fetcher_.get()));
  if (newest_) {
    if (const auto proof = verify::newest_proof(verdict)) newest_->saw(std::min(*proof, question.now));
  }
  return verdict;
}

Result<verify::Record> Judging::record(const verify::Verdict& verdict, const Source& document, const Source* content,
                                       const verify::Question& question) const {
  Budget budget;
  return verify::record_of(verdict, {document, content}, *verifier_, question, budget);
}

}  // namespace mohr::cli
