// A revocation list of a million entries: the first use, and lookups through its index. OpenSSL does the same beside it.
#include "pki/crl_index.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <random>

#include "bench/material.h"
#include "bench/rows.h"
#include "bench/timing.h"
#include "pki/asn1/der_writer.h"
#include "pki/issue.h"

namespace mohr::bench {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kEntries = 1'000'000, kAsked = 10'000;

struct FreeX509 {
  void operator()(X509_CRL* crl) const { X509_CRL_free(crl); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(ASN1_INTEGER* number) const { ASN1_INTEGER_free(number); }
};
using OpensslCrl = std::unique_ptr<X509_CRL, FreeX509>;
using OpensslNumber = std::unique_ptr<ASN1_INTEGER, FreeX509>;

// Memory of this process that is no file's, in KiB.
double own_memory() {
  const Bytes status = must(read_file("/proc/self/status", 1 << 16), "/proc/self/status");
  const std::size_t at = as_text(status).find("RssAnon:");
  return at == std::string_view::npos ? 0 : std::atof(std::string(as_text(status).substr(at + 8, 20)).c_str());
}

class Million {
 public:
  Million() : chain_(make_chain(crypto::NewKey::rsa2048)), key_(must(chain_.ca->key(), "key")) {
    std::string folder = (fs::temp_directory_path() / "mohr-bench-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) stop("no temporary folder");
    folder_ = folder;
    installation_ = must(pki::Installation::open(folder_ + "/state"), "installation");
    std::mt19937_64 random(1);
    std::vector<pki::Revocation> revoked(kEntries);
    for (std::size_t i = 0; i < kEntries; ++i) {
      Bytes serial(16);
      for (Byte& octet : serial) octet = static_cast<Byte>(random());
      serial[0] = static_cast<Byte>((serial[0] & 0x7f) | 0x40);
      revoked[i] = {serial, kNow - static_cast<std::int64_t>(random() % 60'000'000), i % 2 == 0 ? std::optional(1) : std::nullopt};
      if (i % (kEntries / kAsked) == 0) serials_.push_back(std::move(serial));
    }
    std::shuffle(serials_.begin(), serials_.end(), random);
    der_ = must(pki::issue_crl(revoked, 1, kNow - kHour, kNow + 7 * kDay, *chain_.ca_key, *chain_.ca,
                               crypto::preferred_algorithm(chain_.ca_key->public_key())),
                "CRL");
    build();
    index_ = must(pki::CrlIndex::open(path(), *installation_), "index");
    openssl_ = openssl_first_use();
    for (const Bytes& serial : serials_) numbers_.push_back(openssl_number(serial));
  }
  ~Million() { fs::remove_all(folder_); }
  Million(const Million&) = delete;
  Million& operator=(const Million&) = delete;

  [[nodiscard]] std::string path() const { return folder_ + "/list.index"; }
  [[nodiscard]] std::uint64_t index_size() const { return index_->file_size(); }
  [[nodiscard]] Bytes der() const { return der_; }

  void build(Bytes der = {}) const {
    Budget budget;
    const auto crl = must(pki::Crl::parse(der.empty() ? der_ : std::move(der), budget), "CRL");
    if (key_->verify(crl->signature_algorithm(), crl->tbs(), crl->signature()) != crypto::SignatureCheck::good) stop("CRL signature");
    if (!must(pki::CrlIndex::build(*crl, crypto::sha256(chain_.ca->spki()), *installation_, path(), budget), "index")) stop("no index");
  }
  [[nodiscard]] OpensslCrl openssl_first_use() const {
    const Byte* at = der_.data();
    OpensslCrl crl(d2i_X509_CRL(nullptr, &at, static_cast<long>(der_.size())));
    const Bytes spki = to_bytes(chain_.ca->spki());
    at = spki.data();
    const std::unique_ptr<EVP_PKEY, FreeX509> key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
    if (!crl || !key || X509_CRL_verify(crl.get(), key.get()) != 1) stop("OpenSSL does not verify the CRL");
    X509_REVOKED* found = nullptr;
    if (X509_CRL_get0_by_serial(crl.get(), &found, openssl_number(serials_.front()).get()) != 1) stop("OpenSSL does not find");
    return crl;
  }
  void find(const pki::CrlIndex& index, std::size_t i) const {
    const auto found = index.find(serials_[i % kAsked]);
    if (!found || !*found) stop("an entry of the list is not found");
  }
  void find_warm() { find(*index_, next_++); }
  void openssl_find_warm() {
    X509_REVOKED* found = nullptr;
    if (X509_CRL_get0_by_serial(openssl_.get(), &found, numbers_[next_++ % kAsked].get()) != 1) stop("OpenSSL does not find");
  }
  // A lookup of a fresh process: no page is mapped or verified. `from_disk`: nor in the memory of the system, where that can be had.
  [[nodiscard]] double cold(bool from_disk) {
    std::vector<double> times;
    for (int i = 0; i < 101; ++i) {
      if (from_disk) {
        const int file = ::open(path().c_str(), O_RDONLY | O_CLOEXEC);
        ::fdatasync(file);
        ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
        ::close(file);
      }
      const auto index = must(pki::CrlIndex::open(path(), *installation_), "index");
      times.push_back(us([&] { find(*index, next_++); }));
    }
    return median(std::move(times));
  }
  // What ten thousand lookups in a fresh index leave in the memory of the process, in KiB.
  [[nodiscard]] double memory_of_lookups() const {
    const auto index = must(pki::CrlIndex::open(path(), *installation_), "index");
    const double before = own_memory();
    for (std::size_t i = 0; i < kAsked; ++i) find(*index, i);
    return own_memory() - before;
  }

 private:
  static OpensslNumber openssl_number(const Bytes& serial) {
    const Bytes der = asn1::element(asn1::kInteger, serial);
    const Byte* at = der.data();
    return OpensslNumber(d2i_ASN1_INTEGER(nullptr, &at, static_cast<long>(der.size())));
  }

  Chain chain_;
  std::shared_ptr<const crypto::PublicKey> key_;
  std::string folder_;
  pki::InstallationPtr installation_;
  Bytes der_;
  std::vector<Bytes> serials_;
  pki::CrlIndexPtr index_;
  OpensslCrl openssl_;
  std::vector<OpensslNumber> numbers_;
  std::size_t next_ = 0;
};

Row measured(const char* id, std::string what, std::string reference, double most_us, double value_us, double reference_us) {
  Row row{id, std::move(what), std::move(reference), 0, {}, {}};
  row.most_us = most_us;
  row.value_us = value_us;
  row.reference_us = reference_us;
  row.measured = true;
  return row;
}

}  // namespace

std::vector<Row> crl_index_rows() {
  const auto million = std::make_shared<Million>();
  std::vector<double> ours, theirs;
  for (int round = 0; round < 7; ++round) {
    Bytes der = million->der();
    ours.push_back(us([&] { million->build(std::move(der)); }));
    if (round % 2 == 0) theirs.push_back(us([&] { (void)million->openssl_first_use(); }));
  }
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(),
                "a list of a million entries parsed, verified and indexed (index %.1f MB; ten thousand lookups leave %.0f KiB)",
                static_cast<double>(million->index_size()) / 1e6, million->memory_of_lookups());
  const double first_use = median(theirs);
  Row warm;
  warm.id = "crl_lookup_1m_warm";
  warm.what = "a lookup of a random entry in a million";
  warm.reference = "X509_CRL_get0_by_serial in the parsed and sorted list";
  warm.most_us = 1;
  warm.value = [million] { million->find_warm(); };
  warm.base = [million] { million->openssl_find_warm(); };
  return {measured("crl_index_build_1m", text.data(), "OpenSSL: parsed, verified, first lookup", 350'000, median(ours), first_use), warm,
          measured("crl_lookup_1m_cold", "the first lookup in an index that was just opened", "OpenSSL's first use", 30,
                   million->cold(false), first_use),
          measured("crl_lookup_1m_disk", "the same, after the system was asked to forget the file", "OpenSSL's first use", 0,
                   million->cold(true), first_use)};
}

}  // namespace mohr::bench
