#include "pki/evidence_file.h"

#include "pki/asn1/pem.h"
#include "pki/core/source.h"

namespace mohr::pki {
namespace {

// What was given beside the document is the environment's, as anchors are.
Error unusable(Error error, const std::string& path) {
  if (failure(error) != Failure::unreadable) return std::move(error).at(path);
  return errors::evidence_unreadable(Code{path}, cause(error));
}

template <class Parse>
Result<void> add_files(const std::vector<std::string>& paths, Evidence& evidence, const Budget& budget, Parse parse) {
  for (const std::string& path : paths) {
    auto file = read_file(path, budget.limit(Limit::memory_bytes));
    if (!file) return unusable(std::move(file).error(), path);
    auto items = parse(*file);
    if (!items) return unusable(std::move(items).error(), path);
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
    if (!lists) return unusable(std::move(lists).error(), path);
    for (CrlPtr& list : *lists) evidence.add(std::move(list), Origin::given);
  }
  MOHR_CHECK(add_files(files.ocsp_responses, evidence, budget, [&](ByteView file) -> Result<std::vector<OcspResponsePtr>> {
    MOHR_TRY(auto response, OcspResponse::parse(file, budget));
    return std::vector<OcspResponsePtr>{std::move(response)};
  }));
  return evidence;
}

}  // namespace mohr::pki
