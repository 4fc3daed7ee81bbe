// mohr sign: a document and a key in, a signed document out.
#include <algorithm>

#include "cli/command.h"
#include "cli/key.h"
#include "cli/outputs.h"
#include "cli/setting.h"
#include "cli/timestamps.h"
#include "cli/written.h"
#include "pki/core/text.h"
#include "pki/national.h"
#include "pki/newest_time.h"
#include "pki/revocation_cache.h"
#include "sign/signer.h"
#include "sign/status.h"

namespace mohr::cli {
namespace {

const std::vector<OptionRow>& options() {
  static const std::vector<OptionRow> rows = with_setting_options({
      {"key", "FILE.p12", "the key file", 'k'},
      {"pass-file", "FILE", "its passphrase is the first line of this file"},
      {"pass-fd", "N", "or comes from this file descriptor"},
      {"pass-env", "NAME", "or from this environment variable"},
      {"output", "FILE", "where to write (default: beside the document)", 'o'},
      {"format", "NAME", "pades, xades, jades, cades (default: by content)"},
      {"packaging", "NAME", "enveloped, detached, attached, compact, flattened (default: by format)"},
      {"level", "b|t", "b: signature; t: with time-stamp (default: t where there is a time-stamp service)"},
      {"tsa", "URL", "time-stamp service (RFC 3161; repeatable: asked in order; default: tsa.json)"},
      {"digest", "NAME", "sha256, sha384, sha512 (default: sha256)"},
      {"force", nullptr, "replace the output if it exists"},
      {"service-id", "ID", "signed with the document: service ID"},
      {"tracking-id", "ID", "  tracking ID"},
      {"sender", "ID", "  sender"},
      {"receiver", "ID", "  receiver"},
      {"message-id", "ID", "  message ID"},
      {"expires", "TIME", "  valid until"},
      {"in-reply-to", "FILE", "  the request that this answers"},
      {"reason", "TEXT", "why it is signed (PDF)"},
      {"location", "TEXT", "where it is signed (PDF)"},
  });
  return rows;
}

Error wrong(std::string what) { return errors::usage_invalid(Code{std::move(what)}); }

Result<sign::Packaging> packaging_from(const std::string& word) {
  using enum sign::Packaging;
  if (word.empty()) return by_format;
  if (word == "enveloped") return enveloped;
  if (word == "enveloping") return enveloping;
  if (word == "detached") return detached;
  if (word == "attached") return attached;
  if (word == "compact") return compact;
  if (word == "flattened") return flattened;
  return wrong("--packaging " + word);
}

Result<format::Format> format_from(const std::string& word, const Source& document) {
  if (word.empty()) return sign::format_for(document);
  for (const format::Format format : {format::Format::cades, format::Format::xades, format::Format::pades, format::Format::jades})
    if (word == format::format_id(format)) return format;
  return wrong("--format " + word + " (pades, xades, jades, cades are known)");
}

Result<crypto::DigestAlgorithm> digest_from(const std::string& word) {
  if (word.empty() || word == "sha256") return crypto::DigestAlgorithm::sha256;
  if (word == "sha384") return crypto::DigestAlgorithm::sha384;
  if (word == "sha512") return crypto::DigestAlgorithm::sha512;
  return wrong("--digest " + word + " (sha256, sha384, sha512 are known)");
}

bool is_number(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// An identifier that is a number is written in Latin digits, whatever was typed.
std::string latin_if_digits(const std::string& text) {
  std::string folded = pki::fold_persian(text);
  return is_number(folded) ? folded : text;
}

// A number of eleven digits means a legal person or a service, and a wrong check digit a mistake in typing.
Result<void> expect_identifier(const char* name, pki::IdentifierKind kind, const std::string& text) {
  if (text.size() != 11 || !is_number(text) || pki::parse_identifier(kind, text)) return {};
  return wrong(std::string("--") + name + " " + text + " (its check digit is wrong)");
}

Result<format::Identity> identity_from(const Arguments& arguments) {
  format::Identity identity;
  for (const auto& [name, text] :
       {std::pair{"service-id", &identity.service_id}, std::pair{"tracking-id", &identity.tracking_id},
        std::pair{"sender", &identity.sender}, std::pair{"receiver", &identity.receiver}, std::pair{"message-id", &identity.message_id}}) {
    if (!arguments.has(name)) continue;
    *text = latin_if_digits(arguments.value(name));
    if (text->empty()) return wrong(std::string("--") + name + " is empty");
  }
  MOHR_CHECK(expect_identifier("service-id", pki::IdentifierKind::service_id, identity.service_id));
  MOHR_CHECK(expect_identifier("sender", pki::IdentifierKind::legal_id, identity.sender));
  MOHR_CHECK(expect_identifier("receiver", pki::IdentifierKind::legal_id, identity.receiver));
  for (const std::string* text : {&identity.service_id, &identity.tracking_id, &identity.sender, &identity.receiver, &identity.message_id})
    if (!is_valid_utf8(*text) || printable(*text) != *text) return wrong("an identifier with characters that cannot be shown");
  if (arguments.has("expires")) {
    identity.expires = from_iso8601(arguments.value("expires"));
    if (!identity.expires) return wrong("--expires " + arguments.value("expires") + " (a time looks like 2026-11-25T09:30:00Z)");
  }
  if (arguments.has("in-reply-to")) {
    MOHR_TRY(const auto request, FileSource::open(arguments.value("in-reply-to")));
    Budget budget;
    identity.request_digest = crypto::DigestAlgorithm::sha256;
    MOHR_TRY(const crypto::Hash hash, crypto::digest_source(*request, identity.request_digest, budget));
    identity.request = to_bytes(hash.view());
  }
  return identity;
}

Result<sign::Level> level_from(const Arguments& arguments, bool has_service) {
  const std::string word = arguments.value("level", has_service ? "t" : "b");
  if (word == "b" || word == "B") return sign::Level::b;
  if (word != "t" && word != "T") return wrong("--level " + word + " (b and t are known)");
  return sign::Level::t;
}

// On a terminal the officer sees what is about to be signed, and as whom.
void show_facts(const Source& document, const sign::Request& request, const Terminal& terminal) {
  if (!Terminal::is_interactive()) return;
  const pki::Certificate& certificate = *request.certificate;
  const bool fa = terminal.language() == Language::fa;
  const std::string size = std::to_string(document.size());
  terminal.hint((fa ? "سند: " : "Document:    ") + isolate_ltr(printable(document.name())) + " (" + (fa ? persian_digits(size) : size) +
                ")\n");
  terminal.hint((fa ? "امضاکننده: " : "Signer:      ") + isolate(certificate.subject().display()) + "\n");
  terminal.hint((fa ? "صادرکننده: " : "Issuer:      ") + isolate(certificate.issuer().display()) + "\n");
  terminal.hint((fa ? "اعتبار تا: " : "Valid until: ") + display(certificate.not_after(), terminal.language()) + "\n");
}

void warn(const Findings& warnings, const Terminal& terminal) {
  for (const Finding& finding : warnings) terminal.hint("mohr: " + render(finding, terminal.language()) + "\n");
}

// The chain that travels with the signature: what the key file has, without anchors.
std::vector<pki::CertificatePtr> chain_from(const pki::KeyFile& key, const pki::Trust& trust, const pki::Evidence& evidence) {
  std::vector<pki::CertificatePtr> chain;
  for (const pki::CertificatePtr& certificate : key.chain)
    if (trust.anchor_of(*certificate) == nullptr && !(certificate->is_ca() && certificate->is_self_issued())) chain.push_back(certificate);
  if (!chain.empty()) return chain;
  const auto issues = [&](const pki::Certificate& issuer) {
    return issuer.subject().equals(key.certificate->issuer()) && !issuer.is_self_issued();
  };
  for (const auto& held : evidence.certificates())
    if (issues(*held.item)) chain.push_back(held.item);
  for (const pki::CertificatePtr& certificate : trust.intermediates())
    if (chain.empty() && issues(*certificate)) chain.push_back(certificate);
  return chain;
}

json::Value facts_of(const sign::Request& request) {
  json::Value facts;
  facts.add("format", format::format_id(request.format)).add("level", request.level == sign::Level::t ? "T" : "B");
  facts.add("signer", request.certificate->subject().display()).add("time", iso8601(request.now));
  return facts;
}

Result<Written> sign_document(const Arguments& arguments, const Terminal& terminal) {
  if (arguments.files().size() != 1)
    return wrong(arguments.files().empty() ? "which document? mohr sign FILE --key KEY.p12" : "one document at a time");
  MOHR_TRY(const auto document, FileSource::open(arguments.files().front()));
  if (document->size() == 0) return errors::file_empty(Code{document->name()});
  sign::Request request;
  MOHR_TRY(request.format, format_from(arguments.value("format"), *document));
  const std::string output = arguments.value("output", sign::default_output(document->name(), request.format));
  MOHR_CHECK(check_outputs(arguments, {output}));
  MOHR_TRY(request.packaging, packaging_from(arguments.value("packaging")));
  MOHR_TRY(sign::TimestampSettings timestamps, timestamp_settings_from(arguments));
  MOHR_TRY(request.level, level_from(arguments, !timestamps.services.empty()));
  if (request.level == sign::Level::t && timestamps.services.empty()) return errors::stamp_needed();
  MOHR_TRY(request.digest, digest_from(arguments.value("digest")));
  MOHR_TRY(request.identity, identity_from(arguments));
  MOHR_TRY(request.now, time_from(arguments));
  request.reason = arguments.value("reason");
  request.location = arguments.value("location");
  MOHR_TRY(const pki::KeyFile key, key_from(arguments));
  request.key = key.key.get();
  request.certificate = key.certificate;
  MOHR_TRY(const pki::Trust trust, trust_from(arguments));
  MOHR_TRY(const pki::InstallationPtr installation, installation_from(arguments));
  if (installation && !arguments.has("at")) MOHR_CHECK(pki::NewestTime(installation).check(request.now));
  const pki::CrlShelfPtr shelf = shelf_of(installation);
  MOHR_TRY(const pki::Evidence evidence, evidence_from(arguments, shelf));
  request.chain = chain_from(key, trust, evidence);
  MOHR_TRY(const auto fetcher, fetcher_from(arguments, trust, hosts_of(timestamps)));
  Budget budget;
  const SystemClock clock;
  std::optional<sign::TimestampServices> services;
  if (request.level == sign::Level::t) {
    if (!fetcher) return wrong("--offline, and a time-stamp service");
    const std::string state = timestamp_state_file(arguments, timestamps);
    services.emplace(std::move(timestamps), state, *fetcher, clock, budget);
    request.stamp = [&](ByteView stamped) { return services->stamp(stamped); };
  }
  show_facts(*document, request, terminal);
  MOHR_TRY(const sign::CertificateReview review, sign::review_certificate(request));
  std::optional<pki::RevocationCache> kept;
  if (installation) kept.emplace(installation, clock, shelf);
  const auto status = trust.anchors().empty()
                          ? sign::review_status_alone(request, key.chain, evidence, fetcher.get(), kept ? &*kept : nullptr, budget)
                          : sign::review_status(request, trust, evidence, fetcher.get(), kept ? &*kept : nullptr, budget);
  if (!status) return status.error();
  Findings warnings = review.warnings;
  for (const Finding& one : *status)
    if (std::find(warnings.begin(), warnings.end(), one) == warnings.end()) warnings.push_back(one);
  warn(warnings, terminal);
  auto signed_file = sign::sign_file(*document, request, output, arguments.has("force"), budget);
  if (services) tell_notices(*services, terminal);
  if (!signed_file) return std::move(signed_file).error();
  return Written{output, facts_of(request)};
}

int run(const Arguments& arguments, const Terminal& terminal) {
  return say_written(arguments, terminal, sign_document(arguments, terminal));
}

}  // namespace

const Command kSign = {"sign",
                       "Sign a document: PDF, XML, JSON or any file",
                       "mohr sign FILE --key KEY.p12 [OPTION]...",
                       "  mohr sign letter.pdf --key officer.p12 --pass-file officer.pass\n"
                       "  mohr sign letter.xml --key seal.p12 --pass-fd 3 --tsa http://tsa.example.ir/tsa 3<seal.pass\n"
                       "  mohr sign question.json --key seal.p12 --service-id 13011561100 --tracking-id 14050904-1 --receiver 10320166911\n"
                       "  mohr sign answer.json --key second.p12 --in-reply-to question.jws.json --expires 2026-12-01T00:00:00Z\n",
                       &options,
                       &run};

}  // namespace mohr::cli
