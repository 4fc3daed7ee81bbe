#include "pki/timestamp.h"

#include "pki/asn1/der_writer.h"
#include "tests/support/issuing.h"

namespace mohr::pki {
namespace {

TimestampRequest request_for(std::string_view text) {
  TimestampRequest request;
  request.imprint = to_bytes(crypto::sha256(as_bytes(text)).view());
  request.nonce = {0x41, 0x42, 0x43};
  return request;
}

Bytes response_to(const TimestampRequest& request, const test::Party& authority) {
  TimestampProfile profile;
  profile.policy = "2.999.1";
  profile.now = test::kNow;
  profile.serial = {0x17};
  auto response = issue_timestamp_response(request, profile, *authority.key, authority.certificate, {});
  EXPECT_TRUE(response);
  return *std::move(response);
}

TEST(Timestamp, RequestsAreReadBack) {
  for (const bool bare : {false, true}) {
    TimestampRequest request = request_for("a");
    if (bare) {
      request.nonce.clear();
      request.certificates = false;
    } else {
      request.policy = *asn1::contents_from_dotted("2.999.1");
    }
    const auto read = parse_timestamp_request(write_timestamp_request(request));
    ASSERT_TRUE(read) << render(read.error(), Language::en);
    EXPECT_EQ(read->imprint, request.imprint);
    EXPECT_EQ(read->nonce, request.nonce);
    EXPECT_EQ(read->policy, request.policy);
    EXPECT_EQ(read->certificates, request.certificates);
  }
  TimestampRequest wrong = request_for("a");
  wrong.imprint.pop_back();
  EXPECT_FALSE(parse_timestamp_request(write_timestamp_request(wrong)));
}

TEST(Timestamp, AnswersAreReadAndCompared) {
  const test::Party authority = test::timestamp_party();
  const TimestampRequest request = request_for("a");
  const Bytes response = response_to(request, authority);
  const auto octets = token_from_response(response);
  ASSERT_TRUE(octets) << render(octets.error(), Language::en);
  Budget budget;
  const auto token = parse_timestamp_token(*octets, budget);
  ASSERT_TRUE(token) << render(token.error(), Language::en);
  EXPECT_EQ(token->time, test::kNow);
  EXPECT_EQ(token->accuracy_milliseconds, 1000);
  EXPECT_EQ(asn1::dotted(token->policy), "2.999.1");
  EXPECT_TRUE(answers(*token, request));
  const TokenCheck check = check_token(*token, {});
  EXPECT_EQ(check.signer->fingerprint(), authority.certificate->fingerprint());
  for (const Finding& finding : check.findings) ADD_FAILURE() << render(finding, Language::en);

  struct Row {
    const char* what;
    void (*change)(TimestampRequest&);
  };
  const Row rows[] = {
      {"nonce", [](TimestampRequest& r) { r.nonce = {0x42}; }},
      {"imprint", [](TimestampRequest& r) { r.imprint[0] ^= 1; }},
      {"digest", [](TimestampRequest& r) { r.digest = crypto::DigestAlgorithm::sha3_256; }},
      {"policy", [](TimestampRequest& r) { r.policy = *asn1::contents_from_dotted("2.999.2"); }},
  };
  for (const Row& row : rows) {
    TimestampRequest other = request;
    row.change(other);
    const auto result = answers(*token, other);
    ASSERT_FALSE(result) << row.what;
    EXPECT_EQ(result.error().code, ErrorCode::timestamp_mismatch) << row.what;
  }
}

TEST(Timestamp, ChecksOfTheTokenItself) {
  const test::Party authority = test::timestamp_party(), lax = test::timestamp_party(false), officer = test::p256_party();
  TimestampRequest request = request_for("a");
  const auto findings_of = [&](const Bytes& response, std::span<const CertificatePtr> more = {}) {
    Budget budget;
    const auto octets = token_from_response(response);
    const auto token = parse_timestamp_token(*octets, budget);
    std::vector<Check> checks;
    if (!token) return checks;
    for (const Finding& finding : check_token(*token, more).findings) checks.push_back(finding.check);
    return checks;
  };
  using Checks = std::vector<Check>;
  EXPECT_EQ(findings_of(response_to(request, lax)), Checks{Check::timestamp_usage_wrong});
  EXPECT_EQ(findings_of(response_to(request, officer)), Checks{Check::timestamp_usage_wrong});
  const Bytes good = response_to(request, authority);
  Bytes other_imprint = request.imprint;
  other_imprint[3] ^= 1;
  EXPECT_EQ(findings_of(test::replaced(good, request.imprint, other_imprint)), Checks{Check::timestamp_content_changed});
  Bytes bad_value = good;
  bad_value.back() ^= 1;
  EXPECT_EQ(findings_of(bad_value), Checks{Check::timestamp_value_bad});
  request.certificates = false;
  const Bytes without = response_to(request, authority);
  EXPECT_EQ(findings_of(without), Checks{Check::timestamp_signer_missing});
  EXPECT_EQ(findings_of(without, {&authority.certificate, 1}), Checks{});
}

// RFC 8419 3.1: a token by an Edwards key fixes its content with SHA-512 or SHAKE256, and with nothing weaker.
TEST(Timestamp, EdwardsKeysDemandTheirDigest) {
  using crypto::DigestAlgorithm;
  test::PartyOptions options;
  options.extended_key_usages = {asn1::Oid::kp_time_stamping};
  options.critical = true;
  for (const auto& [kind, own] :
       {std::pair{crypto::NewKey::ed25519, DigestAlgorithm::sha512}, {crypto::NewKey::ed448, DigestAlgorithm::shake256}}) {
    const test::Party authority = test::make_party(kind, options);
    Budget budget;
    const Bytes response = response_to(request_for("a"), authority);
    const auto good = parse_timestamp_token(*token_from_response(response), budget);
    ASSERT_TRUE(good);
    EXPECT_EQ(good->cms.signers.front().digest, own);
    EXPECT_TRUE(check_token(*good, {}).findings.empty());

    SignedAttributes attributes;
    attributes.attributes.push_back(write_attribute(asn1::dotted(asn1::Oid::content_type), asn1::oid(asn1::dotted(asn1::Oid::tst_info))));
    attributes.attributes.push_back(write_attribute(
        asn1::dotted(asn1::Oid::message_digest), asn1::octet_string(crypto::digest(DigestAlgorithm::sha256, *good->cms.content).view())));
    attributes.attributes.push_back(write_signing_certificate_v2(*authority.certificate, DigestAlgorithm::sha256));
    const Bytes octets = signed_attributes_octets(attributes);
    SignedDataParts parts;
    const std::string_view tst_info = asn1::dotted(asn1::Oid::tst_info);
    parts.content_type = tst_info;
    parts.content = good->cms.content;
    parts.signer = authority.certificate.get();
    parts.certificates = {authority.certificate};
    parts.algorithm = crypto::preferred_algorithm(authority.key->public_key());
    parts.signed_attributes = octets;
    const auto value = authority.key->sign(parts.algorithm, octets);
    ASSERT_TRUE(value);
    parts.signature = *value;
    const auto weak = parse_timestamp_token(write_signed_data(parts), budget);
    ASSERT_TRUE(weak) << render(weak.error(), Language::en);
    const TokenCheck check = check_token(*weak, {});
    ASSERT_EQ(check.findings.size(), 1U);
    EXPECT_EQ(check.findings.front().check, Check::cms_digests_differ);
  }
}

TEST(Timestamp, RefusalsSpeakAndBrokenAnswersAreNamed) {
  const auto refused = token_from_response(timestamp_rejection(2, 15, "policy\x1b[31m"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::timestamp_refused);
  const std::string words = render(refused.error(), Language::en);
  EXPECT_NE(words.find("policy"), std::string::npos);
  EXPECT_NE(words.find("unacceptedPolicy"), std::string::npos);
  EXPECT_EQ(words.find('\x1b'), std::string::npos);  // what a service says cannot paint the terminal
  const std::string_view html = "<html>login</html>";
  EXPECT_EQ(token_from_response(as_bytes(html)).error().code, ErrorCode::timestamp_invalid);
  const Bytes empty = asn1::sequence({asn1::sequence({asn1::integer(0)})});
  EXPECT_EQ(token_from_response(empty).error().code, ErrorCode::timestamp_invalid);
  const Bytes good = response_to(request_for("a"), test::timestamp_party());
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(token_from_response(ByteView(good).first(size)));
}

}  // namespace
}  // namespace mohr::pki
