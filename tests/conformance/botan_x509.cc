// Paths of NIST and BSI, name constraints, RSASSA-PSS, building.
#include <algorithm>
#include <filesystem>

#include "path_case.h"
#include "pki/asn1/pem.h"
#include "pki/path_validator.h"

namespace mohr::conformance {
namespace {

const json::Value& section_of(const json::Value& document, std::string_view name) {
  static const json::Value kNone;
  const json::Value* found = document.member(name);
  return found != nullptr ? *found : kNone;
}

bool is_valid(const json::Value& row) { return text(row, "expected") == "VALID"; }

void add_crls(PathCase& one, const std::string& file) {
  Budget budget;
  if (const auto crls = pki::parse_crls(file_octets(file), budget)) one.crls.insert(one.crls.end(), crls->begin(), crls->end());
}

// All certificates and lists of a folder; the one of `target` in its name is the target, of `anchor` the anchor.
PathCase folder_case(const std::string& folder, std::string_view target, std::string_view anchor) {
  PathCase one;
  one.inputs.purpose = pki::Purpose::any;
  for (const std::string& name : files_under(folder, "")) {
    const std::string file = folder + "/" + name;
    if (name.ends_with(".crl")) add_crls(one, file);
    if (!name.ends_with(".crt") && !name.ends_with(".pem") && !name.ends_with(".cer")) continue;
    const pki::CertificatePtr certificate = certificate_file(file);
    if (name.find(target) != std::string::npos) one.target = certificate;
    if (!anchor.empty() && name.find(anchor) != std::string::npos) one.anchors.push_back(certificate);
    one.others.push_back(certificate);
  }
  return one;
}

void run_nist(const std::string& folder, const json::Value& section, Cases& cases) {
  for (const json::Value& row : list(section, "cases")) {
    PathCase one = folder_case(folder + "/nist/" + text(row, "test"), "end.crt", "");
    one.anchors.push_back(certificate_file(folder + "/nist/root.crt"));
    add_crls(one, folder + "/nist/root.crl");
    one.revocation = true;
    one.inputs.time = instant(text(section, "validation_time"));
    one.inputs.least_strength = 0;
    const PathAnswer answer = ask(one);
    const bool lacks_policy = std::any_of(answer.findings.begin(), answer.findings.end(),
                                          [](const Finding& finding) { return finding.check == Check::certificate_policy_missing; });
    judge_path("nist/" + text(row, "test") + (lacks_policy && is_valid(row) ? " (no policy)" : ""), answer, is_valid(row), cases);
  }
}

void run_bsi(const std::string& folder, const json::Value& section, Cases& cases) {
  for (const json::Value& row : list(section, "cases")) {
    const std::string test = text(row, "test");
    PathCase one = folder_case(folder + "/bsi/" + test, ".TC.", ".TA.");
    one.revocation = test.find("CRL") != std::string::npos;
    one.inputs.time = instant(text(section, "validation_time"));
    one.inputs.least_strength = 80;
    judge_path("bsi/" + test, ask(one), is_valid(row), cases);
  }
}

void run_name_constraints(const std::string& folder, const json::Value& section, Cases& cases) {
  for (const json::Value& row : list(section, "cases")) {
    PathCase one;
    one.others = certificate_files(folder + "/name_constraints/" + text(row, "test") + ".pem");
    if (!one.others.empty()) one.target = one.others.front();
    one.anchors.push_back(certificate_file(folder + "/name_constraints/root.pem"));
    one.inputs.purpose = pki::Purpose::any;
    one.inputs.time = instant(text(section, "validation_time"));
    one.inputs.least_strength = 128;
    const PathAnswer answer = ask(one);
    const bool disputed = flag(row, "disputed") && answer.valid != is_valid(row);  // then ours is what the name of the file says
    judge_path("name_constraints/" + text(row, "test") + (disputed ? " (disputed)" : ""), answer, is_valid(row), cases);
  }
}

// PKCS#10 (RFC 2986 4): the key inside verifies the request.
bool is_request_good(const std::string& folder) {
  for (const std::string& name : files_under(folder, "")) {
    if (name.find(".csr") == std::string::npos && name.find(".req") == std::string::npos) continue;
    Bytes octets = file_octets(folder + "/" + name);
    if (asn1::is_pem(octets)) {
      const auto blocks = asn1::read_pem(octets);
      if (!blocks || blocks->empty()) return false;
      octets = Bytes(blocks->front().contents.begin(), blocks->front().contents.end());
    }
    asn1::Reader whole(octets);
    auto request = whole.enter(asn1::kSequence);
    if (!request) return false;
    const auto info = request->next(asn1::kSequence);
    const auto algorithm = info ? crypto::read_signature_algorithm(*request) : Result<crypto::SignatureAlgorithm>(info.error());
    const auto signature = algorithm ? request->bit_string() : Result<ByteView>(algorithm.error());
    if (!signature) return false;
    asn1::Reader fields = request->inside(*info);
    if (!fields.next() || !fields.next()) return false;
    const auto spki = fields.next(asn1::kSequence);
    const auto key = spki ? crypto::PublicKey::from_spki(spki->whole) : Result<std::shared_ptr<const crypto::PublicKey>>(spki.error());
    return key && (*key)->verify(*algorithm, info->whole, *signature) == crypto::SignatureCheck::good;
  }
  return false;
}

void run_pss(const std::string& folder, const json::Value& section, Cases& cases) {
  for (const json::Value& row : list(section, "cases")) {
    const std::string test = text(row, "test"), where = folder + "/pss_certs/" + test;
    PathCase one = folder_case(where, "end.crt", "root.crt");
    const json::Value* year = row.member("validation_year");
    const std::int64_t number = year != nullptr && year->integer() != nullptr ? *year->integer() : 2016;
    one.inputs.time = instant(std::to_string(number) + "-01-01T00:00:00Z");
    one.inputs.least_strength = 0;
    one.revocation = !one.crls.empty();
    PathAnswer answer;
    if (!one.target) {
      answer.valid = is_request_good(where);
    } else if (one.anchors.empty()) {
      answer.valid = pki::verify_signature(*one.target, *one.target) == crypto::SignatureCheck::good;
    } else {
      answer = ask(one);
    }
    judge_path("pss_certs/" + test, answer, is_valid(row), cases);
  }
}

void run_extended(const std::string& folder, const json::Value& section, Cases& cases) {
  for (const json::Value& row : list(section, "cases")) {
    PathCase one = folder_case(folder + "/extended/" + text(row, "test"), "end.crt", "root.crt");
    one.inputs.time = instant(text(section, "validation_time"));
    one.inputs.least_strength = 0;
    judge_path("extended/" + text(row, "test"), ask(one), is_valid(row), cases);
  }
}

void run_building(const std::string& folder, const json::Value& section, Cases& cases) {
  for (const json::Value& row : list(section, "cases")) {
    PathCase one = folder_case(folder + "/path_building", text(row, "test"), "root.pem");
    one.inputs.time = instant(text(section, "validation_time"));
    one.inputs.least_strength = 0;
    judge_path("path_building/" + text(row, "test"), ask(one), is_valid(row), cases);
  }
}

}  // namespace

void run_botan_x509(const std::string& folder, Cases& cases) {
  const json::Value document = json_file(folder + "/expected.json");
  run_nist(folder, section_of(document, "nist"), cases);
  run_bsi(folder, section_of(document, "bsi"), cases);
  run_name_constraints(folder, section_of(document, "name_constraints"), cases);
  run_pss(folder, section_of(document, "pss_certs"), cases);
  run_extended(folder, section_of(document, "extended"), cases);
  run_building(folder, section_of(document, "path_building"), cases);
}

}  // namespace mohr::conformance
