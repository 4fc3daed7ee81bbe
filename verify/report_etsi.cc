// The validation report of ETSI TS 119 102-2 v1.4.1: what EN 319 102-1 found, for other programs. Clauses in comments are of TS 119 102-2.
#include <algorithm>
#include <map>
#include <set>

#include "pki/core/text.h"
#include "verify/checklist.h"
#include "verify/policy.h"
#include "verify/report.h"
#include "verify/rules.h"
#include "verify/xml_text.h"

namespace mohr::verify {
namespace {

constexpr std::string_view kIndication = "urn:etsi:019102:mainindication:", kSubIndication = "urn:etsi:019102:subindication:";
constexpr std::string_view kOwn = "urn:x-mohr:";  // what the standard leaves to the validator

std::string hash_id(std::string_view letter, const crypto::Hash& hash) { return std::string(letter) + "-" + hex(hash.view()); }
std::string id_of(const pki::Certificate& certificate) { return hash_id("C", certificate.fingerprint()); }
std::string id_of(const format::TimestampCarrier& carrier) { return hash_id("T", crypto::sha256(carrier.encoding)); }

// 4.3.4: of the whole signature, and of a part of it.
std::string_view whole_indication(Indication indication) {
  switch (indication) {
    case Indication::total_passed: return "total-passed";
    case Indication::total_failed: return "total-failed";
    case Indication::indeterminate: break;
  }
  return "indeterminate";
}
std::string_view part_indication(Indication indication) {
  switch (indication) {
    case Indication::total_passed: return "passed";
    case Indication::total_failed: return "failed";
    case Indication::indeterminate: break;
  }
  return "indeterminate";
}

std::string_view check_id(Label what) {
  switch (what) {
    case Label::check_content: return "content";
    case Label::check_value: return "signature-value";
    case Label::check_path: return "path";
    case Label::check_state: return "revocation";
    default: break;
  }
  return "time-stamp";
}

// 4.3.12.6.2: the names of RFC 5280 5.3.1.
std::string_view revocation_reason(int reason) {
  constexpr std::array<std::string_view, 11> kNames = {"unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
                                                       "superseded",    "cessationOfOperation", "certificateHold", "",
                                                       "removeFromCRL", "privilegeWithdrawn",   "aACompromise"};
  return reason >= 0 && reason < static_cast<int>(kNames.size()) ? kNames[static_cast<std::size_t>(reason)] : std::string_view();
}

class Report {
 public:
  explicit Report(const Verdict& verdict) : verdict_(verdict) {}
  std::string make();

 private:
  struct Proof {
    Instant time;
    std::string token;  // its id
  };
  void find_proofs();
  void signature(std::size_t index);
  void no_signature();
  void identifier(const format::Signature& signature, std::string_view id);
  void constraints(const format::Signature& signature, const SignatureVerdict& verdict);
  void constraint(std::string_view identifier, Indication indication, SubIndication sub_indication, std::string_view words);
  void finding(const Finding& finding);
  void times(const format::Signature& signature, const SignatureVerdict& verdict);
  void document(const format::Signature& signature);
  void attributes(const format::Signature& signature);
  void timestamp_attribute(const format::TimestampCarrier& carrier);
  void signer(const format::Signature& signature);
  void quality(const SignatureVerdict& verdict);
  void process(const SignatureVerdict& verdict);
  void status(const format::Signature& signature, const SignatureVerdict& verdict, std::string_view id);
  void chain(const PathJudgementPtr& chain);
  void revoked(const PathJudgementPtr& chain);
  void algorithm(const crypto::SignatureAlgorithm& algorithm, std::string_view object);
  void said(const SignatureVerdict& verdict);
  void objects();
  void object(std::string_view id, std::string_view type, ByteView octets, const crypto::Hash& hash);
  void certificates(const PathJudgementPtr& chain);
  void timestamp(const format::TimestampCarrier& carrier, const TimestampVerdict& verdict);
  void indication(std::string_view main, SubIndication sub_indication);
  void digest(crypto::DigestAlgorithm algorithm, ByteView value);
  void proof(std::string_view element, Instant time, std::string_view token);
  void reference(std::string_view element, std::string_view id);

  const Verdict& verdict_;
  XmlText xml_;
  std::map<crypto::Hash, Proof> proofs_;  // the earliest that a good time-stamp gives
  std::set<std::string> written_;         // ids of objects
};

void Report::find_proofs() {
  for (std::size_t i = 0; i < verdict_.signatures.size(); ++i) {
    const format::Signature& facts = verdict_.document.signatures[i];
    const std::vector<TimestampVerdict>& verdicts = verdict_.signatures[i].timestamps;
    for (std::size_t j = 0; j < std::min(facts.timestamps.size(), verdicts.size()); ++j) {
      if (!verdicts[j].good) continue;
      for (const crypto::Hash& object : facts.timestamps[j].covers) {
        const auto [known, added] = proofs_.try_emplace(object, Proof{verdicts[j].time, id_of(facts.timestamps[j])});
        if (!added && verdicts[j].time < known->second.time) known->second = {verdicts[j].time, id_of(facts.timestamps[j])};
      }
    }
  }
}

void Report::reference(std::string_view element, std::string_view id) { xml_.empty(element, {{"VOReference", id}}); }

void Report::digest(crypto::DigestAlgorithm algorithm, ByteView value) {
  xml_.open("DigestAlgAndValue").empty("ds:DigestMethod", {{"Algorithm", crypto::digest_uri(algorithm)}});
  xml_.element("ds:DigestValue", base64(value)).close();
}

void Report::indication(std::string_view main, SubIndication sub_indication) {
  xml_.element("MainIndication", std::string(kIndication) + std::string(main));
  if (sub_indication == SubIndication::custom) {
    xml_.element("SubIndication", std::string(kOwn) + "subindication:custom");
  } else if (sub_indication != SubIndication::none) {
    xml_.element("SubIndication", std::string(kSubIndication) + std::string(sub_indication_id(sub_indication)));
  }
}

void Report::proof(std::string_view element, Instant time, std::string_view token) {  // 4.4.6
  xml_.open(element).element("POETime", iso8601(time)).element("TypeOfProof", "urn:etsi:019102:poetype:validation");
  if (!token.empty()) reference("POEObject", token);
  xml_.close();
}

void Report::identifier(const format::Signature& signature, std::string_view id) {  // 4.3.3: the digest is of what the value signs
  const crypto::DigestAlgorithm own = signature.algorithm.digest;
  const bool named = own != crypto::DigestAlgorithm::none && !crypto::digest_uri(own).empty();
  const crypto::DigestAlgorithm algorithm = named ? own : crypto::DigestAlgorithm::sha256;
  xml_.open("SignatureIdentifier", {{"id", id}});
  digest(algorithm, crypto::digest(algorithm, signature.signed_octets).view());
  xml_.element("ds:SignatureValue", base64(signature.value)).element("HashOnly", "false").element("DocHashOnly", "false");
  xml_.element("DAIdentifier", signature.name).close();
}

void Report::constraint(std::string_view identifier, Indication indication, SubIndication sub_indication, std::string_view words) {
  xml_.open("ValidationConstraint").element("ValidationConstraintIdentifier", std::string(kOwn) + "check:" + std::string(identifier));
  xml_.open("ConstraintStatus").element("Status", "urn:etsi:019102:constraintStatus:applied").close();
  xml_.open("ValidationStatus");
  this->indication(part_indication(indication), sub_indication);
  xml_.close().element("Indications", words).close();
}

void Report::finding(const Finding& finding) {
  const Rule& r = rule(finding.check);
  if (r.warning) {
    constraint(row(finding.check).id, Indication::total_passed, SubIndication::none, render(finding, Language::en));
  } else {
    constraint(row(finding.check).id, r.indication, r.sub_indication, render(finding, Language::en));
  }
}

void Report::constraints(const format::Signature& signature, const SignatureVerdict& verdict) {  // 4.3.5
  xml_.open("ValidationConstraintsEvaluationReport");
  for (const CheckLine& line : checklist(signature, verdict)) {
    if (line.answer == Answer::none) continue;
    const Indication indication = line.answer == Answer::yes  ? Indication::total_passed
                                  : line.answer == Answer::no ? Indication::total_failed
                                                              : Indication::indeterminate;
    constraint(check_id(line.what), indication, SubIndication::none, phrase(line.what, Language::en));
  }
  for (const Finding& one : verdict.findings) finding(one);
  for (const Finding& one : verdict.warnings) finding(one);
  xml_.close();
}

void Report::times(const format::Signature& signature, const SignatureVerdict& verdict) {  // 4.3.6
  xml_.open("ValidationTimeInfo").element("ValidationTime", iso8601(verdict_.checked_at));
  const auto known = proofs_.find(signature.hash);
  const bool proven = verdict.best_signature_time && known != proofs_.end() && known->second.time == *verdict.best_signature_time;
  proof("BestSignatureTime", verdict.best_signature_time.value_or(verdict_.checked_at), proven ? known->second.token : std::string());
  xml_.close();
}

void Report::document(const format::Signature& signature) {  // 4.3.7
  const auto content = std::find_if(signature.references.begin(), signature.references.end(), [](const format::Reference& reference) {
    return reference.is_content && !crypto::digest_uri(reference.digest).empty();
  });
  if (content == signature.references.end()) return;
  xml_.open("SignersDocument");
  digest(content->digest, content->expected);
  xml_.close();
}

void Report::timestamp_attribute(const format::TimestampCarrier& carrier) {
  if (!carrier.token) return;
  const char* element = "SignatureTimeStamp";
  switch (carrier.kind) {
    case format::TimestampKind::content: element = "AllDataObjectsTimeStamp"; break;
    case format::TimestampKind::signature: break;
    case format::TimestampKind::references: element = "SigAndRefsTimeStamp"; break;
    case format::TimestampKind::archive: element = "ArchiveTimeStamp"; break;
    case format::TimestampKind::document: element = "DocTimeStamp"; break;
  }
  xml_.open(element, {{"Signed", carrier.kind == format::TimestampKind::content ? "true" : "false"}});
  reference("AttributeObject", id_of(carrier));
  xml_.element("TimeStampValue", iso8601(carrier.token->time)).close();
}

void Report::attributes(const format::Signature& signature) {  // 4.3.8, annex A
  const bool any =
      signature.claimed_time || !signature.signing_certificate.empty() ||
      std::any_of(signature.timestamps.begin(), signature.timestamps.end(), [](const auto& carrier) { return carrier.token != nullptr; });
  if (!any) return;
  xml_.open("SignatureAttributes");
  if (signature.claimed_time) xml_.open("SigningTime", {{"Signed", "true"}}).element("Time", iso8601(*signature.claimed_time)).close();
  if (!signature.signing_certificate.empty()) {
    xml_.open("SigningCertificate", {{"Signed", "true"}});
    for (const pki::SigningCertificateReference& one : signature.signing_certificate) {
      if (crypto::digest_uri(one.digest).empty()) continue;
      xml_.open("CertID").empty("ds:DigestMethod", {{"Algorithm", crypto::digest_uri(one.digest)}});
      xml_.element("ds:DigestValue", base64(one.value)).close();
    }
    xml_.close();
  }
  for (const format::TimestampCarrier& carrier : signature.timestamps) timestamp_attribute(carrier);
  xml_.close();
}

void Report::signer(const format::Signature& signature) {  // 4.3.9
  if (!signature.signer) return;
  xml_.open("SignerInformation");
  reference("SignerCertificate", id_of(*signature.signer));
  xml_.element("Signer", signature.signer->subject().display()).close();
}

void Report::quality(const SignatureVerdict& verdict) {  // 4.3.10
  if (!verdict.domain) return;
  xml_.open("SignatureQuality");
  const auto add = [&](std::string_view kind, std::string_view value) {
    xml_.element("SignatureQualityInformation", std::string(kOwn) + std::string(kind) + ":" + std::string(value));
  };
  add("domain", pki::domain_id(*verdict.domain));
  if (verdict.level) add("level", pki::level_id(*verdict.level));
  xml_.close();
}

void Report::process(const SignatureVerdict& verdict) {  // 4.3.11: the widest process that the material called for
  std::string_view name = "Basic";
  for (const TimestampVerdict& timestamp : verdict.timestamps) {
    const bool archive = timestamp.kind == format::TimestampKind::archive || timestamp.kind == format::TimestampKind::document;
    if (archive || name == "Basic") name = archive ? "LTA" : "LTVM";
  }
  xml_.open("SignatureValidationProcess");
  xml_.element("SignatureValidationProcessID", "urn:etsi:019102:validationprocess:" + std::string(name)).close();
}

void Report::chain(const PathJudgementPtr& chain) {  // 4.3.12.2, 4.3.12.3
  if (!chain || chain->path.empty()) return;
  const bool anchored = chain->anchor != nullptr && chain->path.size() > 1;
  const std::string last = id_of(*chain->path.back().certificate);
  if (anchored) reference("TrustAnchor", last);
  xml_.open("CertificateChain");
  reference("SigningCertificate", id_of(*chain->path.front().certificate));
  for (std::size_t i = 1; i < chain->path.size() - (anchored ? 1 : 0); ++i)
    reference("IntermediateCertificate", id_of(*chain->path[i].certificate));
  if (anchored) reference("TrustAnchor", last);
  xml_.close();
}

void Report::revoked(const PathJudgementPtr& chain) {  // 4.3.12.6
  if (!chain) return;
  const auto found = std::find_if(chain->path.begin(), chain->path.end(), [](const CertificateFacts& facts) {
    return facts.revocation && facts.revocation->revoked_at.seconds != 0;
  });
  if (found == chain->path.end()) return;
  xml_.open("RevocationStatusInformation");
  reference("ValidationObjectId", id_of(*found->certificate));
  xml_.element("RevocationTime", iso8601(found->revocation->revoked_at));
  if (found->revocation->reason && !revocation_reason(*found->revocation->reason).empty())
    xml_.element("RevocationReason", "urn:etsi:019102:revocationReason:" + std::string(revocation_reason(*found->revocation->reason)));
  xml_.close();
}

void Report::algorithm(const crypto::SignatureAlgorithm& algorithm, std::string_view object) {  // 4.3.12.7
  const std::string_view uri = crypto::signature_uri(algorithm);
  if (algorithm.scheme == crypto::SignatureScheme::none || uri.empty()) return;
  const Instant until = algorithms_of(verdict_.judged_by.get()).usable_until(algorithm);
  xml_.open("CryptoInformation");
  reference("ValidationObjectId", object);
  xml_.element("Algorithm", uri).element("SecureAlgorithm", verdict_.checked_at < until ? "true" : "false");
  if (until.seconds < from_iso8601("9999-12-31T00:00:00Z")->seconds) xml_.element("NotAfter", iso8601(until));
  xml_.close();
}

// 4.3.12.8: the counter's outcome, which is ours alone, and its sentences.
void Report::said(const SignatureVerdict& verdict) {
  xml_.open("AdditionalValidationReportData");
  const auto add = [&](std::string_view type, std::string_view value) {
    xml_.open("ReportData").element("Type", std::string(kOwn) + std::string(type)).element("Value", value).close();
  };
  add("outcome", outcome_id(verdict.outcome));
  if (verdict.demonstration) add("demonstration", phrase(Label::demonstration, Language::en));
  if (verdict.reason) {
    add("reason", row(verdict.reason->check).id);
    add("reason:en", render(*verdict.reason, Language::en));
    add("reason:fa", render(*verdict.reason, Language::fa));
  }
  if (verdict.next && verdict.next->step != Step::none) {
    add("next-step", step_id(verdict.next->step));
    add("next-step:en", render(*verdict.next, Language::en));
    add("next-step:fa", render(*verdict.next, Language::fa));
  }
  xml_.close();
}

void Report::status(const format::Signature& signature, const SignatureVerdict& verdict, std::string_view id) {  // 4.3.4, 4.3.12
  xml_.open("SignatureValidationStatus");
  indication(whole_indication(verdict.indication), verdict.sub_indication);
  xml_.open("AssociatedValidationReportData");
  chain(verdict.chain);
  for (const format::TimestampCarrier& carrier : signature.timestamps)
    if (carrier.token) reference("RelatedValidationObject", id_of(carrier));
  revoked(verdict.chain);
  algorithm(signature.algorithm, id);
  said(verdict);
  xml_.close().close();
}

void Report::signature(std::size_t index) {
  const format::Signature& facts = verdict_.document.signatures[index];
  const SignatureVerdict& verdict = verdict_.signatures[index];
  const std::string id = "S-" + std::to_string(index + 1);
  xml_.open("SignatureValidationReport");
  identifier(facts, id);
  constraints(facts, verdict);
  times(facts, verdict);
  document(facts);
  attributes(facts);
  signer(facts);
  quality(verdict);
  process(verdict);
  status(facts, verdict, id);
  xml_.close();
}

// The schema wants one report at least; nothing was validated, so nothing is identified.
void Report::no_signature() {
  xml_.open("SignatureValidationReport").open("SignatureValidationStatus");
  indication("indeterminate", SubIndication::none);
  xml_.element("SubIndication", std::string(kOwn) + "subindication:no-signature").close().close();
}

void Report::object(std::string_view id, std::string_view type, ByteView octets, const crypto::Hash& hash) {  // 4.4
  xml_.open("ValidationObject", {{"id", id}}).element("ObjectType", "urn:etsi:019102:validationObject:" + std::string(type));
  xml_.open("ValidationObjectRepresentation").element("base64", base64(octets)).close();
  const auto known = proofs_.find(hash);
  if (known != proofs_.end()) {
    proof("POE", known->second.time, known->second.token);
  } else {
    proof("POE", verdict_.checked_at, {});
  }
}

void Report::certificates(const PathJudgementPtr& chain) {
  if (!chain) return;
  for (const CertificateFacts& facts : chain->path) {
    const std::string id = id_of(*facts.certificate);
    if (!written_.insert(id).second) continue;
    object(id, "certificate", facts.certificate->der(), facts.certificate->fingerprint());
    xml_.close();
  }
}

void Report::timestamp(const format::TimestampCarrier& carrier, const TimestampVerdict& verdict) {
  if (!carrier.token || !written_.insert(id_of(carrier)).second) return;
  object(id_of(carrier), "timestamp", carrier.encoding, crypto::sha256(carrier.encoding));
  Findings failures;
  for (const Finding& one : verdict.findings)
    if (!rule(one.check).warning) failures.push_back(one);
  if (verdict.chain)
    for (const Finding& one : verdict.chain->findings)
      if (!rule(one.check).warning) failures.push_back(one);
  xml_.open("ValidationReport").open("SignatureValidationStatus");
  if (verdict.good) {
    indication("passed", SubIndication::none);
  } else {
    const Rule meaning = failures.empty() ? Rule{} : rule(failures.front().check);
    indication(part_indication(meaning.indication), meaning.sub_indication);
  }
  xml_.open("AssociatedValidationReportData");
  chain(verdict.chain);
  revoked(verdict.chain);
  xml_.close().close().close().close();
}

void Report::objects() {
  xml_.open("SignatureValidationObjects");
  for (std::size_t i = 0; i < verdict_.signatures.size(); ++i) {
    const format::Signature& facts = verdict_.document.signatures[i];
    const SignatureVerdict& verdict = verdict_.signatures[i];
    certificates(verdict.chain);
    if (facts.signer && written_.insert(id_of(*facts.signer)).second) {
      object(id_of(*facts.signer), "certificate", facts.signer->der(), facts.signer->fingerprint());
      xml_.close();
    }
    for (const TimestampVerdict& one : verdict.timestamps) certificates(one.chain);
    for (std::size_t j = 0; j < std::min(facts.timestamps.size(), verdict.timestamps.size()); ++j)
      timestamp(facts.timestamps[j], verdict.timestamps[j]);
    for (const pki::CrlPtr& crl : facts.crls) {
      if (!written_.insert(hash_id("R", crl->fingerprint())).second) continue;
      object(hash_id("R", crl->fingerprint()), "CRL", crl->der(), crl->fingerprint());
      xml_.close();
    }
    for (const pki::OcspResponsePtr& response : facts.ocsp_responses) {
      if (!written_.insert(hash_id("O", response->fingerprint())).second) continue;
      object(hash_id("O", response->fingerprint()), "OCSPResponse", response->der(), response->fingerprint());
      xml_.close();
    }
  }
  if (written_.empty()) {
    xml_.drop();
  } else {
    xml_.close();
  }
}

std::string Report::make() {
  find_proofs();
  xml_.open("ValidationReport", {{"xmlns", "http://uri.etsi.org/19102/v1.4.1#"}, {"xmlns:ds", "http://www.w3.org/2000/09/xmldsig#"}});
  if (verdict_.no_signature || verdict_.signatures.empty()) no_signature();
  for (std::size_t i = 0; i < verdict_.signatures.size(); ++i) signature(i);
  objects();
  xml_.close();
  return xml_.take();
}

}  // namespace

std::string report_etsi(const Verdict& verdict) { return Report(verdict).make(); }

}  // namespace mohr::verify
