#include "verify/verifier.h"

#include <algorithm>

#include "verify/evaluation.h"
#include "verify/opinions.h"

namespace mohr::verify {

struct Verifier::State {
  State(pki::Trust t, Options o) : trust(std::move(t)), options(std::move(o)) {
    for (const pki::Anchor& anchor : trust.anchors()) trusted.push_back(anchor.certificate.subject().display());
  }
  // Where more evidence could come from; null: not from there.
  struct Outside {
    pki::Fetcher* fetcher;
    pki::RevocationCache* kept;
  };
  Result<Verdict> judge(format::SignedDocument facts, const pki::Evidence& given, const Question& question, Outside outside,
                        Budget& budget) const;
  [[nodiscard]] const crypto::OpinionModule* second_opinion() const { return options.second != nullptr ? options.second : second.module(); }
  pki::Trust trust;
  Options options;
  mutable PathCache cache;
  mutable pki::CertificateMemory memory;
  mutable crypto::SecondOpinion second;
  std::vector<std::string> trusted;  // the anchors' names, for the reports
};

namespace {

// Everything that may serve as evidence, by origin; the document's own comes in too.
void add_document_evidence(const format::SignedDocument& facts, pki::Evidence& evidence) {
  for (const format::Signature& signature : facts.signatures) {
    for (const pki::CertificatePtr& certificate : signature.certificates) evidence.add(certificate, pki::Origin::document);
    for (const pki::CrlPtr& crl : signature.crls) evidence.add(crl, pki::Origin::document);
    for (const pki::OcspResponsePtr& response : signature.ocsp_responses) evidence.add(response, pki::Origin::document);
  }
}

// The certificates inside time-stamp tokens serve the paths of their authorities.
void add_timestamp_evidence(const format::SignedDocument& facts, pki::Evidence& evidence) {
  for (const format::Signature& signature : facts.signatures)
    for (const format::TimestampCarrier& carrier : signature.timestamps)
      if (carrier.token)
        for (const pki::CertificatePtr& certificate : carrier.token->certificates) evidence.add(certificate, pki::Origin::document);
}

// A signature that binds its certificate but does not bring it: the caller may have given it.
void find_missing_signers(format::SignedDocument& facts, const pki::Evidence& evidence) {
  for (format::Signature& signature : facts.signatures) {
    if (signature.signer || signature.signing_certificate.empty()) continue;
    for (const pki::Held<pki::Certificate>& held : evidence.certificates())
      if (pki::refers_to(signature.signing_certificate.front(), *held.item)) signature.signer = held.item;
  }
}

crypto::Hash identity_of(const pki::Evidence& evidence, const pki::Trust& trust) {
  Bytes octets;
  const crypto::Hash held = evidence.identity();
  append(octets, held.view());
  append(octets, trust.identity().view());
  return crypto::sha256(octets);
}

// What the caller decided otherwise than the settings: named in every verdict.
Findings overrides_of(const Options& options, const Question& question) {
  Findings overrides = options.overrides;
  for (const std::string& host : options.allowed_hosts) overrides.push_back(findings::override_host(Code{host}));
  if (question.time_was_given) overrides.push_back(findings::override_time(question.now));
  if (!options.revocation) overrides.push_back(findings::override_revocation());
  return overrides;
}

Verdict assemble(format::SignedDocument facts, std::vector<SignatureVerdict> signatures, const Question& question, const Options& options,
                 const std::vector<std::string>& trusted, const crypto::Hash& trust_identity, const pki::Evidence& evidence) {
  Verdict verdict;
  verdict.overrides = overrides_of(options, question);
  verdict.checked_at = question.now;
  verdict.time_was_given = question.time_was_given;
  verdict.no_signature = signatures.empty();
  verdict.outcome = signatures.empty() ? Outcome::reject : Outcome::accept;
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    // Anybody can put a counter-signature beside a signature, so it speaks for itself only.
    if (!facts.signatures[i].countersigns) verdict.outcome = std::max(verdict.outcome, signatures[i].outcome);
    if (signatures[i].demonstration) verdict.demonstration = true;
  }
  verdict.document = std::move(facts);
  verdict.signatures = std::move(signatures);
  verdict.failed_fetches.assign(evidence.failures().begin(), evidence.failures().end());
  verdict.trusted = trusted;
  verdict.trust_identity = trust_identity;
  return verdict;
}

}  // namespace

Verifier::Verifier(pki::Trust trust, Options options) : state_(std::make_unique<State>(std::move(trust), std::move(options))) {}
Verifier::~Verifier() = default;
const pki::Trust& Verifier::trust() const { return state_->trust; }
const Options& Verifier::options() const { return state_->options; }

Result<Verdict> Verifier::verify(const Source& document, const Source* content, const pki::Evidence& given, const Question& question,
                                 pki::Fetcher* fetcher) const {
  Budget budget(state_->options.limits);
  MOHR_TRY(format::SignedDocument facts, format::read(document, content, budget, state_->options.cache ? &state_->memory : nullptr));
  return state_->judge(std::move(facts), given, question, {fetcher, state_->options.kept}, budget);
}

Result<Verdict> Verifier::judge(format::SignedDocument facts, const pki::Evidence& given, const Question& question) const {
  Budget budget(state_->options.limits);
  return state_->judge(std::move(facts), given, question, {nullptr, nullptr}, budget);
}

Result<Verdict> Verifier::State::judge(format::SignedDocument facts, const pki::Evidence& given, const Question& question, Outside outside,
                                       Budget& budget) const {
  if (facts.signatures.empty()) return assemble(std::move(facts), {}, question, options, trusted, trust.identity(), given);
  if (trust.anchors().empty()) return errors::no_anchor();
  pki::Evidence evidence = given;
  add_document_evidence(facts, evidence);
  find_missing_signers(facts, evidence);
  add_timestamp_evidence(facts, evidence);
  const bool second_wanted = options.opinions > 1;
  const crypto::OpinionModule* opinion = second_wanted ? second_opinion() : nullptr;
  pki::Asking asking(trust, outside.fetcher, outside.kept);
  while (true) {
    const Grounds grounds{evidence,
                          trust,
                          budget,
                          options.cache ? &cache : nullptr,
                          identity_of(evidence, trust),
                          opinion,
                          options.assumed,
                          options.policy.get()};
    MOHR_TRY(std::vector<SignatureVerdict> verdicts, evaluate(facts, Situation{question, options, grounds}));
    // Judged again after each thing that came: it may make the other needs needless.
    bool came = false;
    if (outside.fetcher != nullptr || outside.kept != nullptr) {
      MOHR_TRY(came, asking.learn(needs(facts, verdicts, grounds, options), evidence, budget));
    }
    if (came) continue;
    Verdict verdict = assemble(std::move(facts), std::move(verdicts), question, options, trusted, trust.identity(), evidence);
    verdict.policy = options.policy->id();
    verdict.policy_identity = options.policy->identity();
    verdict.judged_by = options.policy;
    verdict.evidence = std::make_shared<const pki::Evidence>(std::move(evidence));
    if (second_wanted) verdict.opinions.push_back(sum_up(opinion, verdict.signatures));
    return verdict;
  }
}

}  // namespace mohr::verify
