// Time-stamps over elements of a CMS message as they stand in it: references to evidence (EN 319 122-1 A.1.5), archive-time-stamp v2 (TS
// 101 733 6.4.1).
#pragma once

#include "format/cms_long_term.h"

namespace mohr::format {

class MessageTimestamps {
 public:
  // All that is borrowed outlives the object; the time-stamps of `signature` are read already.
  MessageTimestamps(const pki::SignedData& data, const pki::SignerInfo& signer, const SignedContent& content, const Signature& signature)
      : data_(data), signer_(signer), content_(content), signature_(signature) {}

  // Imprint and cover of a carrier whose token is there. Errors: those of the content.
  Result<void> read_archive(TimestampCarrier& carrier) const;
  // With or without the signature and its time-stamps.
  void read_references(TimestampCarrier& carrier, bool with_signature) const;

 private:
  [[nodiscard]] bool came_later(const pki::CmsAttribute& attribute, Instant time) const;
  const pki::SignedData& data_;
  const pki::SignerInfo& signer_;
  const SignedContent& content_;
  const Signature& signature_;
};

}  // namespace mohr::format
