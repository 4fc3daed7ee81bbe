#include "cli/setting.h"

#include <cstdlib>

#include "format/reader.h"
#include "pki/evidence_file.h"

namespace mohr::cli {
std::vector<OptionRow> with_usual_options(std::vector<OptionRow> rows) {
  rows.push_back({"json", nullptr, "print one JSON document"});
  rows.push_back({"lang", "fa|en", "language of texts (default: the locale's)"});
  rows.push_back({"help", nullptr, "this text", 'h'});
  return rows;
}

std::vector<OptionRow> with_setting_options(std::vector<OptionRow> rows) {
  rows.push_back({"trust", "PATH", "trusted authorities: a PEM file, or a folder (repeatable)"});
  rows.push_back({"intermediate", "FILE", "certificates that may help to build a path (repeatable)"});
  rows.push_back({"crl", "FILE", "a revocation list (repeatable)"});
  rows.push_back({"ocsp", "FILE", "an OCSP response (repeatable)"});
  rows.push_back({"at", "TIME", "judge as of 2026-11-25T09:30:00Z instead of now"});
  rows.push_back({"offline", nullptr, "use no network"});
  rows.push_back({"cache", "DIR", "keep fetched revocation data there (default: ~/.cache/mohr)"});
  rows.push_back({"no-cache", nullptr, "keep nothing and use nothing kept"});
  rows.push_back({"allow-host", "HOST", "may be fetched from though its address is inside (repeatable)"});
  return with_usual_options(std::move(rows));
}

std::string user_cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");                           // NOLINT(concurrency-mt-unsafe)
  const char* home = std::getenv("HOME");                                      // NOLINT(concurrency-mt-unsafe)
  if (cache != nullptr && *cache == '/') return std::string(cache) + "/mohr";  // a relative one is to be ignored (XDG)
  return home != nullptr && *home == '/' ? std::string(home) + "/.cache/mohr" : std::string();
}

std::string user_trust_folder() {
  const char* config = std::getenv("XDG_CONFIG_HOME");  // NOLINT(concurrency-mt-unsafe)
  const char* home = std::getenv("HOME");               // NOLINT(concurrency-mt-unsafe)
  if (config != nullptr && *config != 0) return std::string(config) + "/mohr/trust";
  return std::string(home != nullptr ? home : "") + "/.config/mohr/trust";
}

namespace {

// Anchors that cannot be read are the environment's fault, not the document's.
Result<void> load_given(const std::string& path, pki::Trust& trust) {
  auto loaded = trust.load(path);
  if (loaded || failure(loaded.error()) != Failure::unreadable) return loaded;
  return errors::trust_unreadable(Code{path}, cause(loaded.error()));
}

Result<void> refuse_on_locked_machine(const Arguments& arguments) {
  for (const char* option : {"trust", "allow-host", "policy", "opinions"})
    if (arguments.has(option)) return errors::trust_locked(Code{std::string("--") + option});
  return {};
}

}  // namespace

Result<pki::Trust> trust_from(const Arguments& arguments) {
  MOHR_TRY(pki::Trust machine, pki::machine_trust());
  if (machine.is_locked()) {
    MOHR_CHECK(refuse_on_locked_machine(arguments));
    return machine;
  }
  if (!arguments.has("trust")) {
    if (pki::is_trust_folder(user_trust_folder())) MOHR_CHECK(machine.load(user_trust_folder()));
    return machine;
  }
  pki::Trust given;
  for (const std::string& path : arguments.values("trust")) MOHR_CHECK(load_given(path, given));
  return given;
}

Findings overrides_from(const Arguments& arguments, const pki::Trust& trust) {
  Findings overrides;
  for (const std::string& path : arguments.values("trust")) overrides.push_back(findings::override_trust(Code{path}));
  if (trust.is_locked() && pki::is_trust_folder(user_trust_folder()))
    overrides.push_back(findings::override_ignored_trust(Code{user_trust_folder()}));
  return overrides;
}

pki::CrlShelfPtr shelf_of(const pki::InstallationPtr& installation) {
  return installation ? std::make_shared<pki::CrlShelf>(installation) : nullptr;
}

Result<pki::Evidence> evidence_from(const Arguments& arguments, const pki::CrlShelfPtr& shelf) {
  Budget budget;
  return pki::evidence_from({arguments.values("intermediate"), arguments.values("crl"), arguments.values("ocsp")}, budget, shelf);
}

Result<std::unique_ptr<pki::Fetcher>> fetcher_from(const Arguments& arguments, const pki::Trust& trust,
                                                   const std::vector<std::string>& more) {
  if (arguments.has("offline")) return std::unique_ptr<pki::Fetcher>();
  pki::FetchRules rules;
  rules.allowed_hosts = arguments.values("allow-host");
  rules.allowed_hosts.insert(rules.allowed_hosts.end(), trust.allowed_hosts().begin(), trust.allowed_hosts().end());
  rules.allowed_hosts.insert(rules.allowed_hosts.end(), more.begin(), more.end());
  return pki::late_fetcher(std::move(rules));
}

Result<std::unique_ptr<FileSource>> content_from(const Arguments& arguments, const Source& document) {
  if (!arguments.has("content")) return std::unique_ptr<FileSource>();
  const auto kind = format::detect(document);
  if (kind && *kind == format::Kind::pdf) return errors::content_not_needed(Code{document.name()});
  return FileSource::open(arguments.value("content"));
}

Result<pki::InstallationPtr> installation_from(const Arguments& arguments) {
  const std::string folder = arguments.has("cache") ? arguments.value("cache") : user_cache_folder();
  if (arguments.has("no-cache") || folder.empty()) return pki::InstallationPtr();
  auto installation = pki::Installation::open(folder);
  if (!installation && !arguments.has("cache") && installation.error().code != ErrorCode::state_unsafe) return pki::InstallationPtr();
  return installation;
}

Result<Instant> time_from(const Arguments& arguments) {
  if (!arguments.has("at")) return SystemClock().now();
  const auto time = from_iso8601(arguments.value("at"));
  if (!time) return errors::usage_invalid(Code{"--at " + arguments.value("at") + " (a time looks like 2026-11-25T09:30:00Z)"});
  return *time;
}

}  // namespace mohr::cli
