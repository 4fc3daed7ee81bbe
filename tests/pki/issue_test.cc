// What pki/issue.h writes is read back by our own strict readers; the foreign readers are in tests/interop.
#include "pki/issue.h"

#include <gtest/gtest.h>

namespace mohr::pki {
namespace {

using asn1::Oid;
constexpr Instant kNow{1'790'000'000};

struct Issued {
  std::unique_ptr<crypto::SigningKey> key;
  CertificatePtr certificate;
};

Issued issue(const CertificateProfile& wanted, const Issued* issuer = nullptr, crypto::NewKey kind = crypto::NewKey::p256) {
  auto key = crypto::generate_key(kind);
  EXPECT_TRUE(key);
  CertificateProfile profile = wanted;
  profile.spki = to_bytes((*key)->public_key().spki());
  profile.serial = crypto::random_bytes(12);
  profile.not_before = kNow - kDay;
  profile.not_after = kNow + kDay;
  const crypto::SigningKey& signer = issuer ? *issuer->key : **key;
  auto der =
      issue_certificate(profile, signer, issuer ? issuer->certificate.get() : nullptr, crypto::preferred_algorithm(signer.public_key()));
  EXPECT_TRUE(der);
  auto certificate = Certificate::parse(*der);
  EXPECT_TRUE(certificate) << render(certificate.error(), Language::en);
  return {*std::move(key), *certificate};
}

CertificateProfile authority_profile() {
  const NamePart parts[] = {{Oid::country, "IR"}, {Oid::organizational_unit, "نمایشی"}, {Oid::common_name, "Test CA"}};
  CertificateProfile profile;
  profile.subject = write_name(parts);
  profile.ca = true;
  profile.path_length = 0;
  profile.key_usage = kKeyCertSign | kCrlSign;
  return profile;
}

CertificateProfile leaf_profile() {
  const NamePart parts[] = {{Oid::country, "IR"}, {Oid::serial_number, "0076229645"}, {Oid::common_name, "Maryam Demonstration [Sign]"}};
  CertificateProfile profile;
  profile.subject = write_name(parts);
  profile.key_usage = kDigitalSignature | kContentCommitment;
  profile.extended_key_usages = {Oid::kp_client_auth};
  profile.extended_key_usage_critical = true;
  profile.policies = {"2.999.364.101.1.1.2"};
  profile.crl_urls = {"http://127.0.0.1:1/crl/a.crl"};
  profile.ocsp_urls = {"http://127.0.0.1:1/ocsp"};
  profile.ca_issuer_urls = {"http://127.0.0.1:1/ca/a.cer"};
  return profile;
}

bool is_signed_by(const Certificate& certificate, const Certificate& issuer) {
  const auto key = issuer.key();
  return key &&
         (*key)->verify(certificate.signature_algorithm(), certificate.tbs(), certificate.signature()) == crypto::SignatureCheck::good;
}

TEST(Issue, CertificatesCarryTheirProfile) {
  const Issued ca = issue(authority_profile(), nullptr, crypto::NewKey::rsa2048);
  const Issued leaf = issue(leaf_profile(), &ca);
  EXPECT_TRUE(ca.certificate->is_ca());
  EXPECT_EQ(ca.certificate->basic_constraints()->path_length, 0);
  EXPECT_TRUE(ca.certificate->extension(Oid::basic_constraints)->critical);
  EXPECT_TRUE(is_signed_by(*ca.certificate, *ca.certificate));
  const Certificate& c = *leaf.certificate;
  EXPECT_TRUE(is_signed_by(c, *ca.certificate));
  EXPECT_FALSE(is_signed_by(c, c));
  EXPECT_EQ(c.version(), 3);
  EXPECT_FALSE(c.is_ca());
  EXPECT_TRUE(c.issuer().equals(ca.certificate->subject()));
  EXPECT_TRUE(equal(c.authority_key_identifier(), ca.certificate->subject_key_identifier()));
  EXPECT_EQ(c.key_usage(), std::uint32_t{kDigitalSignature | kContentCommitment});
  EXPECT_TRUE(c.extension(Oid::key_usage)->critical);
  EXPECT_TRUE(c.extension(Oid::extended_key_usage)->critical);
  EXPECT_TRUE(c.has_extended_key_usage(Oid::kp_client_auth));
  ASSERT_EQ(c.policies().size(), 1U);
  EXPECT_EQ(asn1::dotted(c.policies()[0]), "2.999.364.101.1.1.2");
  ASSERT_EQ(c.crl_distribution_points().size(), 1U);
  EXPECT_EQ(c.crl_distribution_points()[0].urls, std::vector<std::string>{"http://127.0.0.1:1/crl/a.crl"});
  EXPECT_EQ(c.ocsp_urls()[0], "http://127.0.0.1:1/ocsp");
  EXPECT_EQ(c.ca_issuer_urls()[0], "http://127.0.0.1:1/ca/a.cer");
  EXPECT_TRUE(c.oddities().empty());
  EXPECT_EQ(signer_role(c.subject()), SignerRole::person);
  // A value with '[' may not be a PrintableString: UTF8String it is; the code of a person is a PrintableString.
  const auto rdns = c.subject().rdns();
  ASSERT_TRUE(rdns);
  EXPECT_EQ((*rdns)[1][0].tag, asn1::kPrintableString);
  EXPECT_EQ((*rdns)[2][0].tag, asn1::kUtf8String);
}

TEST(Issue, CrlsListWhatWasRevoked) {
  const Issued ca = issue(authority_profile());
  const Revocation revoked[] = {{Bytes{0x11}, kNow - kHour, 1}, {Bytes{0x22}, kNow - kHour, std::nullopt}};
  for (const std::size_t count : {std::size_t{0}, std::size_t{2}}) {
    auto der =
        issue_crl({revoked, count}, 7, kNow, kNow + kDay, *ca.key, *ca.certificate, crypto::preferred_algorithm(ca.key->public_key()));
    ASSERT_TRUE(der);
    Budget budget;
    auto crl = Crl::parse(*der, budget);
    ASSERT_TRUE(crl) << render(crl.error(), Language::en);
    EXPECT_EQ((*crl)->entries(), count);
    EXPECT_EQ((*crl)->this_update(), kNow);
    EXPECT_EQ((*crl)->next_update(), kNow + kDay);
    EXPECT_FALSE((*crl)->has_unknown_critical_extension());
    EXPECT_TRUE(equal((*crl)->number(), Bytes{7}));
    EXPECT_EQ(ca.key->public_key().verify((*crl)->signature_algorithm(), (*crl)->tbs(), (*crl)->signature()), crypto::SignatureCheck::good);
    const auto found = (*crl)->find(Bytes{0x11}, (*crl)->issuer());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->has_value(), count == 2);
    if (count == 2) {
      EXPECT_EQ((*found)->reason, 1);
    }
    EXPECT_FALSE((*crl)->find(Bytes{0x33}, (*crl)->issuer())->has_value());
  }
}

TEST(Issue, OcspResponsesAnswerTheirRequest) {
  const Issued ca = issue(authority_profile());
  const Issued leaf = issue(leaf_profile(), &ca);
  CertificateProfile responder_profile = leaf_profile();
  responder_profile.extended_key_usages = {Oid::kp_ocsp_signing};
  responder_profile.ocsp_nocheck = true;
  const Issued responder = issue(responder_profile, &ca);
  EXPECT_NE(responder.certificate->extension(Oid::ocsp_nocheck), nullptr);
  const Bytes nonce = crypto::random_bytes(16);
  const Bytes request = write_ocsp_request(*leaf.certificate, *ca.certificate, nonce);
  const auto parsed = parse_ocsp_request(request);
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->ids.size(), 1U);
  for (const OcspStatus status : {OcspStatus::good, OcspStatus::revoked, OcspStatus::unknown}) {
    const OcspAnswer answer[] = {{parsed->ids[0], status, kNow - kHour, 6}};
    auto der = issue_ocsp_response(answer, parsed->nonce, kNow, kNow + kDay, *responder.key, responder.certificate);
    ASSERT_TRUE(der);
    Budget budget;
    auto response = OcspResponse::parse(*der, budget);
    ASSERT_TRUE(response) << render(response.error(), Language::en);
    const OcspResponse& r = **response;
    EXPECT_TRUE(equal(r.nonce(), nonce));
    EXPECT_EQ(r.produced_at(), kNow);
    ASSERT_EQ(r.responses().size(), 1U);
    EXPECT_TRUE(matches(r.responses()[0].id, *leaf.certificate, *ca.certificate));
    EXPECT_FALSE(matches(r.responses()[0].id, *responder.certificate, *ca.certificate));
    EXPECT_EQ(r.responses()[0].status, status);
    if (status == OcspStatus::revoked) {
      EXPECT_EQ(r.responses()[0].revocation_time, kNow - kHour);
      EXPECT_EQ(r.responses()[0].reason, 6);
    }
    EXPECT_EQ(responder.key->public_key().verify(r.signature_algorithm(), r.tbs(), r.signature()), crypto::SignatureCheck::good);
    ASSERT_EQ(r.certificates().size(), 1U);
    EXPECT_EQ(r.certificates()[0]->fingerprint(), responder.certificate->fingerprint());
  }
  Budget budget;
  const auto refused = OcspResponse::parse(ocsp_error_response(6), budget);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::ocsp_refused);
}

TEST(Issue, TimestampsAnswerTheirRequest) {
  const Issued ca = issue(authority_profile());
  CertificateProfile profile = leaf_profile();
  profile.extended_key_usages = {Oid::kp_time_stamping};
  const Issued tsa = issue(profile, &ca, crypto::NewKey::rsa2048);
  for (const bool certificates : {true, false}) {
    TimestampRequest request;
    request.imprint = to_bytes(crypto::sha256(as_bytes("document")).view());
    request.nonce = {0x01, 0x02};
    request.certificates = certificates;
    TimestampProfile wanted{"2.999.1", kNow, crypto::random_bytes(16), 1};
    auto response = issue_timestamp_response(request, wanted, *tsa.key, tsa.certificate, {});
    ASSERT_TRUE(response);
    const auto der = token_from_response(*response);
    ASSERT_TRUE(der) << render(der.error(), Language::en);
    Budget budget;
    const auto token = parse_timestamp_token(*der, budget);
    ASSERT_TRUE(token) << render(token.error(), Language::en);
    EXPECT_EQ(token->time, kNow);
    EXPECT_EQ(token->accuracy_milliseconds, 1000);
    EXPECT_EQ(asn1::dotted(token->policy), "2.999.1");
    EXPECT_TRUE(answers(*token, request));
    TimestampRequest other = request;
    other.nonce = {0x03};
    EXPECT_FALSE(answers(*token, other));
    EXPECT_EQ(token->certificates.size(), certificates ? 1U : 0U);
    const CertificatePtr given[] = {tsa.certificate};
    EXPECT_TRUE(check_token(*token, given).findings.empty());
  }
  const auto rejected = token_from_response(timestamp_rejection(2, 0, "no"));
  ASSERT_FALSE(rejected);
  EXPECT_EQ(rejected.error().code, ErrorCode::timestamp_refused);
}

}  // namespace
}  // namespace mohr::pki
