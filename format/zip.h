// ZIP behind an interface: libzip is in the module "zip", loaded when the first one is read or written.
#pragma once

#include "pki/core/budget.h"
#include "pki/core/bytes.h"

namespace mohr::format {

struct ZipEntry {
  std::string name;  // relative, with '/'
  Bytes octets;
};
// Entries in their order, deflated; the same entries give the same octets. Errors: module_missing, zip_invalid.
Result<Bytes> write_zip(std::span<const ZipEntry> entries);
// Strict: a name twice, one that leads out of the archive, one encrypted, an archive with a comment or octets around it is refused. Errors:
// zip_invalid (names the entry), budget_exceeded (number and size of entries, ratio), module_missing.
Result<std::vector<ZipEntry>> read_zip(ByteView archive, Budget& budget);

// What the module holds.
struct ZipModule {
  Result<Bytes> (*write)(std::span<const ZipEntry> entries);
  Result<std::vector<ZipEntry>> (*read)(ByteView archive, Budget& budget);
};

}  // namespace mohr::format
