#include "format/zip.h"

#include "pki/core/module.h"

namespace mohr::format {
namespace {

Result<const ZipModule*> module() {
  MOHR_TRY(const void* symbol, load_module("zip"));
  return static_cast<const ZipModule*>(symbol);
}

}  // namespace

Result<Bytes> write_zip(std::span<const ZipEntry> entries) {
  MOHR_TRY(const ZipModule* zip, module());
  return zip->write(entries);
}

Result<std::vector<ZipEntry>> read_zip(ByteView archive, Budget& budget) {
  MOHR_TRY(const ZipModule* zip, module());
  return zip->read(archive, budget);
}

}  // namespace mohr::format
