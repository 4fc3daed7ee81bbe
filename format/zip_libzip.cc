// ZIP by libzip.
#include "format/zip.h"

#include <zip.h>

#include <memory>
#include <set>

#include "pki/core/text.h"

namespace mohr::format {
namespace {

Error invalid(std::string what) { return errors::zip_invalid(Code{printable(what)}); }

std::string words_of(zip_error_t* error) { return zip_error_strerror(error); }

struct Closed {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
template <class T>
using Held = std::unique_ptr<T, Closed>;

constexpr std::uint16_t kDosTime = 0, kDosDate = (0 << 9) | (1 << 5) | 1;  // 1980-01-01: the clock of the writer is nobody's business

// What libzip reads from and writes to; one reference of ours stays when the archive goes.
Result<Held<zip_source_t>> buffer(const void* octets, std::size_t size) {
  Held<zip_source_t> source(zip_source_buffer_create(octets, size, 0, nullptr));
  if (!source) return invalid("no memory");
  return source;
}

Result<Held<zip_t>> open(zip_source_t* source, int flags) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_keep(source);
  Held<zip_t> archive(zip_open_from_source(source, flags, &error));
  if (!archive) {
    zip_source_free(source);
    const std::string words = words_of(&error);
    zip_error_fini(&error);
    return invalid(words);
  }
  return archive;
}

Result<void> add(zip_t* archive, const ZipEntry& entry) {
  zip_source_t* source = zip_source_buffer(archive, entry.octets.data(), entry.octets.size(), 0);
  if (source == nullptr) return invalid(words_of(zip_get_error(archive)));
  const zip_int64_t index = zip_file_add(archive, entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    return invalid(words_of(zip_get_error(archive)));
  }
  zip_file_set_dostime(archive, static_cast<zip_uint64_t>(index), kDosTime, kDosDate, 0);
  return {};
}

Result<Bytes> content_of(zip_source_t* source) {
  zip_stat_t facts;
  if (zip_source_stat(source, &facts) != 0 || zip_source_open(source) != 0) return invalid(words_of(zip_source_error(source)));
  Bytes octets(facts.size);
  const zip_int64_t got = zip_source_read(source, octets.data(), octets.size());
  zip_source_close(source);
  if (got != static_cast<zip_int64_t>(octets.size())) return invalid("it could not be written");
  return octets;
}

Result<Bytes> write(std::span<const ZipEntry> entries) {
  MOHR_TRY(const Held<zip_source_t> target, buffer(nullptr, 0));
  MOHR_TRY(Held<zip_t> archive, open(target.get(), ZIP_CREATE | ZIP_TRUNCATE));
  for (const ZipEntry& entry : entries) MOHR_CHECK(add(archive.get(), entry));
  if (zip_close(archive.get()) != 0) return invalid(words_of(zip_get_error(archive.get())));
  archive.release();  // NOLINT(bugprone-unused-return-value): zip_close has freed it
  return content_of(target.get());
}

// Names that stay inside the archive, whatever a program does with them.
bool is_inside(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.find('\\') != std::string_view::npos || name.find('\0') != std::string_view::npos)
    return false;
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t stop = std::min(name.find('/', at), name.size());
    const std::string_view part = name.substr(at, stop - at);
    if (part == ".." || part == "." || part.empty()) return false;
    at = stop + 1;
  }
  return true;
}

Result<ZipEntry> read_entry(zip_t* archive, zip_uint64_t index, Budget& budget) {
  zip_stat_t facts;
  if (zip_stat_index(archive, index, 0, &facts) != 0) return invalid(words_of(zip_get_error(archive)));
  constexpr zip_uint64_t kWanted = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_ENCRYPTION_METHOD;
  if ((facts.valid & kWanted) != kWanted) return invalid("an entry without name or size");
  ZipEntry entry;
  entry.name = facts.name;
  if (!is_inside(entry.name)) return invalid("the name " + entry.name);
  if (facts.encryption_method != ZIP_EM_NONE) return invalid("encrypted: " + entry.name);
  constexpr zip_uint64_t kSmall = 1 << 20;  // below that no ratio does harm
  MOHR_CHECK(budget.within(Limit::memory_bytes, facts.size));
  MOHR_CHECK(budget.spend(Limit::memory_bytes, facts.size));
  if (facts.size > kSmall) MOHR_CHECK(budget.within(Limit::ratio, facts.size / std::max<zip_uint64_t>(facts.comp_size, 1)));
  const Held<zip_file_t> file(zip_fopen_index(archive, index, 0));
  if (!file) return invalid(words_of(zip_get_error(archive)));
  entry.octets.resize(facts.size);
  const zip_int64_t got = zip_fread(file.get(), entry.octets.data(), entry.octets.size());
  Byte more = 0;  // the CRC is checked at the end of the file
  if (got != static_cast<zip_int64_t>(entry.octets.size()) || zip_fread(file.get(), &more, 1) != 0)
    return invalid("damaged: " + entry.name);
  return entry;
}

Result<std::vector<ZipEntry>> read(ByteView octets, Budget& budget) {
  if (octets.size() < 4 || as_text(octets.first(4)) != "PK\x03\x04") return invalid("it does not begin as one");
  MOHR_TRY(const Held<zip_source_t> source, buffer(octets.data(), octets.size()));
  MOHR_TRY(const Held<zip_t> archive, open(source.get(), ZIP_RDONLY | ZIP_CHECKCONS));
  int comment = 0;
  if (zip_get_archive_comment(archive.get(), &comment, ZIP_FL_ENC_RAW) != nullptr && comment > 0) return invalid("it has a comment");
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  MOHR_CHECK(budget.within(Limit::zip_entries, static_cast<std::uint64_t>(std::max<zip_int64_t>(count, 0))));
  std::vector<ZipEntry> entries;
  std::set<std::string> names;
  for (zip_int64_t i = 0; i < count; ++i) {
    MOHR_TRY(ZipEntry entry, read_entry(archive.get(), static_cast<zip_uint64_t>(i), budget));
    if (!names.insert(entry.name).second) return invalid("twice: " + entry.name);
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace
}  // namespace mohr::format

extern "C" __attribute__((visibility("default"))) const mohr::format::ZipModule mohr_module = {&mohr::format::write, &mohr::format::read};
