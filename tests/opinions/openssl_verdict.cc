#include "tests/opinions/openssl_verdict.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>

#include "pki/asn1/oid.h"

namespace mohr::opinions {
namespace {

using Says = Answer::Says;

struct Free {
  void operator()(X509* one) const { X509_free(one); }
  void operator()(X509_STORE* one) const { X509_STORE_free(one); }
  void operator()(X509_STORE_CTX* one) const { X509_STORE_CTX_free(one); }
  void operator()(EVP_PKEY* one) const { EVP_PKEY_free(one); }
  void operator()(EVP_MD_CTX* one) const { EVP_MD_CTX_free(one); }
  void operator()(STACK_OF(X509) * all) const { sk_X509_pop_free(all, X509_free); }
  void operator()(STACK_OF(X509_CRL) * all) const { sk_X509_CRL_pop_free(all, X509_CRL_free); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Owned<X509> certificate(const pki::Certificate& ours) {
  const unsigned char* at = ours.der().data();
  return Owned<X509>(d2i_X509(nullptr, &at, static_cast<long>(ours.der().size())));
}

void set_policies(const pki::PolicyInputs& policies, X509_VERIFY_PARAM* parameters) {
  unsigned long flags = X509_V_FLAG_POLICY_CHECK;
  if (policies.require_explicit) flags |= X509_V_FLAG_EXPLICIT_POLICY;
  if (policies.inhibit_mapping) flags |= X509_V_FLAG_INHIBIT_MAP;
  if (policies.inhibit_any_policy) flags |= X509_V_FLAG_INHIBIT_ANY;
  X509_VERIFY_PARAM_set_flags(parameters, flags);
  if (policies.acceptable.empty()) X509_VERIFY_PARAM_add0_policy(parameters, OBJ_txt2obj("2.5.29.32.0", 1));
  for (const Bytes& policy : policies.acceptable) X509_VERIFY_PARAM_add0_policy(parameters, OBJ_txt2obj(asn1::dotted(policy).c_str(), 1));
}

void set_inputs(const conformance::PathCase& question, X509_VERIFY_PARAM* parameters) {
  X509_VERIFY_PARAM_set_time(parameters, question.inputs.time.seconds);
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  if (question.revocation)
    X509_VERIFY_PARAM_set_flags(
        parameters, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL | X509_V_FLAG_EXTENDED_CRL_SUPPORT | X509_V_FLAG_USE_DELTAS);
  if (question.inputs.purpose == pki::Purpose::server_authentication) X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_SERVER);
  if (question.inputs.purpose == pki::Purpose::client_authentication) X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_CLIENT);
  set_policies(question.inputs.policies, parameters);
}

bool prepare(EVP_PKEY_CTX* parameters, const crypto::SignatureAlgorithm& algorithm) {
  if (algorithm.scheme != crypto::SignatureScheme::rsa_pss) return true;
  const std::string mask(crypto::digest_name(algorithm.mgf_digest));
  return EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, algorithm.salt_octets) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md_name(parameters, mask.c_str(), nullptr) == 1;
}

}  // namespace

std::string openssl_version() { return OpenSSL_version(OPENSSL_VERSION_STRING); }

Answer openssl_path(const conformance::PathCase& question) {
  const Owned<X509_STORE> store(X509_STORE_new());
  for (const pki::CertificatePtr& anchor : question.anchors)
    if (anchor) X509_STORE_add_cert(store.get(), certificate(*anchor).get());
  // Beside the store, which gives lists by the name of a certificate's issuer alone: indirect ones would never be looked at.
  const Owned<STACK_OF(X509_CRL)> lists(sk_X509_CRL_new_null());
  for (const pki::CrlPtr& crl : question.crls) {
    const unsigned char* at = crl->der().data();
    if (X509_CRL* read = d2i_X509_CRL(nullptr, &at, static_cast<long>(crl->der().size()))) sk_X509_CRL_push(lists.get(), read);
  }
  const Owned<STACK_OF(X509)> others(sk_X509_new_null());
  for (const pki::CertificatePtr& other : question.others)
    if (auto read = other ? certificate(*other) : nullptr) sk_X509_push(others.get(), read.release());
  const Owned<X509> target = question.target ? certificate(*question.target) : nullptr;
  if (!target) return {Says::none, "the target cannot be read"};
  const Owned<X509_STORE_CTX> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), target.get(), others.get());
  X509_STORE_CTX_set0_crls(context.get(), lists.get());
  set_inputs(question, X509_STORE_CTX_get0_param(context.get()));
  const bool good = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  return {good ? Says::good : Says::bad, X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()))};
}

Answer openssl_value(const conformance::ValueCase& question) {
  const unsigned char* at = question.key.spki().data();
  const Owned<EVP_PKEY> key(d2i_PUBKEY(nullptr, &at, static_cast<long>(question.key.spki().size())));
  if (!key) return {Says::none, "the key cannot be read"};
  std::optional<Bytes> der;
  ByteView value = question.value;
  if (question.algorithm.scheme == crypto::SignatureScheme::ecdsa && question.form == crypto::EcdsaForm::fixed) {
    const std::size_t field = (static_cast<std::size_t>(question.key.bits()) + 7) / 8;
    if (value.size() == 2 * field) der = crypto::ecdsa_der_from_fixed(value);
    if (!der) return {Says::none, "a value of another form"};
    value = *der;
  }
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  const std::string digest(crypto::digest_name(question.algorithm.digest));
  const bool begun =
      EVP_DigestVerifyInit_ex(context.get(), &parameters, crypto::is_pure(question.algorithm.scheme) ? nullptr : digest.c_str(), nullptr,
                              nullptr, key.get(), nullptr) == 1 &&
      prepare(parameters, question.algorithm);
  const bool good =
      begun && EVP_DigestVerify(context.get(), value.data(), value.size(), question.message.data(), question.message.size()) == 1;
  ERR_clear_error();
  return {!begun ? Says::none : good ? Says::good : Says::bad, good ? "" : "the value does not verify"};
}

}  // namespace mohr::opinions
