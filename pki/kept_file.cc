#include "pki/kept_file.h"

namespace mohr::pki {
namespace {

// MAC, size of the facts (big-endian), facts, octets.
constexpr std::size_t kMac = 32, kFront = kMac + 4, kLargestFacts = 1 << 20;

}  // namespace

Result<Bytes> KeptFile::octets(std::uint64_t at_most) const {
  const std::uint64_t size = source->size() - octets_at;
  if (size > at_most) return errors::budget_exceeded(Code{"memory-bytes"}, static_cast<std::int64_t>(at_most));
  Bytes out(size);
  MOHR_CHECK(source->read_at(octets_at, out));
  return out;
}

Result<KeptFile> open_kept(const std::string& path, std::string_view purpose, const Installation& installation) {
  KeptFile file;
  MOHR_TRY(file.source, FileSource::open(path));
  const auto damaged = [&] { return errors::state_unsafe(Code{path}, Code{"it is damaged or not of this computer"}); };
  std::array<Byte, kFront> front{};
  if (file.source->size() < kFront) return damaged();
  MOHR_CHECK(file.source->read_at(0, front));
  std::size_t size = 0;
  for (std::size_t i = kMac; i < kFront; ++i) size = size << 8 | front[i];
  if (size > kLargestFacts || size > file.source->size() - kFront) return damaged();
  Bytes facts(size);
  MOHR_CHECK(file.source->read_at(kFront, facts));
  if (!installation.is_ours(purpose, facts, ByteView(front).first(kMac))) return damaged();
  Budget budget;
  MOHR_TRY(file.facts, json::parse(facts, budget));
  file.octets_at = kFront + size;
  return file;
}

Result<void> write_kept(const std::string& path, std::string_view purpose, const Installation& installation, const json::Value& facts,
                        ByteView octets) {
  const std::string text = json::write(facts);
  Bytes front = to_bytes(installation.mac(purpose, as_bytes(text)).view());
  if (front.size() != kMac || text.size() > kLargestFacts) return errors::file_not_writable(Code{path}, Code{"too many facts"});
  for (int shift = 24; shift >= 0; shift -= 8) front.push_back(static_cast<Byte>(text.size() >> shift));
  append(front, as_bytes(text));
  MOHR_TRY(NewFile file, NewFile::create(path, true, 0600));
  MOHR_CHECK(file.write(front));
  MOHR_CHECK(file.write(octets));
  return file.commit(NewFile::Flush::no);
}

}  // namespace mohr::pki
