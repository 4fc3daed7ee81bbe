// Chains, raw signatures, strict parsing, names, policies. The sections of CRLs and OCSP are in boringssl_revocation.cc.
#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include "path_case.h"
#include "pki/asn1/der_writer.h"
#include "pki/asn1/pem.h"
#include "pki/extensions.h"
#include "pki/path_validator.h"

namespace mohr::conformance {
namespace {

using asn1::Oid;

Bytes block(const std::string& path, std::string_view label) {
  const Bytes octets = file_octets(path);
  std::string_view text = as_text(octets);
  const std::string begin = "-----BEGIN " + std::string(label) + "-----", end = "-----END " + std::string(label) + "-----";
  const std::size_t from = text.find("\n" + begin) == std::string_view::npos ? text.find(begin) : text.find("\n" + begin) + 1;
  if (from == std::string_view::npos || (from != 0 && text[from - 1] != '\n')) return {};
  text.remove_prefix(from + begin.size());
  return from_base64(text.substr(0, text.find(end))).value_or(Bytes{});
}

// ---- chains

pki::Purpose purpose_of(const std::string& key_purpose) {
  if (key_purpose.starts_with("SERVER_AUTH")) return pki::Purpose::server_authentication;
  if (key_purpose.starts_with("CLIENT_AUTH")) return pki::Purpose::client_authentication;
  return pki::Purpose::any;
}

Instant time_of(const std::string& utc_time, const json::Value& section) {  // YYMMDDhhmmssZ
  if (utc_time == "DEFAULT" || utc_time.size() < 13) return instant(text(section, "default_time"));
  const auto two = [&](std::size_t i) { return utc_time.substr(i * 2, 2); };
  return instant((two(0) < "50" ? "20" : "19") + two(0) + "-" + two(1) + "-" + two(2) + "T" + two(3) + ":" + two(4) + ":" + two(5) + "Z");
}

// The strict purposes: the very purpose is named, and none that a server or client must not have.
std::string strict_objection(const pki::Certificate& c, Oid wanted, bool is_target) {
  if (!c.has_extended_key_usage(wanted)) return "the purpose itself is not named";
  if (!is_target) return {};
  for (const Oid other : {Oid::kp_code_signing, Oid::kp_ocsp_signing, Oid::kp_time_stamping})
    if (c.has_extended_key_usage(other)) return "a purpose that does not go with it";
  return {};
}

std::string objection(const json::Value& row, const std::vector<pki::CertificatePtr>& path) {
  const std::string purpose = text(row, "key_purpose"), trust = text(row, "last_cert_trust");
  if (trust.find("SELF_SIGNED") != std::string::npos && pki::verify_signature(*path.back(), *path.back()) != crypto::SignatureCheck::good)
    return "not self-signed";
  if (purpose.find("_STRICT") == std::string::npos) return {};
  const Oid wanted = purpose.starts_with("SERVER") ? Oid::kp_server_auth : Oid::kp_client_auth;
  if (path.size() > 1 && path.front()->is_ca()) return "the target is an authority";
  if (auto why = strict_objection(*path.front(), wanted, true); !why.empty()) return why;
  if (purpose.ends_with("_LEAF")) return {};
  for (std::size_t i = 1; i + 1 < path.size(); ++i)
    if (auto why = strict_objection(*path[i], wanted, false); !why.empty()) return why;
  return {};
}

PathCase chain_case(const json::Value& row, const json::Value& section, const std::string& folder) {
  PathCase one;
  one.others = certificate_files(folder + "/" + text(row, "chain"));
  if (one.others.empty()) return one;
  one.target = one.others.front();
  const std::string trust = text(row, "last_cert_trust");
  const bool alone = one.others.size() == 1;
  const bool trusted = alone ? trust.find("LEAF") != std::string::npos : trust.starts_with("TRUSTED_ANCHOR");
  if (trusted) one.anchors.push_back(one.others.back());
  const bool constraints = trust.find("WITH_CONSTRAINTS") != std::string::npos;
  if (!constraints) one.inputs.anchor_rules = pki::AnchorRules::name_and_key;
  else if (trust.find("REQUIRE_BASIC") == std::string::npos) one.inputs.anchor_rules = pki::AnchorRules::constraints;
  one.inputs.anchor_expires = alone || trust.find("EXPIRATION") != std::string::npos;
  one.inputs.purpose = purpose_of(text(row, "key_purpose"));
  one.inputs.time = time_of(text(row, "utc_time"), section);
  one.inputs.least_strength = 80;
  const Bytes test = file_octets(folder + "/" + text(row, "file"));
  if (as_text(test).find("digest_policy: STRONG") == std::string_view::npos) one.inputs.least_strength = 63;  // SHA-1 counts
  return one;
}

void run_chains(const std::string& folder, const json::Value& section, Cases& cases) {
  for (const json::Value& row : list(section, "cases")) {
    const std::string id = text(row, "file"), purpose = text(row, "key_purpose");
    const bool valid = text(row, "expected") == "VALID";
    if (purpose.starts_with("MLS") || purpose.starts_with("C2PA")) {
      cases.skip(id, valid ? "VALID" : "INVALID", "a purpose of another protocol");
      continue;
    }
    const PathAnswer answer = ask(chain_case(row, section, folder), [&](const auto& path) { return objection(row, path); });
    judge_path(id, answer, valid, cases);
  }
}

// ---- signed_data

std::string check_signed_data(const std::string& file) {
  const Bytes signature = block(file, "SIGNATURE"), algorithm_octets = block(file, "ALGORITHM");
  const auto key = crypto::PublicKey::from_spki(block(file, "PUBLIC KEY"));
  if (!key) return describe(key.error());
  asn1::Reader algorithm_reader(algorithm_octets), signature_reader(signature);
  const auto algorithm = crypto::read_signature_algorithm(algorithm_reader);
  if (!algorithm) return describe(algorithm.error());
  const auto value = signature_reader.bit_string();
  if (!value) return describe(value.error());
  switch ((*key)->verify(*algorithm, block(file, "DATA"), *value)) {
    case crypto::SignatureCheck::good: return {};
    case crypto::SignatureCheck::bad: return "bad";
    case crypto::SignatureCheck::wrong_key: return "wrong key";
    default: return "unsupported";
  }
}

void run_signed_data(const std::string& folder, const json::Value& section, Cases& cases) {
  for (const json::Value& row : list(section, "cases")) {
    const std::string why = check_signed_data(folder + "/" + text(row, "file")), expected = text(row, "expected");
    if (text(row, "file").find("mldsa") != std::string::npos && expected == "SUCCESS" &&
        !crypto::is_available(crypto::ParameterSet::ml_dsa_44)) {
      cases.skip(text(row, "file"), expected, "the linked library does not have it");
      continue;
    }
    cases.judge(text(row, "file"), expected, why.empty() ? "SUCCESS" : "FAILURE", (expected == "SUCCESS") == why.empty(), why);
  }
}

// ---- parse

// A file about the frame of a certificate has placeholders in its fields: one OCTET STRING or NULL in a SEQUENCE. Sound fields in their
// place leave the frame, and what it is about, as they are.
bool is_placeholder(ByteView field) {
  auto inside = asn1::single(field, asn1::kSequence);
  const auto first = inside ? inside->next() : Result<asn1::Element>(inside.error());
  return first && inside->at_end() && (first->tag == asn1::kOctetString || first->tag == asn1::kNull);
}

struct SoundFields {
  Bytes algorithm = asn1::sequence({asn1::oid("1.2.840.10045.4.3.2")});
  Bytes name = asn1::sequence({asn1::element(asn1::kSet, asn1::sequence({asn1::oid("2.5.4.3"), asn1::utf8_string("a name")}))});
  Bytes dates = asn1::sequence({asn1::utc_or_generalized_time({0}), asn1::utc_or_generalized_time({1})});
  Bytes key = asn1::sequence({asn1::sequence({asn1::oid("1.3.101.112")}), asn1::bit_string(Bytes(32, 1))});
  Bytes extensions = asn1::sequence({asn1::sequence({asn1::oid("2.999.1"), asn1::octet_string(asn1::null())})});
  Bytes tbs = asn1::sequence({asn1::integer(1), algorithm, name, dates, name, key});
};

Bytes filled_tbs(ByteView tbs) {
  const SoundFields sound;
  const std::array sequences = {&sound.algorithm, &sound.name, &sound.dates, &sound.name, &sound.key};  // in their order
  Bytes contents;
  std::size_t met = 0;
  for (auto fields = asn1::single(tbs, asn1::kSequence); fields && !fields->at_end();) {
    const auto field = fields->next();
    if (!field) return to_bytes(tbs);
    const bool ours = field->tag == asn1::kSequence && met < sequences.size();
    if (ours && is_placeholder(field->whole)) append(contents, *sequences[met]);
    else if (field->tag == asn1::context(3) && is_placeholder(field->value)) append(contents, asn1::element(field->tag, sound.extensions));
    else append(contents, field->whole);
    met += ours ? 1 : 0;
  }
  return asn1::sequence({contents});
}

// Of a skeleton, whose whole TBSCertificate is a placeholder; anything else stays as it is.
Bytes filled_certificate(Bytes whole) {
  const SoundFields sound;
  auto fields = asn1::single(whole, asn1::kSequence);
  const auto tbs = fields ? fields->next() : Result<asn1::Element>(fields.error());
  if (!tbs || tbs->tag != asn1::kSequence || tbs->value.empty() || tbs->value[0] != asn1::kNull) return whole;
  Bytes contents = sound.tbs;
  while (!fields->at_end()) {
    const auto field = fields->next();
    if (!field) return whole;
    append(contents, is_placeholder(field->whole) ? ByteView(sound.algorithm) : field->whole);
  }
  return asn1::sequence({contents});
}

Bytes certificate_to_parse(const std::string& file) {
  const Bytes whole = block(file, "CERTIFICATE"), tbs = block(file, "TBS CERTIFICATE");
  if (!whole.empty() || tbs.empty()) return filled_certificate(whole);
  return asn1::sequence({filled_tbs(tbs), SoundFields().algorithm, asn1::bit_string(Bytes(8, 1))});
}

void run_parse(const std::string& folder, Cases& cases) {
  for (const std::string& name : files_under(folder + "/parse", ".pem")) {
    const std::string file = folder + "/parse/" + name;
    const Bytes errors = block(file, "ERRORS");
    const bool expected = as_text(errors).find("ERROR:") == std::string_view::npos;
    const auto read = pki::Certificate::parse(certificate_to_parse(file));
    const bool told = read && std::any_of((*read)->oddities().begin(), (*read)->oddities().end(), [](const Finding& oddity) {
                        return oddity.check == Check::certificate_odd_encoding;  // read, and reported as not DER
                      });
    cases.judge("parse/" + name, expected ? "parses" : "refused",
                !read  ? "refused"
                : told ? "parses with a warning"
                       : "parses",
                expected ? read.has_value() : !read || told, read ? "" : describe(read.error()));
  }
}

// ---- names

void run_names(const std::string& folder, Cases& cases) {
  std::map<std::string, Bytes> names;
  for (const std::string& name : files_under(folder + "/names", ".pem"))
    names[name.substr(0, name.size() - 4)] = block(folder + "/names/" + name, "NAME");
  const auto same = [](const Bytes& a, const Bytes& b) {
    const auto x = pki::Name::parse(a), y = pki::Name::parse(b);
    return x && y && x->equals(*y);
  };
  const auto reference = [&](const std::string& charset) -> const Bytes* {
    for (const char* type : {"UTF8", "PRINTABLESTRING", "BMPSTRING", "UNIVERSALSTRING"})
      if (const auto found = names.find(charset + "-" + type + "-unmangled"); found != names.end()) return &found->second;
    return nullptr;
  };
  for (const auto& [name, octets] : names) {
    const std::string charset = name.substr(0, name.find('-'));
    if (charset == "invalid" || charset == "valid") {
      const bool parses = pki::Name::parse(octets).has_value();
      cases.judge("names/" + name, charset, parses ? "valid" : "invalid", parses == (charset == "valid"));
      continue;
    }
    if (name.ends_with("_sorting_2")) {
      const auto first = names.find(name.substr(0, name.size() - 1) + "1");
      const bool equal = first != names.end() && same(first->second, octets);
      cases.judge("names/" + name, "equal", equal ? "equal" : "unequal", equal);
      continue;
    }
    const Bytes* other = reference(charset);
    if (other == nullptr || name.find("T61STRING") != std::string::npos || name.ends_with("sorting_1"))
      continue;  // nothing is said of these
    const bool mangled = name.ends_with("_attr") || name.ends_with("_rdn");
    const bool equal = same(*other, octets);
    cases.judge("names/" + name, mangled ? "unequal" : "equal", equal ? "equal" : "unequal", equal == !mangled);
  }
}

// ---- policies_ext

void run_policies(const std::string& folder, Cases& cases) {
  for (const std::string& name : files_under(folder + "/policies_ext", ".pem")) {
    const Bytes octets = block(folder + "/policies_ext/" + name, "CERTIFICATE POLICIES");
    const auto read = pki::read_policies(asn1::Reader(octets));
    const bool expected = !name.starts_with("invalid");
    cases.judge("policies_ext/" + name, expected ? "parses" : "refused", read ? "parses" : "refused", expected == read.has_value());
  }
}

}  // namespace

void run_boringssl(const std::string& folder, Cases& cases) {
  const json::Value document = json_file(folder + "/expected.json");
  const auto section = [&](std::string_view name) {
    const json::Value* found = document.member(name);
    return found != nullptr ? *found : json::Value();
  };
  run_chains(folder, section("chains"), cases);
  run_signed_data(folder, section("signed_data"), cases);
  run_parse(folder, cases);
  run_names(folder, cases);
  run_policies(folder, cases);
}

}  // namespace mohr::conformance
