#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>
#include <atomic>

#include "pki/crypto/digest.h"
#include "pki/crypto/openssl_handles.h"

namespace mohr::crypto {
namespace {

constexpr std::array kLibraryNames = {
    "",
#define DIGEST(tag, name, oid, uri, openssl, octets) openssl,
#include "pki/crypto/algorithms.def"
#undef DIGEST
};
constexpr std::size_t kCount = kLibraryNames.size();
constexpr std::size_t kWindow = 256U << 10;

// One spare context for each algorithm and thread: a fresh one costs more than a small digest (performance.md 1).
class Spares {
 public:
  ~Spares() {
    for (EVP_MD_CTX* context : contexts_) EVP_MD_CTX_free(context);
  }
  EVP_MD_CTX* take(DigestAlgorithm algorithm) {
    const EVP_MD* handle = digest_handle(algorithm);
    if (handle == nullptr) return nullptr;
    EVP_MD_CTX*& spare = contexts_[static_cast<std::size_t>(algorithm)];
    EVP_MD_CTX* context = spare != nullptr ? std::exchange(spare, nullptr) : EVP_MD_CTX_new();
    if (context == nullptr || EVP_DigestInit_ex2(context, handle, nullptr) != 1) {
      EVP_MD_CTX_free(context);
      return nullptr;
    }
    return context;
  }
  void give(DigestAlgorithm algorithm, EVP_MD_CTX* context) {
    EVP_MD_CTX*& spare = contexts_[static_cast<std::size_t>(algorithm)];
    if (spare == nullptr) {
      spare = context;
    } else {
      EVP_MD_CTX_free(context);
    }
  }

 private:
  std::array<EVP_MD_CTX*, kCount> contexts_{};
};
thread_local Spares spares;

Hash finished(EVP_MD_CTX* context, DigestAlgorithm algorithm) {
  Hash out;
  unsigned size = 0;
  if (algorithm == DigestAlgorithm::shake256) {
    if (EVP_DigestFinalXOF(context, out.octets.data(), digest_size(algorithm)) == 1)
      out.size = static_cast<std::uint8_t>(digest_size(algorithm));
    return out;
  }
  if (EVP_MD_CTX_get_size(context) <= static_cast<int>(out.octets.size()) && EVP_DigestFinal_ex(context, out.octets.data(), &size) == 1)
    out.size = static_cast<std::uint8_t>(size);
  return out;
}

}  // namespace

const evp_md_st* digest_handle(DigestAlgorithm algorithm) {
  static std::array<std::atomic<EVP_MD*>, kCount> handles{};
  const auto index = static_cast<std::size_t>(algorithm);
  if (index == 0 || index >= kCount) return nullptr;
  if (const EVP_MD* kept = handles[index].load(std::memory_order_acquire)) return kept;
  ERR_set_mark();
  EVP_MD* fetched = EVP_MD_fetch(nullptr, kLibraryNames[index], nullptr);
  ERR_pop_to_mark();
  EVP_MD* expected = nullptr;
  if (fetched != nullptr && !handles[index].compare_exchange_strong(expected, fetched, std::memory_order_acq_rel)) {
    EVP_MD_free(fetched);
    return expected;
  }
  return fetched;
}

Hash digest(DigestAlgorithm algorithm, ByteView message) {
  EVP_MD_CTX* context = spares.take(algorithm);
  if (context == nullptr) return {};
  Hash out;
  if (EVP_DigestUpdate(context, message.data(), message.size()) == 1) out = finished(context, algorithm);
  spares.give(algorithm, context);
  return out;
}

struct Digest::State {
  DigestAlgorithm algorithm;
  EVP_MD_CTX* context;
  bool whole = true;  // every update was taken
  explicit State(DigestAlgorithm wanted) : algorithm(wanted), context(spares.take(wanted)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (context != nullptr) spares.give(algorithm, context);
  }
};

Hash hmac_sha256(ByteView key, ByteView message) {
  Hash out;
  std::size_t size = 0;
  const void* const done = EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(), message.data(), message.size(),
                                     out.octets.data(), out.octets.size(), &size);
  if (done != nullptr) out.size = static_cast<std::uint8_t>(size);
  return out;
}

bool equal_in_constant_time(ByteView a, ByteView b) { return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

Digest::Digest(DigestAlgorithm algorithm) : state_(std::make_unique<State>(algorithm)) {}
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;
Digest::~Digest() = default;

void Digest::update(ByteView more) {
  if (state_->context == nullptr || EVP_DigestUpdate(state_->context, more.data(), more.size()) != 1) state_->whole = false;
}

Hash Digest::finish() { return state_->whole && state_->context != nullptr ? finished(state_->context, state_->algorithm) : Hash{}; }

Result<std::vector<Hash>> digest_ranges(const Source& source, std::span<const Range> ranges, std::span<const DigestAlgorithm> algorithms,
                                        Budget& budget) {
  std::vector<Digest> running;
  for (const DigestAlgorithm algorithm : algorithms) {
    if (digest_handle(algorithm) == nullptr) return errors::crypto_failed(Code{std::string(digest_name(algorithm))});
    running.emplace_back(algorithm);
  }
  const std::optional<ByteView> memory = source.memory();
  Bytes window;
  for (const Range& range : ranges) {
    if (range.offset > source.size() || range.length > source.size() - range.offset)
      return errors::file_not_readable(Code{source.name()}, Code{"a range ends beyond the end of the file"});
    for (std::uint64_t done = 0; done < range.length;) {
      MOHR_CHECK(budget.in_time());
      const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(kWindow, range.length - done));
      ByteView part;
      if (memory) {
        part = memory->subspan(static_cast<std::size_t>(range.offset + done), step);
      } else {
        if (window.size() < step) window.resize(std::min<std::size_t>(kWindow, static_cast<std::size_t>(range.length)));
        MOHR_CHECK(source.read_at(range.offset + done, std::span(window).first(step)));
        part = ByteView(window).first(step);
      }
      for (Digest& one : running) one.update(part);
      done += step;
    }
  }
  std::vector<Hash> out;
  for (std::size_t i = 0; i < running.size(); ++i) {
    out.push_back(running[i].finish());
    if (out.back().size == 0) return errors::crypto_failed(Code{std::string(digest_name(algorithms[i]))});
  }
  return out;
}

Result<Hash> digest_source(const Source& source, DigestAlgorithm algorithm, Budget& budget) {
  const Range whole{0, source.size()};
  MOHR_TRY(const std::vector<Hash> hashes, digest_ranges(source, {&whole, 1}, {&algorithm, 1}, budget));
  return hashes.front();
}

}  // namespace mohr::crypto
