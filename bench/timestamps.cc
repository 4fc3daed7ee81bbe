// Time-stamps: a token made by our authority, and one verified, its path judged before.
#include "bench/material.h"
#include "bench/rows.h"
#include "format/timestamp_carrier.h"
#include "pki/issue.h"
#include "verify/evaluation.h"

namespace mohr::bench {
namespace {

constexpr std::size_t kStamped = 256;  // a signature value of RSA-2048

pki::TimestampRequest request_for(ByteView stamped) {
  pki::TimestampRequest request;
  request.imprint = to_bytes(crypto::sha256(stamped).view());
  request.nonce = Bytes(16, 0x42);
  return request;
}

Bytes answer(const Authority& authority, ByteView octets) {
  const auto request = must(pki::parse_timestamp_request(octets), "request");
  pki::TimestampProfile profile;
  profile.policy = "2.999.1";
  profile.now = kNow;
  profile.serial = Bytes(16, 0x43);
  return must(pki::issue_timestamp_response(request, profile, *authority.key, authority.certificate, {}), "token");
}

// Everything that a token is verified with; lives until the program ends.
struct Verification {
  Authority authority;
  Bytes stamped, token;
  pki::Trust trust;
  pki::Evidence evidence;
  verify::PathCache cache;
  pki::CertificateMemory memory;
  verify::Question question;
  verify::Options options;
  crypto::Hash identity;
  std::shared_ptr<const crypto::PublicKey> key;
  crypto::SignatureAlgorithm algorithm;
  Bytes signed_octets, value;
};

void verify_token(Verification& v) {
  Budget budget;
  const format::TimestampCarrier carrier =
      must(format::read_carrier_over(format::TimestampKind::signature, v.token, v.stamped, {}, budget, &v.memory), "token");
  const pki::ProofsOfExistence proofs;
  const verify::Grounds grounds{v.evidence, v.trust, budget, &v.cache, v.identity, nullptr, nullptr, nullptr, &proofs};
  const auto verdict = verify::judge_timestamp(carrier, {}, {v.question, v.options, grounds});
  if (!verdict || !verdict->good) stop("a time-stamp that must be good was not");
}

Verification* make_verification() {
  auto* v = new Verification;  // NOLINT: kept until the program ends
  v->authority = make_authority(crypto::NewKey::rsa2048, "Bench TSA", asn1::Oid::kp_time_stamping);
  v->stamped = crypto::random_bytes(kStamped);
  v->token = token_over(v->stamped, v->authority, kNow);
  if (auto added = v->trust.add_anchor({v->authority.certificate, false, false, "bench"}); !added) stop("anchor");
  v->question.now = kNow + kMinute;
  v->options.opinions = 1;
  v->identity = v->trust.identity();
  Budget budget;
  const auto token = must(pki::parse_timestamp_token(v->token, budget), "token");
  v->key = must(v->authority.certificate->key(), "key");
  v->algorithm = token.cms.signers[0].signature_algorithm;
  v->signed_octets = to_bytes(token.cms.signers[0].signed_octets);
  v->value = to_bytes(token.cms.signers[0].signature);
  return v;
}

}  // namespace

std::vector<Row> timestamp_rows() {
  std::vector<Row> rows;
  auto authority = std::make_shared<Authority>(make_authority(crypto::NewKey::p256, "Bench TSA", asn1::Oid::kp_time_stamping));
  const Bytes request = pki::write_timestamp_request(request_for(Bytes(kStamped, 1)));
  const crypto::SignatureAlgorithm algorithm = crypto::preferred_algorithm(authority->key->public_key());
  rows.push_back({"tsa_token_p256", "request read, token of P-256 made, its certificate in it", "one raw signature", 1.4,
                  [authority, request] { answer(*authority, request); },
                  [authority, algorithm] { must(authority->key->sign(algorithm, Bytes(160, 2)), "signature"); }});
  auto* v = make_verification();
  rows.push_back({"tst_verify_warm_rsa2048", "time-stamp token parsed and verified, its path judged before",
                  "digest and one raw verification", 1.6, [v] { verify_token(*v); },
                  [v] {
                    crypto::sha256(v->stamped);
                    if (v->key->verify(v->algorithm, v->signed_octets, v->value) != crypto::SignatureCheck::good) stop("raw verification");
                  }});
  return rows;
}

}  // namespace mohr::bench
