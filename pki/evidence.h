// What a verdict may rest on besides the document: certificates, CRLs, OCSP responses, and what could not be had. Sorted by
// hash, so that the order in which things came never matters.
#pragma once

#include "pki/crl.h"
#include "pki/ocsp.h"

namespace mohr::pki {

enum class Origin : std::uint8_t { given, document, trust, network };

template <class T>
struct Held {
  std::shared_ptr<const T> item;
  Origin origin = Origin::given;
  std::string url;  // when it came from the network
};
struct FailedFetch {
  std::string url;
  Error error;
};

class Evidence {
 public:
  // Each returns false when it was there already.
  bool add(CertificatePtr certificate, Origin origin, std::string url = {});
  bool add(CrlPtr crl, Origin origin, std::string url = {});
  bool add(OcspResponsePtr response, Origin origin, std::string url = {});
  void add_failure(std::string url, Error error);
  [[nodiscard]] std::span<const Held<Certificate>> certificates() const { return certificates_; }
  [[nodiscard]] std::span<const Held<Crl>> crls() const { return crls_; }
  [[nodiscard]] std::span<const Held<OcspResponse>> ocsp_responses() const { return ocsp_responses_; }
  [[nodiscard]] std::span<const FailedFetch> failures() const { return failures_; }
  [[nodiscard]] bool has_failed(std::string_view url) const;
  // SHA-256 over the sorted hashes: the identity of what a verdict was built on.
  [[nodiscard]] crypto::Hash identity() const;

 private:
  std::vector<Held<Certificate>> certificates_;
  std::vector<Held<Crl>> crls_;
  std::vector<Held<OcspResponse>> ocsp_responses_;
  std::vector<FailedFetch> failures_;
};

}  // namespace mohr::pki
