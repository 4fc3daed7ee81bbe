#include "pki/root.h"

#include "pki/extensions.h"

namespace mohr::pki {

struct Root::State {
  Bytes own;  // empty when the certificate was read already
  ByteView der;
  Name subject;
  bool self_issued = false;
  mutable std::once_flag once;
  mutable std::optional<Result<CertificatePtr>> whole;
};

namespace {

struct Names {
  ByteView issuer, subject;
};
// Their encodings, where the frame is that of a certificate.
Result<Names> find_names(ByteView der) {
  using asn1::Element;
  MOHR_TRY(asn1::Reader certificate, asn1::single(der, asn1::kSequence));
  MOHR_TRY(asn1::Reader fields, certificate.enter(asn1::kSequence));
  MOHR_CHECK(certificate.next(asn1::kSequence));   // signatureAlgorithm
  MOHR_CHECK(certificate.next(asn1::kBitString));  // signatureValue
  MOHR_CHECK(certificate.finish());
  MOHR_CHECK(fields.next_if(asn1::context(0)));  // version
  MOHR_CHECK(fields.next(asn1::kInteger));       // serialNumber
  MOHR_CHECK(fields.next(asn1::kSequence));      // signature
  MOHR_TRY(const Element issuer, fields.next(asn1::kSequence));
  MOHR_CHECK(fields.next(asn1::kSequence));  // validity
  MOHR_TRY(const Element subject, fields.next(asn1::kSequence));
  MOHR_CHECK(fields.next(asn1::kSequence));  // subjectPublicKeyInfo
  return Names{issuer.whole, subject.whole};
}

}  // namespace

Root::Root(CertificatePtr certificate) {
  if (!certificate) return;
  auto state = std::make_shared<State>();
  state->der = certificate->der();
  state->subject = certificate->subject();
  state->self_issued = certificate->is_self_issued();
  std::call_once(state->once, [&] { state->whole.emplace(std::move(certificate)); });
  state_ = std::move(state);
}

Result<Root> Root::outline(ByteView der) {
  auto state = std::make_shared<State>();
  state->own.assign(der.begin(), der.end());
  state->der = state->own;
  const auto names = find_names(state->der);
  auto name = names ? Name::parse(names->subject) : Result<Name>(names.error());
  if (!name) {
    Error error = std::move(name).error();
    if (error.code == ErrorCode::der_invalid) error.code = ErrorCode::certificate_invalid;
    return error;
  }
  state->subject = *std::move(name);
  state->self_issued = equal(names->issuer, names->subject);
  Root root;
  root.state_ = std::move(state);
  return root;
}

ByteView Root::der() const { return state_->der; }
const Name& Root::subject() const { return state_->subject; }
bool Root::is_self_issued() const { return state_->self_issued; }
crypto::Hash Root::fingerprint() const { return crypto::sha256(state_->der); }

Result<CertificatePtr> Root::whole() const {
  std::call_once(state_->once, [this] { state_->whole.emplace(Certificate::parse(state_->der)); });
  return *state_->whole;
}

}  // namespace mohr::pki
