// Key files (PKCS#12, RFC 7292), old and new encodings. Part of mohr_keys.
#pragma once

#include "pki/certificate.h"
#include "pki/crypto/signing_key.h"

namespace mohr::pki {

struct KeyFile {
  std::unique_ptr<crypto::SigningKey> key;
  CertificatePtr certificate;         // that belongs to the key
  std::vector<CertificatePtr> chain;  // the others in the file
};
// Errors: key_wrong_passphrase, key_file_invalid, key_certificate_mismatch.
Result<KeyFile> open_pkcs12(ByteView file, const Secret& passphrase);
Result<Bytes> write_pkcs12(const crypto::SigningKey& key, const Certificate& certificate, std::span<const CertificatePtr> chain,
                           const Secret& passphrase, const std::string& friendly_name);

}  // namespace mohr::pki
