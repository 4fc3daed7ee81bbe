#include "format/jades.h"

#include <algorithm>
#include <array>

#include "format/cms_identity.h"
#include "format/jws.h"

namespace mohr::format {
namespace {

using json::Value;

// Never followed and never believed: keys and addresses that the message itself brings (RFC 7515 10.4).
constexpr std::array<std::string_view, 3> kRefused = {"jwk", "jku", "x5u"};
// Parameters whose meaning is judged here; only they may stand in crit (RFC 7515 4.1.11).
constexpr std::array<std::string_view, 2> kUnderstood = {"sigT", "iat"};

Error refused(std::string what) { return errors::unsupported(Code{std::move(what)}); }

Result<void> check_refused(const JwsSignature& signature) {
  for (const std::string_view name : kRefused) {
    if (signature.protected_header.member(name) != nullptr || signature.header.member(name) != nullptr)
      return refused("a JWS with the header parameter " + std::string(name));
  }
  // Parameters that change what is signed or how it is judged must be protected.
  for (const std::string_view name : {"alg", "b64", "crit", "x5c", "x5t", "x5t#S256", "x5t#o", "sigD", "sigT"})
    if (signature.header.member(name) != nullptr) return refused("a JWS whose " + std::string(name) + " is not protected");
  for (const std::string_view name : {"sigD", "b64"})
    if (signature.protected_header.member(name) != nullptr) return refused("a JWS with the header parameter " + std::string(name));
  const Value* critical = signature.protected_header.member("crit");
  if (critical == nullptr) return {};
  if (critical->array() == nullptr || critical->array()->empty()) return errors::jws_invalid(Code{"crit is no list of names"});
  for (const Value& name : *critical->array()) {
    if (name.string() == nullptr) return errors::jws_invalid(Code{"crit is no list of names"});
    if (std::find(kUnderstood.begin(), kUnderstood.end(), *name.string()) == kUnderstood.end())
      return refused("a JWS that demands to understand " + *name.string());
    if (signature.protected_header.member(*name.string()) == nullptr)
      return errors::jws_invalid(Code{"crit names " + *name.string() + ", which is not there"});
  }
  return {};
}

std::optional<crypto::DigestAlgorithm> digest_from_jose(std::string_view name) {
  using enum crypto::DigestAlgorithm;
  if (name == "S256") return sha256;
  if (name == "S384") return sha384;
  if (name == "S512") return sha512;
  return std::nullopt;
}

class SignatureFacts {
 public:
  SignatureFacts(const JwsSignature& jws, Signature& facts, Budget& budget) : jws_(jws), facts_(facts), budget_(budget) {}

  Result<void> read() {
    MOHR_CHECK(check_refused(jws_));
    MOHR_CHECK(read_algorithm());
    MOHR_CHECK(read_certificates());
    MOHR_CHECK(read_bindings());
    MOHR_CHECK(read_times());
    if (const std::string* type = header().string("cty")) facts_.content_type = type->find('/') == std::string::npos ? "application/" + *type : *type;
    MOHR_CHECK(read_identity());
    facts_.ecdsa_form = crypto::EcdsaForm::fixed;
    facts_.value = jws_.value;
    return read_unprotected();
  }

 private:
  [[nodiscard]] const Value& header() const { return jws_.protected_header; }

  Result<void> read_algorithm() {
    const std::string* alg = header().string("alg");
    if (alg == nullptr) return errors::jws_invalid(Code{"no alg"});
    facts_.algorithm_name = *alg;
    if (*alg == "none" || alg->starts_with("HS")) return refused("a JWS with alg " + *alg);
    if (const auto algorithm = crypto::signature_from_jws(*alg)) facts_.algorithm = *algorithm;
    return {};
  }

  // x5c (RFC 7515 4.1.6): the signer first. It is protected, so it binds the certificate itself.
  Result<void> read_certificates() {
    const Value* list = header().member("x5c");
    if (list == nullptr) return {};
    if (list->array() == nullptr || list->array()->empty()) return errors::jws_invalid(Code{"x5c is no list"});
    for (const Value& one : *list->array()) {
      MOHR_CHECK(budget_.spend(Limit::certificates));
      const auto der = one.string() != nullptr ? from_base64(*one.string()) : std::nullopt;
      if (!der) return errors::jws_invalid(Code{"x5c holds something that is no base64"});
      MOHR_TRY(facts_.certificates.emplace_back(), pki::Certificate::parse(*der));
    }
    facts_.signer = facts_.certificates.front();
    const crypto::Hash& hash = facts_.signer->fingerprint();
    facts_.signing_certificate.push_back({crypto::DigestAlgorithm::sha256, to_bytes(hash.view()), {}, {}});
    return {};
  }

  Result<void> bind(crypto::DigestAlgorithm digest, const std::string* text) {
    auto value = text != nullptr ? from_base64url(*text) : std::nullopt;
    if (!value) return errors::jws_invalid(Code{"a certificate digest that is no base64url"});
    // In front: when x5c and the digest disagree the binding is broken, and the verifier looks at the first.
    facts_.signing_certificate.insert(facts_.signing_certificate.begin(), {digest, *std::move(value), {}, {}});
    return {};
  }

  // x5t#S256 (RFC 7515 4.1.8), x5t#o and sigX5ts (TS 119 182-1 5.1.7, 5.2.2.2).
  Result<void> read_bindings() {
    if (const Value* hash = header().member("x5t#S256")) MOHR_CHECK(bind(crypto::DigestAlgorithm::sha256, hash->string()));
    const Value* other = header().member("x5t#o");
    if (const Value* list = header().member("sigX5ts"); list != nullptr && list->array() != nullptr && !list->array()->empty())
      other = &list->array()->front();
    if (other == nullptr) return {};
    const std::string* name = other->string("digAlg");
    const auto digest = name != nullptr ? digest_from_jose(*name) : std::nullopt;
    if (!digest) return refused("a JWS with x5t#o of another digest than S256, S384, S512");
    return bind(*digest, other->string("digVal"));
  }

  // iat (TS 119 182-1 v1.2.1 5.1.11) or sigT (v1.1.1, and the national tax system in both of its forms).
  Result<void> read_times() {
    if (const Value* iat = header().member("iat")) {
      if (iat->integer() == nullptr) return errors::jws_invalid(Code{"iat is no number of seconds"});
      facts_.claimed_time = Instant{*iat->integer()};
    }
    if (const Value* time = header().member("sigT")) {
      const auto instant = time->string() != nullptr ? from_iso8601(*time->string()) : std::nullopt;
      if (!instant) return errors::jws_invalid(Code{"sigT is no time"});
      facts_.claimed_time = *instant;
    }
    return {};
  }

  Result<void> read_identity() {
    const Value* object = header().member(kIdentityNamespace);
    if (object == nullptr) return {};
    if (object->object() == nullptr) return errors::jws_invalid(Code{"the identity is no object"});
    const auto text = [&](const char* name, std::string& target) {
      if (const std::string* value = object->string(name)) target = *value;
    };
    Identity& identity = facts_.identity;
    text("service_id", identity.service_id);
    text("tracking_id", identity.tracking_id);
    text("sender", identity.sender);
    text("receiver", identity.receiver);
    text("message_id", identity.message_id);
    if (const std::string* expires = object->string("expires")) {
      identity.expires = from_iso8601(*expires);
      if (!identity.expires) return errors::jws_invalid(Code{"expires is no time"});
    }
    if (const Value* reply = object->member("in_reply_to")) {
      const std::string* alg = reply->string("alg");
      const std::string* digest = reply->string("digest");
      const auto algorithm = alg != nullptr ? digest_from_jose(*alg) : std::nullopt;
      auto value = digest != nullptr ? from_base64url(*digest) : std::nullopt;
      if (!algorithm || !value) return errors::jws_invalid(Code{"in_reply_to is broken"});
      identity.request_digest = *algorithm;
      identity.request = *std::move(value);
    }
    return {};
  }

  Result<void> read_unprotected() {
    const json::Object* members = jws_.header.object();
    if (members == nullptr) return {};
    for (const json::Member& member : *members) {
      if (member.first == "etsiU") {
        MOHR_CHECK(read_unsigned_properties(member.second));
      } else {
        facts_.uncovered.push_back({member.first, "unprotected-header", json::write(member.second).size()});
      }
    }
    return {};
  }

  // etsiU (TS 119 182-1 5.3.1): objects, or base64url texts of objects.
  Result<void> read_unsigned_properties(const Value& list) {
    if (list.array() == nullptr) return errors::jws_invalid(Code{"etsiU is no list"});
    for (const Value& one : *list.array()) {
      Value decoded;
      const Value* property = &one;
      if (one.string() != nullptr) {
        const auto text = from_base64url(*one.string());
        if (!text) return errors::jws_invalid(Code{"etsiU holds something that is no base64url"});
        MOHR_TRY(decoded, json::parse(*text, budget_));
        property = &decoded;
      }
      if (property->object() == nullptr) return errors::jws_invalid(Code{"etsiU holds something that is no object"});
      for (const json::Member& member : *property->object()) MOHR_CHECK(read_unsigned_property(member));
    }
    return {};
  }

  Result<void> read_unsigned_property(const json::Member& member) {
    if (member.first == "sigTst") return read_timestamps(member.second);
    facts_.uncovered.push_back({member.first, "unprotected-property", json::write(member.second).size()});
    return {};
  }

  // sigTst (5.3.4): over the ASCII of the base64url signature value.
  Result<void> read_timestamps(const Value& container) {
    const Value* tokens = container.member("tstTokens");
    if (tokens == nullptr || tokens->array() == nullptr) return errors::jws_invalid(Code{"sigTst without tokens"});
    for (const Value& token : *tokens->array()) {
      const std::string* text = token.string("val");
      auto octets = text != nullptr ? from_base64(*text) : std::nullopt;
      if (!octets) return errors::jws_invalid(Code{"a time-stamp that is no base64"});
      facts_.signature_timestamps.push_back({*std::move(octets), to_bytes(as_bytes(jws_.value_text))});
    }
    return {};
  }

  const JwsSignature& jws_;
  Signature& facts_;
  Budget& budget_;
};

}  // namespace

Result<SignedDocument> read_jades(const Source& source, const Source* content, Budget& budget) {
  SignedDocument document;
  document.format = Format::jades;
  document.size = source.size();
  Bytes held;
  ByteView octets;
  if (const auto memory = source.memory()) {
    MOHR_CHECK(budget.within(Limit::memory_bytes, memory->size()));
    octets = *memory;
  } else {
    MOHR_TRY(held, read_all(source, budget.limit(Limit::memory_bytes)));
    octets = held;
  }
  MOHR_TRY(Jws jws, parse_jws(octets, budget));
  document.media_type = jws.is_compact ? "application/jose" : "application/jose+json";
  if (!jws.signatures.empty() && !jws.has_payload) {
    if (content != nullptr) {
      MOHR_TRY(const Bytes payload, read_all(*content, budget.limit(Limit::memory_bytes)));
      jws.payload_text = base64url(payload);
      jws.has_payload = true;
    } else {
      document.needs_content = true;
    }
  }
  const auto payload = from_base64url(jws.payload_text);
  if (!payload) return errors::jws_invalid(Code{"the payload is no base64url"});
  const crypto::Hash hash = crypto::sha256(*payload);
  for (std::size_t i = 0; i < jws.signatures.size(); ++i) {
    const JwsSignature& one = jws.signatures[i];
    Signature& facts = document.signatures.emplace_back();
    facts.format = Format::jades;
    facts.name = "signature " + std::to_string(i + 1);
    auto read = SignatureFacts(one, facts, budget).read();
    if (!read) return std::move(read).error().at(facts.name);
    // The payload lies inside the signing input: its digest is a fact for the report, and can only differ when it was not given.
    Reference reference{"payload", crypto::DigestAlgorithm::sha256, to_bytes(hash.view()), {}, true};
    if (jws.has_payload) reference.actual = reference.expected;
    facts.references.push_back(std::move(reference));
    facts.signed_octets.reserve(one.protected_text.size() + 1 + jws.payload_text.size());
    append(facts.signed_octets, as_bytes(one.protected_text));
    facts.signed_octets.push_back('.');
    append(facts.signed_octets, as_bytes(jws.payload_text));
    for (const std::string& member : jws.unknown_members) facts.uncovered.push_back({member, "unprotected-member", 0});
  }
  return document;
}

}  // namespace mohr::format
