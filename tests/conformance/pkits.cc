// NIST Public Key Interoperability Test Suite: paths, policies, name constraints, revocation lists (RFC 5280 6.1 and 6.3).
#include <algorithm>
#include <filesystem>
#include <map>

#include "path_case.h"

namespace mohr::conformance {
namespace {

using PolicyNames = std::map<std::string, std::string>;  // name to dotted identifier

std::vector<Bytes> identifiers(const json::Value& row, std::string_view member, const PolicyNames& names) {
  std::vector<Bytes> out;
  for (const std::string& name : texts(row, member)) {
    const auto found = names.find(name);
    out.push_back(identifier(found != names.end() ? found->second : name));
  }
  std::sort(out.begin(), out.end());
  return out;
}

PathCase read_case(const json::Value& row, const std::string& folder, const PolicyNames& names, Instant time) {
  PathCase one;
  for (const std::string& name : texts(row, "certs")) one.others.push_back(certificate_file(folder + "/certs/" + name + ".crt"));
  if (!one.others.empty()) {
    one.anchors.push_back(one.others.front());
    one.target = one.others.back();
  }
  Budget budget;
  for (const std::string& name : texts(row, "crls")) {
    auto crl = pki::Crl::parse(file_octets(folder + "/crls/" + name + ".crl"), budget);
    if (crl) one.crls.push_back(*std::move(crl));
  }
  one.revocation = true;
  one.inputs.purpose = pki::Purpose::any;
  one.inputs.time = time;
  one.inputs.least_strength = 0;  // DSA among others
  one.inputs.policies.acceptable = identifiers(row, "initial_policy_set", names);
  one.inputs.policies.require_explicit = flag(row, "initial_explicit_policy");
  one.inputs.policies.inhibit_mapping = flag(row, "initial_policy_mapping_inhibit");
  one.inputs.policies.inhibit_any_policy = flag(row, "initial_inhibit_any_policy");
  return one;
}

std::string dotted(const std::vector<Bytes>& policies) {
  std::string out = "{";
  for (const Bytes& policy : policies) out += (out.size() > 1 ? " " : "") + asn1::dotted(policy);
  return out + "}";
}

}  // namespace

void run_pkits(const std::string& folder, Cases& cases) {
  const std::string table = folder + "/pkits.json";  // the corpora's; Debian's package has the data alone
  const json::Value document =
      json_file(std::filesystem::exists(table) ? table : MOHR_SOURCE_DIR "/testvectors/external/pkits/outcomes.json");
  const Instant time = instant(text(document, "validation_time"));
  PolicyNames names;
  if (const json::Value* policies = document.member("policies"); policies != nullptr && policies->object() != nullptr)
    for (const auto& [name, value] : *policies->object()) names[name] = value.string() != nullptr ? *value.string() : "";
  std::map<std::string, int> parts;  // sub-parts share an id
  for (const json::Value& row : list(document, "testcases")) {
    std::string id = text(row, "id") + " " + text(row, "name");
    if (const int part = ++parts[id]; part > 1) id += " part " + std::to_string(part);
    const PathAnswer answer = ask(read_case(row, folder, names, time));
    const bool expected = flag(row, "should_validate");
    const std::vector<Bytes> policies = identifiers(row, "user_constrained_policy_set", names);
    const bool same = !expected || policies == answer.policies;  // of a path that fails nobody uses the policies
    const auto words = [](bool valid, const std::vector<Bytes>& set) { return valid ? "VALID " + dotted(set) : std::string("INVALID"); };
    cases.judge(id, words(expected, policies), words(answer.valid, answer.policies), expected == answer.valid && same, answer.why);
  }
}

}  // namespace mohr::conformance
