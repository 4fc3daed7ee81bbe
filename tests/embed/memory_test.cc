// The C door when memory runs out: each allocation of a whole round fails once, and every time the answer is MOHR_BUDGET (or what it
// would have been), never an exception and never a crash.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <new>
#include <sstream>

#include "embed/mohr.h"

namespace {
// Counts down to the allocation that fails; negative: none does.
thread_local long countdown = -1;
bool fails_now() { return countdown >= 0 && countdown-- == 0; }
}  // namespace

void* operator new(std::size_t size) {
  if (fails_now()) throw std::bad_alloc();
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"  // gcc does not see that the operator new above is malloc too
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#pragma GCC diagnostic pop

namespace {

std::string file(const std::string& name) {
  std::ifstream in(std::string(MOHR_SOURCE_DIR "/testvectors/jades/") + name, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// With one opinion: Botan's pool of locked memory allocates while it frees, and ends the process when that fails (docs/opinions.md).
TEST(EmbedMemory, EveryAllocationMayFail) {
  const std::string options =
      R"({"trust": [")" MOHR_SOURCE_DIR R"(/testvectors/jades/root.pem"], "offline": true, "opinions": 1, "at": "2026-11-25T10:00:00Z"})";
  const std::string document = file("dss-flattened-t.json");
  ASSERT_FALSE(document.empty());
  mohr_verifier* verifier = nullptr;
  ASSERT_EQ(mohr_verifier_open(options.c_str(), &verifier, nullptr), 0);
  mohr_buffer report{};
  const int usual = mohr_verify_bytes(verifier, document.data(), document.size(), nullptr, 0, "a", nullptr, &report);
  EXPECT_EQ(usual, MOHR_HOLD);  // no revocation data
  const std::string usual_report(report.data, report.size);
  mohr_free(&report);
  long step = 0;
  for (bool failed = true; failed; ++step) {
    countdown = step;
    const int status = mohr_verify_bytes(verifier, document.data(), document.size(), nullptr, 0, "a", nullptr, &report);
    failed = countdown < 0;
    countdown = -1;
    // Sorting does with less when it must: then nothing differs.
    const bool same = status == usual && std::string(report.data, report.size) == usual_report;
    EXPECT_TRUE(same || (failed && status == MOHR_BUDGET)) << "allocation " << step << " gives " << status;
    mohr_free(&report);
    ASSERT_LT(step, 100000);
  }
  EXPECT_GT(step, 100);
  mohr_verifier_close(verifier);
}

TEST(EmbedMemory, OpeningMayFail) {
  const std::string options = R"({"trust": [")" MOHR_SOURCE_DIR R"(/testvectors/jades/root.pem"]})";
  long step = 0;
  for (bool failed = true; failed; ++step) {
    mohr_verifier* verifier = nullptr;
    mohr_buffer report{};
    countdown = step;
    const int status = mohr_verifier_open(options.c_str(), &verifier, &report);
    failed = countdown < 0;
    countdown = -1;
    EXPECT_EQ(status, failed ? MOHR_BUDGET : 0) << "allocation " << step;
    EXPECT_EQ(verifier == nullptr, failed);
    mohr_free(&report);
    mohr_verifier_close(verifier);
    ASSERT_LT(step, 100000);
  }
  EXPECT_GT(step, 20);
}

}  // namespace
