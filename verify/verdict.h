// A verdict: therefore. Plain data, deterministic; rendered by report_*.
#pragma once

#include "format/signed_document.h"
#include "pki/revocation.h"
#include "pki/timestamp.h"

namespace mohr::verify {

class Policy;

enum class Indication : std::uint8_t { total_passed, indeterminate, total_failed };
// EN 319 102-1 table 2 and 3; none for TOTAL-PASSED.
enum class SubIndication : std::uint8_t {
#define SUB_INDICATION(tag, id) tag,
#include "verify/sub_indications.def"
#undef SUB_INDICATION
};
std::string_view indication_id(Indication indication);             // "TOTAL-PASSED"
std::string_view sub_indication_id(SubIndication sub_indication);  // "HASH_FAILURE", "" for none

enum class Outcome : std::uint8_t { accept, hold, reject };  // in this order: the worst of several counts
std::string_view outcome_id(Outcome outcome);                // "ACCEPT"
enum class Owner : std::uint8_t { nobody, sender, this_office, wait, defect };
std::string_view owner_id(Owner owner);

enum class Step : std::uint8_t {
#define STEP(tag, id, names, en, fa) tag,
#include "verify/steps.def"
#undef STEP
};
struct NextStep {
  Step step;
  Params params;
};
std::string_view step_id(Step step);
std::string_view step_names(Step step);  // "(issuer)": its parameters, filled from the finding
std::string render(const NextStep& step, Language language);

struct CertificateFacts {  // a certificate of a path, for the report
  pki::CertificatePtr certificate;
  std::optional<pki::RevocationStatus> revocation;  // nothing for the anchor
};

// What another library was asked about, and what it was not (ids: docs/report.schema.json); the latter never holds a document up.
struct OpinionScope {
  std::vector<std::string> asked, not_asked;
};
struct OpinionSummary {
  std::string library, version;  // version "": not installed
  std::vector<std::string> asked, not_asked;
  bool agrees = true;
};

// A path to an anchor that was tried and does not hold, and why.
struct RejectedPath {
  std::vector<pki::CertificatePtr> path;  // target first
  Findings findings;
};

// Path and revocation of one certificate at one time. Shared with the cache of the Verifier.
struct PathJudgement {
  std::vector<CertificateFacts> path;   // target first
  const pki::Anchor* anchor = nullptr;  // belongs to the Trust that was asked
  Findings findings;                    // warnings among them
  bool good = false;
  bool chained = false;                // a path to an anchor verifies: its certificates' URLs may be fetched
  std::vector<RejectedPath> rejected;  // in the order of trial; the path above is among them when none holds
  OpinionScope opinion;
  Instant from, until;  // good as long as the time of checking lies in here, and the wanted time where it is not proven
};
using PathJudgementPtr = std::shared_ptr<const PathJudgement>;

struct TimestampVerdict {
  format::TimestampKind kind = format::TimestampKind::signature;
  Instant time;           // genTime; meaningless when the token cannot be read
  Instant judged_at;      // when the token is known to exist: a later time-stamp proves it, or the time of checking
  std::string authority;  // display name of the TSA; "" when the token does not tell
  bool good = false;
  PathJudgementPtr chain;  // null when it was not looked at
  Findings findings;
  OpinionScope opinion;
};

struct SignatureVerdict {
  Indication indication = Indication::indeterminate;
  SubIndication sub_indication{};
  Outcome outcome = Outcome::hold;
  Owner owner = Owner::nobody;
  std::optional<Finding> reason;  // the decisive finding; a row of its own when accepted
  std::optional<NextStep> next;
  Findings findings;  // everything seen, the decisive one first
  Findings warnings;
  PathJudgementPtr chain;  // of the signer; null when there is no certificate
  std::vector<TimestampVerdict> timestamps;
  OpinionScope opinion;
  std::optional<Instant> best_signature_time;  // the earliest time that a good time-stamp proves; else the time of checking was used
  std::optional<Instant> signed_after;         // from a good time-stamp of the content: the signature, which covers it, is not older
  bool demonstration = false;
  // Only of an accepted signature: the weakest of all chains that it rests on, and the level of the signer's certificate.
  std::optional<pki::Domain> domain;
  std::optional<pki::AssuranceLevel> level;
};

struct Verdict {
  Instant checked_at;           // the time the question was asked for
  bool time_was_given = false;  // --at: stands in the headline
  format::SignedDocument document;
  std::vector<SignatureVerdict> signatures;  // as in document.signatures
  Outcome outcome = Outcome::reject;         // the worst; meaningless when there is no signature
  bool no_signature = false;
  bool demonstration = false;
  std::vector<pki::FailedFetch> failed_fetches;
  std::vector<std::string> trusted;  // anchors that were configured: display names
  Findings overrides;                // what the caller decided otherwise than the settings of this machine
  crypto::Hash trust_identity;
  std::string policy;  // its id, and the hash of what it says
  crypto::Hash policy_identity;
  std::shared_ptr<const Policy> judged_by;        // null: rules.def as it stands
  std::shared_ptr<const pki::Evidence> evidence;  // all that it could rest on; null when there is no signature
  std::vector<OpinionSummary> opinions;           // of other libraries; empty when none was wanted
};

// The signature that decides the outcome of the document: the first of the worst. A counter-signature decides nothing; there is another
// one.
const SignatureVerdict& deciding_signature(const Verdict& verdict);

// The newest time that the verdict has proof of: of a status that it rests on, or of a time-stamp that is good. Nothing under an authority
// of a demonstration, whose clock is this computer's own.
std::optional<Instant> newest_proof(const Verdict& verdict);

}  // namespace mohr::verify
