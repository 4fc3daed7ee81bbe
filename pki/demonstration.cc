// Makes the folder of the demonstration national CA (authority.h: make_demonstration).
#include "pki/demonstration.h"

#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "pki/anchor.h"
#include "pki/authority.h"
#include "pki/core/json.h"
#include "pki/key_file.h"

namespace mohr::pki {
namespace demonstration {

using asn1::Oid;

std::string url(int port, std::string_view path) { return "http://127.0.0.1:" + std::to_string(port) + std::string(path); }

std::vector<Revocation> revocations(Authority authority, std::span<const CertificatePtr> certificates, Instant made) {
  std::vector<Revocation> out;
  for (std::size_t i = 0; i < kRows.size() && i < certificates.size(); ++i) {
    if (kRows[i].issuer != authority || !kRows[i].reason) continue;
    out.push_back({to_bytes(certificates[i]->serial()), made + kRevokedDay * kDay, kRows[i].reason});
  }
  return out;
}

Result<Bytes> fresh_crl(Authority authority, std::span<const CertificatePtr> certificates, Instant made, Instant now,
                        const crypto::SigningKey& key) {
  const Certificate& issuer = *certificates[static_cast<std::size_t>(authority)];  // the first rows are the authorities
  const Instant update = now - kBackdateSeconds;
  return issue_crl(revocations(authority, certificates, made), update.seconds, update, update + kCrlSeconds, key, issuer,
                   crypto::preferred_algorithm(key.public_key()));
}

namespace {

std::string reason_of(int error) { return std::strerror(error); }  // NOLINT(concurrency-mt-unsafe)

// Order of the national profile's attributes, from the general to the particular; RFC 5280 leaves it free.
Bytes subject_of(const Holder& holder) {
  std::vector<NamePart> parts = {{Oid::country, "IR"}};
  const auto add = [&](Oid attribute, std::string_view value) {
    if (!value.empty()) parts.push_back({attribute, std::string(value)});
  };
  if (holder.agency == nullptr) {
    add(Oid::organization, "Non-Governmental");
    add(Oid::organizational_unit, "مرکز صدور گواهی نمایشی");
    add(Oid::common_name, holder.common_name);
    return write_name(parts);
  }
  add(Oid::organization, "Governmental");
  add(Oid::organizational_unit, holder.agency->name);
  if (!holder.family.empty()) add(Oid::organization_identifier, holder.agency->legal_id);  // mandatory for persons
  add(Oid::state, holder.agency->province);
  add(Oid::locality, holder.agency->city);
  add(Oid::surname, holder.family);
  add(Oid::given_name, holder.given);
  add(Oid::title, holder.title);
  add(Oid::serial_number, holder.identifier);
  add(Oid::common_name, holder.common_name);
  return write_name(parts);
}

void set_usage(CertificateProfile& profile, Purpose purpose) {
  switch (purpose) {
    case Purpose::root:
    case Purpose::issuing:
      profile.ca = true;
      profile.key_usage = kKeyCertSign | kCrlSign;
      if (purpose == Purpose::issuing) {
        profile.path_length = 0;
        profile.policies = {std::string(asn1::dotted(Oid::any_policy))};
      }
      break;
    case Purpose::signer:
      profile.key_usage = kDigitalSignature | kContentCommitment;
      profile.extended_key_usages = {Oid::kp_client_auth};  // critical and alone, as national certificates have it
      profile.extended_key_usage_critical = true;
      profile.policies = {std::string(kSilverPolicy)};
      break;
    case Purpose::encipherment:
      profile.key_usage = kKeyEncipherment;
      profile.policies = {std::string(kSilverPolicy)};
      break;
    case Purpose::timestamp:
      profile.key_usage = kDigitalSignature | kContentCommitment;
      profile.extended_key_usages = {Oid::kp_time_stamping};  // critical and alone (RFC 3161 2.3)
      profile.extended_key_usage_critical = true;
      profile.policies = {std::string(kTimestampPolicy)};
      break;
    case Purpose::ocsp:
      profile.key_usage = kDigitalSignature;
      profile.extended_key_usages = {Oid::kp_ocsp_signing};
      profile.ocsp_nocheck = true;
      break;
  }
}

void set_urls(CertificateProfile& profile, const Row& row, int port) {
  if (row.purpose == Purpose::root || row.purpose == Purpose::ocsp) return;
  const auto issuer = static_cast<std::size_t>(row.issuer);
  profile.crl_urls = {url(port, "/crl/" + std::string(kCrlNames[issuer]))};
  profile.ca_issuer_urls = {url(port, "/ca/" + std::string(kAuthorityFiles[issuer]) + ".cer")};
  if (row.issuer != Authority::root) profile.ocsp_urls = {url(port, "/ocsp")};
}

bool is_free(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const bool free = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return free;
}

// Below the range that the system gives to outgoing connections, so that it stays free between two runs of the service.
Result<int> free_port() {
  for (int attempt = 0; attempt < 200; ++attempt) {
    const Bytes random = crypto::random_bytes(2);
    const int port = 20000 + (random[0] * 256 + random[1]) % 12000;
    if (is_free(port)) return port;
  }
  return errors::port_taken(Code{"20000-31999"});
}

Result<bool> is_usable(const std::string& directory) {
  struct stat status {};
  if (::lstat(directory.c_str(), &status) != 0) {
    if (errno == ENOENT) return true;
    return errors::file_not_writable(Code{directory}, Code{reason_of(errno)});
  }
  std::error_code error;
  return S_ISDIR(status.st_mode) && std::filesystem::is_empty(directory, error) && !error;
}

// The folder under its temporary name; removed with everything in it unless it was put into place.
class Folder {
 public:
  static Result<Folder> create(const std::string& target) {
    const std::string path = target + ".new-" + hex(crypto::random_bytes(6));
    if (::mkdir(path.c_str(), 0755) != 0) return errors::file_not_writable(Code{target}, Code{reason_of(errno)});
    return Folder(path);
  }
  Folder(Folder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Folder& operator=(Folder&&) = delete;
  ~Folder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Result<void> write(std::string_view name, ByteView octets, unsigned mode = 0666) const {
    MOHR_TRY(NewFile file, NewFile::create(path_ + "/" + std::string(name), false, mode));
    MOHR_CHECK(file.write(octets));
    return file.commit();
  }
  // rename(2) replaces an empty directory and refuses any other.
  Result<void> put_into_place(const std::string& target) {
    if (::rename(path_.c_str(), target.c_str()) != 0) {
      if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR) return errors::authority_exists(Code{target});
      return errors::file_not_writable(Code{target}, Code{reason_of(errno)});
    }
    path_.clear();
    return {};
  }

 private:
  explicit Folder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

struct Made {
  std::vector<CertificatePtr> certificates;                        // in the order of kRows
  std::array<std::unique_ptr<crypto::SigningKey>, 3> authorities;  // by Authority
};

Result<void> write_key(const Folder& folder, const Row& row, const crypto::SigningKey& key, const CertificatePtr& certificate,
                       const CertificatePtr& issuer) {
  const std::string name(row.file);
  const std::string passphrase = hex(crypto::random_bytes(16));
  std::vector<CertificatePtr> chain;
  if (row.issuer != Authority::root) chain.push_back(issuer);  // the root comes by --trust, not by the signer
  MOHR_TRY(const Bytes file, write_pkcs12(key, *certificate, chain, Secret(passphrase), name));
  MOHR_CHECK(folder.write(name + ".pem", as_bytes(pem(*certificate))));
  MOHR_CHECK(folder.write(name + ".p12", file, 0600));
  return folder.write(name + ".pass", as_bytes(passphrase + "\n"), 0600);
}

Result<void> make_row(const Folder& folder, const Row& row, int port, Instant now, Made& made) {
  MOHR_TRY(std::unique_ptr<crypto::SigningKey> key, crypto::generate_key(row.key));
  const auto issuer = static_cast<std::size_t>(row.issuer);
  const bool is_root = row.purpose == Purpose::root;
  CertificateProfile profile;
  profile.subject = subject_of(row.holder);
  profile.spki = to_bytes(key->public_key().spki());
  profile.serial = crypto::random_bytes(16);
  profile.serial[0] = static_cast<Byte>((profile.serial[0] & 0x7f) | 0x40);  // positive, and always 16 octets
  profile.not_before = now + row.from_day * kDay;
  profile.not_after = now + row.to_day * kDay;
  set_usage(profile, row.purpose);
  set_urls(profile, row, port);
  const crypto::SigningKey& signer = is_root ? *key : *made.authorities[issuer];
  MOHR_TRY(const Bytes der, issue_certificate(profile, signer, is_root ? nullptr : made.certificates[issuer].get(),
                                              crypto::preferred_algorithm(signer.public_key(), row.digest)));
  MOHR_TRY(CertificatePtr certificate, Certificate::parse(der));
  made.certificates.push_back(certificate);
  MOHR_CHECK(write_key(folder, row, *key, certificate, made.certificates[issuer]));
  if (made.certificates.size() <= made.authorities.size()) made.authorities[made.certificates.size() - 1] = std::move(key);
  return {};
}

json::Value trust_of(const Made& made, int port) {
  json::Value anchor;
  anchor.add("file", "root.pem");
  anchor.add("sha256", hex(made.certificates[0]->fingerprint().view()));
  anchor.add("demonstration", true);
  anchor.add("domain", "internal");  // a demonstration is never national
  anchor.add("revocation", "required");
  json::Value trust;
  trust.add("version", 1);
  trust.add("anchors", json::Array{anchor});
  trust.add("intermediates", json::Array{"silver-ca.pem", "p256-ca.pem"});
  trust.add("allow_hosts", json::Array{"127.0.0.1:" + std::to_string(port)});
  json::Value levels;
  for (const auto level : {AssuranceLevel::bronze, AssuranceLevel::silver, AssuranceLevel::gold, AssuranceLevel::platinum})
    levels.add(std::string(kLevelPolicies) + std::to_string(static_cast<int>(level) + 1), level_id(level));
  trust.add("levels", std::move(levels));
  return trust;
}

json::Value authority_of(int port, Instant now) {
  json::Value authority;
  authority.add("version", 1);
  authority.add("made", iso8601(now));
  authority.add("port", port);
  authority.add("tsa", url(port, "/tsa"));
  authority.add("ocsp", url(port, "/ocsp"));
  authority.add("crl", url(port, "/crl/silver.crl"));
  return authority;
}

std::string readme(int port, Instant now) {
  std::string en =
      "DEMONSTRATION ONLY. This folder is a made-up national CA for trying mohr. Nothing signed with it has any value.\n"
      "Made on " +
      iso8601(now) + ". Its services answer on 127.0.0.1, port " + std::to_string(port) +
      ".\n\n"
      "  mohr serve --demo DIR          answers time-stamp, OCSP and CRL requests\n"
      "  mohr sign FILE --key DIR/officer.p12 --pass-file DIR/officer.pass --tsa " +
      url(port, "/tsa") +
      "\n"
      "  mohr verify FILE --trust DIR   (the root is trusted for this one call)\n\n"
      "Each NAME below has NAME.pem (certificate), NAME.p12 (key, mode 0600) and NAME.pass (its passphrase, mode 0600).\n\n";
  std::string fa =
      "\nتنها برای نمایش. این پوشه یک مرکز ملی ساختگی برای آزمودن مهر است و آنچه با آن امضا شود هیچ ارزشی ندارد.\n"
      "خدمت‌های آن با فرمان mohr serve --demo DIR در همین رایانه پاسخ می‌دهند و ریشهٔ آن "
      "با "
      "--trust "
      "DIR "
      "داده "
      "می‌شود.\n"
      "هر نام سه پرونده دارد: ‎.pem گواهی، ‎.p12 کلید و ‎.pass گذرواژهٔ آن.\n\n";
  for (const Row& row : kRows) {
    std::string name(row.file);
    name.resize(std::max<std::size_t>(16, name.size() + 1), ' ');
    en += "  " + name + std::string(row.en) + "\n";
    fa += "  " + name + std::string(row.fa) + "\n";
  }
  en +=
      "\n  root.crl, silver.crl, p256.crl   revocation lists, made new whenever the service starts\n"
      "  trust.json                       what --trust DIR reads: the anchor, the issuing CAs, the host that may be asked\n"
      "  authority.json                   the port and when the folder was made\n";
  fa +=
      "\n  root.crl, silver.crl, p256.crl   فهرست‌های ابطال که با هر آغاز خدمت تازه می‌شوند\n"
      "  trust.json                       آنچه --trust DIR می‌خواند: ریشه، مرکزهای میانی و نشانی "
      "مجاز\n"
      "  authority.json                   درگاه و زمان ساخته شدن پوشه\n";
  return en + fa;
}

Result<void> fill(const Folder& folder, int port, Instant now, bool (*is_interrupted)()) {
  Made made;
  for (const Row& row : kRows) {
    if (is_interrupted != nullptr && is_interrupted()) return errors::interrupted();
    MOHR_CHECK(make_row(folder, row, port, now, made));
  }
  for (std::size_t i = 0; i < made.authorities.size(); ++i) {
    MOHR_TRY(const Bytes crl, fresh_crl(static_cast<Authority>(i), made.certificates, now, now, *made.authorities[i]));
    MOHR_CHECK(folder.write(kCrlNames[i], crl));
  }
  MOHR_CHECK(folder.write("trust.json", as_bytes(json::write(trust_of(made, port), 2) + "\n")));
  MOHR_CHECK(folder.write("authority.json", as_bytes(json::write(authority_of(port, now), 2) + "\n")));
  return folder.write("README", as_bytes(readme(port, now)));
}

}  // namespace
}  // namespace demonstration

Result<void> make_demonstration(const std::string& directory, int port, Instant now, bool (*is_interrupted)()) {
  using namespace demonstration;
  std::string target = directory;
  while (target.size() > 1 && target.back() == '/') target.pop_back();
  MOHR_TRY(const bool usable, is_usable(target));
  if (!usable) return errors::authority_exists(Code{target});
  if (port == 0) {
    MOHR_TRY(port, free_port());
  }
  MOHR_TRY(Folder folder, Folder::create(target));
  MOHR_CHECK(fill(folder, port, now, is_interrupted));
  return folder.put_into_place(target);
}

}  // namespace mohr::pki
