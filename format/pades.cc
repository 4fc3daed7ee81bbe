#include "format/pades.h"

#include <algorithm>

#include "format/cms_long_term.h"
#include "format/cms_signature.h"
#include "format/pdf_changes.h"
#include "format/pdf_form.h"
#include "format/timestamp_carrier.h"
#include "pki/asn1/ber.h"
#include "pki/core/text.h"

namespace mohr::format {
namespace {

using pdf::Kind;
using pdf::Object;

// What /ByteRange and /Contents of one signature say about the document.
struct Coverage {
  std::array<crypto::Range, 2> ranges{};
  std::uint64_t end = 0;                  // just after the last octet that is signed
  bool is_exact = false;                  // from the first octet on, all but the octets of this signature's /Contents
  bool is_own = false;                    // exact, and it ends with the revision that brought this signature
  std::optional<std::uint32_t> revision;  // the one that ends there
};

std::uint64_t place(const pdf::SignatureValue& signature) {
  return signature.dictionary.entry != nullptr ? signature.dictionary.entry->place : 0;
}

// Whether the value belongs to the closed list; false: a document time-stamp, which is no signature of a person.
Result<bool> is_judged(const pdf::SignatureValue& signature) {
  const Object& dictionary = signature.dictionary.value();
  const Object &type = dictionary.find("Type"), &form = dictionary.find("SubFilter");
  if (type.is_name("DocTimeStamp") || form.is_name("ETSI.RFC3161")) return false;
  if (!type.is(Kind::null) && !type.is_name("Sig")) return pdf::broken("a signature field holds something else", place(signature));
  if (!form.is_name("ETSI.CAdES.detached") && !form.is_name("adbe.pkcs7.detached"))
    return errors::unsupported(Code{"PDF signatures of the kind /" + printable(form.text)});
  if (signature.dictionary.in_stream) return errors::unsupported(Code{"a PDF signature in an object stream"});
  return true;
}

// The revision that ends here; nothing when there is none.
std::optional<std::uint32_t> revision_at(const pdf::Document& document, std::uint64_t end) {
  const auto& revisions = document.references().revisions;
  for (std::uint32_t i = 0; i < revisions.size(); ++i)
    if (end >= revisions[i].eof && end <= revisions[i].end) return i;
  return std::nullopt;
}

Result<Coverage> read_coverage(const pdf::Document& document, const pdf::SignatureValue& signature) {
  const std::uint64_t size = document.source().size();
  const Object& dictionary = signature.dictionary.value();
  const Object &range = dictionary.find("ByteRange"), &contents = dictionary.find("Contents");
  if (!contents.is(Kind::string) || !contents.hexadecimal)
    return errors::unsupported(Code{"PDF signatures without a direct hexadecimal /Contents"});
  if (!range.is(Kind::array) ||
      !std::all_of(range.items.begin(), range.items.end(), [](const Object& item) { return item.is(Kind::integer); }))
    return errors::unsupported(Code{"PDF signatures without a direct /ByteRange"});
  Coverage coverage;
  if (range.items.size() != 4) return coverage;
  const auto at = [&](std::size_t i) { return range.items[i].number; };
  const auto limit = static_cast<std::int64_t>(size);
  for (std::size_t i = 0; i < 4; ++i)
    if (at(i) < 0 || at(i) > limit) return coverage;
  if (at(0) + at(1) > at(2) || at(2) + at(3) > limit) return coverage;
  for (const std::size_t i : {0U, 1U})
    coverage.ranges[i] = {static_cast<std::uint64_t>(at(2 * i)), static_cast<std::uint64_t>(at(2 * i + 1))};
  coverage.end = coverage.ranges[1].offset + coverage.ranges[1].length;
  const std::uint64_t origin = signature.dictionary.parsed.origin;
  const std::uint64_t digits = contents.end - contents.begin - 2;
  coverage.is_exact = coverage.ranges[0].offset == 0 && coverage.ranges[0].length == origin + contents.begin &&
                      coverage.ranges[1].offset == origin + contents.end && digits == contents.text.size() * 2 &&
                      !signature.dictionary.in_stream;  // there `origin` is no place in the document
  coverage.revision = revision_at(document, coverage.end);
  if (const pdf::Entry* entry = signature.dictionary.entry; entry != nullptr && coverage.is_exact) {
    // Trailing octets after the last %%EOF that are signed with the rest belong to no revision, and change nothing.
    const std::uint32_t written = document.references().sections[entry->section].revision;
    coverage.is_own = coverage.revision == written || (coverage.end == size && written == 0);
  }
  return coverage;
}

Result<void> judge_coverage(pdf::Document& document, const pdf::SignatureValue& value, const Coverage& coverage, Signature& signature) {
  const auto found = [&](Finding finding) { signature.findings.push_back(std::move(finding)); };
  const std::uint64_t size = document.source().size();
  if (!coverage.is_own) found(findings::pdf_range_wrong(signature.name));
  if (value.definitions > 1) found(findings::pdf_signature_replaced(signature.name));
  if (value.is_shared) found(findings::pdf_signature_shared(signature.name));
  if (coverage.end >= size) return {};
  const std::uint64_t octets = size - coverage.end;
  const bool later = coverage.revision.value_or(1) > 0;
  bool explained = false;
  if (coverage.revision.value_or(0) > 0 && document.references().revisions.front().end == size) {
    MOHR_TRY(explained, pdf::only_adds_validation_data(document, *coverage.revision));
  }
  signature.uncovered.push_back({"bytes " + std::to_string(coverage.end) + "-" + std::to_string(size),
                                 explained ? "validation-data"
                                 : later   ? "later-revision"
                                           : "trailing-bytes",
                                 octets});
  if (!explained) found(findings::pdf_changed_after_signing(signature.name, static_cast<std::int64_t>(octets)));
  return {};
}

Result<Signature> read_signature(pdf::Document& document, const pdf::SignatureValue& value, const Coverage& coverage, Budget& budget,
                                 pki::CertificateMemory* memory) {
  const Object& dictionary = value.dictionary.value();
  MOHR_TRY(Bytes message, asn1::der_from_ber(as_bytes(dictionary.find("Contents").text), true, budget));
  MOHR_TRY(const pki::SignedData data, pki::parse_signed_data(std::move(message), budget));
  if (data.signers.size() != 1) return errors::unsupported(Code{"PDF signatures with " + std::to_string(data.signers.size()) + " signers"});
  MOHR_TRY(const CmsEvidence evidence, read_cms_evidence(data, budget, memory));
  MOHR_TRY(Signature signature, signature_from_signer(data, 0, evidence, Format::pades, budget, memory));
  signature.name = value.field;
  signature.content_type = "application/pdf";
  if (!signature.claimed_time) signature.claimed_time = pdf::date(dictionary.find("M"));
  if (data.content) signature.findings.push_back(findings::pdf_content_encapsulated(signature.name));
  for (Reference& reference : signature.references) {
    if (!reference.is_content || reference.digest == crypto::DigestAlgorithm::none) continue;
    MOHR_TRY(const auto hashes, crypto::digest_ranges(document.source(), coverage.ranges, {&reference.digest, 1}, budget));
    reference.name = "document";
    reference.actual = to_bytes(hashes.front().view());
  }
  const auto content = [&](crypto::DigestAlgorithm digest) -> Result<Bytes> {
    MOHR_TRY(const auto hashes, crypto::digest_ranges(document.source(), coverage.ranges, {&digest, 1}, budget));
    return to_bytes(hashes.front().view());
  };
  MOHR_CHECK(read_long_term_timestamps(data, data.signers.front(), {content, nullptr}, signature, budget, memory));
  MOHR_CHECK(judge_coverage(document, value, coverage, signature));
  return signature;
}

// A certificate, list or answer of /DSS (EN 319 142-1 5.4.2.2), and where its octets end in the document.
struct Stored {
  enum class Kind : std::uint8_t { certificate, crl, ocsp } kind;
  Bytes der;
  std::uint64_t end;
};

Result<std::vector<Stored>> read_store(pdf::Document& document) {
  std::vector<Stored> stored;
  MOHR_TRY(const pdf::Loaded catalog, document.catalog());
  MOHR_TRY(const pdf::Loaded store, document.resolve(catalog, catalog.value().find("DSS")));
  if (!store.value().is(Kind::dictionary)) return stored;
  constexpr std::pair<const char*, Stored::Kind> kLists[] = {
      {"Certs", Stored::Kind::certificate}, {"CRLs", Stored::Kind::crl}, {"OCSPs", Stored::Kind::ocsp}};
  for (const auto& [key, kind] : kLists) {
    MOHR_TRY(const pdf::Loaded list, document.resolve(store, store.value().find(key)));
    for (const Object& item : list.value().items) {
      MOHR_CHECK(document.budget().spend(Limit::certificates));
      if (!item.is(Kind::reference)) continue;
      MOHR_TRY(const pdf::Loaded stream, document.load(item.reference()));
      if (stream.data == 0) continue;
      MOHR_TRY(Bytes der, document.stream(stream));
      MOHR_TRY(const std::uint64_t end, document.end_of_data(stream));
      stored.push_back({kind, std::move(der), end});
    }
  }
  return stored;
}

// What cannot be read helps nobody; it is left out, as the certificates of a message are.
Result<void> add_stored(std::span<const Stored> stored, Signature& signature, Budget& budget, pki::CertificateMemory* memory) {
  std::int64_t number = 0;
  for (const Stored& one : stored) {
    ++number;
    std::optional<Error> failed;
    const auto keep = [&](auto parsed, auto& to) {
      if (parsed) to.push_back(*std::move(parsed));
      else failed = std::move(parsed).error();
    };
    switch (one.kind) {
      case Stored::Kind::certificate: keep(pki::parse_certificate(one.der, memory), signature.certificates); break;
      case Stored::Kind::crl: keep(pki::Crl::parse(ByteView(one.der), budget), signature.crls); break;
      case Stored::Kind::ocsp: keep(pki::OcspResponse::parse(one.der, budget), signature.ocsp_responses); break;
    }
    if (!failed) continue;
    if (failure(*failed) == Failure::budget) return *std::move(failed);
    signature.findings.push_back(one.kind == Stored::Kind::certificate ? findings::cms_certificate_unreadable(number)
                                                                       : findings::cms_revocation_unreadable(number));
  }
  return {};
}

struct DocumentStamp {
  Coverage coverage;
  TimestampCarrier carrier;  // with findings: where it stands is not known
};

Result<DocumentStamp> read_stamp(const pdf::Document& document, const pdf::SignatureValue& value, std::span<const Stored> stored,
                                 Budget& budget, pki::CertificateMemory* memory) {
  MOHR_TRY(const Coverage coverage, read_coverage(document, value));
  const std::string& contents = value.dictionary.value().find("Contents").text;
  const auto token = asn1::der_from_ber(as_bytes(contents), true, budget);  // /Contents is filled up with zeros
  if (!token && failure(token.error()) == Failure::budget) return token.error();
  MOHR_TRY(TimestampCarrier carrier,
           read_carrier(TimestampKind::document, token ? ByteView(*token) : ByteView(as_bytes(contents)), budget, memory));
  if (!coverage.is_own || value.definitions > 1 || value.is_shared) carrier.findings.push_back(findings::pdf_range_wrong(value.field));
  if (carrier.token) {
    MOHR_TRY(const auto hashes, crypto::digest_ranges(document.source(), coverage.ranges, {&carrier.token->digest, 1}, budget));
    carrier.imprint = to_bytes(hashes.front().view());
  }
  for (const Stored& one : stored)
    if (one.end <= coverage.end) carrier.covers.push_back(crypto::sha256(one.der));
  return DocumentStamp{coverage, std::move(carrier)};
}

// EN 319 142-1 5.4.3: a document time-stamp is over all that stands before it, the signatures and the time-stamps too. What only claims to
// stand there may be younger.
void put_on(const DocumentStamp& stamp, std::span<const DocumentStamp> before,
            std::span<const std::pair<Coverage, const pdf::SignatureValue*>> judged, std::vector<Signature>& signatures) {
  TimestampCarrier carrier = stamp.carrier;
  for (const DocumentStamp& other : before) {
    if (!other.carrier.findings.empty()) continue;
    carrier.covers.push_back(crypto::sha256(other.carrier.encoding));
    if (other.carrier.token)
      for (const pki::CertificatePtr& certificate : other.carrier.token->certificates) carrier.covers.push_back(certificate->fingerprint());
  }
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    if (!judged[i].first.is_own || judged[i].first.end > stamp.coverage.end) continue;
    carrier.covers.push_back(signatures[i].hash);
    for (const TimestampCarrier& own : signatures[i].timestamps)
      if (own.findings.empty()) cover_token(own.encoding, signatures[i], carrier);
  }
  if (!carrier.findings.empty()) carrier.covers.clear();
  for (std::size_t i = 0; i < signatures.size(); ++i)
    if (judged[i].first.end <= stamp.coverage.end) signatures[i].timestamps.push_back(carrier);
}

}  // namespace

Result<SignedDocument> read_pades(const Source& source, const Source*, Budget& budget, pki::CertificateMemory* memory) {
  MOHR_TRY(pdf::Document document, pdf::Document::open(source, budget));
  MOHR_TRY(const pdf::Form form, pdf::read_form(document));
  SignedDocument facts;
  facts.format = Format::pades;
  facts.media_type = "application/pdf";
  facts.size = source.size();
  std::vector<std::pair<Coverage, const pdf::SignatureValue*>> judged;
  for (const pdf::SignatureValue& value : form.signatures) {
    MOHR_TRY(const bool mine, is_judged(value));
    if (!mine) continue;
    MOHR_TRY(const Coverage coverage, read_coverage(document, value));
    judged.emplace_back(coverage, &value);
  }
  if (judged.empty() && !form.signatures.empty()) return errors::unsupported(Code{"a PDF that has only document time-stamps"});
  // In the order of signing: the form may list them in any.
  std::stable_sort(judged.begin(), judged.end(), [](const auto& a, const auto& b) { return a.first.end < b.first.end; });
  MOHR_TRY(const std::vector<Stored> stored, read_store(document));
  for (const auto& [coverage, value] : judged) {
    MOHR_TRY(Signature signature, read_signature(document, *value, coverage, budget, memory));
    MOHR_CHECK(add_stored(stored, signature, budget, memory));
    facts.signatures.push_back(std::move(signature));
  }
  std::vector<DocumentStamp> stamps;
  for (const pdf::SignatureValue& value : form.signatures) {
    MOHR_TRY(const bool mine, is_judged(value));
    if (mine) continue;
    MOHR_TRY(DocumentStamp stamp, read_stamp(document, value, stored, budget, memory));
    stamps.push_back(std::move(stamp));
  }
  std::stable_sort(stamps.begin(), stamps.end(), [](const auto& a, const auto& b) { return a.coverage.end < b.coverage.end; });
  for (std::size_t i = 0; i < stamps.size(); ++i) put_on(stamps[i], std::span(stamps).first(i), judged, facts.signatures);
  return facts;
}

}  // namespace mohr::format
