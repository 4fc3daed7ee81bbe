// The JSON report: the contract (docs/report.schema.json). Ids first, sentences in both languages beside them.
#include "verify/article10.h"
#include "verify/report.h"
#include "verify/rules.h"

namespace mohr::verify {
namespace {

using json::Array;
using json::Object;
using json::Value;

Value param_value(const Param& param) {
  struct {
    Value operator()(const std::string& text) const { return text; }
    Value operator()(const Code& code) const { return code.value; }
    Value operator()(const Detail& detail) const { return detail.value; }
    Value operator()(Instant time) const { return iso8601(time); }
    Value operator()(std::int64_t count) const { return count; }
    Value operator()(const Cause& cause) const { return cause.id; }
  } const show;
  return std::visit(show, param);
}

// {"name": value, ...} from "(name, ...)" and the parameters.
Value params_value(std::string_view names, const Params& params) {
  Object members;
  std::size_t index = 0;
  for (std::size_t at = names.find_first_not_of("( ,)"); at != std::string_view::npos && index < params.size(); ++index) {
    const std::size_t stop = names.find_first_of(" ,)", at);
    members.emplace_back(names.substr(at, stop - at), param_value(params[index]));
    at = names.find_first_not_of("( ,)", stop);
  }
  return members;
}

Value findings_value(std::span<const Finding> findings) {
  Array list;
  for (const Finding& finding : findings) list.push_back(finding_value(finding));
  return list;
}

Value step_value(const NextStep& next) {
  Value value;
  value.add("id", step_id(next.step)).add("params", params_value(step_names(next.step), next.params));
  value.add("en", render(next, Language::en)).add("fa", render(next, Language::fa));
  return value;
}

std::string_view state_id(pki::RevocationState state) {
  switch (state) {
    case pki::RevocationState::good: return "good";
    case pki::RevocationState::revoked: return "revoked";
    case pki::RevocationState::on_hold: return "on-hold";
    case pki::RevocationState::unknown: return "unknown";
    case pki::RevocationState::not_checked: break;
  }
  return "not-checked";
}

Value certificate_value(const pki::Certificate& certificate) {
  Value value;
  value.add("subject", certificate.subject().display())
      .add("subject_name", certificate.subject().rfc4514())
      .add("issuer", certificate.issuer().display())
      .add("role", pki::role_id(pki::signer_role(certificate.subject())))
      .add("organization", certificate.subject().first(asn1::Oid::organizational_unit))
      .add("identifier", certificate.subject().first(asn1::Oid::serial_number))
      .add("serial", hex(certificate.serial()))
      .add("not_before", iso8601(certificate.not_before()))
      .add("not_after", iso8601(certificate.not_after()))
      .add("sha256", hex(certificate.fingerprint().view()));
  return value;
}

Value path_value(const PathJudgementPtr& chain) {
  Array list;
  if (!chain) return list;
  for (const CertificateFacts& facts : chain->path) {
    Value value = certificate_value(*facts.certificate);
    if (facts.revocation) {
      const pki::RevocationStatus& status = *facts.revocation;
      Value revocation;
      revocation.add("state", state_id(status.state)).add("source", status.source);
      if (status.state != pki::RevocationState::unknown) revocation.add("this_update", iso8601(status.this_update));
      if (status.next_update) revocation.add("next_update", iso8601(*status.next_update));
      if (status.revoked_at.seconds != 0) revocation.add("revoked_at", iso8601(status.revoked_at));
      value.add("revocation", std::move(revocation));
    }
    list.push_back(std::move(value));
  }
  if (chain->anchor != nullptr && !list.empty()) list.back().add("anchor", true);
  return list;
}

void add_rejected(Value& value, const PathJudgementPtr& chain) {
  if (chain && !chain->rejected.empty()) value.add("rejected_paths", rejected_paths_value(*chain));
}

Value timestamps_value(const std::vector<TimestampVerdict>& timestamps) {
  Array list;
  for (const TimestampVerdict& timestamp : timestamps) {
    Value value;
    value.add("kind", format::timestamp_kind_id(timestamp.kind)).add("good", timestamp.good).add("authority", timestamp.authority);
    if (timestamp.time.seconds != 0) value.add("time", iso8601(timestamp.time)).add("judged_at", iso8601(timestamp.judged_at));
    value.add("path", path_value(timestamp.chain)).add("findings", findings_value(timestamp.findings));
    if (timestamp.chain) value.add("path_findings", findings_value(timestamp.chain->findings));
    add_rejected(value, timestamp.chain);
    list.push_back(std::move(value));
  }
  return list;
}

Value references_value(const format::Signature& signature) {
  Array list;
  for (const format::Reference& reference : signature.references) {
    Value value;
    value.add("name", reference.name)
        .add("digest", crypto::digest_name(reference.digest))
        .add("expected", hex(reference.expected))
        .add("present", reference.present())
        .add("matches", reference.matches());
    list.push_back(std::move(value));
  }
  return list;
}

Value uncovered_value(const format::Signature& signature) {
  Array list;
  for (const format::Uncovered& part : signature.uncovered) {
    Value value;
    value.add("place", part.place).add("kind", part.kind).add("octets", part.octets);
    list.push_back(std::move(value));
  }
  return list;
}

Value opinions_value(const std::vector<OpinionSummary>& opinions) {
  const auto texts = [](const std::vector<std::string>& from) {
    Array list;
    for (const std::string& one : from) list.emplace_back(one);
    return list;
  };
  Array list;
  for (const OpinionSummary& opinion : opinions) {
    Value value;
    value.add("library", opinion.library)
        .add("version", opinion.version)
        .add("asked", texts(opinion.asked))
        .add("not_asked", texts(opinion.not_asked))
        .add("agrees", opinion.asked.empty() ? Value() : Value(opinion.agrees));
    list.push_back(std::move(value));
  }
  return list;
}

// Answers as words: "yes", "no", "unknown".
Value article_10_value(const format::Signature& signature, const SignatureVerdict& verdict) {
  Array list;
  for (const Condition& condition : article_10(signature, verdict)) {
    Value value;
    value.add("id", condition.id)
        .add("answer", condition.answer == Answer::yes  ? "yes"
                       : condition.answer == Answer::no ? "no"
                                                        : "unknown");
    list.push_back(std::move(value.add("facts", findings_value(condition.facts))));
  }
  return list;
}

Value signature_value(const format::Signature& signature, const SignatureVerdict& verdict) {
  Value value;
  value.add("name", signature.name)
      .add("format", format::format_id(signature.format))
      .add("outcome", outcome_id(verdict.outcome))
      .add("indication", indication_id(verdict.indication))
      .add("sub_indication", sub_indication_id(verdict.sub_indication))
      .add("owner", owner_id(verdict.owner))
      .add("demonstration", verdict.demonstration);
  if (verdict.domain) value.add("domain", pki::domain_id(*verdict.domain));
  if (verdict.level) value.add("level", pki::level_id(*verdict.level));
  if (verdict.reason) value.add("reason", finding_value(*verdict.reason));
  if (verdict.next) value.add("next", step_value(*verdict.next));
  value.add("algorithm", signature.algorithm.scheme == crypto::SignatureScheme::none ? signature.algorithm_name
                                                                                     : crypto::signature_name(signature.algorithm));
  if (signature.signer) value.add("signer", certificate_value(*signature.signer));
  if (signature.claimed_time) value.add("claimed_time", iso8601(*signature.claimed_time));
  if (verdict.best_signature_time) value.add("best_signature_time", iso8601(*verdict.best_signature_time));
  if (verdict.signed_after) value.add("signed_after", iso8601(*verdict.signed_after));
  if (signature.countersigns) value.add("countersigns", static_cast<std::uint64_t>(*signature.countersigns));
  if (!signature.content_type.empty()) value.add("content_type", signature.content_type);
  value.add("identity", identity_value(signature.identity))
      .add("references", references_value(signature))
      .add("uncovered", uncovered_value(signature))
      .add("path", path_value(verdict.chain));
  add_rejected(value, verdict.chain);
  value.add("timestamps", timestamps_value(verdict.timestamps))
      .add("findings", findings_value(verdict.findings))
      .add("warnings", findings_value(verdict.warnings))
      .add("article_10", article_10_value(signature, verdict));
  return value;
}

}  // namespace

Value finding_value(const Finding& finding) {
  const CheckRow& r = row(finding.check);
  Value value;
  value.add("id", r.id).add("params", params_value(r.names, finding.params));
  if (const Rule& meaning = rule(finding.check); !meaning.clause.empty())
    value.add("clause", "EN 319 102-1 " + std::string(meaning.clause));
  value.add("en", render(finding, Language::en)).add("fa", render(finding, Language::fa));
  return value;
}

Value rejected_paths_value(const PathJudgement& judgement) {
  Array list;
  for (const RejectedPath& rejected : judgement.rejected) {
    Array subjects;
    for (const pki::CertificatePtr& certificate : rejected.path) subjects.emplace_back(certificate->subject().display());
    Value value;
    value.add("path", std::move(subjects)).add("findings", findings_value(rejected.findings));
    list.push_back(std::move(value));
  }
  return list;
}

Value identity_value(const format::Identity& identity) {
  Value value = Object{};
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) value.add(name, text);
  };
  add("service_id", identity.service_id);
  add("tracking_id", identity.tracking_id);
  add("sender", identity.sender);
  add("receiver", identity.receiver);
  add("message_id", identity.message_id);
  if (identity.expires) value.add("expires", iso8601(*identity.expires));
  if (!identity.request.empty()) value.add("in_reply_to", hex(identity.request));
  return value;
}

Value error_value(const Error& error) {
  const ErrorRow& r = row(error.code);
  Value value;
  value.add("id", r.id).add("params", params_value(r.names, error.params)).add("place", error.place);
  value.add("en", render(error, Language::en)).add("next_en", render_next(error, Language::en));
  value.add("fa", render(error, Language::fa)).add("next_fa", render_next(error, Language::fa));
  return value;
}

Value report_json(const Error& error, std::string_view name) {
  Value report;
  report.add("version", kReportVersion).add("file", name).add("outcome", "ERROR").add("error", error_value(error));
  return report;
}

Value report_json(const Verdict& verdict, std::string_view name) {
  Value report;
  report.add("version", kReportVersion)
      .add("file", name)
      .add("outcome", verdict.no_signature ? "NO_SIGNATURE" : outcome_id(verdict.outcome))
      .add("demonstration", verdict.demonstration)
      .add("checked_at", iso8601(verdict.checked_at))
      .add("time_was_given", verdict.time_was_given);
  Value document;
  document.add("format", format::format_id(verdict.document.format))
      .add("media_type", verdict.document.media_type)
      .add("size", verdict.document.size);
  report.add("document", std::move(document));
  Array signatures;
  for (std::size_t i = 0; i < verdict.signatures.size(); ++i)
    signatures.push_back(signature_value(verdict.document.signatures[i], verdict.signatures[i]));
  report.add("signatures", std::move(signatures));
  report.add("opinions", opinions_value(verdict.opinions));
  Array anchors;
  for (const std::string& anchor : verdict.trusted) anchors.emplace_back(anchor);
  Value trust;
  trust.add("identity", hex(verdict.trust_identity.view())).add("anchors", std::move(anchors));
  report.add("trust", std::move(trust)).add("overrides", findings_value(verdict.overrides));
  Value policy;
  policy.add("id", verdict.policy).add("identity", hex(verdict.policy_identity.view()));
  report.add("policy", std::move(policy));
  Array failed;
  for (const pki::FailedFetch& fetch : verdict.failed_fetches) {
    Value value;
    value.add("url", fetch.url).add("error", error_value(fetch.error));
    failed.push_back(std::move(value));
  }
  report.add("failed_fetches", std::move(failed));
  return report;
}

}  // namespace mohr::verify
