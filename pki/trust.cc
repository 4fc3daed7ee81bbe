#include "pki/trust.h"

#include <algorithm>
#include <filesystem>

#include "pki/core/json.h"
#include "pki/core/source.h"

namespace mohr::pki {
namespace {

constexpr std::uint64_t kFileAtMost = 16 << 20;

Error invalid(const std::string& path, std::string what) { return errors::trust_invalid(Code{path}, Code{std::move(what)}); }

// The strings of an array member; an absent member is an empty array.
Result<std::vector<std::string>> strings(const json::Value& object, const char* name, const std::string& path) {
  std::vector<std::string> out;
  const json::Value* member = object.member(name);
  if (member == nullptr) return out;
  if (member->array() == nullptr) return invalid(path, std::string(name) + " is no list");
  for (const json::Value& value : *member->array()) {
    if (value.string() == nullptr) return invalid(path, std::string(name) + " holds something that is no text");
    out.push_back(*value.string());
  }
  return out;
}

Result<void> only(const json::Value& object, std::initializer_list<std::string_view> known, const std::string& path) {
  if (object.object() == nullptr) return invalid(path, "an object was expected");
  for (const json::Member& member : *object.object()) {
    if (std::find(known.begin(), known.end(), member.first) == known.end()) return invalid(path, "unknown member " + member.first);
  }
  return {};
}

struct AnchorRow {
  std::string file, sha256;
  bool demonstration = false, revocation_required = true;
};

Result<AnchorRow> read_anchor_row(const json::Value& value, const std::string& path) {
  MOHR_CHECK(only(value, {"file", "sha256", "demonstration", "revocation"}, path));
  AnchorRow row;
  const std::string* file = value.string("file");
  if (file == nullptr) return invalid(path, "an anchor without file");
  row.file = *file;
  if (const json::Value* sha256 = value.member("sha256")) {
    if (sha256->string() == nullptr || sha256->string()->size() != 64) return invalid(path, "sha256 is no text of 64 hexadecimal digits");
    row.sha256 = *sha256->string();
  }
  if (const json::Value* demonstration = value.member("demonstration")) {
    if (demonstration->boolean() == nullptr) return invalid(path, "demonstration is neither true nor false");
    row.demonstration = *demonstration->boolean();
  }
  if (const json::Value* revocation = value.member("revocation")) {
    const std::string* word = revocation->string();
    if (word == nullptr || (*word != "required" && *word != "not-required"))
      return invalid(path, "revocation is neither required nor not-required");
    row.revocation_required = *word == "required";
  }
  return row;
}

Result<std::vector<CertificatePtr>> certificates_of(const std::string& path) {
  MOHR_TRY(const Bytes file, read_file(path, kFileAtMost));
  auto certificates = parse_certificates(file);
  if (!certificates) return std::move(certificates).error().at(path);
  return certificates;
}

bool is_certificate_file(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".pem" || extension == ".crt" || extension == ".cer" || extension == ".der";
}

}  // namespace

Result<void> Trust::add_anchor(Anchor anchor) {
  const auto known = std::find_if(anchors_.begin(), anchors_.end(), [&](const Anchor& other) {
    return other.certificate->fingerprint() == anchor.certificate->fingerprint();
  });
  if (known != anchors_.end()) {  // configured twice: the stricter wins
    known->demonstration |= anchor.demonstration;
    known->revocation_required |= anchor.revocation_required;
    update_identity();
    return {};
  }
  MOHR_CHECK(anchor.certificate->key());  // built now, once: an anchor's key is needed for every path
  anchors_.push_back(std::move(anchor));
  update_identity();
  return {};
}

void Trust::add_intermediate(CertificatePtr certificate) {
  intermediates_.push_back(std::move(certificate));
  update_identity();
}

void Trust::allow_host(std::string host_and_port) { allowed_hosts_.push_back(std::move(host_and_port)); }

const Anchor* Trust::anchor_of(const Certificate& certificate) const {
  const auto found = std::find_if(anchors_.begin(), anchors_.end(),
                                  [&](const Anchor& anchor) { return anchor.certificate->fingerprint() == certificate.fingerprint(); });
  return found == anchors_.end() ? nullptr : &*found;
}

void Trust::update_identity() {
  std::vector<Bytes> parts;
  for (const Anchor& anchor : anchors_) {
    Bytes part{1, static_cast<Byte>(anchor.demonstration), static_cast<Byte>(anchor.revocation_required)};
    append(part, anchor.certificate->fingerprint().view());
    parts.push_back(std::move(part));
  }
  for (const CertificatePtr& certificate : intermediates_) {
    Bytes part{2};
    append(part, certificate->fingerprint().view());
    parts.push_back(std::move(part));
  }
  std::sort(parts.begin(), parts.end());
  Bytes all;
  for (const Bytes& part : parts) append(all, part);
  identity_ = crypto::sha256(all);
}

Result<void> Trust::load(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) {
    MOHR_TRY(std::vector<CertificatePtr> certificates, certificates_of(path));
    for (CertificatePtr& certificate : certificates) MOHR_CHECK(add_anchor({std::move(certificate), false, true, path}));
    return {};
  }
  if (fs::exists(fs::path(path) / "trust.json", ignored)) return load_description(path);
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

// FOLDER/trust.json (docs/trust.md).
Result<void> Trust::load_description(const std::string& folder) {
  const std::string path = folder + "/trust.json";
  MOHR_TRY(const Bytes file, read_file(path, kFileAtMost));
  Budget budget;
  auto parsed = json::parse(file, budget);
  if (!parsed) return std::move(parsed).error().at(path);
  const json::Value& description = *parsed;
  MOHR_CHECK(only(description, {"version", "anchors", "intermediates", "allow_hosts"}, path));
  const json::Value* version = description.member("version");
  if (version == nullptr || version->integer() == nullptr || *version->integer() != 1) return invalid(path, "version is not 1");
  const json::Value* anchors = description.member("anchors");
  if (anchors == nullptr || anchors->array() == nullptr) return invalid(path, "anchors is no list");
  for (const json::Value& value : *anchors->array()) {
    MOHR_TRY(const AnchorRow row, read_anchor_row(value, path));
    MOHR_TRY(std::vector<CertificatePtr> certificates, certificates_of(folder + "/" + row.file));
    if (certificates.size() != 1) return invalid(path, row.file + " does not hold exactly one certificate");
    if (!row.sha256.empty()) {
      const auto expected = from_hex(row.sha256);
      if (!expected || !equal(*expected, certificates.front()->fingerprint().view()))
        return errors::trust_digest_differs(Code{folder + "/" + row.file});
    }
    MOHR_CHECK(add_anchor({std::move(certificates.front()), row.demonstration, row.revocation_required, folder + "/" + row.file}));
  }
  MOHR_TRY(const std::vector<std::string> intermediates, strings(description, "intermediates", path));
  for (const std::string& name : intermediates) {
    MOHR_TRY(std::vector<CertificatePtr> certificates, certificates_of(folder + "/" + name));
    for (CertificatePtr& certificate : certificates) add_intermediate(std::move(certificate));
  }
  MOHR_TRY(const std::vector<std::string> hosts, strings(description, "allow_hosts", path));
  for (const std::string& host : hosts) allow_host(host);
  return {};
}

}  // namespace mohr::pki
