#include "pki/ocsp.h"

#include "x509_vectors.h"

namespace mohr::pki {
namespace {

using asn1::context;
using vectors::bytes;
using vectors::extension;

bool parses(const Bytes& der) {
  Budget budget;
  return OcspResponse::parse(der, budget).has_value();
}

TEST(Ocsp, ReadsWhatOpensslWrote) {
  const CertificatePtr root = vectors::certificate("root.pem"), leaf = vectors::certificate("leaf.pem");
  Budget budget;
  const auto parsed = OcspResponse::parse(vectors::der("response.b64"), budget);
  ASSERT_TRUE(parsed) << render(parsed.error(), Language::en);
  const OcspResponse& response = **parsed;
  EXPECT_FALSE(response.responder_name());
  EXPECT_TRUE(equal(response.responder_key_hash(), root->subject_key_identifier()));
  ASSERT_EQ(response.responses().size(), 2U);
  const SingleResponse &revoked = response.responses()[0], &good = response.responses()[1];
  EXPECT_EQ(revoked.status, OcspStatus::revoked);
  EXPECT_EQ(revoked.revocation_time, (Instant{1'767'323'045}));
  EXPECT_EQ(revoked.reason, 1);
  EXPECT_EQ(good.status, OcspStatus::good);
  EXPECT_EQ(*good.next_update - good.this_update, 7300 * kDay);
  EXPECT_TRUE(matches(revoked.id, *leaf, *root));
  EXPECT_FALSE(matches(good.id, *leaf, *root));
  EXPECT_FALSE(matches(revoked.id, *leaf, *leaf));
  ASSERT_EQ(response.certificates().size(), 1U);
  EXPECT_TRUE(equal(response.certificates()[0]->der(), root->der()));
  EXPECT_TRUE((*root->key())->verify(response.signature_algorithm(), response.tbs(), response.signature()) == crypto::SignatureCheck::good);
}

TEST(Ocsp, WritesTheRequestThatOpensslWrites) {
  const CertificatePtr root = vectors::certificate("root.pem"), leaf = vectors::certificate("leaf.pem");
  const Bytes theirs = vectors::der("request.b64");
  const auto parsed = parse_ocsp_request(theirs);
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->ids.size(), 2U);
  EXPECT_TRUE(parsed->nonce.empty());
  EXPECT_TRUE(matches(parsed->ids[0], *leaf, *root));
  const Bytes nonce = bytes("000102030405060708090a0b0c0d0e0f");
  const Bytes ours = write_ocsp_request(*leaf, *root, nonce);
  const auto again = parse_ocsp_request(ours);
  ASSERT_TRUE(again);
  EXPECT_TRUE(equal(again->nonce, nonce));
  // Their first entry is our only one, octet for octet.
  asn1::Reader list = *asn1::single(theirs, asn1::kSequence);
  list = *list.enter(asn1::kSequence);
  list = *list.enter(asn1::kSequence);
  EXPECT_EQ(hex(asn1::sequence({asn1::sequence({asn1::sequence({list.next()->whole})})})), hex(write_ocsp_request(*leaf, *root, {})));
  vectors::cut_and_change(ours, [](const Bytes& b) { return parse_ocsp_request(b).has_value(); });
}

TEST(Ocsp, SurvivesEveryCutAndChange) { vectors::cut_and_change(vectors::der("response.b64"), parses); }

struct Pieces {
  Bytes digest = asn1::sequence({asn1::oid("2.16.840.1.101.3.4.2.1")});
  Bytes status = bytes("8000");
  Bytes single_end;  // nextUpdate, extensions
  Bytes version;
  Bytes responder = asn1::element(context(1), vectors::name("responder"));
  Bytes data_end;  // extensions
  Bytes certificates;
  Bytes type = asn1::oid("1.3.6.1.5.5.7.48.1.1");
  Bytes response_status = bytes("0a0100");
  bool bare = false;
};
Bytes assemble(const Pieces& p) {
  const Bytes time = asn1::generalized_time({1'800'000'000});
  const Bytes id = asn1::sequence({p.digest, asn1::octet_string(bytes("01")), asn1::octet_string(bytes("02")), asn1::integer(3)});
  const Bytes single = asn1::sequence({id, p.status, time, p.single_end});
  const Bytes data = asn1::sequence({p.version, p.responder, time, asn1::sequence({single}), p.data_end});
  const Bytes basic =
      asn1::sequence({data, asn1::sequence({asn1::oid("1.2.840.10045.4.3.2")}), asn1::bit_string(bytes("00")), p.certificates});
  if (p.bare) return basic;
  return asn1::sequence({p.response_status, asn1::element(context(0), asn1::sequence({p.type, asn1::octet_string(basic)}))});
}
Bytes held(unsigned tag, ByteView extensions) { return asn1::element(context(tag), asn1::sequence({extensions})); }

TEST(Ocsp, ReadsTheOtherForms) {
  Budget budget;
  Pieces p;
  p.bare = true;
  p.version = asn1::element(context(0), asn1::integer(0));
  p.digest = asn1::sequence({asn1::oid("2.999.1")});  // matches nothing, and spoils nothing else
  p.status = bytes("8200");
  p.single_end = held(1, extension("1.3.6.1.5.5.7.48.1.6", asn1::generalized_time({1'500'000'000})));
  p.data_end = held(1, extension("1.3.6.1.5.5.7.48.1.2", asn1::octet_string(bytes("aabb"))));
  const auto parsed = OcspResponse::parse(assemble(p), budget);
  ASSERT_TRUE(parsed) << render(parsed.error(), Language::en);
  EXPECT_EQ((*parsed)->responder_name()->display(), "responder");
  EXPECT_EQ(hex((*parsed)->nonce()), "aabb");
  const SingleResponse& single = (*parsed)->responses()[0];
  EXPECT_EQ(single.status, OcspStatus::unknown);
  EXPECT_EQ(single.archive_cutoff, (Instant{1'500'000'000}));
  EXPECT_FALSE(single.next_update);
  EXPECT_FALSE(matches(single.id, *vectors::certificate("leaf.pem"), *vectors::certificate("root.pem")));

  Pieces critical;
  critical.single_end = held(1, extension("2.999.1", bytes("0500"), asn1::boolean(true)));
  critical.data_end = held(1, extension("2.999.1", bytes("0500"), asn1::boolean(true)));
  const auto marked = OcspResponse::parse(assemble(critical), budget);
  ASSERT_TRUE(marked);
  EXPECT_TRUE((*marked)->has_unknown_critical_extension());
  EXPECT_TRUE((*marked)->responses()[0].unknown_critical_extension);
}

TEST(Ocsp, RefusesBrokenOnes) {
  ASSERT_TRUE(parses(assemble(Pieces{})));
  const std::vector<void (*)(Pieces&)> spoilers = {
      [](Pieces& p) { p.version = asn1::element(context(0), asn1::integer(1)); },
      [](Pieces& p) { p.responder = asn1::element(context(3), vectors::name("x")); },
      [](Pieces& p) { p.responder = asn1::element(context(1), bytes("3100")); },
      [](Pieces& p) { p.status = bytes("800100"); },
      [](Pieces& p) { p.status = bytes("8300"); },
      [](Pieces& p) { p.status = asn1::element(context(1), asn1::null()); },
      [](Pieces& p) {
        Bytes info = asn1::generalized_time({1'700'000'000});
        append(info, asn1::element(context(0), bytes("0a0107")));
        p.status = asn1::element(context(1), info);
      },
      [](Pieces& p) { p.single_end = asn1::null(); },
      [](Pieces& p) { p.single_end = asn1::element(context(1), bytes("3000")); },
      [](Pieces& p) { p.single_end = asn1::element(context(0), asn1::null()); },
      [](Pieces& p) { p.data_end = asn1::element(context(1), bytes("3000")); },
      [](Pieces& p) {
        Bytes twice = extension("2.999.1", bytes("0500"));
        append(twice, extension("2.999.1", bytes("0500")));
        p.data_end = held(1, twice);
      },
      [](Pieces& p) { p.certificates = held(0, bytes("3000")); },
      [](Pieces& p) { p.type = asn1::oid("1.3.6.1.5.5.7.48.1.5"); },
  };
  for (std::size_t i = 0; i < spoilers.size(); ++i) {
    Pieces p;
    spoilers[i](p);
    Budget budget;
    const auto response = OcspResponse::parse(assemble(p), budget);
    ASSERT_FALSE(response) << i;
    EXPECT_EQ(response.error().code, ErrorCode::ocsp_invalid) << i;
  }
  Budget budget;
  EXPECT_EQ(OcspResponse::parse(bytes("30030a0103"), budget).error().code, ErrorCode::ocsp_refused);  // tryLater
  Budget none(Limits().set(Limit::certificates, 0));
  EXPECT_EQ(failure(OcspResponse::parse(vectors::der("response.b64"), none).error()), Failure::budget);
  EXPECT_FALSE(parse_ocsp_request(bytes("300430023000")));
}

}  // namespace
}  // namespace mohr::pki
