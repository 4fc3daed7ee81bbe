// Paths as "openssl verify" judges them, internationalised mailboxes, deep policy trees. The section of OCSP is in openssl_ocsp.cc.
#include <algorithm>

#include "path_case.h"
#include "pki/path_validator.h"

namespace mohr::conformance {
namespace {

bool is_self_signed(const pki::Certificate& c) { return c.is_self_issued() && pki::verify_signature(c, c) == crypto::SignatureCheck::good; }

struct Options {
  bool partial = false, proxies = false;
  int depth = 100;
};

Options read_options(const json::Value& row, pki::PathInputs& inputs) {
  Options out;
  constexpr int kStrengths[] = {0, 80, 112, 128, 192, 256};  // of the levels 0 to 5
  const auto words = texts(row, "options");
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string value = i + 1 < words.size() ? words[i + 1] : "0";
    if (words[i] == "-partial_chain") out.partial = true;
    if (words[i] == "-allow_proxy_certs") out.proxies = true;
    if (words[i] == "-x509_strict") inputs.strict_profile = true;
    if (words[i] == "-auth_level") inputs.least_strength = kStrengths[std::clamp(std::atoi(value.c_str()), 0, 5)];
    if (words[i] == "-verify_depth") out.depth = std::atoi(value.c_str());
    if (words[i] == "-attime") inputs.time = {std::atoll(value.c_str())};
    if (words[i] == "-policy") inputs.policies.acceptable.push_back(identifier(value));
    if (words[i] == "-explicit_policy") inputs.policies.require_explicit = true;
    if (words[i] == "-inhibit_any") inputs.policies.inhibit_any_policy = true;
    if (words[i] == "-inhibit_map") inputs.policies.inhibit_mapping = true;
  }
  return out;
}

// What stands in the store of trusted certificates replaces what is sent for the same name and key.
void drop_replaced(PathCase& one, const std::vector<pki::CertificatePtr>& store) {
  std::erase_if(one.others, [&](const pki::CertificatePtr& sent) {
    return !sent || std::any_of(store.begin(), store.end(), [&](const pki::CertificatePtr& held) {
      return held && held->fingerprint() != sent->fingerprint() && held->subject().equals(sent->subject()) &&
             equal(held->spki(), sent->spki());
    });
  });
}

void run_verify(const std::string& folder, Cases& cases) {
  const json::Value document = json_file(folder + "/verify.json");
  const auto file = [&](const std::string& name) { return certificate_file(folder + "/certs/" + name + ".pem"); };
  for (const json::Value& row : list(document, "cases")) {
    PathCase one;
    one.inputs.time = instant(text(document, "default_time"));
    one.inputs.anchor_expires = true;
    one.inputs.anchor_rules = pki::AnchorRules::authority;
    one.inputs.legacy_names = pki::LegacyNames::without_dns_names;
    const std::string purpose = text(row, "purpose");
    one.inputs.purpose = purpose == "sslserver"   ? pki::Purpose::server_authentication
                         : purpose == "sslclient" ? pki::Purpose::client_authentication
                                                  : pki::Purpose::any;
    const Options options = read_options(row, one.inputs);
    one.target = file(text(row, "cert"));
    for (const std::string& name : texts(row, "untrusted"))
      for (const auto& certificate : certificate_files(folder + "/certs/" + name + ".pem")) one.others.push_back(certificate);
    std::vector<pki::CertificatePtr> store;
    for (const std::string& name : texts(row, "trusted")) store.push_back(file(name));
    drop_replaced(one, store);
    for (const pki::CertificatePtr& certificate : store)
      (certificate && !options.partial && !is_self_signed(*certificate) ? one.others : one.anchors).push_back(certificate);
    const PathAnswer answer = ask(one, [&](const auto& path) {
      return static_cast<int>(path.size()) - 2 > options.depth ? std::string("deeper than asked for") : std::string();
    });
    judge_path("verify " + text(row, "id") + " " + text(row, "title"), answer, text(row, "expected") == "VALID", cases);
  }
}

PathCase chain_case(const std::string& leaf, const std::string& chain) {
  PathCase one;
  one.target = certificate_file(leaf);
  one.others = certificate_files(chain);
  for (const pki::CertificatePtr& certificate : one.others)
    if (certificate && certificate->is_self_issued()) one.anchors.push_back(certificate);
  one.inputs.purpose = pki::Purpose::any;
  if (one.target) one.inputs.time = one.target->not_before() + 1;
  one.inputs.least_strength = 80;
  return one;
}

void run_eai(const std::string& folder, Cases& cases) {
  for (const std::string leaf : {"ascii", "utf8"})
    for (const std::string chain : {"ascii", "utf8"})
      judge_path("eai " + leaf + "_leaf under " + chain + "_chain",
                 ask(chain_case(folder + "/eai/" + leaf + "_leaf.pem", folder + "/eai/" + chain + "_chain.pem")), leaf == chain, cases);
}

// The large one grows exponentially as a tree: any verdict is good that comes from small memory and time; a bound is no verdict.
void run_policy_tree(const std::string& folder, Cases& cases) {
  for (const std::string size : {"small", "large"}) {
    PathCase one = chain_case(folder + "/policy_tree/" + size + "_leaf.pem", folder + "/policy_tree/" + size + "_policy_tree.pem");
    one.inputs.policies.require_explicit = true;
    one.limits.set(Limit::path_length, 64).set(Limit::seconds, 5);
    const PathAnswer answer = ask(one);
    const bool small = size == "small";
    cases.judge("policy_tree " + size, small ? "VALID" : "an answer", answer.valid ? "VALID" : "INVALID", !small || answer.valid,
                answer.why);
  }
}

}  // namespace

void run_openssl(const std::string& folder, Cases& cases) {
  run_verify(folder, cases);
  run_eai(folder, cases);
  run_policy_tree(folder, cases);
}

}  // namespace mohr::conformance
