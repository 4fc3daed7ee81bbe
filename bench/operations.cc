// Small messages through the public calls that the CLI uses, against the raw operations with everything kept.
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "bench/jose.h"
#include "bench/material.h"
#include "bench/rows.h"
#include "bench/xmlsec.h"
#include "verify/report.h"

namespace mohr::bench {
namespace {

constexpr std::size_t kCmsPayload = 2048, kJwsPayload = 256;

// What every measurement of one chain shares; lives until the program ends.
struct Bench {
  Chain chain;
  Bytes payload, jws_payload, xml_payload, cms, jws, xml;
  std::unique_ptr<verify::Verifier> warm, cold, two_opinions;
  pki::Evidence crls, none;
  std::shared_ptr<const crypto::PublicKey> key, ca_key, root_key;
  crypto::SignatureAlgorithm algorithm;
  Bytes signed_octets, value, jws_value, xml_octets, xml_value;
  std::string jws_input;
};

Bench* make_bench(crypto::NewKey kind) {
  auto* b = new Bench;  // NOLINT: kept until the program ends
  b->chain = make_chain(kind);
  b->payload = crypto::random_bytes(kCmsPayload);
  const std::string text = "{\"inquiry\":\"" + std::string(kJwsPayload - 14, 'x') + "\"}";
  b->jws_payload = to_bytes(as_bytes(text));
  Budget budget;
  b->cms = must(sign::sign_bytes(b->payload, request_of(b->chain, format::Format::cades, sign::Packaging::attached), budget), "CMS");
  b->jws = must(sign::sign_bytes(b->jws_payload, request_of(b->chain, format::Format::jades, sign::Packaging::compact), budget), "JWS");
  b->xml_payload = to_bytes(as_bytes("<letter>" + std::string(kCmsPayload - 17, 'x') + "</letter>"));
  b->xml = must(sign::sign_bytes(b->xml_payload, request_of(b->chain, format::Format::xades, sign::Packaging::enveloped), budget), "XML");
  b->warm = verifier_of(b->chain, true, true);
  b->cold = verifier_of(b->chain, false, false);
  b->two_opinions = verifier_of(b->chain, false, false, 2);
  b->crls = crls_of(b->chain);
  b->key = must(b->chain.certificate->key(), "key");
  b->ca_key = must(b->chain.ca->key(), "key");
  b->root_key = must(b->chain.root->key(), "key");
  b->algorithm = crypto::preferred_algorithm(*b->key);
  const MemorySource cms(b->cms), token(b->jws), xml(b->xml);
  const format::SignedDocument facts = must(format::read(cms, nullptr, budget), "CMS");
  b->signed_octets = facts.signatures.front().signed_octets;
  b->value = facts.signatures.front().value;
  const format::SignedDocument jws_facts = must(format::read(token, nullptr, budget), "JWS");
  b->jws_input = std::string(as_text(jws_facts.signatures.front().signed_octets));
  b->jws_value = jws_facts.signatures.front().value;
  const format::SignedDocument xml_facts = must(format::read(xml, nullptr, budget), "XML");
  b->xml_octets = xml_facts.signatures.front().signed_octets;
  b->xml_value = xml_facts.signatures.front().value;
  return b;
}

void verify_with(const verify::Verifier& verifier, const Bytes& message, const pki::Evidence& evidence) {
  const MemorySource source(message);
  verify::Question question;
  question.now = kNow + kMinute;
  const auto verdict = verifier.verify(source, nullptr, evidence, question, nullptr);
  if (!verdict || verdict->outcome != verify::Outcome::accept) stop("a message that must be accepted was not");
}

verify::Verdict verdict_of(const verify::Verifier& verifier, const Bytes& message, const pki::Evidence& evidence) {
  verify::Question question;
  question.now = kNow + kMinute;
  return must(verifier.verify(MemorySource(message), nullptr, evidence, question, nullptr), "verdict");
}

void raw_verify(const crypto::PublicKey& key, const crypto::SignatureAlgorithm& algorithm, ByteView octets, ByteView value,
                crypto::EcdsaForm form = crypto::EcdsaForm::der) {
  if (key.verify(algorithm, octets, value, form) != crypto::SignatureCheck::good) stop("a raw verification failed");
}

void raw_cms(const Bench& b) {
  crypto::sha256(b.payload);
  raw_verify(*b.key, b.algorithm, b.signed_octets, b.value);
}

void raw_xml(const Bench& b) {
  crypto::sha256(b.xml_payload);
  raw_verify(*b.key, b.algorithm, b.xml_octets, b.xml_value, crypto::EcdsaForm::fixed);
}

void raw_cold(const Bench& b) {
  raw_cms(b);
  raw_verify(*b.ca_key, b.chain.certificate->signature_algorithm(), b.chain.certificate->tbs(), b.chain.certificate->signature());
  raw_verify(*b.root_key, b.chain.ca->signature_algorithm(), b.chain.ca->tbs(), b.chain.ca->signature());
}

void sign_cms(const Bench& b) {
  Budget budget;
  if (!sign::sign_bytes(b.payload, request_of(b.chain, format::Format::cades, sign::Packaging::detached), budget)) stop("signing failed");
}

void raw_sign(const Bench& b) {
  crypto::sha256(b.payload);
  const auto value = b.chain.key->sign(b.algorithm, b.signed_octets);
  if (!value) stop("raw signing failed");
  raw_verify(*b.key, b.algorithm, b.signed_octets, *value);
}

// OpenSSL's own CMS_verify with a store, for comparison.
struct Openssl {
  X509_STORE* store = X509_STORE_new();
  explicit Openssl(const Bench& b) {
    const unsigned char* at = b.chain.root->der().data();
    X509_STORE_add_cert(store, d2i_X509(nullptr, &at, static_cast<long>(b.chain.root->der().size())));
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), kNow.seconds + 60);
    X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
  }
};

void openssl_verify(const Bench& b, const Openssl& openssl) {
  const unsigned char* at = b.cms.data();
  CMS_ContentInfo* cms = d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(b.cms.size()));
  BIO* out = BIO_new(BIO_s_null());
  if (CMS_verify(cms, nullptr, openssl.store, nullptr, out, CMS_BINARY) != 1) stop("CMS_verify failed");
  BIO_free(out);
  CMS_ContentInfo_free(cms);
}

void add_rows(const Bench* b, bool rsa, std::vector<Row>& rows) {
  const std::string kind = rsa ? "rsa2048" : "p256", jws = rsa ? "rs256" : "es256";
  const char* raw = "digest and one raw verification";
  rows.push_back({"cms_verify_warm_" + kind, "CMS, 2 KiB, 2 certificates, path and revocation cached", raw, rsa ? 1.6 : 1.3,
                  [b] { verify_with(*b->warm, b->cms, b->crls); }, [b] { raw_cms(*b); }});
  rows.push_back({"jws_verify_warm_" + jws, "JWS, 256 octets, path and revocation cached", raw, rsa ? 1.6 : 1.25,
                  [b] { verify_with(*b->warm, b->jws, b->crls); },
                  [b] { raw_verify(*b->key, b->algorithm, as_bytes(b->jws_input), b->jws_value, crypto::EcdsaForm::fixed); }});
  rows.push_back({"cms_verify_cold_" + kind, "CMS, 2 KiB, 3 certificates, nothing cached, anchor that asks no revocation",
                  "digest and three raw verifications", rsa ? 2.2 : 1.6, [b] { verify_with(*b->cold, b->cms, b->none); },
                  [b] { raw_cold(*b); }});
  if (rsa)
    rows.push_back({"verify_two_opinions_cold", "the same with Botan asked too: value and chain", "digest and three raw verifications", 0,
                    [b] { verify_with(*b->two_opinions, b->cms, b->none); }, [b] { raw_cold(*b); }});
  rows.push_back({"cms_sign_" + kind, "CMS, detached, 2 KiB, with the check of our own signature",
                  "digest, raw signature, raw verification", rsa ? 1.15 : 1.4, [b] { sign_cms(*b); }, [b] { raw_sign(*b); }});
  if (auto jose = jose_verify(std::string(as_text(b->jws)), std::string(as_text(b->key->spki()))))
    rows.push_back({"libjose_jws_verify_" + jws, "libjose's jose_jws_ver of the same token, JSON and key parsed before (no certificate)",
                    "one raw verification", 0, std::move(jose),
                    [b] { raw_verify(*b->key, b->algorithm, as_bytes(b->jws_input), b->jws_value, crypto::EcdsaForm::fixed); }});
  rows.push_back({"xml_verify_warm_" + kind, "XML, 2 KiB, enveloped XAdES, path and revocation cached", raw, 0,
                  [b] { verify_with(*b->warm, b->xml, b->crls); }, [b] { raw_xml(*b); }});
  if (auto xmlsec = xmlsec_verify(b->xml, *b->chain.root))
    rows.push_back({"xmlsec_verify_" + kind, "xmlsec's verification of the same document with its certificates (no revocation)", raw, 0,
                    std::move(xmlsec), [b] { raw_xml(*b); }});
  if (rsa) {
    auto verdict = std::make_shared<verify::Verdict>(verdict_of(*b->warm, b->cms, b->crls));
    Row row{"report_html",
            "the clerk's page of a verdict, Persian",
            "one raw verification",
            0,
            [verdict] {
              if (verify::report_html(*verdict, "letter.p7m", Language::fa).empty()) stop("no page");
            },
            [b] { raw_cms(*b); }};
    row.most_us = 2000;
    rows.push_back(std::move(row));
  }
  auto openssl = std::make_shared<Openssl>(*b);
  rows.push_back({"openssl_cms_verify_" + kind, "OpenSSL's CMS_verify of the same message (no revocation)", raw, 0,
                  [b, openssl] { openssl_verify(*b, *openssl); }, [b] { raw_cms(*b); }});
}

}  // namespace

std::vector<Row> operation_rows() {
  std::vector<Row> rows;
  add_rows(make_bench(crypto::NewKey::p256), false, rows);
  add_rows(make_bench(crypto::NewKey::rsa2048), true, rows);
  return rows;
}

}  // namespace mohr::bench
