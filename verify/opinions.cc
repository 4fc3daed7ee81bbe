#include "verify/opinions.h"

#include <algorithm>

#include "pki/core/text.h"
#include "verify/phrase.h"
#include "verify/rules.h"

namespace mohr::verify {
namespace {

using Answer = crypto::Opinion::Answer;

constexpr std::array kOfChain = {"chain-signatures", "chain-names", "chain-validity", "chain-basic-constraints"};
constexpr std::array kNeverAsked = {"digests", "crl", "ocsp", "policies", "name-constraints", "key-usage"};

void add_once(std::vector<std::string>& list, std::string item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(std::move(item));
}

bool holds(const Findings& findings, Check check) {
  return std::any_of(findings.begin(), findings.end(), [check](const Finding& finding) { return finding.check == check; });
}

void put_first(Findings& findings, Finding finding, Check refusal) {
  std::erase_if(findings, [refusal](const Finding& other) { return other.check == refusal; });
  findings.insert(findings.begin(), std::move(finding));
}

// "refuses it (Signature error)"
Cause answer(bool accepts, const std::string& words) {
  const auto say = [&](Language language) {
    std::string text(phrase(accepts ? Label::accepts_it : Label::refuses_it, language));
    return accepts || words.empty() ? text : text + " (" + isolate_ltr(printable(words)) + ")";
  };
  return {accepts ? "accepts" : words.empty() ? "refuses" : "refuses: " + words, say(Language::en), say(Language::fa)};
}

// One signature value that we called good, or bad with the finding `refusal`.
struct Value {
  const crypto::PublicKey& key;
  const crypto::SignatureAlgorithm& algorithm;
  ByteView message, value;
  crypto::EcdsaForm form;
  Check refusal;
  std::string subject, id;
};

void ask(const crypto::OpinionModule& module, const Value& value, Findings& findings, OpinionScope& scope) {
  const bool ours = !holds(findings, value.refusal);
  const crypto::Opinion opinion = crypto::ask_about_value(module, value.key, value.algorithm, value.message, value.value, value.form);
  if (opinion.answer == Answer::none) return add_once(scope.not_asked, value.id + ": " + opinion.words);
  add_once(scope.asked, value.id);
  const bool theirs = opinion.answer == Answer::good;
  if (ours == theirs) return;
  put_first(findings,
            findings::opinion_on_value_differs(value.subject, answer(ours, {}), Code{module.library}, answer(theirs, opinion.words)),
            value.refusal);
}

bool reads_dates(const crypto::OpinionModule& module, const pki::Certificate& certificate) {
  return certificate.not_before() >= module.earliest && certificate.not_after() <= module.latest;
}

// The other library has no budget: it compares every name with every constraint above it.
bool is_too_costly(const std::vector<CertificateFacts>& path) {
  constexpr std::size_t kMostComparisons = 100'000;
  std::size_t names = 0, comparisons = 0;
  for (const CertificateFacts& facts : path) {
    if (const pki::NameConstraints* constraints = facts.certificate->name_constraints())
      comparisons += names * (constraints->permitted.size() + constraints->excluded.size());
    names += facts.certificate->subject_alt_names().size() + 1;
  }
  return comparisons > kMostComparisons;
}

// What of the chain the other library lacks: the algorithm of a link, dates like 9999-12-31 (RFC 5280 4.1.2.5); "" when it lacks nothing.
std::string lacking(const crypto::OpinionModule& module, const std::vector<CertificateFacts>& path) {
  if (is_too_costly(path)) return "too many name constraints";
  if (!reads_dates(module, *path.back().certificate)) return "dates that it does not read";
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    if (!reads_dates(module, *path[i].certificate)) return "dates that it does not read";
    const crypto::SignatureAlgorithm& algorithm = path[i].certificate->signature_algorithm();
    const auto key = path[i + 1].certificate->key();
    if (!key || !module.knows(algorithm, (*key)->type(), (*key)->curve())) return crypto::signature_name(algorithm);
  }
  return {};
}

bool is_odd(const CertificateFacts& facts) { return !facts.certificate->oddities().empty(); }

}  // namespace

void ask_about_signature(const crypto::OpinionModule& module, const format::Signature& signature, const pki::Certificate* signer,
                         SignatureVerdict& verdict) {
  if (signer == nullptr || signature.signed_octets.empty() || signature.algorithm.scheme == crypto::SignatureScheme::none) return;
  if (const auto key = signer->key())
    ask(module,
        {**key, signature.algorithm, signature.signed_octets, signature.value, signature.ecdsa_form, Check::signature_value_bad,
         signer->subject().display(), "signature-value"},
        verdict.findings, verdict.opinion);
}

void ask_about_timestamp(const crypto::OpinionModule& module, const pki::TimestampToken& token, const pki::Certificate& signer,
                         TimestampVerdict& verdict) {
  const pki::SignerInfo& info = token.cms.signers.front();
  if (const auto key = signer.key(); key && info.signature_algorithm.scheme != crypto::SignatureScheme::none)
    ask(module,
        {**key, info.signature_algorithm, info.signed_octets, info.signature, crypto::EcdsaForm::der, Check::timestamp_value_bad,
         signer.subject().display(), "timestamp-value"},
        verdict.findings, verdict.opinion);
}

void ask_about_chain(const crypto::OpinionModule& module, Instant time, PathJudgement& judgement) {
  if (judgement.anchor == nullptr || judgement.path.size() < 2) return;
  // Where we refuse for another reason than a signature, there is nothing that the answer could change.
  const bool open = std::all_of(judgement.findings.begin(), judgement.findings.end(), [](const Finding& finding) {
    return rule(finding.check).warning || finding.check == Check::certificate_signature_bad;
  });
  if (!open) return add_once(judgement.opinion.not_asked, "chain: refused already");
  if (const std::string lacks = lacking(module, judgement.path); !lacks.empty())
    return add_once(judgement.opinion.not_asked, "chain: " + lacks);
  std::vector<ByteView> encodings;
  for (const CertificateFacts& facts : judgement.path) encodings.push_back(facts.certificate->der());
  const crypto::Opinion opinion = module.chain(encodings, time);
  // What we read leniently (national.md 1.4) another library may refuse to read.
  const bool excused = opinion.answer == Answer::unreadable && std::any_of(judgement.path.begin(), judgement.path.end(), is_odd);
  if (opinion.answer == Answer::none || excused) return add_once(judgement.opinion.not_asked, "chain: " + opinion.words);
  for (const char* asked : kOfChain) add_once(judgement.opinion.asked, asked);
  const bool ours = !holds(judgement.findings, Check::certificate_signature_bad), theirs = opinion.answer == Answer::good;
  if (ours == theirs) return;
  put_first(judgement.findings,
            findings::opinion_on_chain_differs(judgement.path.front().certificate->subject().display(), answer(ours, {}),
                                               Code{module.library}, answer(theirs, opinion.words)),
            Check::certificate_signature_bad);
}

bool is_difference(Check check) { return check == Check::opinion_on_value_differs || check == Check::opinion_on_chain_differs; }

OpinionSummary sum_up(const crypto::OpinionModule* module, std::span<const SignatureVerdict> verdicts) {
  OpinionSummary summary;
  if (module == nullptr) {
    summary.library = "Botan";
    summary.not_asked.push_back("not installed");
    return summary;
  }
  summary.library = module->library;
  summary.version = module->version();
  const auto take = [&](const OpinionScope& scope) {
    for (const std::string& one : scope.asked) add_once(summary.asked, one);
    for (const std::string& one : scope.not_asked) add_once(summary.not_asked, one);
  };
  const auto take_chain = [&](const PathJudgementPtr& chain) {
    if (chain) take(chain->opinion);
  };
  for (const SignatureVerdict& verdict : verdicts) {
    take(verdict.opinion);
    take_chain(verdict.chain);
    for (const TimestampVerdict& timestamp : verdict.timestamps) {
      take(timestamp.opinion);
      take_chain(timestamp.chain);
    }
    if (std::any_of(verdict.findings.begin(), verdict.findings.end(), [](const Finding& f) { return is_difference(f.check); }))
      summary.agrees = false;
  }
  for (const char* never : kNeverAsked) add_once(summary.not_asked, never);
  return summary;
}

}  // namespace mohr::verify
