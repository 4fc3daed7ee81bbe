#include "pki/trust.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "pki/core/source.h"
#include "pki/trust_description.h"

namespace mohr::pki {
namespace {

constexpr std::uint64_t kFileAtMost = 16 << 20;

Error invalid(const std::string& path, std::string what) { return errors::trust_invalid(Code{path}, Code{std::move(what)}); }

template <class T>
Result<std::vector<T>> certificates_in(ByteView file, const std::string& path, Result<T> (*read)(ByteView der)) {
  auto certificates = read_certificates(file, read);
  if (!certificates) return std::move(certificates).error().at(path);
  return certificates;
}

// Everything about an anchor that a verdict can depend on, for the identity of the trust.
Bytes identity_of(const Anchor& anchor) {
  std::string text = std::string(domain_id(anchor.domain)) + (anchor.demonstration ? "d" : "-") + (anchor.revocation_required ? "r" : "-") +
                     (anchor.purposes.sign ? "s" : "-") + (anchor.purposes.timestamp ? "t" : "-") + (anchor.purposes.status ? "o" : "-") +
                     std::to_string(anchor.from.seconds) + "/" + std::to_string(anchor.until.seconds) + "/" +
                     std::to_string(anchor.constraints.path_length.value_or(-1));
  if (anchor.constraints.policies) {
    text += "policies";
    for (const Bytes& policy : *anchor.constraints.policies) text += " " + hex(policy);
  }
  for (const auto& names : anchor.constraints.names) {
    for (const GeneralName& name : names->names.permitted) text += "+" + std::to_string(static_cast<int>(name.kind)) + hex(name.value);
    for (const GeneralName& name : names->names.excluded) text += "-" + std::to_string(static_cast<int>(name.kind)) + hex(name.value);
  }
  if (anchor.levels)
    for (const auto& [policy, level] : *anchor.levels) text += "=" + hex(policy) + std::string(level_id(level));
  Bytes part{1};
  append(part, anchor.certificate.fingerprint().view());
  append(part, crypto::sha256(as_bytes(text)).view());
  return part;
}

// The last octets belong to the signature value: they tell certificates apart.
std::uint64_t ending(ByteView der) {
  std::uint64_t value = 0;
  const std::size_t size = std::min(der.size(), sizeof value);
  std::memcpy(&value, der.data() + der.size() - size, size);
  return value;
}

// Whoever trusts the certificate of a signer trusts all that it signs, revoked or not: such an entry among authorities is a mistake. One
// that issued itself is trusted for what it is.
Result<void> expect_authority(const Root& root, const std::string& path) {
  if (root.is_self_issued()) return {};
  const auto whole = root.whole();
  if (!whole || (*whole)->is_ca() || (*whole)->version() < 3) return {};
  return invalid(path, "it is no certificate of an authority");
}

bool is_certificate_file(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".pem" || extension == ".crt" || extension == ".cer" || extension == ".der";
}

}  // namespace

struct Trust::Identity {
  std::once_flag once;
  crypto::Hash hash;
};

Trust::Trust() : identity_(std::make_shared<Identity>()) {}

Result<void> Trust::add_anchor(Anchor anchor) {
  if (!anchor.certificate) return errors::trust_invalid(Code{anchor.source}, Code{"an authority without a certificate"});
  identity_ = std::make_shared<Identity>();
  if (is_demonstration(anchor.certificate.subject())) anchor.demonstration = true;
  const ByteView der = anchor.certificate.der();
  if (const auto known = place_of(der)) {
    restrict_to(anchors_[*known], anchor);
  } else {
    places_.emplace(ending(der), anchors_.size());
    anchors_.push_back(std::move(anchor));
  }
  return {};
}

void Trust::add_intermediate(CertificatePtr certificate) {
  identity_ = std::make_shared<Identity>();
  intermediates_.push_back(std::move(certificate));
}

void Trust::allow_host(std::string host_and_port) { allowed_hosts_.push_back(std::move(host_and_port)); }

const Anchor* Trust::anchor_of(const Certificate& certificate) const {
  const auto place = place_of(certificate.der());
  return place ? &anchors_[*place] : nullptr;
}

std::optional<std::size_t> Trust::place_of(ByteView der) const {
  const auto [first, last] = places_.equal_range(ending(der));
  const auto found = std::find_if(first, last, [&](const auto& place) { return equal(anchors_[place.second].certificate.der(), der); });
  return found == last ? std::nullopt : std::optional(found->second);
}

const crypto::Hash& Trust::identity() const {
  std::call_once(identity_->once, [this] { identity_->hash = compute_identity(); });
  return identity_->hash;
}

crypto::Hash Trust::compute_identity() const {
  std::vector<Bytes> parts;
  for (const Anchor& anchor : anchors_) parts.push_back(identity_of(anchor));
  for (const CertificatePtr& certificate : intermediates_) {
    Bytes part{2};
    append(part, certificate->fingerprint().view());
    parts.push_back(std::move(part));
  }
  std::sort(parts.begin(), parts.end());
  Bytes all;
  for (const Bytes& part : parts) append(all, part);
  return crypto::sha256(all);
}

Result<void> Trust::load(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) {
    MOHR_TRY(const Bytes file, read_file(path, kFileAtMost));
    MOHR_TRY(std::vector<Root> certificates, certificates_in(file, path, &Root::outline));
    for (Root& certificate : certificates) {
      MOHR_CHECK(expect_authority(certificate, path));
      MOHR_CHECK(add_anchor({std::move(certificate), false, true, path}));
    }
    return {};
  }
  if (fs::exists(fs::path(path) / "trust.json", ignored)) {
    const auto read = [&](const std::string& name) { return read_file((fs::path(path) / name).string(), kFileAtMost); };
    return load(read, path);
  }
  std::vector<std::string> files;
  std::error_code failed;
  for (fs::directory_iterator entry(path, failed), end; !failed && entry != end; entry.increment(failed))
    if (is_certificate_file(entry->path())) files.push_back(entry->path().string());
  if (failed) return errors::file_not_readable(Code{path}, Code{failed.message()});
  std::sort(files.begin(), files.end());
  if (files.empty()) return invalid(path, "there is neither trust.json nor a certificate in it");
  for (const std::string& file : files) MOHR_CHECK(load(file));
  return {};
}

std::string machine_trust_folder() { return "/etc/mohr/trust"; }

bool is_trust_folder(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored) && !std::filesystem::is_empty(path, ignored);
}

Result<Trust> machine_trust() {
  Trust trust;
  if (is_trust_folder(machine_trust_folder())) MOHR_CHECK(trust.load(machine_trust_folder()));
  return trust;
}

// docs/trust.md.
Result<void> Trust::load(const std::function<Result<Bytes>(const std::string& name)>& read, const std::string& place) {
  const std::string path = place + "/trust.json";
  MOHR_TRY(const Bytes file, read("trust.json"));
  MOHR_TRY(TrustDescription description, parse_trust_description(file, path));
  const auto levels = std::make_shared<const LevelTable>(std::move(description.levels));
  for (TrustDescription::Row& row : description.anchors) {
    Anchor& anchor = row.anchor;
    anchor.source = place + "/" + row.file;
    MOHR_TRY(const Bytes octets, read(row.file));
    MOHR_TRY(std::vector<Root> certificates, certificates_in(octets, anchor.source, &Root::outline));
    if (certificates.size() != 1) return invalid(path, row.file + " does not hold exactly one certificate");
    anchor.certificate = std::move(certificates.front());
    const auto expected = from_hex(row.sha256);
    if (!row.sha256.empty() && !(expected && equal(*expected, anchor.certificate.fingerprint().view())))
      return errors::trust_digest_differs(Code{anchor.source});
    if (!levels->empty()) anchor.levels = levels;
    MOHR_CHECK(add_anchor(std::move(anchor)));
  }
  for (const std::string& name : description.intermediates) {
    MOHR_TRY(const Bytes octets, read(name));
    MOHR_TRY(std::vector<CertificatePtr> certificates, certificates_in(octets, place + "/" + name, &Certificate::parse));
    for (CertificatePtr& certificate : certificates) add_intermediate(std::move(certificate));
  }
  for (std::string& host : description.allowed_hosts) allow_host(std::move(host));
  locked_ |= description.locked;
  return {};
}

}  // namespace mohr::pki
