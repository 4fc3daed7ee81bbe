#include "format/cms_identity.h"

#include <array>

#include "pki/asn1/der_writer.h"
#include "pki/core/text.h"

namespace mohr::format {
namespace {

// .1 to .5: UTF8String each.
constexpr std::array kTexts = {&Identity::service_id, &Identity::tracking_id, &Identity::sender, &Identity::receiver,
                               &Identity::message_id};
constexpr Byte kExpires = 6, kInReplyTo = 7;

const Bytes& arc() {
  static const Bytes octets = asn1::contents_from_dotted(kIdentityArc).value_or(Bytes{});
  return octets;
}

std::string dotted(std::size_t number) { return std::string(kIdentityArc) + "." + std::to_string(number); }

}  // namespace

Result<bool> read_identity_attribute(const pki::CmsAttribute& attribute, Identity& identity) {
  const Bytes& prefix = arc();
  if (attribute.oid.size() != prefix.size() + 1 || !equal(attribute.oid.first(prefix.size()), prefix)) return false;
  if (attribute.values.size() != 1) return errors::der_invalid(Code{"an identity attribute without its one value"});
  const Byte number = attribute.oid.back();
  asn1::Reader reader(attribute.values.front());
  if (number >= 1 && number <= kTexts.size()) {
    MOHR_TRY(const asn1::Element text, reader.next(asn1::kUtf8String));
    if (!is_valid_utf8(as_text(text.value))) return reader.error("text that is not UTF-8");
    identity.*kTexts[number - 1U] = std::string(as_text(text.value));
  } else if (number == kExpires) {
    MOHR_TRY(identity.expires, reader.time());
  } else if (number == kInReplyTo) {
    MOHR_TRY(asn1::Reader inside, reader.enter(asn1::kSequence));
    MOHR_TRY(identity.request_digest, crypto::read_digest_algorithm(inside));
    MOHR_TRY(const ByteView digest, inside.octet_string());
    MOHR_CHECK(inside.finish());
    identity.request = to_bytes(digest);
  }
  return true;
}

std::vector<Bytes> write_identity_attributes(const Identity& identity) {
  std::vector<Bytes> attributes;
  for (std::size_t i = 0; i < kTexts.size(); ++i) {
    const std::string& text = identity.*kTexts[i];
    if (!text.empty()) attributes.push_back(pki::write_attribute(dotted(i + 1), asn1::utf8_string(text)));
  }
  if (identity.expires) attributes.push_back(pki::write_attribute(dotted(kExpires), asn1::generalized_time(*identity.expires)));
  if (!identity.request.empty())
    attributes.push_back(pki::write_attribute(dotted(kInReplyTo), asn1::sequence({crypto::write_digest_algorithm(identity.request_digest),
                                                                                  asn1::octet_string(identity.request)})));
  return attributes;
}

}  // namespace mohr::format
