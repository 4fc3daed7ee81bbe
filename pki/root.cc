#include "pki/root.h"

#include "pki/extensions.h"

namespace mohr::pki {

struct Root::State {
  Bytes own;  // empty when the certificate was read already
  ByteView der;
  Name subject;
  mutable std::once_flag once;
  mutable std::optional<Result<CertificatePtr>> whole;
};

namespace {

// The subject's encoding, where the frame is that of a certificate.
Result<ByteView> find_subject(ByteView der) {
  using asn1::Element;
  MOHR_TRY(asn1::Reader certificate, asn1::single(der, asn1::kSequence));
  MOHR_TRY(asn1::Reader fields, certificate.enter(asn1::kSequence));
  MOHR_CHECK(certificate.next(asn1::kSequence));   // signatureAlgorithm
  MOHR_CHECK(certificate.next(asn1::kBitString));  // signatureValue
  MOHR_CHECK(certificate.finish());
  MOHR_CHECK(fields.next_if(asn1::context(0)));                          // version
  MOHR_CHECK(fields.next(asn1::kInteger));                               // serialNumber
  for (int i = 0; i < 3; ++i) MOHR_CHECK(fields.next(asn1::kSequence));  // signature, issuer, validity
  MOHR_TRY(const Element subject, fields.next(asn1::kSequence));
  MOHR_CHECK(fields.next(asn1::kSequence));  // subjectPublicKeyInfo
  return subject.whole;
}

}  // namespace

Root::Root(CertificatePtr certificate) {
  if (!certificate) return;
  auto state = std::make_shared<State>();
  state->der = certificate->der();
  state->subject = certificate->subject();
  std::call_once(state->once, [&] { state->whole.emplace(std::move(certificate)); });
  state_ = std::move(state);
}

Result<Root> Root::outline(ByteView der) {
  auto state = std::make_shared<State>();
  state->own.assign(der.begin(), der.end());
  state->der = state->own;
  const auto subject = find_subject(state->der);
  auto name = subject ? Name::parse(*subject) : Result<Name>(subject.error());
  if (!name) {
    Error error = std::move(name).error();
    if (error.code == ErrorCode::der_invalid) error.code = ErrorCode::certificate_invalid;
    return error;
  }
  state->subject = *std::move(name);
  Root root;
  root.state_ = std::move(state);
  return root;
}

ByteView Root::der() const { return state_->der; }
const Name& Root::subject() const { return state_->subject; }
crypto::Hash Root::fingerprint() const { return crypto::sha256(state_->der); }

Result<CertificatePtr> Root::whole() const {
  std::call_once(state_->once, [this] { state_->whole.emplace(Certificate::parse(state_->der)); });
  return *state_->whole;
}

}  // namespace mohr::pki
