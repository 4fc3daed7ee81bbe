#include "pki/authority.h"

#include <algorithm>

#include "pki/core/json.h"
#include "pki/core/source.h"
#include "pki/demonstration.h"
#include "pki/key_file.h"
#include "pki/presigned_ocsp.h"

namespace mohr::pki {
namespace {

using demonstration::Authority;
using demonstration::kRows;

constexpr std::uint64_t kFileAtMost = 1 << 20;
constexpr std::int64_t kOcspSeconds = kDay, kOcspRefresh = kDay / 2;

// PKIFailureInfo bits and PKIStatus (RFC 3161 2.4.2), OCSPResponseStatus (RFC 6960 4.2.1).
constexpr int kRejection = 2, kBadAlgorithm = 0, kBadDataFormat = 5, kUnacceptedPolicy = 15, kSystemFailure = 25;
constexpr int kMalformedRequest = 1, kInternalError = 2, kUnauthorized = 6;

Result<KeyFile> open_key(const std::string& directory, std::string_view name) {
  const std::string path = directory + "/" + std::string(name);
  const auto file = read_file(path + ".p12", kFileAtMost);
  if (!file) return errors::key_file_unreadable(Code{path + ".p12"}, cause(file.error()));
  auto passphrase = read_file(path + ".pass", kFileAtMost);
  if (!passphrase) return errors::passphrase_file_unreadable(Code{path + ".pass"}, cause(passphrase.error()));
  while (!passphrase->empty() && passphrase->back() == '\n') passphrase->pop_back();
  return open_pkcs12(*file, Secret(*std::move(passphrase)));
}

Result<std::vector<CertificatePtr>> read_certificates(const std::string& directory) {
  std::vector<CertificatePtr> out;
  for (const demonstration::Row& row : kRows) {
    const std::string name = std::string(row.file) + ".pem";
    MOHR_TRY(const Bytes file, read_file(directory + "/" + name, kFileAtMost));
    MOHR_TRY(std::vector<CertificatePtr> certificates, parse_certificates(file));
    if (certificates.empty()) return errors::authority_invalid(Code{directory}, Code{name + " holds no certificate"});
    out.push_back(std::move(certificates.front()));
  }
  return out;
}

}  // namespace

struct DemonstrationAuthority::State {
  int port = 0;
  Instant made;
  TimestampTerms terms;
  std::vector<CertificatePtr> certificates;  // in the order of kRows
  std::array<KeyFile, 3> authorities;        // by Authority
  std::array<KeyFile, 2> responders;         // of silver and p256
  KeyFile timestamps;
  mutable PresignedOcsp presigned;

  [[nodiscard]] std::optional<Authority> issuer_of(const CertificateId& id) const {
    for (std::size_t i = 0; i < authorities.size(); ++i)
      if (names_issuer(id, *certificates[i])) return static_cast<Authority>(i);
    return std::nullopt;
  }

  [[nodiscard]] OcspAnswer answer(const CertificateId& id, Authority authority) const {
    OcspAnswer out;
    out.id = id;
    if (issuer_of(id) != authority) return out;  // unknown: another authority's, in a request for this one
    for (std::size_t i = 1; i < kRows.size(); ++i)
      if (kRows[i].issuer == authority && equal(certificates[i]->serial(), id.serial)) out.status = OcspStatus::good;
    for (const Revocation& one : demonstration::revocations(authority, certificates, made)) {
      if (!equal(one.serial, id.serial)) continue;
      out.status = OcspStatus::revoked;
      out.revoked_at = one.time;
      out.reason = one.reason;
    }
    return out;
  }

  // The root answers for itself (RFC 6960 2.6: the CA that issued the certificate in question).
  [[nodiscard]] const KeyFile& responder(Authority authority) const {
    return authority == Authority::root ? authorities[0] : responders[static_cast<std::size_t>(authority) - 1];
  }
};

DemonstrationAuthority::DemonstrationAuthority(std::unique_ptr<State> state) : state_(std::move(state)) {}
DemonstrationAuthority::~DemonstrationAuthority() = default;

Result<std::unique_ptr<DemonstrationAuthority>> DemonstrationAuthority::open(const std::string& directory, TimestampTerms terms) {
  auto file = read_file(directory + "/authority.json", kFileAtMost);
  if (!file) return errors::authority_invalid(Code{directory}, Code{"no authority.json"});
  Budget budget;
  MOHR_TRY(const json::Value value, json::parse(*file, budget));
  const json::Value* version = value.member("version");
  const json::Value* port = value.member("port");
  const std::string* made = value.string("made");
  const auto made_at = made != nullptr ? from_iso8601(*made) : std::nullopt;
  if (version == nullptr || version->integer() == nullptr || *version->integer() != 1 || port == nullptr || port->integer() == nullptr ||
      *port->integer() < 1 || *port->integer() > 65535 || !made_at)
    return errors::authority_invalid(Code{directory}, Code{"authority.json"});
  auto state = std::make_unique<State>();
  state->port = static_cast<int>(*port->integer());
  state->made = *made_at;
  state->terms = std::move(terms);
  if (state->terms.policy.empty()) state->terms.policy = demonstration::kTimestampPolicy;
  MOHR_TRY(state->certificates, read_certificates(directory));
  for (std::size_t i = 0; i < state->authorities.size(); ++i) {
    MOHR_TRY(state->authorities[i], open_key(directory, demonstration::kAuthorityFiles[i]));
  }
  MOHR_TRY(state->responders[0], open_key(directory, "ocsp-silver"));
  MOHR_TRY(state->responders[1], open_key(directory, "ocsp-p256"));
  MOHR_TRY(state->timestamps, open_key(directory, "tsa"));
  return std::unique_ptr<DemonstrationAuthority>(new DemonstrationAuthority(std::move(state)));
}

int DemonstrationAuthority::port() const { return state_->port; }
std::string DemonstrationAuthority::tsa_url() const { return demonstration::url(state_->port, "/tsa"); }
std::string DemonstrationAuthority::ocsp_url() const { return demonstration::url(state_->port, "/ocsp"); }
std::string DemonstrationAuthority::crl_url() const { return demonstration::url(state_->port, "/crl/silver.crl"); }

Bytes DemonstrationAuthority::answer_timestamp(ByteView request, ByteView serial, Instant now) const {
  using crypto::DigestAlgorithm;
  const auto parsed = parse_timestamp_request(request);
  if (!parsed) {
    if (parsed.error().code == ErrorCode::algorithm_unknown)
      return timestamp_rejection(kRejection, kBadAlgorithm, "The digest algorithm is not known.");
    return timestamp_rejection(kRejection, kBadDataFormat, "The request cannot be read.");
  }
  if (parsed->digest != DigestAlgorithm::sha256 && parsed->digest != DigestAlgorithm::sha384 && parsed->digest != DigestAlgorithm::sha512)
    return timestamp_rejection(kRejection, kBadAlgorithm, "Only SHA-256, SHA-384 and SHA-512 are time-stamped.");
  if (parsed->imprint.size() != crypto::digest_size(parsed->digest))
    return timestamp_rejection(kRejection, kBadDataFormat, "The imprint has the wrong size for its digest.");
  const auto policy = asn1::contents_from_dotted(state_->terms.policy);
  if (!parsed->policy.empty() && !(policy && equal(parsed->policy, *policy)))
    return timestamp_rejection(kRejection, kUnacceptedPolicy, "This policy is not offered.");
  TimestampProfile profile;
  profile.policy = state_->terms.policy;
  profile.accuracy_seconds = state_->terms.accuracy_seconds;
  profile.now = now;
  profile.serial = to_bytes(serial);
  const KeyFile& key = state_->timestamps;
  auto response = issue_timestamp_response(*parsed, profile, *key.key, key.certificate, key.chain);
  if (!response) return timestamp_rejection(kRejection, kSystemFailure, "The token could not be made.");
  return *std::move(response);
}

Bytes DemonstrationAuthority::answer_ocsp(ByteView request, Instant now) const {
  const auto parsed = parse_ocsp_request(request);
  if (!parsed || parsed->ids.empty()) return ocsp_error_response(kMalformedRequest);
  const CertificateId& first = parsed->ids.front();
  const bool plain = parsed->ids.size() == 1 && parsed->nonce.empty();
  if (plain) {
    if (const auto held = state_->presigned.find(first, now)) return *held;
  }
  const auto authority = state_->issuer_of(first);
  if (!authority) return ocsp_error_response(kUnauthorized);
  std::vector<OcspAnswer> answers;
  for (const CertificateId& id : parsed->ids) answers.push_back(state_->answer(id, *authority));
  const KeyFile& responder = state_->responder(*authority);
  const Instant update = now - demonstration::kBackdateSeconds;
  auto response = issue_ocsp_response(answers, parsed->nonce, update, update + kOcspSeconds, *responder.key, responder.certificate);
  if (!response) return ocsp_error_response(kInternalError);
  if (plain && answers.front().status != OcspStatus::unknown) state_->presigned.hold(first, *response, now, now + kOcspRefresh);
  return *std::move(response);
}

std::optional<Bytes> DemonstrationAuthority::file(std::string_view name, Instant now) const {
  for (std::size_t i = 0; i < state_->authorities.size(); ++i) {
    if (name == demonstration::kCrlNames[i]) {
      auto crl = demonstration::fresh_crl(static_cast<Authority>(i), state_->certificates, state_->made, now, *state_->authorities[i].key);
      if (!crl) return std::nullopt;
      return *std::move(crl);
    }
  }
  if (!name.ends_with(".cer")) return std::nullopt;
  name.remove_suffix(4);
  for (std::size_t i = 0; i < kRows.size(); ++i)
    if (kRows[i].file == name) return to_bytes(state_->certificates[i]->der());
  return std::nullopt;
}

}  // namespace mohr::pki
