// OpenSSL's own answer to the questions of the suites: X509_verify_cert and EVP_DigestVerify, with its own decoders.
#pragma once

#include "tests/conformance/listener.h"

namespace mohr::opinions {

struct Answer {
  enum class Says : std::uint8_t { good, bad, none } says = Says::none;
  std::string words;
};

Answer openssl_path(const conformance::PathCase& question);
Answer openssl_value(const conformance::ValueCase& question);
std::string openssl_version();  // "3.0.22"

}  // namespace mohr::opinions
