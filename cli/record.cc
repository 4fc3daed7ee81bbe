#include "cli/record.h"

namespace mohr::cli {

Result<verify::Record> read_record(const std::string& path) {
  Budget budget;
  MOHR_TRY(const Bytes octets, read_file(path, budget.limit(Limit::memory_bytes)));
  return verify::read_record(octets, budget);
}

bool is_record(const std::string& path) {
  std::array<Byte, 4> magic{};
  const auto file = FileSource::open(path);
  return file && (*file)->size() > magic.size() && (*file)->read_at(0, magic) && as_text(magic) == "PK\x03\x04";
}

}  // namespace mohr::cli
