// Every reader over any octets: nothing may crash, hang or grow beyond its budget. MOHR_FUZZ_READER picks the one that is exercised.
#include <cstdlib>
#include <cstring>

#include "format/reader.h"
#include "pki/asn1/ber.h"
#include "pki/asn1/pem.h"
#include "pki/core/json.h"
#include "pki/path_validator.h"
#include "pki/timestamp.h"

namespace {

using namespace mohr;

Limits small_limits() {
  Limits limits;
  limits.set(Limit::memory_bytes, 1 << 22).set(Limit::nodes, 100'000).set(Limit::seconds, 10);
  return limits;
}

// A file of certificates, target first and anchor last, as a path: names, constraints and policies meet each other.
void find_path_in(ByteView file, Budget& budget) {
  const auto certificates = pki::parse_certificates(file);
  if (!certificates) return;
  pki::Trust trust;
  if (!trust.add_anchor({.certificate = certificates->back(), .source = {}})) return;
  pki::Evidence evidence;
  for (const pki::CertificatePtr& certificate : *certificates) evidence.add(certificate, pki::Origin::given);
  (void)pki::find_path(certificates->front(), {.purpose = pki::Purpose::any, .time = certificates->front()->not_before()}, trust, evidence,
                       budget);
}

void read_with(std::string_view reader, ByteView input) {
  Budget budget(small_limits());
  if (reader == "certificate") {
    if (const auto certificate = pki::Certificate::parse(input)) (void)(*certificate)->key();
  } else if (reader == "crl") {
    if (const auto crl = pki::Crl::parse(input, budget)) {
      (void)(*crl)->find(as_bytes("\x01"), (*crl)->issuer());
      (void)(*crl)->visit_entries([](const pki::CrlEntry& entry) -> Result<bool> { return entry.read().has_value(); });
    }
  } else if (reader == "ocsp") {
    (void)pki::OcspResponse::parse(input, budget);
  } else if (reader == "timestamp") {
    if (const auto token = pki::parse_timestamp_token(input, budget)) (void)pki::check_token(*token, {});
  } else if (reader == "json") {
    if (const auto value = json::parse(input, budget)) (void)json::canonical(*value);
  } else if (reader == "pem") {
    (void)asn1::read_pem(input);
  } else if (reader == "ber") {
    (void)asn1::der_from_ber(input, true, budget);
  } else if (reader == "path") {
    find_path_in(input, budget);
  } else {  // documents: CMS, PDF, XML, JWS, by content
    const MemorySource source(input), content(as_bytes("content"));
    (void)format::read(source, &content, budget);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const char* reader = std::getenv("MOHR_FUZZ_READER");  // NOLINT
  read_with(reader != nullptr ? reader : "document", {data, size});
  return 0;
}
