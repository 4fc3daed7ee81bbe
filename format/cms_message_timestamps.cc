#include "format/cms_message_timestamps.h"

#include <algorithm>

#include "format/timestamp_carrier.h"
#include "pki/asn1/der_writer.h"

namespace mohr::format {
namespace {

using asn1::Oid;
using pki::CmsAttribute;

// OtherHash: an OCTET STRING is SHA-1, which names nothing any more.
Result<void> read_hash(asn1::Reader& reader, std::vector<NamedEvidence>& named) {
  if (reader.peek() != asn1::kSequence) return {};
  NamedEvidence one;
  MOHR_TRY(asn1::Reader hash, reader.enter(asn1::kSequence));
  MOHR_TRY(one.digest, crypto::read_digest_algorithm(hash));
  MOHR_TRY(const ByteView value, hash.octet_string());
  one.value = to_bytes(value);
  named.push_back(std::move(one));
  return {};
}

// SEQUENCE OF SEQUENCE, each with its OtherHash behind `skipped` elements.
Result<void> read_list(asn1::Reader& reader, std::size_t skipped, std::vector<NamedEvidence>& named) {
  MOHR_TRY(asn1::Reader list, reader.enter(asn1::kSequence));
  while (!list.at_end()) {
    MOHR_TRY(asn1::Reader one, list.enter(asn1::kSequence));
    for (std::size_t i = 0; i < skipped; ++i) MOHR_CHECK(one.next());
    MOHR_CHECK(read_hash(one, named));
  }
  return {};
}

// CompleteRevocationRefs (EN 319 122-1 A.1.1.2.2): for each certificate [0] lists, [1] answers, each OPTIONAL.
Result<void> read_revocation_references(asn1::Reader& reader, std::vector<NamedEvidence>& named) {
  MOHR_TRY(asn1::Reader list, reader.enter(asn1::kSequence));
  while (!list.at_end()) {
    MOHR_TRY(asn1::Reader one, list.enter(asn1::kSequence));
    for (const unsigned number : {0U, 1U}) {
      if (one.peek() != asn1::context(number)) continue;
      MOHR_TRY(asn1::Reader wrapped, one.enter(asn1::context(number)));
      MOHR_TRY(asn1::Reader inside, wrapped.enter(asn1::kSequence));
      MOHR_CHECK(read_list(inside, number, named));
    }
  }
  return {};
}

// What a complete-references attribute names; where it cannot be read, what was read so far.
void add_named(const CmsAttribute& attribute, std::vector<NamedEvidence>& named) {
  for (const ByteView value : attribute.values) {
    asn1::Reader reader(value);
    const auto read = attribute.id == Oid::certificate_references ? read_list(reader, 0, named) : read_revocation_references(reader, named);
    if (!read) return;
  }
}

bool is_archive(Oid attribute) { return attribute == Oid::archive_time_stamp_v2 || attribute == Oid::archive_time_stamp_v3; }

}  // namespace

bool MessageTimestamps::came_later(const CmsAttribute& attribute, Instant time) const {
  return is_archive(attribute.id) && std::any_of(attribute.values.begin(), attribute.values.end(), [&](ByteView value) {
           const auto same = [&](const TimestampCarrier& other) { return equal(other.encoding, value); };
           const auto other = std::find_if(signature_.timestamps.begin(), signature_.timestamps.end(), same);
           return other == signature_.timestamps.end() || !other->token || other->token->time >= time;
         });
}

Result<void> MessageTimestamps::read_archive(TimestampCarrier& carrier) const {
  const pki::TimestampToken& token = *carrier.token;
  Bytes outside;
  if (!data_.content) {
    if (!content_.octets) return {};
    MOHR_TRY(outside, content_.octets());
    if (outside.empty()) return {};
  }
  Bytes attributes;
  for (const CmsAttribute& attribute : signer_.unsigned_attributes) {
    if (came_later(attribute, token.time)) continue;
    append(attributes, attribute.whole);
    for (const ByteView value : attribute.values) cover_value(attribute, value, signature_, carrier);
  }
  // TS 101 733 annex K, note 3: earlier versions left out tag and length of the unsigned attributes, so both are tried.
  const auto imprint = [&](ByteView unsigned_part) {
    crypto::Digest digest(token.digest);
    for (const ByteView part :
         {data_.content_field, ByteView(outside), data_.certificates_field, data_.revocations_field, signer_.signed_part, unsigned_part})
      digest.update(part);
    return to_bytes(digest.finish().view());
  };
  carrier.imprint = imprint(attributes.empty() ? Bytes{} : asn1::element(asn1::context(1), attributes));
  if (!equal(carrier.imprint, token.imprint))
    if (Bytes earlier = imprint(attributes); equal(earlier, token.imprint)) carrier.imprint = std::move(earlier);
  carrier.covers.push_back(signature_.hash);
  for (const auto* list : {&data_.certificate_encodings, &data_.crl_encodings, &data_.ocsp_encodings})
    for (const ByteView der : *list) carrier.covers.push_back(crypto::sha256(der));
  return {};
}

// EN 319 122-1 A.1.5.1 and A.1.5.2: of each attribute its type and values, without the SEQUENCE around them.
void MessageTimestamps::read_references(TimestampCarrier& carrier, bool with_signature) const {
  crypto::Digest digest(carrier.token->digest);
  if (with_signature) {
    digest.update(signer_.signature);
    carrier.covers.push_back(signature_.hash);
  }
  std::vector<NamedEvidence> named;
  for (const Oid id : {Oid::signature_time_stamp, Oid::certificate_references, Oid::revocation_references}) {
    if (id == Oid::signature_time_stamp && !with_signature) continue;
    for (const CmsAttribute& attribute : signer_.unsigned_attributes) {
      if (attribute.id != id) continue;
      if (const auto contents = asn1::single(attribute.whole)) digest.update(contents->value);
      if (id == Oid::signature_time_stamp) {
        for (const ByteView value : attribute.values) cover_value(attribute, value, signature_, carrier);
      } else {
        add_named(attribute, named);
      }
    }
  }
  carrier.imprint = to_bytes(digest.finish().view());
  cover_named(std::move(named), signature_, carrier);
}

}  // namespace mohr::format
