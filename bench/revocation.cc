// OCSP answers that were signed before they were asked for.
#include "bench/material.h"
#include "bench/rows.h"
#include "pki/issue.h"
#include "pki/presigned_ocsp.h"

namespace mohr::bench {
namespace {

struct Presigned {
  pki::PresignedOcsp held;
  std::vector<Bytes> requests;
  std::size_t next = 0;
  Bytes response;
};

// Ten thousand certificates of one authority, each with its answer.
std::shared_ptr<Presigned> make_presigned() {
  constexpr std::uint32_t kCertificates = 10'000;
  auto out = std::make_shared<Presigned>();
  const Chain chain = make_chain(crypto::NewKey::p256);
  const Bytes request = pki::write_ocsp_request(*chain.certificate, *chain.ca, {});
  pki::OcspRequest read = must(pki::parse_ocsp_request(request), "OCSP request");
  pki::CertificateId id = read.ids.front();
  const pki::OcspAnswer answer{id, pki::OcspStatus::good, {}, {}};
  out->response = must(pki::issue_ocsp_response({&answer, 1}, {}, kNow, kNow + kDay, *chain.ca_key, chain.ca), "OCSP response");
  const std::size_t size = id.serial.size(), at = static_cast<std::size_t>(id.serial.data() - request.data());
  for (std::uint32_t i = 0; i < kCertificates; ++i) {
    Bytes& one = out->requests.emplace_back(request);
    const std::uint32_t scattered = i * 2654435761U;
    for (unsigned b = 0; b < 4; ++b) one[at + size - 1 - b] = static_cast<Byte>(scattered >> (8 * b));
    const auto ids = must(pki::parse_ocsp_request(one), "OCSP request");
    out->held.hold(ids.ids.front(), out->response, kNow, kNow + kHour);
  }
  return out;
}

}  // namespace

std::vector<Row> revocation_rows() {
  const auto presigned = make_presigned();
  Row lookup;
  lookup.id = "ocsp_presigned_lookup";
  lookup.what = "an OCSP request read and answered from 10,000 answers that are held";
  lookup.reference = "a copy of the answer";
  lookup.most_us = 1;
  lookup.value = [presigned] {
    const Bytes& request = presigned->requests[presigned->next++ % presigned->requests.size()];
    const auto parsed = pki::parse_ocsp_request(request);
    const auto held = parsed ? presigned->held.find(parsed->ids.front(), kNow) : nullptr;
    if (held == nullptr) stop("an answer that is held was not found");
    const Bytes answer = *held;
    if (answer.empty()) stop("an empty answer");
  };
  lookup.base = [presigned] {
    const Bytes answer = presigned->response;
    if (answer.empty()) stop("an empty answer");
  };
  return {lookup};
}

}  // namespace mohr::bench
