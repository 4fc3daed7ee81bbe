// Trust as the files of folders that `mohr --trust` takes: what a record of a verdict carries, so that it can be made again.
#pragma once

#include "pki/trust.h"

namespace mohr::pki {

struct TrustFile {
  std::string name;  // "0/trust.json": relative, one folder for each anchor
  Bytes octets;
};
std::vector<TrustFile> files_of(const Trust& trust);
// The same trust again, with the same identity. Errors: trust_invalid, certificate_invalid, json_*.
Result<Trust> trust_from(std::span<const TrustFile> files);

}  // namespace mohr::pki
