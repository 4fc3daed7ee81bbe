// The facts of one CMS SignerInfo, the same for CAdES and PAdES.
#pragma once

#include "format/signed_document.h"

namespace mohr::format {

// What a message brings besides its signers, parsed once for all of them. What cannot be read becomes a finding.
struct CmsEvidence {
  std::vector<pki::CertificatePtr> certificates;
  std::vector<pki::CrlPtr> crls;
  std::vector<pki::OcspResponsePtr> ocsp_responses;
  Findings findings;
};
Result<CmsEvidence> read_cms_evidence(const pki::SignedData& data, Budget& budget, pki::CertificateMemory* memory);

// Everything but the digest of the content: references[0] is "content" with what the message-digest attribute says (expected), and its
// caller fills in `actual` with the digest of the signed octets by references[0].digest. Without a message-digest attribute there is no
// reference, and a finding. Errors: unsupported (no signed attributes), der_invalid.
Result<Signature> signature_from_signer(const pki::SignedData& data, std::size_t index, const CmsEvidence& evidence, Format format,
                                        Budget& budget, pki::CertificateMemory* memory);
// Adds the counter-signatures of that signer (RFC 5652 11.4), which is signatures[countersigned] and whose value is their content, and
// those in them. Errors: budget_exceeded.
Result<void> add_counter_signatures(const pki::SignedData& data, const pki::SignerInfo& signer, std::size_t countersigned,
                                    const CmsEvidence& evidence, std::vector<Signature>& signatures, Budget& budget,
                                    pki::CertificateMemory* memory);

}  // namespace mohr::format
