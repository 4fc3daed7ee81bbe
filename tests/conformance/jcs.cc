// RFC 8785: input/X must become output/X octet for octet; outhex/X.txt is the same in hexadecimal.
#include "suite.h"

namespace mohr::conformance {

void run_jcs(const std::string& folder, Cases& cases) {
  for (const std::string& file : files_under(folder + "/input", ".json")) {
    const std::string stem = file.substr(0, file.size() - 5);
    const Bytes expected = file_octets(folder + "/output/" + file);
    std::string hexadecimal;
    for (const Byte octet : file_octets(folder + "/outhex/" + stem + ".txt"))
      if (octet > ' ') hexadecimal += static_cast<char>(octet);
    Budget budget;
    const Bytes input = file_octets(folder + "/input/" + file);
    const auto value = json::parse(input, budget);
    if (!value) {
      cases.judge(stem, "canonical", "refused", false, describe(value.error()));
      continue;
    }
    const std::string ours = json::canonical(*value);
    cases.judge(stem, "canonical", equal(as_bytes(ours), expected) ? "canonical" : ours, equal(as_bytes(ours), expected));
    if (!hexadecimal.empty()) {
      const bool agreed = from_hex(hexadecimal) == to_bytes(as_bytes(ours));
      cases.judge(stem + "/hex", "canonical", agreed ? "canonical" : hex(as_bytes(ours)), agreed);
    }
  }
}

}  // namespace mohr::conformance
