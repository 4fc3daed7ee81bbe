#include "format/cms_long_term.h"

#include <algorithm>

#include "format/cms_message_timestamps.h"
#include "format/timestamp_carrier.h"
#include "pki/asn1/der_writer.h"

namespace mohr::format {
namespace {

using asn1::Oid;
using pki::CmsAttribute;

template <class T>
bool add_new(std::vector<std::shared_ptr<const T>>& items, std::shared_ptr<const T> item) {
  const auto same = [&](const auto& other) { return other->fingerprint() == item->fingerprint(); };
  if (std::any_of(items.begin(), items.end(), same)) return false;
  items.push_back(std::move(item));
  return true;
}

Result<void> add_certificate(ByteView der, Signature& signature, Budget& budget, pki::CertificateMemory* memory) {
  MOHR_CHECK(budget.spend(Limit::certificates));
  auto certificate = pki::parse_certificate(der, memory);
  if (certificate) add_new(signature.certificates, *std::move(certificate));
  else signature.findings.push_back(findings::cms_certificate_unreadable(static_cast<std::int64_t>(signature.certificates.size()) + 1));
  return {};
}

template <class T>
Result<void> add_parsed(Result<std::shared_ptr<const T>> parsed, std::vector<std::shared_ptr<const T>>& to, Signature& signature) {
  if (parsed) add_new(to, *std::move(parsed));
  else if (failure(parsed.error()) == Failure::budget) return std::move(parsed).error();
  else signature.findings.push_back(findings::cms_revocation_unreadable(static_cast<std::int64_t>(to.size()) + 1));
  return {};
}

// RevocationValues (EN 319 122-1 A.1.1.3): SEQUENCE { [0] lists, [1] BasicOCSPResponses, [2] others }, each OPTIONAL.
struct RevocationValues {
  std::vector<ByteView> crls, ocsp_responses;
};
Result<RevocationValues> parse_revocation_values(ByteView value) {
  RevocationValues values;
  asn1::Reader outer(value);
  MOHR_TRY(asn1::Reader inside, outer.enter(asn1::kSequence));
  for (const unsigned number : {0U, 1U}) {
    if (inside.peek() != asn1::context(number)) continue;
    MOHR_TRY(asn1::Reader wrapped, inside.enter(asn1::context(number)));
    MOHR_TRY(asn1::Reader list, wrapped.enter(asn1::kSequence));
    while (!list.at_end()) {
      MOHR_TRY(const asn1::Element one, list.next());
      (number == 0 ? values.crls : values.ocsp_responses).push_back(one.whole);
    }
  }
  return values;
}

std::vector<ByteView> parse_certificate_values(ByteView value) {
  std::vector<ByteView> certificates;
  asn1::Reader outer(value);
  auto list = outer.enter(asn1::kSequence);
  while (list && !list->at_end()) {
    const auto one = list->next();
    if (!one) break;
    certificates.push_back(one->whole);
  }
  return certificates;
}

// ATSHashIndex in its three versions (EN 319 122-1 5.5.2, TS 101 733 6.4.2): digests of what an archive time-stamp is over besides the
// signature itself.
struct HashIndex {
  ByteView whole;
  crypto::DigestAlgorithm digest = crypto::DigestAlgorithm::sha256;
  bool by_attribute = false;  // the first version: digests of whole attributes, not of each value
  std::vector<ByteView> certificates, revocations, attributes;
};

Result<std::vector<ByteView>> read_digests(asn1::Reader& reader) {
  std::vector<ByteView> digests;
  MOHR_TRY(asn1::Reader list, reader.enter(asn1::kSequence));
  while (!list.at_end()) {
    MOHR_TRY(digests.emplace_back(), list.octet_string());
  }
  return digests;
}

Result<HashIndex> parse_index(const CmsAttribute& attribute) {
  HashIndex index;
  index.by_attribute = attribute.id == Oid::ats_hash_index;
  if (attribute.values.size() != 1) return errors::cms_invalid(Code{"a hash index with several values"});
  index.whole = attribute.values.front();
  asn1::Reader outer(index.whole);
  MOHR_TRY(asn1::Reader inside, outer.enter(asn1::kSequence));
  asn1::Reader ahead = inside;
  MOHR_TRY(const asn1::Element first, ahead.next(asn1::kSequence));
  asn1::Reader identifier = inside.inside(first);
  if (identifier.peek() == asn1::kOid) {  // the first version leaves SHA-256 out
    MOHR_TRY(index.digest, crypto::read_digest_algorithm(inside));
  }
  MOHR_TRY(index.certificates, read_digests(inside));
  MOHR_TRY(index.revocations, read_digests(inside));
  MOHR_TRY(index.attributes, read_digests(inside));
  return index;
}

const CmsAttribute* find_index(const pki::SignerInfo& token_signer) {
  for (const Oid id : {Oid::ats_hash_index_v3, Oid::ats_hash_index_v2, Oid::ats_hash_index})
    if (const CmsAttribute* attribute = token_signer.unsigned_attribute(id)) return attribute;
  return nullptr;
}

class ArchiveReader {
 public:
  ArchiveReader(const pki::SignedData& data, const pki::SignerInfo& signer, const SignedContent& content, const Signature& signature)
      : data_(data), signer_(signer), content_(content), signature_(signature) {}

  // 5.5.3: eContentType, digest of the content, the SignerInfo without unsigned attributes, the index.
  Result<void> read(TimestampCarrier& carrier) {
    const pki::TimestampToken& token = *carrier.token;
    const CmsAttribute* attribute = find_index(token.cms.signers.front());
    auto index = attribute != nullptr ? parse_index(*attribute) : Result<HashIndex>(errors::cms_invalid(Code{"no hash index"}));
    if (!index) {
      carrier.findings.push_back(findings::timestamp_index_broken());
      return {};
    }
    MOHR_TRY(const Bytes content, content_.digest(token.digest));
    if (content.empty()) return {};
    Bytes octets = asn1::element(asn1::kOid, data_.content_type);
    append(octets, content);
    append(octets, signer_.signed_part);
    append(octets, index->whole);
    carrier.imprint = to_bytes(crypto::digest(token.digest, octets).view());
    carrier.index_digest = index->digest;
    carrier.covers.push_back(signature_.hash);
    add_covered(*index, carrier);
    std::sort(carrier.covers.begin(), carrier.covers.end());
    carrier.covers.erase(std::unique(carrier.covers.begin(), carrier.covers.end()), carrier.covers.end());
    return {};
  }

 private:
  // What the index names, as far as it is there. A name for something that is not there means that something was taken away.
  void add_covered(const HashIndex& index, TimestampCarrier& carrier) const {
    bool all = true;
    const auto match = [&](std::span<const ByteView> digests, std::span<const ByteView> octets, auto use) {
      for (const ByteView digest : digests) {
        const auto found = std::find_if(octets.begin(), octets.end(),
                                        [&](ByteView one) { return equal(crypto::digest(index.digest, one).view(), digest); });
        if (found == octets.end()) all = false;
        else use(static_cast<std::size_t>(found - octets.begin()));
      }
    };
    const auto cover = [&](ByteView octets) { carrier.covers.push_back(crypto::sha256(octets)); };
    match(index.certificates, data_.certificate_encodings, [&](std::size_t i) { cover(data_.certificate_encodings[i]); });
    std::vector<ByteView> revocations = data_.crl_encodings, contents = data_.crl_encodings;
    revocations.insert(revocations.end(), data_.ocsp_choices.begin(), data_.ocsp_choices.end());
    contents.insert(contents.end(), data_.ocsp_encodings.begin(), data_.ocsp_encodings.end());
    match(index.revocations, revocations, [&](std::size_t i) { cover(contents[i]); });
    std::vector<Bytes> named;
    std::vector<std::pair<const CmsAttribute*, std::size_t>> values;  // one, or all of the attribute's with kAll
    for (const CmsAttribute& attribute : signer_.unsigned_attributes) {
      if (index.by_attribute) {
        named.push_back(to_bytes(attribute.whole));
        values.emplace_back(&attribute, kAll);
        continue;
      }
      for (std::size_t i = 0; i < attribute.values.size(); ++i) {
        named.push_back(asn1::element(asn1::kOid, attribute.oid));
        append(named.back(), attribute.values[i]);
        values.emplace_back(&attribute, i);
      }
    }
    const std::vector<ByteView> views(named.begin(), named.end());
    match(index.attributes, views, [&](std::size_t i) { cover_attribute(*values[i].first, values[i].second, carrier); });
    if (!all) carrier.findings.push_back(findings::timestamp_index_broken());
  }

  static constexpr std::size_t kAll = SIZE_MAX;

  void cover_attribute(const CmsAttribute& attribute, std::size_t only, TimestampCarrier& carrier) const {
    for (std::size_t i = 0; i < attribute.values.size(); ++i)
      if (only == kAll || i == only) cover_value(attribute, attribute.values[i], signature_, carrier);
  }

  const pki::SignedData& data_;
  const pki::SignerInfo& signer_;
  const SignedContent& content_;
  const Signature& signature_;
};

}  // namespace

Result<void> read_values(const CmsAttribute& attribute, Signature& signature, Budget& budget, pki::CertificateMemory* memory) {
  for (const ByteView value : attribute.values) {
    if (attribute.id == Oid::certificate_values) {
      for (const ByteView der : parse_certificate_values(value)) MOHR_CHECK(add_certificate(der, signature, budget, memory));
      continue;
    }
    const auto values = parse_revocation_values(value);
    if (!values) {
      signature.findings.push_back(findings::cms_revocation_unreadable(1));
      continue;
    }
    for (const ByteView der : values->crls) MOHR_CHECK(add_parsed(pki::Crl::parse(der, budget), signature.crls, signature));
    for (const ByteView der : values->ocsp_responses)
      MOHR_CHECK(add_parsed(pki::OcspResponse::parse(der, budget), signature.ocsp_responses, signature));
  }
  return {};
}

void cover_value(const CmsAttribute& attribute, ByteView value, const Signature& signature, TimestampCarrier& carrier) {
  const auto cover = [&](ByteView octets) { carrier.covers.push_back(crypto::sha256(octets)); };
  if (attribute.id == Oid::certificate_values) {
    for (const ByteView der : parse_certificate_values(value)) cover(der);
  } else if (attribute.id == Oid::revocation_values) {
    if (const auto values = parse_revocation_values(value)) {
      for (const ByteView der : values->crls) cover(der);
      for (const ByteView der : values->ocsp_responses) cover(der);
    }
  } else if (attribute.id == Oid::counter_signature) {
    Budget budget;
    if (const auto counter = pki::parse_signer_info(value, budget)) cover(counter->signature);
  } else {
    cover_token(value, signature, carrier);
  }
}

bool is_long_term_timestamp(Oid attribute) {
  return attribute == Oid::archive_time_stamp_v3 || attribute == Oid::archive_time_stamp_v2 || attribute == Oid::references_time_stamp ||
         attribute == Oid::references_only_time_stamp;
}

Result<void> read_long_term_timestamps(const pki::SignedData& data, const pki::SignerInfo& signer, const SignedContent& content,
                                       Signature& signature, Budget& budget, pki::CertificateMemory* memory) {
  for (TimestampCarrier& carrier : signature.timestamps) {
    if (carrier.kind != TimestampKind::content || !carrier.token) continue;
    MOHR_TRY(carrier.imprint, content.digest(carrier.token->digest));
  }
  // All are read before the first is looked at: one covers others, wherever they stand in the set.
  std::vector<std::pair<std::size_t, Oid>> here;
  for (const CmsAttribute& attribute : signer.unsigned_attributes) {
    if (!is_long_term_timestamp(attribute.id)) continue;
    const bool archive = attribute.id == Oid::archive_time_stamp_v3 || attribute.id == Oid::archive_time_stamp_v2;
    for (const ByteView token : attribute.values) {
      here.emplace_back(signature.timestamps.size(), attribute.id);
      MOHR_TRY(signature.timestamps.emplace_back(),
               read_carrier(archive ? TimestampKind::archive : TimestampKind::references, token, budget, memory));
    }
  }
  for (const TimestampCarrier& carrier : signature.timestamps)
    if (carrier.token) MOHR_CHECK(read_token_evidence(*carrier.token, signature, budget, memory));
  ArchiveReader archives(data, signer, content, signature);
  const MessageTimestamps messages(data, signer, content, signature);
  for (const auto& [index, attribute] : here) {
    MOHR_CHECK(budget.in_time());  // each is over much of the message
    TimestampCarrier& carrier = signature.timestamps[index];
    if (!carrier.token) continue;
    if (attribute == Oid::archive_time_stamp_v3) {
      MOHR_CHECK(archives.read(carrier));
    } else if (attribute == Oid::archive_time_stamp_v2) {
      MOHR_CHECK(messages.read_archive(carrier));
    } else {
      messages.read_references(carrier, attribute == Oid::references_time_stamp);
    }
  }
  return {};
}

Result<void> read_token_evidence(const pki::TimestampToken& token, Signature& signature, Budget& budget, pki::CertificateMemory* memory) {
  for (const ByteView der : token.cms.crl_encodings) MOHR_CHECK(add_parsed(pki::Crl::parse(der, budget), signature.crls, signature));
  for (const ByteView der : token.cms.ocsp_encodings)
    MOHR_CHECK(add_parsed(pki::OcspResponse::parse(der, budget), signature.ocsp_responses, signature));
  for (const CmsAttribute& attribute : token.cms.signers.front().unsigned_attributes)
    if (attribute.id == Oid::certificate_values || attribute.id == Oid::revocation_values)
      MOHR_CHECK(read_values(attribute, signature, budget, memory));
  return {};
}

}  // namespace mohr::format
