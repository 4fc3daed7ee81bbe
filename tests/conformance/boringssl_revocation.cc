// Revocation lists and OCSP responses of BoringSSL's pki: one file, one certificate, one status.
#include "path_case.h"
#include "pki/ocsp.h"
#include "revocation_case.h"

namespace mohr::conformance {
namespace {

constexpr Instant kAnyAlgorithm{0};  // SHA-1 signs half of them; the table speaks of other things

struct Table {
  Instant time;
  pki::StatusRules rules;
  const json::Array* cases = nullptr;
};

Table read_table(const json::Value& document, std::string_view section) {
  Table table;
  const json::Value* value = document.member(section);
  if (value == nullptr) return table;
  table.time = instant(text(*value, "verify_time"));
  table.rules.algorithms_at = kAnyAlgorithm;
  if (const json::Value* age = value->member("max_age_seconds"); age != nullptr && age->integer())
    table.rules.longest_age = table.rules.without_next_update = *age->integer();
  if (const json::Value* cases = value->member("cases"); cases != nullptr) table.cases = cases->array();
  return table;
}

Result<std::vector<asn1::PemBlock>> read_blocks(const std::string& path) { return asn1::read_pem(file_octets(path)); }

Result<StatusCase> read_parties(const std::vector<asn1::PemBlock>& blocks, const Table& table) {
  StatusCase one;
  one.time = table.time;
  one.rules = table.rules;
  MOHR_TRY(one.issuer, pki::Certificate::parse(block(blocks, "CA CERTIFICATE")));
  MOHR_TRY(one.target, pki::Certificate::parse(block(blocks, "CERTIFICATE")));
  if (const Bytes second = block(blocks, "CA CERTIFICATE 2"); !second.empty()) {
    MOHR_TRY(one.others.emplace_back(), pki::Certificate::parse(second));
  }
  return one;
}

// A list that is read leniently violates the syntax all the same: the table's word for it.
Result<pki::RevocationStatus> list_status(const std::string& path, const Table& table) {
  MOHR_TRY(const auto blocks, read_blocks(path));
  MOHR_TRY(StatusCase one, read_parties(blocks, table));
  Budget budget;
  auto crl = pki::Crl::parse(block(blocks, "CRL"), budget);
  if (crl && !(*crl)->has_empty_list()) one.evidence.add(*crl, pki::Origin::given);
  return status_of(one);
}

Result<pki::RevocationStatus> response_status(const std::string& path, const Table& table) {
  MOHR_TRY(const auto blocks, read_blocks(path));
  MOHR_TRY(StatusCase one, read_parties(blocks, table));
  Budget budget;
  if (auto response = pki::OcspResponse::parse(block(blocks, "OCSP RESPONSE"), budget)) one.evidence.add(*response, pki::Origin::given);
  return status_of(one);
}

// Whether ours asks in the same octets.
void judge_request(const std::string& id, const std::string& path, Cases& cases) {
  const auto blocks = read_blocks(path);
  if (!blocks) return;
  const Bytes wanted = block(*blocks, "OCSP REQUEST");
  const auto issuer = pki::Certificate::parse(block(*blocks, "CA CERTIFICATE")),
             target = pki::Certificate::parse(block(*blocks, "CERTIFICATE"));
  if (wanted.empty() || !issuer || !target) return;
  const Bytes ours = pki::write_ocsp_request(**target, **issuer, {});
  cases.judge(id + " request", hex(wanted), hex(ours), equal(wanted, ours));
}

void judge(const std::string& id, const std::string& expected, const Result<pki::RevocationStatus>& status, Cases& cases) {
  const std::string actual = status ? state_word(*status) : "UNKNOWN";
  cases.judge(id, expected, actual, expected == actual, status ? reasons(*status) : describe(status.error()));
}

}  // namespace

void run_boringssl_crl(const std::string& folder, Cases& cases) {
  const json::Value document = json_file(folder + "/expected.json");
  const Table table = read_table(document, "crl");
  if (table.cases == nullptr) return;
  for (const json::Value& row : *table.cases) {
    const std::string file = text(row, "file");
    judge(file, text(row, "status"), list_status(folder + "/" + file, table), cases);
  }
}

void run_boringssl_ocsp(const std::string& folder, Cases& cases) {
  const json::Value document = json_file(folder + "/expected.json");
  const Table table = read_table(document, "ocsp");
  if (table.cases == nullptr) return;
  for (const json::Value& row : *table.cases) {
    const std::string file = text(row, "file");
    judge(file, text(row, "status"), response_status(folder + "/" + file, table), cases);
    judge_request(file, folder + "/" + file, cases);
  }
}

}  // namespace mohr::conformance
