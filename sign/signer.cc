#include "sign/signer.h"

#include <array>

#include "format/xml.h"
#include "pki/path_validator.h"

namespace mohr::sign {
namespace {

using format::Format;

struct WriterRow {
  Format format;
  Result<void> (*write)(const Source&, const Request&, Sink&, Budget&);
};
constexpr std::array kWriters = {
    WriterRow{Format::cades, &write_cades},
    WriterRow{Format::xades, &write_xades},
    WriterRow{Format::pades, &write_pades},
    WriterRow{Format::jades, &write_jades},
};

Error wrong(std::string what) { return errors::own_signature_wrong(Code{std::move(what)}); }

// The last signature of what was just written is ours: it must be by the right certificate, whole, and good.
Result<void> check_own(const Source& written, const Source& document, const Request& request) {
  Budget budget;  // the document was read within the caller's; this is a second reading of our own work
  const bool may_be_detached = request.format == Format::cades || request.format == Format::jades;
  auto read = format::read(written, may_be_detached ? &document : nullptr, budget);
  if (!read) return wrong(std::string(row(read.error().code).id));
  if (read->signatures.empty()) return wrong("no signature in it");
  const format::Signature& signature = read->signatures.back();
  if (!signature.signer || !(signature.signer->fingerprint() == request.certificate->fingerprint())) return wrong("another signer");
  if (signature.references.empty()) return wrong("nothing is signed");
  for (const format::Reference& reference : signature.references)
    if (!reference.matches()) return wrong("digest of " + reference.name);
  if (signature.signing_certificate.empty() || !pki::refers_to(signature.signing_certificate.front(), *request.certificate))
    return wrong("binding of the certificate");
  if (!signature.findings.empty()) return wrong(std::string(row(signature.findings.front().check).id));
  MOHR_TRY(const auto key, request.certificate->key());
  if (key->verify(signature.algorithm, signature.signed_octets, signature.value, signature.ecdsa_form) != crypto::SignatureCheck::good)
    return wrong("signature value");
  if (!(signature.identity == request.identity)) return wrong("signed particulars");
  if ((request.level == Level::t) != !signature.timestamps.empty()) return wrong("time-stamp");
  return {};
}

// Only a PDF takes a further signature in this version.
Result<void> check_unsigned(const Source& document, const Request& request, Budget& budget) {
  if (request.format == Format::pades) return {};
  MOHR_TRY(const format::Kind kind, format::detect(document));
  if (kind == format::Kind::cms || kind == format::Kind::jws_compact) return errors::already_signed(Code{document.name()});
  if (kind != format::Kind::xml && kind != format::Kind::json) return {};
  const auto read = format::read(document, nullptr, budget);
  if (!read && kind == format::Kind::xml) {  // what cannot even be parsed is not known to be signed
    MOHR_TRY(const Bytes octets, read_all(document, budget.limit(Limit::memory_bytes)));
    MOHR_CHECK(format::xml::Document::parse(octets, budget));
  }
  // What is signed in a way that cannot be judged here is signed all the same.
  const bool has_signature = read ? !read->signatures.empty() : read.error().code == ErrorCode::unsupported;
  if (has_signature) return errors::already_signed(Code{document.name()});
  if (!read && request.format != Format::cades) return read.error();
  return {};
}

Result<void> write(const Source& document, const Request& request, Sink& out, Budget& budget) {
  for (const WriterRow& row : kWriters)
    if (row.format == request.format) return row.write(document, request, out, budget);
  return {};
}

Result<void> prepare(const Source& document, const Request& request, Budget& budget) {
  MOHR_CHECK(review_certificate(request));
  if (document.size() == 0) return errors::file_empty(Code{document.name()});
  if (request.level == Level::t && !request.stamp) return errors::stamp_needed();
  return check_unsigned(document, request, budget);
}

}  // namespace

Result<CertificateReview> review_certificate(const Request& request) {
  const pki::Certificate& certificate = *request.certificate;
  const std::string subject = certificate.subject().display();
  if (!equal(certificate.spki(), request.key->public_key().spki())) return errors::key_certificate_mismatch(subject);
  if (request.now > certificate.not_after()) return errors::certificate_expired_for_signing(subject, certificate.not_after());
  if (request.now < certificate.not_before()) return errors::certificate_not_yet_valid_for_signing(subject, certificate.not_before());
  const std::uint32_t usage = certificate.key_usage().value_or(~std::uint32_t{0});
  if (!(usage & (pki::kDigitalSignature | pki::kContentCommitment)) || certificate.is_ca() || pki::is_for_services_only(certificate))
    return errors::certificate_not_for_signing(subject);
  CertificateReview review;
  constexpr std::int64_t kWarning = 30 * kDay;
  if (certificate.not_after() - request.now <= kWarning)
    review.warnings.push_back(findings::certificate_expires_soon(subject, certificate.not_after()));
  const pki::AlgorithmTable& table = pki::default_algorithms();
  const crypto::PublicKey& key = request.key->public_key();
  if (const Instant until = table.usable_until(key); request.now >= until)
    review.warnings.push_back(findings::certificate_key_weak(subject, Code{key.name()}, until));
  const crypto::SignatureAlgorithm& algorithm = certificate.signature_algorithm();
  if (const Instant until = table.usable_until(algorithm); certificate.signature_algorithm_known() && request.now >= until)
    review.warnings.push_back(findings::certificate_algorithm_weak(subject, Code{crypto::signature_name(algorithm)}, until));
  return review;
}

Result<Format> format_for(const Source& document) {
  MOHR_TRY(const format::Kind kind, format::detect(document));
  switch (kind) {
    case format::Kind::pdf: return Format::pades;
    case format::Kind::xml: return Format::xades;
    case format::Kind::json: return Format::jades;
    default: return Format::cades;
  }
}

std::string default_output(const std::string& document, Format format) {
  const std::size_t slash = document.rfind('/');
  const std::size_t dot = document.rfind('.');
  const bool has_ending = dot != std::string::npos && (slash == std::string::npos || dot > slash + 1) && dot != 0;
  const std::string stem = has_ending ? document.substr(0, dot) : document;
  switch (format) {
    case Format::pades: return stem + ".signed.pdf";
    case Format::xades: return stem + ".signed.xml";
    case Format::jades: return stem + ".jws.json";
    case Format::cades: break;
  }
  return document + ".p7s";
}

Result<void> sign_file(const Source& document, const Request& request, const std::string& output, bool replace, Budget& budget) {
  MOHR_CHECK(prepare(document, request, budget));
  MOHR_TRY(NewFile file, NewFile::create(output, replace, document.mode()));
  MOHR_CHECK(write(document, request, file, budget));
  {
    MOHR_TRY(const auto written, FileSource::open(file.temporary_path()));
    MOHR_CHECK(check_own(*written, document, request));
  }
  return file.commit();
}

Result<Bytes> sign_bytes(ByteView octets, const Request& request, Budget& budget) {
  const MemorySource document(octets);
  MOHR_CHECK(prepare(document, request, budget));
  MemorySink sink;
  MOHR_CHECK(write(document, request, sink, budget));
  const MemorySource written(sink.bytes());
  MOHR_CHECK(check_own(written, document, request));
  return sink.take();
}

}  // namespace mohr::sign
