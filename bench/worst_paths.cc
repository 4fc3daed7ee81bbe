// The worst paths that others can send: each ends within its budget.
#include "bench/material.h"
#include "bench/rows.h"
#include "pki/asn1/der_writer.h"
#include "pki/issue.h"
#include "pki/path_validator.h"

namespace mohr::bench {
namespace {

struct Worst {
  pki::Trust trust;
  pki::Evidence evidence;
  pki::CertificatePtr target;
};
using WorstPtr = std::shared_ptr<Worst>;

Bytes extension(std::string_view oid, ByteView value) {
  return asn1::sequence({asn1::oid(oid), asn1::boolean(true), asn1::octet_string(value)});
}
Bytes joined(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) append(all, part);
  return all;
}
Bytes dns_name(const std::string& name) { return asn1::element(asn1::context(2, false), as_bytes(name)); }

// `length` certificates below a root, each with what `extensions(place)` gives; 0 is the target.
WorstPtr make_worst(std::size_t length, const std::function<std::vector<Bytes>(std::size_t)>& extensions) {
  auto worst = std::make_shared<Worst>();
  auto issuer_key = must(crypto::generate_key(crypto::NewKey::p256), "key");
  pki::CertificatePtr issuer;
  for (std::size_t place = length + 1; place-- > 0;) {
    auto key = place == length ? nullptr : must(crypto::generate_key(crypto::NewKey::p256), "key");
    const crypto::SigningKey& own = key ? *key : *issuer_key;
    pki::CertificateProfile profile;
    const pki::NamePart name{asn1::Oid::common_name, "Worst " + std::to_string(place)};
    profile.subject = pki::write_name({&name, 1});
    profile.spki = to_bytes(own.public_key().spki());
    profile.serial = crypto::random_bytes(16);
    profile.serial[0] = 0x41;
    profile.not_before = kNow - kDay;
    profile.not_after = kNow + 365 * kDay;
    profile.ca = place != 0;
    profile.key_usage = profile.ca ? pki::kKeyCertSign : pki::kDigitalSignature;
    if (place != length) profile.extensions = extensions(place);
    const auto algorithm = crypto::preferred_algorithm(issuer_key->public_key());
    const auto certificate = must(
        pki::Certificate::parse(must(pki::issue_certificate(profile, *issuer_key, issuer.get(), algorithm), "certificate")), "certificate");
    if (place == length) {
      if (!worst->trust.add_anchor({certificate, false, false, "bench"})) stop("anchor");
    } else if (place != 0) {
      worst->evidence.add(certificate, pki::Origin::given);
    }
    worst->target = issuer = certificate;
    if (key) issuer_key = std::move(key);
  }
  return worst;
}

void validate(const Worst& worst) {
  Budget budget;
  const auto found = pki::find_path(worst.target, {pki::Purpose::signing, kNow}, worst.trust, worst.evidence, budget);
  if (!found || found->anchor == nullptr || !found->findings.empty()) stop("a path that must be good is not");
}

// Each authority maps every policy to every other: as a tree of policies it would have 16 to the 8th leaves.
WorstPtr mapped_policies() {
  constexpr std::size_t kPolicies = 16, kAuthorities = 8;
  const auto policy = [](std::size_t i) { return asn1::oid("2.999.1." + std::to_string(i)); };
  std::vector<Bytes> held, mapped;
  for (std::size_t i = 0; i < kPolicies; ++i) {
    held.push_back(asn1::sequence({policy(i)}));
    for (std::size_t j = 0; j < kPolicies; ++j) mapped.push_back(asn1::sequence({policy(i), policy(j)}));
  }
  return make_worst(kAuthorities + 1, [&](std::size_t place) {
    std::vector<Bytes> out = {extension("2.5.29.32", asn1::element(asn1::kSequence, joined(held)))};
    if (place != 0) out.push_back(extension("2.5.29.33", asn1::element(asn1::kSequence, joined(mapped))));
    return out;
  });
}

// A thousand host names below an authority that excludes a thousand others.
WorstPtr constrained_names() {
  constexpr std::size_t kNames = 1000;
  std::vector<Bytes> names, excluded;
  for (std::size_t i = 0; i < kNames; ++i) {
    names.push_back(dns_name("host" + std::to_string(i) + ".example.ir"));
    excluded.push_back(asn1::sequence({dns_name("other" + std::to_string(i) + ".example.ir")}));
  }
  return make_worst(2, [&](std::size_t place) {
    if (place == 0) return std::vector<Bytes>{extension("2.5.29.17", asn1::element(asn1::kSequence, joined(names)))};
    return std::vector<Bytes>{extension("2.5.29.30", asn1::sequence({asn1::element(asn1::context(1), joined(excluded))}))};
  });
}

// Authorities that all certify each other, and no way out: the search must end by its budget.
void search_mesh(const pki::Trust& trust, const pki::Evidence& evidence, const pki::CertificatePtr& target) {
  Budget budget;
  const auto found = pki::find_path(target, {pki::Purpose::signing, kNow}, trust, evidence, budget);
  if (found && found->anchor != nullptr) stop("a path where there is none");
}

Row mesh_row() {
  constexpr std::size_t kAuthorities = 45;  // 1,980 certificates
  const auto plain = make_worst(2, [](std::size_t) { return std::vector<Bytes>(); });
  const auto mesh = make_mesh(kAuthorities);
  auto evidence = std::make_shared<pki::Evidence>();
  for (const pki::CertificatePtr& one : mesh) evidence->add(one, pki::Origin::given);
  return {"path_worst_mesh",
          "1,980 cross-certificates and no way to an anchor, until the budget ends",
          "a path of 3",
          0,
          [plain, evidence, target = mesh.front()] { search_mesh(plain->trust, *evidence, target); },
          [plain] { validate(*plain); }};
}

}  // namespace

std::vector<Row> worst_path_rows() {
  const auto plain = make_worst(2, [](std::size_t) { return std::vector<Bytes>(); });
  const auto long_one = make_worst(9, [](std::size_t) { return std::vector<Bytes>(); });
  std::vector<Row> rows = {mesh_row()};
  rows.push_back({"path_worst_policies", "8 authorities, each of which maps 16 policies to one another", "a path as long without policies",
                  0, [worst = mapped_policies()] { validate(*worst); }, [long_one] { validate(*long_one); }});
  rows.push_back({"path_worst_names", "1,000 host names under 1,000 constraints", "a path of 3", 0,
                  [worst = constrained_names()] { validate(*worst); }, [plain] { validate(*plain); }});
  return rows;
}

}  // namespace mohr::bench
