// Material of the certificate tests: files of testvectors/x509 (made by openssl, see make.sh there) and certificates put together by hand.
#pragma once

#include <gtest/gtest.h>

#include "pki/asn1/der_writer.h"
#include "pki/asn1/pem.h"
#include "pki/certificate.h"

namespace mohr::pki::vectors {

inline Bytes file(const std::string& name) {
  auto bytes = read_file(std::string(MOHR_SOURCE_DIR "/testvectors/x509/") + name, 1 << 20);
  EXPECT_TRUE(bytes) << name;
  return bytes ? *std::move(bytes) : Bytes{};
}
inline Bytes der(const std::string& name) {  // PEM, or bare base64
  const Bytes text = file(name);
  if (!asn1::is_pem(text)) return from_base64(as_text(text)).value_or(Bytes{});
  auto blocks = asn1::read_pem(text);
  EXPECT_TRUE(blocks && blocks->size() == 1) << name;
  return blocks ? blocks->front().contents : Bytes{};
}
inline CertificatePtr certificate(const std::string& name) {
  auto certificate = Certificate::parse(der(name));
  EXPECT_TRUE(certificate) << render(certificate.error(), Language::en);
  return *certificate;
}

inline Bytes bytes(std::string_view hexadecimal) { return from_hex(hexadecimal).value(); }
inline Bytes attribute(std::string_view oid, asn1::Tag tag, ByteView value) {
  return asn1::sequence({asn1::oid(oid), asn1::element(tag, value)});
}
inline Bytes name(std::string_view common_name, asn1::Tag tag = asn1::kUtf8String) {
  return asn1::sequence({asn1::element(asn1::kSet, attribute("2.5.4.3", tag, as_bytes(common_name)))});
}

// The pieces of a certificate; each can be spoilt.
struct Pieces {
  Bytes version = asn1::element(asn1::context(0), asn1::integer(2));
  Bytes serial = asn1::integer(5);
  Bytes inner_algorithm = asn1::sequence({asn1::oid("1.2.840.10045.4.3.2")});
  Bytes outer_algorithm = inner_algorithm;
  Bytes issuer = name("issuer"), subject = name("subject");
  Bytes not_before = asn1::utc_or_generalized_time({1'700'000'000}), not_after = asn1::utc_or_generalized_time({4'000'000'000});
  Bytes spki = asn1::sequence({asn1::sequence({asn1::oid("2.999.3")}), asn1::bit_string(bytes("0102"))});
  Bytes unique_ids;
  std::vector<Bytes> extensions;
  Bytes after_extensions, after_signature, after_all;
  Bytes signature = asn1::bit_string(bytes("00"));
};
inline Bytes extension(std::string_view oid, ByteView value, ByteView critical = {}) {
  return asn1::sequence({asn1::oid(oid), critical, asn1::octet_string(value)});
}
inline Bytes assemble(const Pieces& p) {
  Bytes list;
  for (const Bytes& e : p.extensions) append(list, e);
  const Bytes extensions = p.extensions.empty() ? Bytes{} : asn1::element(asn1::context(3), asn1::element(asn1::kSequence, list));
  const Bytes tbs = asn1::sequence({p.version, p.serial, p.inner_algorithm, p.issuer, asn1::sequence({p.not_before, p.not_after}),
                                    p.subject, p.spki, p.unique_ids, extensions, p.after_extensions});
  Bytes out = asn1::sequence({tbs, p.outer_algorithm, p.signature, p.after_signature});
  append(out, p.after_all);
  return out;
}

// Every cut of `input` must be refused, and every changed octet must be survived (in asan builds: without a fault).
template <class Parse>
void cut_and_change(const Bytes& input, Parse parse) {
  for (std::size_t size = 0; size < input.size(); ++size) {
    const Bytes cut(input.begin(),
                    input.begin() + static_cast<std::ptrdiff_t>(size));  // its own buffer, so that a reader past its end is seen
    EXPECT_FALSE(parse(cut)) << "cut at " << size;
  }
  Bytes changed = input;
  for (std::size_t i = 0; i < input.size(); ++i) {
    for (const int change : {0x01, 0x80, 0xff, 0x20}) {
      changed[i] = static_cast<Byte>(input[i] ^ change);
      (void)parse(changed);
    }
    changed[i] = input[i];
  }
  Bytes longer = input;
  longer.push_back(0);
  EXPECT_FALSE(parse(longer)) << "one octet after the end";
}

}  // namespace mohr::pki::vectors
