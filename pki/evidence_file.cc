#include "pki/evidence_file.h"

#include "pki/asn1/pem.h"
#include "pki/core/source.h"

namespace mohr::pki {
namespace {

template <class Parse>
Result<void> add_files(const std::vector<std::string>& paths, Evidence& evidence, const Budget& budget, Parse parse) {
  for (const std::string& path : paths) {
    MOHR_TRY(const Bytes file, read_file(path, budget.limit(Limit::memory_bytes)));
    auto items = parse(file);
    if (!items) return std::move(items).error().at(path);
    for (const auto& item : *items) evidence.add(item, Origin::given);
  }
  return {};
}

}  // namespace

Result<Evidence> evidence_from(const EvidenceFiles& files, Budget& budget, const CrlShelfPtr& shelf) {
  Evidence evidence;
  MOHR_CHECK(add_files(files.intermediates, evidence, budget, [&](ByteView file) -> Result<std::vector<CertificatePtr>> {
    MOHR_TRY(auto certificates, parse_certificates(file));
    MOHR_CHECK(budget.spend(Limit::certificates, certificates.size()));
    return certificates;
  }));
  for (const std::string& path : files.crls) {
    auto lists = read_crls(path, shelf, budget);
    if (!lists) return std::move(lists).error().at(path);
    for (CrlPtr& list : *lists) evidence.add(std::move(list), Origin::given);
  }
  MOHR_CHECK(add_files(files.ocsp_responses, evidence, budget, [&](ByteView file) -> Result<std::vector<OcspResponsePtr>> {
    MOHR_TRY(auto response, OcspResponse::parse(file, budget));
    return std::vector<OcspResponsePtr>{std::move(response)};
  }));
  return evidence;
}

}  // namespace mohr::pki
