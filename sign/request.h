// What is to be signed, how, and by whom.
#pragma once

#include <functional>

#include "format/signed_document.h"
#include "pki/core/source.h"
#include "pki/crypto/signing_key.h"
#include "pki/fetch.h"
#include "pki/timestamp.h"

namespace mohr::sign {

enum class Packaging : std::uint8_t { by_format, enveloped, enveloping, detached, attached, compact, flattened };
enum class Level : std::uint8_t { b, t };

// Gives a time-stamp token (ContentInfo) over `stamped`, or says why there is none. Never asked for level B.
using Stamp = std::function<Result<Bytes>(ByteView stamped)>;

struct Request {
  format::Format format = format::Format::cades;
  Packaging packaging = Packaging::by_format;  // PDF and XML: enveloped; JSON: flattened; any file: detached
  Level level = Level::b;
  crypto::DigestAlgorithm digest = crypto::DigestAlgorithm::sha256;
  Instant now;  // claimed signing time
  const crypto::SigningKey* key = nullptr;
  pki::CertificatePtr certificate;
  std::vector<pki::CertificatePtr> chain;  // without the anchor; goes into the signature
  format::Identity identity;
  std::string media_type;        // of the content, "" when not known
  std::string reason, location;  // PDF only
  Stamp stamp;
};

// A Stamp that asks the RFC 3161 service at `url`: fresh nonce, the answer checked against the request and its own signature.
Stamp stamp_from(std::string url, pki::Fetcher& fetcher, Budget& budget);

}  // namespace mohr::sign
