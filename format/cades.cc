#include "format/cades.h"

#include <algorithm>

#include "format/cms_long_term.h"
#include "format/cms_signature.h"
#include "pki/asn1/pem.h"

namespace mohr::format {
namespace {

// DER or BER as it is, or the one CMS or PKCS7 block of a PEM text. What begins as a SEQUENCE is never searched for PEM: an attached
// content may hold a block of its own.
Result<Bytes> read_message(const Source& document, Budget& budget) {
  MOHR_TRY(Bytes octets, read_all(document, budget.limit(Limit::memory_bytes)));
  if (octets.empty() || octets.front() == asn1::kSequence || !asn1::is_pem(octets)) return octets;
  MOHR_TRY(auto blocks, asn1::read_pem(octets));
  const auto is_message = [](const asn1::PemBlock& block) { return block.label == "CMS" || block.label == "PKCS7"; };
  const auto found = std::find_if(blocks.begin(), blocks.end(), is_message);
  if (found == blocks.end()) return errors::cms_not_signed_data(Code{blocks.empty() ? "PEM" : blocks.front().label});
  if (std::count_if(blocks.begin(), blocks.end(), is_message) > 1) return errors::unsupported(Code{"several CMS messages in one PEM file"});
  return std::move(found->contents);
}

std::vector<crypto::DigestAlgorithm> digests_of(const std::vector<Signature>& signatures) {
  std::vector<crypto::DigestAlgorithm> digests;
  for (const Signature& signature : signatures)
    for (const Reference& reference : signature.references)
      if (reference.digest != crypto::DigestAlgorithm::none && std::find(digests.begin(), digests.end(), reference.digest) == digests.end())
        digests.push_back(reference.digest);
  return digests;
}

// All digests of the content in one pass.
Result<void> digest_content(const pki::SignedData& data, const Source* content, SignedDocument& document, Budget& budget) {
  const std::vector<crypto::DigestAlgorithm> digests = digests_of(document.signatures);
  std::vector<crypto::Hash> hashes;
  if (data.content) {
    for (const crypto::DigestAlgorithm digest : digests) hashes.push_back(crypto::digest(digest, *data.content));
  } else if (content != nullptr) {
    const crypto::Range whole{0, content->size()};
    MOHR_TRY(hashes, crypto::digest_ranges(*content, {&whole, 1}, digests, budget));
  } else {
    document.needs_content = true;
    return {};
  }
  for (Signature& signature : document.signatures) {
    for (Reference& reference : signature.references) {
      const auto found = std::find(digests.begin(), digests.end(), reference.digest);
      if (found != digests.end()) reference.actual = to_bytes(hashes[static_cast<std::size_t>(found - digests.begin())].view());
    }
  }
  return {};
}

// A signature that brings its content, with a --content beside it: they must be the same.
Result<void> compare_content(const pki::SignedData& data, const Source* content, Budget& budget) {
  if (content == nullptr || !data.content) return {};
  MOHR_TRY(const crypto::Hash hash, crypto::digest_source(*content, crypto::DigestAlgorithm::sha256, budget));
  if (!(hash == crypto::sha256(*data.content))) return errors::cms_content_differs(Code{content->name()});
  return {};
}

}  // namespace

Result<SignedDocument> read_cades(const Source& source, const Source* content, Budget& budget, pki::CertificateMemory* memory) {
  SignedDocument document;
  document.format = Format::cades;
  document.size = source.size();
  MOHR_TRY(Bytes message, read_message(source, budget));
  MOHR_TRY(const pki::SignedData data, pki::parse_signed_data(std::move(message), budget));
  document.media_type = data.content ? "application/pkcs7-mime" : "application/pkcs7-signature";
  if (asn1::known_oid(data.content_type) == asn1::Oid::tst_info) return errors::input_no_document(Code{"time-stamp"});
  MOHR_CHECK(compare_content(data, content, budget));
  MOHR_TRY(const CmsEvidence evidence, read_cms_evidence(data, budget, memory));
  document.signatures.reserve(data.signers.size());
  for (std::size_t i = 0; i < data.signers.size(); ++i) {
    MOHR_TRY(Signature signature, signature_from_signer(data, i, evidence, Format::cades, budget, memory));
    document.signatures.push_back(std::move(signature));
  }
  MOHR_CHECK(digest_content(data, content, document, budget));
  const auto digest = [&](crypto::DigestAlgorithm algorithm) -> Result<Bytes> {
    if (data.content) return to_bytes(crypto::digest(algorithm, *data.content).view());
    if (content == nullptr) return Bytes{};
    MOHR_TRY(const crypto::Hash hash, crypto::digest_source(*content, algorithm, budget));
    return to_bytes(hash.view());
  };
  const auto outside = [&]() -> Result<Bytes> {
    if (content == nullptr) return Bytes{};
    return read_all(*content, budget.limit(Limit::memory_bytes));
  };
  for (std::size_t i = 0; i < data.signers.size(); ++i)
    MOHR_CHECK(read_long_term_timestamps(data, data.signers[i], {digest, outside}, document.signatures[i], budget, memory));
  for (std::size_t i = 0; i < data.signers.size(); ++i)
    MOHR_CHECK(add_counter_signatures(data, data.signers[i], i, evidence, document.signatures, budget, memory));
  return document;
}

}  // namespace mohr::format
