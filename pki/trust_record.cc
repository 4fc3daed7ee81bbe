#include "pki/trust_record.h"

#include <algorithm>
#include <set>

#include "pki/trust_description.h"

namespace mohr::pki {
namespace {

void add_description(const TrustDescription& description, const std::string& folder, std::vector<TrustFile>& files) {
  const std::string text = json::write(trust_description_json(description), 2) + "\n";
  files.push_back({folder + "/trust.json", to_bytes(as_bytes(text))});
}

// A description says one set of names for an anchor; an anchor that was configured twice has several, and stands there as often.
std::vector<TrustDescription::Row> rows_of(const Anchor& anchor) {
  TrustDescription::Row row;
  row.file = "anchor.crt";
  row.sha256 = hex(anchor.certificate.fingerprint().view());
  row.anchor = anchor;
  row.anchor.constraints.names.clear();
  std::vector<TrustDescription::Row> rows;
  for (const auto& names : anchor.constraints.names) {
    rows.push_back(row);
    rows.back().anchor.constraints.names = {names};
  }
  if (rows.empty()) rows.push_back(std::move(row));
  return rows;
}

}  // namespace

std::vector<TrustFile> files_of(const Trust& trust) {
  std::vector<TrustFile> files;
  for (std::size_t i = 0; i < trust.anchors().size(); ++i) {
    const Anchor& anchor = trust.anchors()[i];
    const std::string folder = std::to_string(i);
    TrustDescription description;
    description.anchors = rows_of(anchor);
    if (anchor.levels) description.levels = *anchor.levels;
    add_description(description, folder, files);
    files.push_back({folder + "/anchor.crt", to_bytes(anchor.certificate.der())});
  }
  TrustDescription rest;
  for (const CertificatePtr& certificate : trust.intermediates()) {
    const std::string name = std::to_string(rest.intermediates.size()) + ".crt";
    files.push_back({"rest/" + name, to_bytes(certificate->der())});
    rest.intermediates.push_back(name);
  }
  rest.allowed_hosts.assign(trust.allowed_hosts().begin(), trust.allowed_hosts().end());
  if (!rest.intermediates.empty() || !rest.allowed_hosts.empty()) add_description(rest, "rest", files);
  return files;
}

Result<Trust> trust_from(std::span<const TrustFile> files) {
  std::set<std::string> folders;
  for (const TrustFile& file : files) folders.insert(file.name.substr(0, file.name.find('/')));
  Trust trust;
  for (const std::string& folder : folders) {
    const auto read = [&](const std::string& name) -> Result<Bytes> {
      const auto file = std::find_if(files.begin(), files.end(), [&](const TrustFile& one) { return one.name == folder + "/" + name; });
      if (file == files.end()) return errors::trust_invalid(Code{folder}, Code{name + " is missing"});
      return file->octets;
    };
    MOHR_CHECK(trust.load(read, folder));
  }
  return trust;
}

}  // namespace mohr::pki
