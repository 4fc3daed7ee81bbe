// What several commands share: trust, evidence and network from the arguments.
#pragma once

#include "cli/options.h"
#include "pki/core/source.h"
#include "pki/crl_shelf.h"
#include "pki/evidence.h"
#include "pki/fetch.h"
#include "pki/installation.h"
#include "pki/trust.h"

namespace mohr::cli {

// Rows of the options that stand for trust, evidence and network; commands put them behind their own.
std::vector<OptionRow> with_setting_options(std::vector<OptionRow> own);
std::vector<OptionRow> with_usual_options(std::vector<OptionRow> own);  // --lang, --json, --help

// --trust (files and folders), else the trust of this user and this machine. May be empty. On a locked machine only the machine's own, and
// trust_locked for --trust and whatever else would relax it.
Result<pki::Trust> trust_from(const Arguments& arguments);
// What the arguments changed about it, for the reports.
Findings overrides_from(const Arguments& arguments, const pki::Trust& trust);
// Where the indexes of big lists stand; null without an installation.
pki::CrlShelfPtr shelf_of(const pki::InstallationPtr& installation);
// --intermediate, --crl, --ocsp.
Result<pki::Evidence> evidence_from(const Arguments& arguments, const pki::CrlShelfPtr& shelf);
// Null with --offline. Allowed hosts: --allow-host, the trust's, and `more`.
Result<std::unique_ptr<pki::Fetcher>> fetcher_from(const Arguments& arguments, const pki::Trust& trust,
                                                   const std::vector<std::string>& more = {});
// --content; null without it. Errors: content_not_needed for a document that always holds what it signs.
Result<std::unique_ptr<FileSource>> content_from(const Arguments& arguments, const Source& document);
// --at, else the clock of this machine.
Result<Instant> time_from(const Arguments& arguments);

// Where mohr keeps what it fetched, what it saw, and the key that authenticates both: --cache, else this user's. Null with --no-cache, and
// where nothing can be written unless --cache names the place. Errors: state_unsafe, file errors of --cache.
Result<pki::InstallationPtr> installation_from(const Arguments& arguments);

std::string user_cache_folder();  // $XDG_CACHE_HOME/mohr; "" without a home
std::string user_trust_folder();  // $XDG_CONFIG_HOME/mohr/trust

}  // namespace mohr::cli
