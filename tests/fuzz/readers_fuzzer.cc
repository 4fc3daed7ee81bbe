// Every reader over any octets: nothing may crash, hang or grow beyond its budget. MOHR_FUZZ_READER picks the one that is exercised.
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "format/facts_json.h"
#include "format/reader.h"
#include "format/zip.h"
#include "pki/asn1/ber.h"
#include "pki/asn1/pem.h"
#include "pki/core/json.h"
#include "pki/crl_index_form.h"
#include "pki/path_validator.h"
#include "pki/timestamp.h"

namespace {

using namespace mohr;

Limits small_limits() {
  Limits limits;
  limits.set(Limit::memory_bytes, 1 << 22).set(Limit::nodes, 100'000).set(Limit::seconds, 10);
  return limits;
}

// A file of certificates, target first and anchor last, as a path: names, constraints and policies meet each other.
void find_path_in(ByteView file, Budget& budget) {
  const auto certificates = pki::parse_certificates(file);
  if (!certificates) return;
  pki::Trust trust;
  if (!trust.add_anchor({.certificate = certificates->back(), .source = {}})) return;
  pki::Evidence evidence;
  for (const pki::CertificatePtr& certificate : *certificates) evidence.add(certificate, pki::Origin::given);
  (void)pki::find_path(certificates->front(), {.purpose = pki::Purpose::any, .time = certificates->front()->not_before()}, trust, evidence,
                       budget);
}

// A folder of this process, with an installation in it.
struct Installed {
  std::string folder;
  pki::InstallationPtr installation;
  Installed() {
    std::string name = (std::filesystem::temp_directory_path() / "mohr-fuzz-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    folder = name;
    auto opened = pki::Installation::open(folder + "/state");
    if (!opened) std::abort();
    installation = *std::move(opened);
  }
  ~Installed() { std::filesystem::remove_all(folder); }
};

bool same(const std::optional<pki::RevokedEntry>& a, const std::optional<pki::RevokedEntry>& b) {
  return a.has_value() == b.has_value() && (!a || (a->revocation_date == b->revocation_date && a->reason == b->reason));
}

// A list is indexed and asked both ways. Anything else is taken for an index whose head and root an attacker could authenticate.
void read_index(ByteView input, Budget& budget) {
  static const Installed here;
  const std::string path = here.folder + "/fuzzed.index";
  if (const auto lists = pki::parse_crls(input, budget)) {
    const pki::Crl& crl = *lists->front();
    const auto built = pki::CrlIndex::build(crl, {}, *here.installation, path, budget);
    if (!built || !*built) return;
    const auto index = pki::CrlIndex::open(path, *here.installation);
    if (!index) std::abort();
    int asked = 0;
    (void)crl.visit_entries([&](const pki::CrlEntry& entry) -> Result<bool> {
      const auto slow = crl.find(entry.serial, crl.issuer()), quick = (*index)->find(entry.serial);
      if (!slow || !quick || !same(*slow, *quick)) std::abort();
      return ++asked < 100;
    });
    return;
  }
  Bytes file = to_bytes(input);
  const auto size = pki::index_form::head_size(file);
  if (!size || *size > file.size()) return;
  constexpr std::size_t kHash = pki::index_form::kHash;
  const crypto::Hash mac = here.installation->mac(pki::index_form::kPurpose, ByteView(file).first(*size - kHash));
  std::copy_n(mac.octets.begin(), kHash, file.begin() + static_cast<std::ptrdiff_t>(*size - kHash));
  if (auto head = pki::index_form::read_head(file, *here.installation)) {
    const auto form = pki::index_form::form_of(*head);
    if (!form.levels.empty() && form.file_size() == file.size()) {
      head->root = crypto::sha256(ByteView(file).last(pki::index_form::kPage));
      const Bytes written = pki::index_form::write_head(*head, *here.installation);
      std::copy(written.begin(), written.end(), file.begin());
    }
  }
  auto out = NewFile::create(path, true, 0600);
  if (!out || !out->write(file) || !out->commit(NewFile::Flush::no)) std::abort();
  const auto index = pki::CrlIndex::open(path, *here.installation);
  if (!index) return;
  for (const std::size_t serial : {1U, 3U, 16U, 21U, 64U, 65U}) (void)(*index)->find(Bytes(serial, 0x41));
  (void)pki::Crl::from_index(*index, nullptr, nullptr, budget);
}

void read_with(std::string_view reader, ByteView input) {
  Budget budget(small_limits());
  if (reader == "certificate") {
    if (const auto certificate = pki::Certificate::parse(input)) (void)(*certificate)->key();
  } else if (reader == "crl") {
    if (const auto crl = pki::Crl::parse(input, budget)) {
      (void)(*crl)->find(as_bytes("\x01"), (*crl)->issuer());
      (void)(*crl)->visit_entries([](const pki::CrlEntry& entry) -> Result<bool> { return entry.read().has_value(); });
    }
  } else if (reader == "ocsp") {
    (void)pki::OcspResponse::parse(input, budget);
  } else if (reader == "timestamp") {
    if (const auto token = pki::parse_timestamp_token(input, budget)) (void)pki::check_token(*token, {});
  } else if (reader == "json") {
    if (const auto value = json::parse(input, budget)) (void)json::canonical(*value);
  } else if (reader == "pem") {
    (void)asn1::read_pem(input);
  } else if (reader == "ber") {
    (void)asn1::der_from_ber(input, true, budget);
  } else if (reader == "crl-index") {
    read_index(input, budget);
  } else if (reader == "facts") {
    if (const auto value = json::parse(input, budget)) (void)format::facts_from(*value, budget);
  } else if (reader == "zip") {
    (void)format::read_zip(input, budget);
  } else if (reader == "path") {
    find_path_in(input, budget);
  } else {  // documents: CMS, PDF, XML, JWS, by content
    const MemorySource source(input), content(as_bytes("content"));
    (void)format::read(source, &content, budget);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const char* reader = std::getenv("MOHR_FUZZ_READER");  // NOLINT
  read_with(reader != nullptr ? reader : "document", {data, size});
  return 0;
}
