// JAdES (TS 119 182-1 v1.2.1): what the header parameters of a JSON web signature say, to facts.
#include "format/jades.h"

#include <algorithm>
#include <cmath>

#include "format/cms_long_term.h"
#include "format/identity_json.h"
#include "format/jws.h"
#include "format/timestamp_carrier.h"
#include "pki/core/message_json.h"
#include "pki/core/text.h"

namespace mohr::format {
namespace {

Error invalid(std::string what) { return errors::jws_invalid(Code{std::move(what)}); }

// RFC 8785, as canonAlg of a tstContainer names it.
constexpr std::string_view kJsonCanonicalization = "http://json-canonicalization.org/algorithm";

// TS 119 182-1 names digests as JOSE does ("S256"); older messages have the identifiers of XML.
crypto::DigestAlgorithm digest_from_name(std::string_view name) {
  using enum crypto::DigestAlgorithm;
  if (name == "S256") return sha256;
  if (name == "S384") return sha384;
  if (name == "S512") return sha512;
  return crypto::digest_from_uri(name).value_or(none);
}

// RFC 7518 3.4: an ES algorithm fixes the curve too.
bool fits_curve(std::string_view algorithm, ByteView spki) {
  constexpr auto kP256 = asn1::oid_octets("1.2.840.10045.3.1.7"), kP384 = asn1::oid_octets("1.3.132.0.34"),
                 kP521 = asn1::oid_octets("1.3.132.0.35");
  const auto* curve = algorithm == "ES256" ? &kP256 : algorithm == "ES384" ? &kP384 : algorithm == "ES512" ? &kP521 : nullptr;
  if (!curve) return true;
  auto key = asn1::single(spki, asn1::kSequence);
  if (!key) return false;
  auto identifier = key->enter(asn1::kSequence);
  if (!identifier || !identifier->oid()) return false;
  const auto named = identifier->oid();
  return named && equal(*named, curve->view());
}

// The values of the header parameters of one signature, in the order of TS 119 182-1 clause 5.
class FactsReader {
 public:
  FactsReader(const JwsSignature& jws, Signature& facts, Budget& budget, pki::CertificateMemory* memory)
      : jws_(jws), facts_(facts), budget_(budget), memory_(memory) {}

  // The counter-signatures that read() found, as they stand in etsiU.
  [[nodiscard]] std::vector<json::Value> take_counter_signatures() { return std::move(counter_signatures_); }

  Result<void> read(std::optional<std::string_view> payload_text) {
    payload_text_ = payload_text;
    MOHR_CHECK(certificates());
    MOHR_CHECK(signing_certificate());
    MOHR_CHECK(claimed_time());
    if (const json::Value* type = jws_.header.member("cty")) {  // RFC 7515 4.1.10: "application/" may be left out
      if (!type->string()) return invalid("cty is no string");
      facts_.content_type = type->string()->find('/') == std::string::npos ? "application/" + *type->string() : *type->string();
      facts_.content_type = printable(facts_.content_type);
    }
    if (const json::Value* stamps = jws_.header.member("adoTst"); stamps && payload_text)  // 5.2.6
      MOHR_CHECK(timestamps(*stamps, *payload_text, TimestampKind::content, "adoTst", {}));
    if (const json::Value* identity = jws_.header.member(kIdentityNamespace)) {
      MOHR_TRY(facts_.identity, identity_from_json(*identity));
    }
    MOHR_CHECK(unprotected());
    for (const std::string& name : jws_.unknown_members) facts_.uncovered.push_back({"member " + name, "unprotected-member", 0});
    return {};
  }

 private:
  Result<pki::CertificatePtr> certificate(const std::string& text, const std::string& place) {
    MOHR_CHECK(budget_.spend(Limit::certificates));
    const auto der = from_base64(text);
    if (!der) return invalid(place + " is no base64");
    auto parsed = pki::parse_certificate(*der, memory_);
    if (!parsed) return std::move(parsed).error().at(place);
    return parsed;
  }

  // RFC 7515 4.1.6: the signer's certificate comes first.
  Result<void> certificates() {
    const json::Value* list = jws_.header.member("x5c");
    if (!list) return {};
    if (!list->array() || list->array()->empty()) return invalid("x5c is no list of certificates");
    for (const json::Value& entry : *list->array()) {
      if (!entry.string()) return invalid("x5c is no list of certificates");
      MOHR_TRY(auto parsed, certificate(*entry.string(), "x5c[" + std::to_string(facts_.certificates.size()) + "]"));
      facts_.certificates.push_back(std::move(parsed));
    }
    facts_.signer = facts_.certificates.front();
    return {};
  }

  Result<void> reference(crypto::DigestAlgorithm digest, const std::string* value, const char* name) {
    auto octets = value ? from_base64url(*value) : std::nullopt;
    // The first generation of these messages wrote base64.
    if (!octets && value) octets = from_base64(*value);
    if (!octets || digest == crypto::DigestAlgorithm::none || octets->size() != crypto::digest_size(digest))
      return invalid(std::string(name) + " is no digest of a certificate");
    facts_.signing_certificate.push_back({digest, *std::move(octets), {}, {}});
    return {};
  }

  // RFC 7515 4.1.7, 4.1.8; TS 119 182-1 5.1.7, 5.2.2. Only protected ones bind.
  Result<void> signing_certificate() {
    std::size_t must_agree = 0;
    if (const json::Value* value = jws_.header.member("x5t#S256"))
      MOHR_CHECK(reference(crypto::DigestAlgorithm::sha256, value->string(), "x5t#S256"));
    if (const json::Value* value = jws_.header.member("x5t#o")) {
      const std::string* digest = value->string("digAlg");
      MOHR_CHECK(reference(digest ? digest_from_name(*digest) : crypto::DigestAlgorithm::none, value->string("digVal"), "x5t#o"));
    }
    must_agree = facts_.signing_certificate.size();
    if (const json::Value* list = jws_.header.member("sigX5ts")) {
      if (!list->array() || list->array()->empty()) return invalid("sigX5ts is no list of digests");
      must_agree += 1;
      for (const json::Value& entry : *list->array()) {
        const std::string* digest = entry.string("digAlg");
        MOHR_CHECK(reference(digest ? digest_from_name(*digest) : crypto::DigestAlgorithm::none, entry.string("digVal"), "sigX5ts"));
      }
    }
    if (must_agree == 0) {
      if (const json::Value* value = jws_.header.member("x5t"))
        MOHR_CHECK(reference(crypto::DigestAlgorithm::sha1, value->string(), "x5t"));
      must_agree = facts_.signing_certificate.size();
    }
    bind_by_value(must_agree);
    return {};
  }

  // x5c, being protected, holds the certificate itself: that binds as well as its digest. Several references to it must agree.
  void bind_by_value(std::size_t must_agree) {
    if (!facts_.signer) return;
    if (facts_.signing_certificate.empty())
      facts_.signing_certificate.push_back({crypto::DigestAlgorithm::sha256, to_bytes(facts_.signer->fingerprint().view()), {}, {}});
    for (std::size_t i = 1; i < must_agree; ++i)
      if (!pki::refers_to(facts_.signing_certificate[i], *facts_.signer))
        facts_.findings.push_back(findings::signer_binding_mismatch(facts_.signer->subject().display()));
    if (!fits_curve(jws_.algorithm, facts_.signer->spki()))
      facts_.findings.push_back(findings::signature_key_mismatch(facts_.signer->subject().display(), Code{jws_.algorithm}));
  }

  // iat (RFC 7519 4.1.6, TS 119 182-1 5.1.11) or sigT (5.2.1). A message with both claims two times, hence none.
  Result<void> claimed_time() {
    const json::Value* issued = jws_.header.member("iat");
    const json::Value* signed_at = jws_.header.member("sigT");
    std::optional<Instant> from_issued, from_signed;
    if (issued) {
      const bool is_number = issued->integer() != nullptr || issued->number() != nullptr;
      const bool has_fraction = issued->number() != nullptr && std::abs(*issued->number()) < 1e15;
      from_issued = instant_from(has_fraction ? json::Value(static_cast<std::int64_t>(std::floor(*issued->number()))) : *issued);
      if (!from_issued && (!signed_at || !is_number)) return invalid("iat is no time");  // beside a sigT milliseconds are seen, and unused
    }
    if (signed_at) {
      if (!signed_at->string()) return invalid("sigT is no time");
      std::string text = *signed_at->string();
      // The tax system writes local time as "...Z+0330".
      if (const std::size_t z = text.find('Z'); z != std::string::npos && z + 1 < text.size()) text.erase(z, 1);
      from_signed = from_iso8601(text);
      if (!from_signed) return invalid("sigT is no time");
    }
    if (!issued || !signed_at) facts_.claimed_time = issued ? from_issued : from_signed;
    return {};
  }

  // tstContainer, 5.4.3.3. Nothing `stamped`: what it is over cannot be had.
  Result<void> timestamps(const json::Value& container, std::optional<std::string_view> stamped, TimestampKind kind, const char* name,
                          const std::vector<crypto::Hash>& covers) {
    const json::Value* tokens = container.member("tstTokens");
    if (!tokens || !tokens->array()) return invalid(std::string(name) + " has no tstTokens");
    std::vector<TimestampCarrier> carriers;
    for (const json::Value& token : *tokens->array()) {
      const std::string* text = token.string("val");
      auto octets = text ? from_base64(*text) : std::nullopt;
      if (!octets) return invalid(std::string(name) + " holds no time-stamp");
      MOHR_TRY(TimestampCarrier carrier, read_carrier(kind, *octets, budget_, memory_));
      if (stamped && carrier.token) carrier.imprint = to_bytes(crypto::digest(carrier.token->digest, as_bytes(*stamped)).view());
      carrier.covers = covers;
      carriers.push_back(std::move(carrier));
    }
    for (TimestampCarrier& carrier : carriers) {
      facts_.timestamps.push_back(std::move(carrier));
      TimestampCarrier held;
      cover_token(facts_.timestamps.back().encoding, facts_, held);
      covered_.insert(covered_.end(), held.covers.begin(), held.covers.end());
      if (kind == TimestampKind::signature)
        covered_by_signature_stamps_.insert(covered_by_signature_stamps_.end(), held.covers.begin(), held.covers.end());
      if (const auto& token = facts_.timestamps.back().token) MOHR_CHECK(read_token_evidence(*token, facts_, budget_, memory_));
    }
    return {};
  }

  // 5.3.6.3.1: of the components of etsiU before this one those that `wanted` takes by name, as they stand or, when clear, canonicalised.
  template <class Wanted>
  [[nodiscard]] std::optional<std::string> components(const json::Value& container, const Wanted& wanted) const {
    const json::Value* method = container.member("canonAlg");
    const bool canonicalizes = method == nullptr || (method->string() != nullptr && *method->string() == kJsonCanonicalization);
    const auto is_clear = [](const Component& component) { return component.entry->string() == nullptr; };
    const auto clear = std::count_if(before_.begin(), before_.end(), is_clear);
    if (clear != 0 && (!canonicalizes || static_cast<std::size_t>(clear) != before_.size())) return std::nullopt;  // 5.3.1: all in one form
    std::string text;
    for (const Component& component : before_)
      if (wanted(component.name)) text += clear != 0 ? json::canonical(*component.entry) : *component.entry->string();
    return text;
  }

  // 5.3.6.3: payload, protected header and value as they stand in the message, and the components before this one.
  Result<void> archive_timestamps(const json::Value& container) {
    auto stamped = components(container, [](const std::string&) { return true; });
    if (!payload_text_) stamped.reset();
    if (stamped) stamped = std::string(*payload_text_) + "." + jws_.protected_text + "." + jws_.value_text + "." + *stamped;
    std::vector<crypto::Hash> covers = covered_;
    covers.push_back(facts_.hash);
    return timestamps(container, stamped, TimestampKind::archive, "arcTst", covers);
  }

  // A.1.5.1 with the signature's value and its time-stamps, A.1.5.2 without; the references to evidence.
  Result<void> references_timestamps(const json::Value& container, bool with_signature, const char* name) {
    auto stamped = components(
        container, [&](const std::string& component) { return holds_references(component) || (with_signature && component == "sigTst"); });
    std::vector<crypto::Hash> covers;
    if (with_signature) {
      if (stamped) stamped = jws_.value_text + "." + *stamped;
      covers = covered_by_signature_stamps_;
      covers.push_back(facts_.hash);
    }
    const std::size_t first = facts_.timestamps.size();
    MOHR_CHECK(timestamps(container, stamped, TimestampKind::references, name, covers));
    for (std::size_t i = first; i < facts_.timestamps.size(); ++i) named_by_.emplace_back(i, named_);
    return {};
  }

  static bool holds_references(const std::string& name) {
    return name == "xRefs" || name == "rRefs" || name == "axRefs" || name == "arRefs";
  }

  // A.1.1: each object is named by a digest, at some depth.
  void name_evidence(const json::Value& value) {
    if (const std::string* algorithm = value.string("digAlg"), *digest = value.string("digVal"); algorithm != nullptr && digest != nullptr)
      if (auto octets = from_base64url(*digest)) named_.push_back({digest_from_name(*algorithm), *std::move(octets)});
    if (value.object() != nullptr)
      for (const auto& [name, member] : *value.object()) name_evidence(member);
    if (value.array() != nullptr)
      for (const json::Value& entry : *value.array()) name_evidence(entry);
  }

  Result<void> unprotected() {
    if (!jws_.unprotected.object()) return {};
    for (const auto& [name, value] : *jws_.unprotected.object()) {
      if (name != "etsiU") {
        facts_.uncovered.push_back({"header " + printable(name), "unprotected-header", json::write(value).size()});
        continue;
      }
      if (!value.array()) return invalid("etsiU is no list");
      for (const json::Value& entry : *value.array()) MOHR_CHECK(component(entry));
    }
    for (auto& [timestamp, named] : named_by_) cover_named(std::move(named), facts_, facts_.timestamps[timestamp]);
    return {};
  }

  // 5.3.1: each entry is an object of one member, clear or as base64url.
  Result<void> component(const json::Value& entry) {
    MOHR_CHECK(budget_.in_time());  // each time-stamp is over all that stands before it
    json::Value decoded;
    if (entry.string()) {
      const auto text = from_base64url(*entry.string());
      if (!text) return invalid("an entry of etsiU is no base64url");
      MOHR_TRY(decoded, json::parse(*text, budget_));
    }
    const json::Value& clear = entry.string() ? decoded : entry;
    if (!clear.object() || clear.object()->size() != 1) return invalid("an entry of etsiU is no object of one member");
    const auto& [name, value] = clear.object()->front();
    MOHR_CHECK(clear_component(name, value));
    before_.push_back({name, &entry});
    return {};
  }

  Result<void> clear_component(const std::string& name, const json::Value& value) {
    if (name == "sigTst") {  // 5.3.4: over the base64url text of the signature value
      MOHR_CHECK(timestamps(value, jws_.value_text, TimestampKind::signature, "sigTst", {facts_.hash}));
    } else if (name == "xVals") {
      MOHR_CHECK(certificate_values(value));
    } else if (name == "rVals") {
      MOHR_CHECK(revocation_values(value));
    } else if (name == "tstVD" || name == "anyValData") {
      if (const json::Value* values = value.member("xVals")) MOHR_CHECK(certificate_values(*values));
      if (const json::Value* values = value.member("rVals")) MOHR_CHECK(revocation_values(*values));
    } else if (name == "arcTst") {
      MOHR_CHECK(archive_timestamps(value));
    } else if (name == "sigRTst" || name == "rfsTst") {
      MOHR_CHECK(references_timestamps(value, name == "sigRTst", name.c_str()));
    } else if (holds_references(name)) {
      name_evidence(value);
    } else if (name == "cSig") {
      counter_signature(value);
    } else {
      facts_.uncovered.push_back({"etsiU " + printable(name), "unprotected-header", json::write(value).size()});
    }
    return {};
  }

  // 5.3.2: read once this signature was; what is over it proves that its value exists.
  void counter_signature(const json::Value& jws) {
    counter_signatures_.push_back(jws);
    const std::string* member = jws.string("signature");
    const std::string compact = jws.string() != nullptr ? jws.string()->substr(jws.string()->rfind('.') + 1) : std::string();
    if (const auto value = from_base64url(member != nullptr ? *member : compact); value && !value->empty())
      covered_.push_back(crypto::sha256(*value));
  }

  // 5.3.5.2
  Result<void> certificate_values(const json::Value& values) {
    if (!values.array()) return invalid("xVals is no list");
    for (const json::Value& entry : *values.array()) {
      const json::Value* holder = entry.member("x509Cert");
      const std::string* text = holder ? holder->string("val") : nullptr;
      if (!text) continue;
      auto parsed = certificate(*text, "xVals");
      if (parsed) {
        covered_.push_back((*parsed)->fingerprint());
        facts_.certificates.push_back(*std::move(parsed));
      } else MOHR_CHECK(leave_out(std::move(parsed).error(), "xVals"));
    }
    return {};
  }

  // Evidence is not signed: what cannot be read helps nobody and harms nobody, but is named.
  Result<void> leave_out(Error error, const char* name) {
    if (failure(error) != Failure::unreadable) return error;
    facts_.uncovered.push_back({"etsiU " + std::string(name), "unreadable-evidence", 0});
    return {};
  }

  // 5.3.5.3
  Result<void> revocation_values(const json::Value& values) {
    const auto each = [&](const char* member, auto&& take) -> Result<void> {
      const json::Value* list = values.member(member);
      if (!list) return {};
      if (!list->array()) return invalid(std::string(member) + " is no list");
      for (const json::Value& entry : *list->array()) {
        const std::string* text = entry.string("val");
        const auto der = text ? from_base64(*text) : std::nullopt;
        if (!der) return invalid(std::string(member) + " holds no base64");
        MOHR_CHECK(take(*der));
      }
      return {};
    };
    MOHR_CHECK(each("crlVals", [&](ByteView der) -> Result<void> {
      auto crl = pki::Crl::parse(der, budget_);
      if (!crl) return leave_out(std::move(crl).error(), "crlVals");
      covered_.push_back((*crl)->fingerprint());
      facts_.crls.push_back(*std::move(crl));
      return {};
    }));
    return each("ocspVals", [&](ByteView der) -> Result<void> {
      auto response = pki::OcspResponse::parse(der, budget_);
      if (!response) return leave_out(std::move(response).error(), "ocspVals");
      covered_.push_back((*response)->fingerprint());
      facts_.ocsp_responses.push_back(*std::move(response));
      return {};
    });
  }

  const JwsSignature& jws_;
  Signature& facts_;
  Budget& budget_;
  pki::CertificateMemory* memory_;
  std::optional<std::string_view> payload_text_;
  struct Component {
    std::string name;
    const json::Value* entry;  // as it stands in etsiU: base64url text or clear
  };
  std::vector<Component> before_;                                             // the components of etsiU so far
  std::vector<crypto::Hash> covered_, covered_by_signature_stamps_;           // what they hold, and those in sigTst
  std::vector<NamedEvidence> named_;                                          // by the references in them
  std::vector<std::pair<std::size_t, std::vector<NamedEvidence>>> named_by_;  // the time-stamp of that index
  std::vector<json::Value> counter_signatures_;
};

Reference payload_reference(ByteView payload) {
  const crypto::Hash hash = crypto::sha256(payload);
  // The payload itself stands in the signing input, so what is at hand is what was signed: the value decides.
  return {"payload", crypto::DigestAlgorithm::sha256, to_bytes(hash.view()), to_bytes(hash.view()), true};
}

Result<std::optional<Bytes>> payload_of(const Jws& jws, const Source* content, Budget& budget) {
  MOHR_TRY(auto payload, jws_payload(jws));
  if (!content) return payload;
  MOHR_TRY(Bytes given, read_all(*content, budget.limit(Limit::memory_bytes)));
  if (payload && !equal(*payload, given)) return errors::cms_content_differs(Code{content->name()});
  return std::optional(std::move(given));
}

// A signature, and the counter-signatures in it as they stand there.
struct ReadSignature {
  Signature facts;
  std::vector<json::Value> counter_signatures;
};

Result<ReadSignature> read_signature(const Jws& jws, const JwsSignature& signature, const std::optional<Bytes>& payload, std::string name,
                                     Budget& budget, pki::CertificateMemory* memory) {
  Signature out;
  out.format = Format::jades;
  out.name = std::move(name);
  out.algorithm = crypto::signature_from_jws(signature.algorithm).value_or(crypto::SignatureAlgorithm{});
  out.algorithm_name = printable(signature.algorithm);
  out.ecdsa_form = crypto::EcdsaForm::fixed;
  out.value = signature.value;
  out.hash = crypto::sha256(out.value);
  std::optional<std::string_view> payload_text;
  if (payload) {
    out.signed_octets = jws_signing_input(jws, signature, *payload);
    out.references.push_back(payload_reference(*payload));
    payload_text = as_text(out.signed_octets).substr(signature.protected_text.size() + 1);
  } else {
    out.references.push_back({"payload", crypto::DigestAlgorithm::sha256, {}, {}, true});
  }
  for (const std::string& member : jws.unknown_members) out.uncovered.push_back({"member " + member, "unprotected-member", 0});
  FactsReader reader(signature, out, budget, memory);
  if (auto read = reader.read(payload_text); !read) return std::move(read).error().at(out.name);
  return ReadSignature{std::move(out), reader.take_counter_signatures()};
}

// TS 119 182-1 5.3.2: a JWS whose payload is the value of `countersigned`, brought or left out. One that cannot be read is a fault of its
// own: anybody can add one to a signature.
Result<ReadSignature> read_counter_signature(const json::Value& message, const Signature& countersigned, const std::string& name,
                                             Budget& budget, pki::CertificateMemory* memory) {
  const auto read = [&]() -> Result<ReadSignature> {
    const std::string* compact = message.string();
    MOHR_TRY(const auto jws, compact != nullptr ? parse_jws(as_bytes(*compact), budget) : parse_jws(message, budget));
    if (!jws || jws->signatures.size() != 1 || (jws->form == JwsForm::compact) != (compact != nullptr))
      return invalid("a counter-signature that is not one JWS");
    MOHR_TRY(const std::optional<Bytes> brought, jws_payload(*jws));
    const std::optional<Bytes> payload = brought ? *brought : countersigned.value;
    MOHR_TRY(ReadSignature counter, read_signature(*jws, jws->signatures.front(), payload, name, budget, memory));
    counter.facts.references.front().actual = to_bytes(crypto::sha256(countersigned.value).view());
    return counter;
  };
  auto counter = read();
  if (counter || failure(counter.error()) == Failure::budget) return counter;
  return ReadSignature{unreadable_countersignature(Format::jades, name, counter.error()), {}};
}

}  // namespace

Result<SignedDocument> read_jades(const Source& document, const Source* content, Budget& budget, pki::CertificateMemory* memory) {
  SignedDocument facts;
  facts.format = Format::jades;
  facts.media_type = "application/json";
  facts.size = document.size();
  MOHR_CHECK(budget.within(Limit::memory_bytes, document.size()));
  Bytes octets;
  ByteView text;
  if (const auto octets_in_place = document.memory()) {
    text = *octets_in_place;
  } else {
    MOHR_TRY(octets, read_all(document, budget.limit(Limit::memory_bytes)));
    text = octets;
  }
  MOHR_TRY(const auto jws, parse_jws(text, budget));
  if (!jws) return facts;
  facts.media_type = jws->form == JwsForm::compact ? "application/jose" : "application/jose+json";
  MOHR_TRY(const auto payload, payload_of(*jws, content, budget));
  facts.needs_content = !payload;
  std::vector<std::vector<json::Value>> counter_signatures;  // of each signature
  const auto add = [&](ReadSignature read) {
    facts.signatures.push_back(std::move(read.facts));
    counter_signatures.push_back(std::move(read.counter_signatures));
  };
  for (const JwsSignature& signature : jws->signatures) {
    const std::string name = "signature " + std::to_string(facts.signatures.size() + 1);
    MOHR_TRY(ReadSignature read, read_signature(*jws, signature, payload, name, budget, memory));
    add(std::move(read));
  }
  for (std::size_t i = 0; i < facts.signatures.size(); ++i) {
    int number = 0;
    for (const json::Value& message : std::vector<json::Value>(std::move(counter_signatures[i]))) {
      const std::string name = "counter-signature " + std::to_string(++number) + " of " + facts.signatures[i].name;
      MOHR_TRY(ReadSignature counter, read_counter_signature(message, facts.signatures[i], name, budget, memory));
      counter.facts.countersigns = i;
      add(std::move(counter));
    }
  }
  return facts;
}

}  // namespace mohr::format
