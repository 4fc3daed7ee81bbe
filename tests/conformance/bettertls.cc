// Building of paths among good and bad intermediates, and name constraints, for servers.
#include "path_case.h"

namespace mohr::conformance {
namespace {

void run_file(const std::string& folder, const std::string& name, Cases& cases) {
  const json::Value document = json_file(folder + "/" + name + ".json");
  const auto decode = [](const std::string& base64) -> pki::CertificatePtr {
    auto certificate = pki::Certificate::parse(from_base64(base64).value_or(Bytes{}));
    return certificate ? *std::move(certificate) : nullptr;
  };
  const pki::CertificatePtr anchor = decode(text(document, "trustRoot"));
  for (const json::Value& row : list(document, "testCases")) {
    PathCase one;
    one.anchors.push_back(anchor);
    for (const std::string& certificate : texts(row, "certificates")) one.others.push_back(decode(certificate));
    if (!one.others.empty()) one.target = one.others.front();
    one.inputs.purpose = pki::Purpose::server_authentication;
    one.inputs.time = instant("2026-11-22T09:20:00Z");
    const std::string host = text(row, "hostname");
    const PathAnswer answer =
        ask(one, [&](const auto& path) { return names_host(*path.front(), host) ? std::string() : "the certificate is not of " + host; });
    const bool expected = text(row, "expected") == "ACCEPT";
    const json::Value* id = row.member("id");
    const std::string number = id != nullptr && id->integer() != nullptr ? std::to_string(*id->integer()) : text(row, "id");
    const bool tolerable = flag(row, "failureIsWarning");
    cases.judge(name + " " + number, expected ? "ACCEPT" : "REJECT", answer.valid ? "ACCEPT" : "REJECT",
                answer.valid == expected || tolerable, answer.why);
  }
}

}  // namespace

void run_bettertls(const std::string& folder, Cases& cases) {
  run_file(folder, "pathbuilding", cases);
  run_file(folder, "nameconstraints", cases);
}

}  // namespace mohr::conformance
