#include "format/facts_json.h"

#include <algorithm>

#include "format/timestamp_carrier.h"
#include "pki/core/message_json.h"

namespace mohr::format {
namespace {

using json::Array;
using json::Value;

constexpr int kDigests = 0
#define DIGEST(tag, name, oid, uri, openssl, octets) +1
#include "pki/crypto/algorithms.def"
#undef DIGEST
    ;
constexpr int kSets = 0
#define PURE(tag, scheme, name, oid, jws, bits, key_octets, signature_octets) +1
#include "pki/crypto/algorithms.def"
#undef PURE
    ;

Error invalid(std::string_view member) { return errors::record_invalid(Code{std::string(member)}); }

// ---- written -----------------------------------------------------------------------------------------------------------

template <class List, class Write>
Value list_of(const List& list, Write write) {
  Array out;
  for (const auto& one : list) out.push_back(write(one));
  return out;
}

template <class T>
Value encodings_of(const std::vector<std::shared_ptr<const T>>& items) {
  return list_of(items, [](const auto& item) -> Value { return base64(item->der()); });
}

Value record_of(const crypto::SignatureAlgorithm& algorithm) {
  Value value;
  return std::move(value.add("scheme", static_cast<int>(algorithm.scheme))
                       .add("digest", crypto::digest_name(algorithm.digest))
                       .add("mgf_digest", crypto::digest_name(algorithm.mgf_digest))
                       .add("salt_octets", algorithm.salt_octets)
                       .add("edwards_bits", algorithm.edwards_bits)
                       .add("curve", static_cast<int>(algorithm.curve))
                       .add("set", static_cast<int>(algorithm.set)));
}

Value record_of(const Reference& reference) {
  Value value;
  return std::move(value.add("name", reference.name)
                       .add("digest", crypto::digest_name(reference.digest))
                       .add("expected", hex(reference.expected))
                       .add("actual", hex(reference.actual))
                       .add("is_content", reference.is_content));
}

Value record_of(const TimestampCarrier& carrier) {
  Value value;
  return std::move(value.add("kind", timestamp_kind_id(carrier.kind))
                       .add("encoding", base64(carrier.encoding))
                       .add("imprint", hex(carrier.imprint))
                       .add("index_digest", crypto::digest_name(carrier.index_digest))
                       .add("covers", list_of(carrier.covers, [](const crypto::Hash& hash) -> Value { return hex(hash.view()); }))
                       .add("findings", mohr::record_of(carrier.findings)));
}

Value record_of(const pki::SigningCertificateReference& reference) {
  Value value;
  return std::move(value.add("digest", crypto::digest_name(reference.digest))
                       .add("value", hex(reference.value))
                       .add("issuer", hex(reference.issuer))
                       .add("serial", hex(reference.serial)));
}

Value record_of(const Identity& identity) {
  Value value;
  value.add("service_id", identity.service_id).add("tracking_id", identity.tracking_id).add("sender", identity.sender);
  value.add("receiver", identity.receiver).add("message_id", identity.message_id);
  if (identity.expires) value.add("expires", identity.expires->seconds);
  return std::move(value.add("request_digest", crypto::digest_name(identity.request_digest)).add("request", hex(identity.request)));
}

Value record_of(const Uncovered& part) {
  Value value;
  return std::move(value.add("place", part.place).add("kind", part.kind).add("octets", part.octets));
}

Value record_of(const Signature& signature) {
  Value value;
  value.add("format", format_id(signature.format)).add("name", signature.name);
  value.add("algorithm", record_of(signature.algorithm)).add("algorithm_name", signature.algorithm_name);
  value.add("fixed_ecdsa", signature.ecdsa_form == crypto::EcdsaForm::fixed);
  value.add("signed_octets", base64(signature.signed_octets)).add("value", base64(signature.value));
  value.add("references", list_of(signature.references, [](const auto& one) { return record_of(one); }));
  value.add("signing_certificate", list_of(signature.signing_certificate, [](const auto& one) { return record_of(one); }));
  if (signature.signer) value.add("signer", base64(signature.signer->der()));
  value.add("certificates", encodings_of(signature.certificates)).add("crls", encodings_of(signature.crls));
  value.add("ocsp_responses", encodings_of(signature.ocsp_responses));
  if (signature.claimed_time) value.add("claimed_time", signature.claimed_time->seconds);
  value.add("content_type", signature.content_type);
  value.add("timestamps", list_of(signature.timestamps, [](const auto& one) { return record_of(one); }));
  if (signature.countersigns) value.add("countersigns", static_cast<std::uint64_t>(*signature.countersigns));
  value.add("identity", record_of(signature.identity));
  value.add("uncovered", list_of(signature.uncovered, [](const auto& one) { return record_of(one); }));
  return std::move(value.add("findings", mohr::record_of(signature.findings)));
}

// ---- read --------------------------------------------------------------------------------------------------------------

Result<std::string> text(const Value& record, const char* name) {
  const std::string* member = record.string(name);
  if (member == nullptr) return invalid(name);
  return *member;
}

Result<std::int64_t> number(const Value& record, const char* name) {
  const Value* member = record.member(name);
  if (member == nullptr || member->integer() == nullptr) return invalid(name);
  return *member->integer();
}

// An enumerator by its number.
template <class Enum>
Result<Enum> enumerator(const Value& record, const char* name, Enum last) {
  MOHR_TRY(const std::int64_t value, number(record, name));
  if (value < 0 || value > static_cast<std::int64_t>(last)) return invalid(name);
  return static_cast<Enum>(value);
}

Result<bool> flag(const Value& record, const char* name) {
  const Value* member = record.member(name);
  if (member == nullptr || member->boolean() == nullptr) return invalid(name);
  return *member->boolean();
}

Result<std::optional<Instant>> time(const Value& record, const char* name) {
  const Value* member = record.member(name);
  if (member == nullptr) return std::optional<Instant>();
  const auto read = instant_from(*member);
  if (!read) return invalid(name);
  return read;
}

Result<Bytes> hex_octets(const Value& record, const char* name) {
  MOHR_TRY(const std::string member, text(record, name));
  auto octets = from_hex(member);
  if (!octets) return invalid(name);
  return *std::move(octets);
}

Result<Bytes> octets_of(const Value& value, const char* name) {
  auto octets = value.string() != nullptr ? from_base64(*value.string()) : std::nullopt;
  if (!octets) return invalid(name);
  return *std::move(octets);
}

Result<Bytes> base64_octets(const Value& record, const char* name) {
  const Value* member = record.member(name);
  if (member == nullptr) return invalid(name);
  return octets_of(*member, name);
}

Result<crypto::DigestAlgorithm> digest(const Value& record, const char* name) {
  MOHR_TRY(const std::string member, text(record, name));
  for (int i = 0; i <= kDigests; ++i)
    if (const auto one = static_cast<crypto::DigestAlgorithm>(i); crypto::digest_name(one) == member) return one;
  return invalid(name);
}

// Every item of a list by `read`, which gives a Result.
template <class T, class Read>
Result<void> read_list(const Value& record, const char* name, std::vector<T>& to, Read read) {
  const Value* member = record.member(name);
  if (member == nullptr || member->array() == nullptr) return invalid(name);
  for (const Value& one : *member->array()) {
    MOHR_TRY(T item, read(one));
    to.push_back(std::move(item));
  }
  return {};
}

Result<crypto::SignatureAlgorithm> algorithm_from(const Value& record) {
  crypto::SignatureAlgorithm algorithm;
  MOHR_TRY(algorithm.scheme, enumerator(record, "scheme", crypto::SignatureScheme::slh_dsa));
  MOHR_TRY(algorithm.digest, digest(record, "digest"));
  MOHR_TRY(algorithm.mgf_digest, digest(record, "mgf_digest"));
  MOHR_TRY(const std::int64_t salt, number(record, "salt_octets"));
  MOHR_TRY(const std::int64_t bits, number(record, "edwards_bits"));
  algorithm.salt_octets = static_cast<int>(salt);
  algorithm.edwards_bits = static_cast<int>(bits);
  MOHR_TRY(algorithm.curve, enumerator(record, "curve", crypto::Curve::brainpool512));
  MOHR_TRY(algorithm.set, enumerator(record, "set", static_cast<crypto::ParameterSet>(kSets)));
  return algorithm;
}

Result<Reference> reference_from(const Value& record) {
  Reference reference;
  MOHR_TRY(reference.name, text(record, "name"));
  MOHR_TRY(reference.digest, digest(record, "digest"));
  MOHR_TRY(reference.expected, hex_octets(record, "expected"));
  MOHR_TRY(reference.actual, hex_octets(record, "actual"));
  MOHR_TRY(reference.is_content, flag(record, "is_content"));
  return reference;
}

Result<crypto::Hash> hash_from(const Value& value) {
  const auto octets = value.string() != nullptr ? from_hex(*value.string()) : std::nullopt;
  if (!octets || octets->size() != 32) return invalid("covers");
  crypto::Hash hash;
  std::copy(octets->begin(), octets->end(), hash.octets.begin());
  hash.size = 32;
  return hash;
}

Result<Findings> findings_of(const Value& record) {
  const Value* member = record.member("findings");
  auto findings = member != nullptr ? findings_from(*member) : std::nullopt;
  if (!findings) return invalid("findings");
  return *std::move(findings);
}

Result<TimestampCarrier> carrier_from(const Value& record, Budget& budget) {
  constexpr std::array kKinds = {TimestampKind::content, TimestampKind::signature, TimestampKind::references, TimestampKind::archive,
                                 TimestampKind::document};
  MOHR_TRY(const std::string word, text(record, "kind"));
  const auto* kind = std::find_if(kKinds.begin(), kKinds.end(), [&](TimestampKind one) { return timestamp_kind_id(one) == word; });
  if (kind == kKinds.end()) return invalid("kind");
  MOHR_TRY(const Bytes encoding, base64_octets(record, "encoding"));
  MOHR_TRY(TimestampCarrier carrier, read_carrier(*kind, encoding, budget, nullptr));
  MOHR_TRY(carrier.imprint, hex_octets(record, "imprint"));
  MOHR_TRY(carrier.index_digest, digest(record, "index_digest"));
  MOHR_CHECK(read_list(record, "covers", carrier.covers, hash_from));
  MOHR_TRY(carrier.findings, findings_of(record));
  return carrier;
}

Result<pki::SigningCertificateReference> binding_from(const Value& record) {
  pki::SigningCertificateReference reference;
  MOHR_TRY(reference.digest, digest(record, "digest"));
  MOHR_TRY(reference.value, hex_octets(record, "value"));
  MOHR_TRY(reference.issuer, hex_octets(record, "issuer"));
  MOHR_TRY(reference.serial, hex_octets(record, "serial"));
  return reference;
}

Result<Identity> identity_from(const Value* record) {
  if (record == nullptr) return invalid("identity");
  Identity identity;
  MOHR_TRY(identity.service_id, text(*record, "service_id"));
  MOHR_TRY(identity.tracking_id, text(*record, "tracking_id"));
  MOHR_TRY(identity.sender, text(*record, "sender"));
  MOHR_TRY(identity.receiver, text(*record, "receiver"));
  MOHR_TRY(identity.message_id, text(*record, "message_id"));
  MOHR_TRY(identity.expires, time(*record, "expires"));
  MOHR_TRY(identity.request_digest, digest(*record, "request_digest"));
  MOHR_TRY(identity.request, hex_octets(*record, "request"));
  return identity;
}

Result<Uncovered> uncovered_from(const Value& record) {
  Uncovered part;
  MOHR_TRY(part.place, text(record, "place"));
  MOHR_TRY(part.kind, text(record, "kind"));
  MOHR_TRY(const std::int64_t octets, number(record, "octets"));
  part.octets = static_cast<std::uint64_t>(octets);
  return part;
}

// The certificates, lists and answers that the signature brought.
Result<void> read_evidence(const Value& record, Signature& signature, Budget& budget) {
  MOHR_CHECK(read_list(record, "certificates", signature.certificates, [](const Value& one) -> Result<pki::CertificatePtr> {
    MOHR_TRY(const Bytes der, octets_of(one, "certificates"));
    return pki::Certificate::parse(der);
  }));
  MOHR_CHECK(read_list(record, "crls", signature.crls, [&](const Value& one) -> Result<pki::CrlPtr> {
    MOHR_TRY(const Bytes der, octets_of(one, "crls"));
    return pki::Crl::parse(ByteView(der), budget);
  }));
  MOHR_CHECK(read_list(record, "ocsp_responses", signature.ocsp_responses, [&](const Value& one) -> Result<pki::OcspResponsePtr> {
    MOHR_TRY(const Bytes der, octets_of(one, "ocsp_responses"));
    return pki::OcspResponse::parse(der, budget);
  }));
  if (record.member("signer") == nullptr) return {};
  MOHR_TRY(const Bytes signer, base64_octets(record, "signer"));
  MOHR_TRY(signature.signer, pki::Certificate::parse(signer));
  return {};
}

Result<Format> format_from(const Value& record) {
  MOHR_TRY(const std::string word, text(record, "format"));
  for (const Format format : {Format::cades, Format::xades, Format::pades, Format::jades})
    if (format_id(format) == word) return format;
  return invalid("format");
}

Result<Signature> signature_from(const Value& record, Budget& budget) {
  Signature signature;
  MOHR_TRY(signature.format, format_from(record));
  MOHR_TRY(signature.name, text(record, "name"));
  const Value* algorithm = record.member("algorithm");
  if (algorithm == nullptr) return invalid("algorithm");
  MOHR_TRY(signature.algorithm, algorithm_from(*algorithm));
  MOHR_TRY(signature.algorithm_name, text(record, "algorithm_name"));
  MOHR_TRY(const bool fixed, flag(record, "fixed_ecdsa"));
  signature.ecdsa_form = fixed ? crypto::EcdsaForm::fixed : crypto::EcdsaForm::der;
  MOHR_TRY(signature.signed_octets, base64_octets(record, "signed_octets"));
  MOHR_TRY(signature.value, base64_octets(record, "value"));
  signature.hash = crypto::sha256(signature.value);
  MOHR_CHECK(read_list(record, "references", signature.references, reference_from));
  MOHR_CHECK(read_list(record, "signing_certificate", signature.signing_certificate, binding_from));
  MOHR_CHECK(read_evidence(record, signature, budget));
  MOHR_TRY(signature.claimed_time, time(record, "claimed_time"));
  MOHR_TRY(signature.content_type, text(record, "content_type"));
  MOHR_CHECK(read_list(record, "timestamps", signature.timestamps, [&](const Value& one) { return carrier_from(one, budget); }));
  if (record.member("countersigns") != nullptr) {
    MOHR_TRY(const std::int64_t index, number(record, "countersigns"));
    signature.countersigns = static_cast<std::size_t>(index);
  }
  MOHR_TRY(signature.identity, identity_from(record.member("identity")));
  MOHR_CHECK(read_list(record, "uncovered", signature.uncovered, uncovered_from));
  MOHR_TRY(signature.findings, findings_of(record));
  return signature;
}

}  // namespace

Value record_of(const SignedDocument& facts) {
  Value value;
  value.add("format", format_id(facts.format)).add("media_type", facts.media_type).add("size", facts.size);
  value.add("needs_content", facts.needs_content);
  return std::move(value.add("signatures", list_of(facts.signatures, [](const auto& one) { return record_of(one); })));
}

Result<SignedDocument> facts_from(const Value& record, Budget& budget) {
  SignedDocument facts;
  MOHR_TRY(facts.format, format_from(record));
  MOHR_TRY(facts.media_type, text(record, "media_type"));
  MOHR_TRY(const std::int64_t size, number(record, "size"));
  facts.size = static_cast<std::uint64_t>(size);
  MOHR_TRY(facts.needs_content, flag(record, "needs_content"));
  MOHR_CHECK(read_list(record, "signatures", facts.signatures, [&](const Value& one) { return signature_from(one, budget); }));
  return facts;
}

}  // namespace mohr::format
