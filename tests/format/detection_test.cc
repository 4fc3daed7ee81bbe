#include "format/reader.h"
#include "pki/asn1/der_writer.h"
#include "pki/asn1/pem.h"
#include "tests/support/issuing.h"

namespace mohr::format {
namespace {

using asn1::element;
using asn1::sequence;

std::string text(ByteView octets) { return std::string(as_text(octets)); }

std::string signed_data(std::string_view type, std::string_view content, bool long_digests = false) {
  const Bytes digests = element(asn1::kSet, long_digests ? Bytes(600, 0x05) : Bytes{});
  const Bytes inner =
      sequence({asn1::integer(1), digests, sequence({asn1::oid(type), element(asn1::context(0), asn1::octet_string(as_bytes(content)))}),
                element(asn1::kSet, ByteView{})});
  return text(sequence({asn1::oid("1.2.840.113549.1.7.2"), element(asn1::context(0), inner)}));
}

TEST(Detection, KindsByContent) {
  const test::Party& party = test::p256_party();
  const auto crl = pki::issue_crl({}, 1, test::kNow, test::kNow + kDay, *party.key, *party.certificate,
                                  crypto::preferred_algorithm(party.key->public_key()));
  ASSERT_TRUE(crl);
  const auto ocsp = pki::issue_ocsp_response({}, {}, test::kNow, test::kNow + kDay, *party.key, party.certificate);
  ASSERT_TRUE(ocsp);
  const std::string data_type = "1.2.840.113549.1.7.1", tst_type = "1.2.840.113549.1.9.16.1.4";
  const std::string message = signed_data(data_type, "text");
  const std::pair<std::string, Kind> rows[] = {
      {"%PDF-1.7\n...", Kind::pdf},
      {"<?xml version=\"1.0\"?><a/>", Kind::xml},
      {"\xef\xbb\xbf  <a/>", Kind::xml},
      {std::string("\xff\xfe<\0a\0", 6), Kind::xml},
      {"<\xd9\x86/>", Kind::xml},
      {"< 5 and > 3", Kind::other},
      {"<!DOCTYPE HTML><p>", Kind::other},
      {"\n {\"a\": 1}", Kind::json},
      {"{a: 1}", Kind::json},
      {"[1, 2]", Kind::json},
      {"[true]", Kind::json},
      {"[section]\nname = value\n", Kind::other},
      {"eyJhbGciOiJFUzI1NiJ9.e30.c2ln", Kind::jws_compact},
      {"eyJhbGciOiJFUzI1NiJ9..c2ln\n", Kind::jws_compact},
      {"eyJhbGciOiJFUzI1NiJ9.e30", Kind::other},
      {"www.example.com", Kind::other},
      {message, Kind::cms},
      {text(test::ber_from_der(as_bytes(message))), Kind::cms},
      {asn1::write_pem("CMS", as_bytes(message)), Kind::cms},
      {asn1::write_pem("PKCS7", as_bytes(message)), Kind::cms},
      {asn1::write_pem("PRIVATE KEY", as_bytes(message)), Kind::other},
      {signed_data(tst_type, "x"), Kind::timestamp},
      {text(sequence({sequence({asn1::integer(0)}), sequence({asn1::oid(data_type)})})), Kind::timestamp},
      {text(pki::timestamp_rejection(2, 15, "no")), Kind::timestamp},
      {text(pki::timestamp_rejection(2, 15, "")), Kind::timestamp},
      {text(party.certificate->der()), Kind::certificate},
      {pki::pem(*party.certificate), Kind::certificate},
      {text(*crl), Kind::crl},
      {asn1::write_pem("X509 CRL", *crl), Kind::crl},
      {text(*ocsp), Kind::ocsp},
      {text(pki::ocsp_error_response(6)), Kind::ocsp},
      {"0 apples and 1 pear", Kind::other},
      {"plain", Kind::other},
      {std::string("PK\x03\x04", 4) + "zip", Kind::other},
  };
  for (const auto& [octets, kind] : rows) {
    const auto found = detect(MemorySource(as_bytes(octets)));
    ASSERT_TRUE(found) << octets.substr(0, 40);
    EXPECT_EQ(kind_name(*found), kind_name(kind)) << octets.substr(0, 40);
  }
}

TEST(Detection, RefusesWhatTwoReadersWouldTake) {
  const std::string data_type = "1.2.840.113549.1.7.1";
  const std::string directory = "PK\x05\x06" + std::string(18, '\0');
  const std::pair<std::string, ErrorCode> rows[] = {
      {"", ErrorCode::file_empty},
      {"%PDF-1.7\n" + directory, ErrorCode::input_ambiguous},
      {"<a>%PDF-1.7</a>", ErrorCode::input_ambiguous},
      {"{\"a\": \"%PDF-1.7\"}", ErrorCode::input_ambiguous},
      {"<a/>" + directory, ErrorCode::input_ambiguous},
      {"{}" + directory, ErrorCode::input_ambiguous},
      {signed_data(data_type, " %PDF-1.7"), ErrorCode::input_ambiguous},
      {std::string("PK\x03\x04", 4) + "%PDF-1.7", ErrorCode::input_ambiguous},
      {"\n%PDF-1.7", ErrorCode::input_prefixed},
      {"\xef\xbb\xbf%PDF-1.7", ErrorCode::input_prefixed},
      {std::string(1000, 'x') + "%PDF-1.7", ErrorCode::input_prefixed},
  };
  for (const auto& [octets, code] : rows) {
    const auto found = detect(MemorySource(as_bytes(octets)));
    ASSERT_FALSE(found) << octets.substr(0, 40);
    EXPECT_EQ(row(found.error().code).id, row(code).id) << octets.substr(0, 40);
  }
  // A PDF inside a signature is what the signature says it is.
  const std::string attached = signed_data(data_type, "%PDF-1.7\n");
  EXPECT_EQ(*detect(MemorySource(as_bytes(attached))), Kind::cms);
  EXPECT_EQ(*detect(MemorySource(test::ber_from_der(as_bytes(signed_data(data_type, "text"))))), Kind::cms);
}

// No octets make the detection read past its window.
TEST(Detection, SurvivesEveryTruncationAndByte) {
  const std::string message = signed_data("1.2.840.113549.1.7.1", "text", true);
  for (std::size_t size = 1; size < 80; ++size) EXPECT_TRUE(detect(MemorySource(as_bytes(message).first(size))));
  for (std::size_t at = 0; at < 60; ++at) {
    std::string changed = message;
    for (const int value : {0, 1, 0x30, 0x7f, 0x80, 0x84, 0x87, 0x88, 0xff}) {
      changed[at] = static_cast<char>(value);
      EXPECT_TRUE(detect(MemorySource(as_bytes(changed))));
    }
  }
}

}  // namespace
}  // namespace mohr::format
