#include "pki/crl_index.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "pki/crl_index_form.h"

namespace mohr::pki {

using namespace index_form;

struct CrlIndex::State {
  CrlIndexHead head;
  std::string path;
  Form form;
  int file = -1;
  struct stat as_opened {};
  const Byte* mapped = nullptr;
  mutable std::vector<std::atomic<std::uint64_t>> verified;  // one bit for each page
  mutable std::atomic<std::int64_t> looked_at{-1};           // the clock's tick at which the file was last seen to be as it was opened

  ~State() {
    if (mapped != nullptr) ::munmap(const_cast<Byte*>(mapped), form.file_size());
    if (file >= 0) ::close(file);
  }
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  [[nodiscard]] Error damaged() const { return errors::crl_index_damaged(Code{path}); }

  // Nobody writes into an index once it has its name; whoever did so all the same must not be believed, nor make us touch what is cut off.
  // Asking the system costs more than the lookup: once for each tick of its clock (a few milliseconds) is enough.
  [[nodiscard]] bool is_as_opened() const {
    struct timespec clock {};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &clock);
    const std::int64_t tick = clock.tv_sec * 1'000'000'000 + clock.tv_nsec;
    if (looked_at.load(std::memory_order_relaxed) == tick) return true;
    struct stat now {};
    const bool same = ::fstat(file, &now) == 0 && now.st_size == as_opened.st_size && now.st_mtim.tv_sec == as_opened.st_mtim.tv_sec &&
                      now.st_mtim.tv_nsec == as_opened.st_mtim.tv_nsec;
    if (same) looked_at.store(tick, std::memory_order_relaxed);
    return same;
  }

  // The page with that number, verified at its first touch: read then, so that a disk that fails is an error and no signal.
  [[nodiscard]] const Byte* page(std::uint64_t number, const Byte* hash) const {
    const Byte* const at = mapped + number * kPage;
    std::atomic<std::uint64_t>& word = verified[number / 64];
    const std::uint64_t bit = std::uint64_t{1} << (number % 64);
    if ((word.load(std::memory_order_relaxed) & bit) != 0) return at;
    std::array<Byte, kPage> octets;
    if (::pread(file, octets.data(), kPage, static_cast<off_t>(number * kPage)) != static_cast<ssize_t>(kPage)) return nullptr;
    const crypto::Hash found = crypto::sha256(octets);
    if (found.size != kHash || std::memcmp(found.octets.data(), hash, kHash) != 0) return nullptr;
    word.fetch_or(bit, std::memory_order_relaxed);
    return at;
  }
};

CrlIndex::CrlIndex(std::unique_ptr<State> state) : state_(std::move(state)) {}
CrlIndex::~CrlIndex() = default;
const CrlIndexHead& CrlIndex::head() const { return state_->head; }
const std::string& CrlIndex::path() const { return state_->path; }
std::uint64_t CrlIndex::file_size() const { return state_->form.file_size(); }

Result<CrlIndexPtr> CrlIndex::open(const std::string& path, const Installation& installation) {
  auto state = std::make_unique<State>();
  state->path = path;
  const auto not_readable = [&] { return errors::file_not_readable(Code{path}, Code{std::strerror(errno)}); };  // NOLINT
  state->file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (state->file < 0) return errno == ENOENT ? errors::file_not_found(Code{path}) : not_readable();
  if (::fstat(state->file, &state->as_opened) != 0) return not_readable();
  if (!S_ISREG(state->as_opened.st_mode)) return state->damaged();
  const auto read_beginning = [&](std::size_t size) {
    Bytes octets(size);
    const ssize_t got = ::pread(state->file, octets.data(), size, 0);
    octets.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return octets;
  };
  Bytes beginning = read_beginning(kPage);
  const auto size = head_size(beginning);
  if (!size) return state->damaged();
  if (*size > beginning.size()) beginning = read_beginning(*size);
  auto head = read_head(beginning, installation);
  if (!head) return state->damaged();
  state->head = *std::move(head);
  state->form = form_of(state->head);
  if (state->form.file_size() != static_cast<std::uint64_t>(state->as_opened.st_size)) return state->damaged();
  void* const mapped = ::mmap(nullptr, state->form.file_size(), PROT_READ, MAP_SHARED, state->file, 0);
  if (mapped == MAP_FAILED) return not_readable();
  state->mapped = static_cast<const Byte*>(mapped);
  ::madvise(mapped, state->form.file_size(), MADV_RANDOM);
  state->verified = std::vector<std::atomic<std::uint64_t>>(state->form.file_size() / kPage / 64 + 1);
  return CrlIndexPtr(new CrlIndex(std::move(state)));
}

namespace {

// How many of the items, which are sorted, begin with a key that is not above this one.
std::uint64_t not_above(const Byte* items, std::uint64_t count, std::size_t item_size, const Byte* key, std::size_t key_size) {
  std::uint64_t low = 0;
  while (count > 0) {
    const std::uint64_t half = count / 2;
    if (std::memcmp(items + (low + half) * item_size, key, key_size) <= 0) {
      low += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return low;
}

RevokedEntry read_record(const Byte* at, const CrlIndexHead& head, const Form& form) {
  RevokedEntry entry;
  const auto date = [](const Byte* place) { return static_cast<std::int64_t>(get_number(place, kDate)) - kDateBias; };
  at += form.key;
  entry.revocation_date = {date(at)};
  if (at[kDate] != kNoReason) entry.reason = at[kDate];
  if (head.invalidity_dates && date(at + kDate + 1) != kNoDate) entry.invalidity_date = Instant{date(at + kDate + 1)};
  return entry;
}

}  // namespace

Result<std::optional<RevokedEntry>> CrlIndex::find(ByteView serial) const {
  const Form& form = state_->form;
  if (form.levels.empty() || serial.empty() || serial.size() > state_->head.serial_size) return std::optional<RevokedEntry>();
  if (!state_->is_as_opened()) return state_->damaged();
  std::array<Byte, 1 + kLongestSerial> key;
  put_key(key.data(), form.key, serial);
  const Byte* hash = state_->head.root.octets.data();
  std::uint64_t number = 0;  // of the page in its level
  for (std::size_t level = form.levels.size(); level-- > 0;) {
    const Level& here = form.levels[level];
    const Byte* const page = state_->page(here.first_page + number, hash);
    if (page == nullptr) return state_->damaged();
    const std::uint64_t before = number * form.items_in_page(level), in_page = std::min(form.items_in_page(level), here.items - before);
    const std::uint64_t above = not_above(page, in_page, form.item_size(level), key.data(), form.key);
    if (above == 0) return std::optional<RevokedEntry>();
    const Byte* const item = page + (above - 1) * form.item_size(level);
    if (level == 0) {
      if (std::memcmp(item, key.data(), form.key) != 0) return std::optional<RevokedEntry>();
      return std::optional(read_record(item, state_->head, form));
    }
    number = before + above - 1;
    hash = item + form.key;
  }
  return state_->damaged();
}

}  // namespace mohr::pki
