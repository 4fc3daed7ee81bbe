// A PDF signed as the tests of what comes after it want it: PAdES, P-256, no time-stamp.
#pragma once

#include "sign/signer.h"
#include "tests/support/issuing.h"

namespace mohr::sign {

inline std::string signed_pdf(const std::string& pdf) {
  Request request;
  request.format = format::Format::pades;
  request.now = test::kNow;
  request.key = test::p256_party().key.get();
  request.certificate = test::p256_party().certificate;
  Budget budget;
  MemorySink out;
  EXPECT_TRUE(write_pades(MemorySource(as_bytes(pdf)), request, out, budget));
  return std::string(as_text(out.bytes()));
}

}  // namespace mohr::sign
