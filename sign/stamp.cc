#include "sign/request.h"

namespace mohr::sign {
namespace {

constexpr std::uint64_t kAnswerAtMost = 1 << 20;
constexpr int kSeconds = 15;

Result<Bytes> ask(const std::string& url, pki::Fetcher& fetcher, Budget& budget, ByteView stamped) {
  pki::TimestampRequest request;
  request.imprint = to_bytes(crypto::sha256(stamped).view());
  request.nonce = crypto::random_bytes(16);
  if (request.nonce.size() != 16) return errors::crypto_failed(Code{"random octets"});
  request.nonce[0] = static_cast<Byte>((request.nonce[0] & 0x7f) | 0x40);  // positive and of full length
  pki::FetchRequest fetch;
  fetch.url = url;
  fetch.body = pki::write_timestamp_request(request);
  fetch.content_type = "application/timestamp-query";
  fetch.accept = "application/timestamp-reply";
  fetch.at_most = kAnswerAtMost;
  fetch.seconds = kSeconds;
  MOHR_TRY(const Bytes answer, fetcher.fetch(fetch, budget));
  MOHR_TRY(const ByteView token_octets, pki::token_from_response(answer));
  MOHR_TRY(const pki::TimestampToken token, pki::parse_timestamp_token(token_octets, budget));
  MOHR_CHECK(pki::answers(token, request));
  const pki::TokenCheck check = pki::check_token(token, {});
  if (!check.findings.empty()) return errors::timestamp_answer_unusable(Code{url}, cause(check.findings.front()));
  return to_bytes(token_octets);
}

}  // namespace

Stamp stamp_from(std::string url, pki::Fetcher& fetcher, Budget& budget) {
  return [url = std::move(url), &fetcher, &budget](ByteView stamped) -> Result<Bytes> {
    auto token = ask(url, fetcher, budget, stamped);
    if (token || failure(token.error()) == Failure::environment || failure(token.error()) == Failure::budget) return token;
    // What the service sent cannot be read: that is the service's fault and not the document's.
    return errors::timestamp_answer_unusable(Code{url}, cause(token.error()));
  };
}

}  // namespace mohr::sign
