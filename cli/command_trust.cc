// mohr trust: the authorities that this user (or this machine) trusts. No anchor ships with mohr.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>

#include "cli/command.h"
#include "cli/setting.h"
#include "pki/core/source.h"
#include "pki/core/text.h"
#include "pki/trust_description.h"
#include "verify/phrase.h"

namespace mohr::cli {
namespace {

namespace fs = std::filesystem;

const std::vector<OptionRow>& options() {
  static const std::vector<OptionRow> rows = with_usual_options({
      {"sha256", "HEX", "the fingerprint that you checked with the authority"},
      {"machine", nullptr, "for all users of this machine"},
      {"domain", "NAME", "national (secure signatures) or internal (default)"},
      {"purpose", "NAME", "sign, time-stamp, status (repeatable; default: all)"},
      {"from", "TIME", "trusted for times from here on"},
      {"until", "TIME", "  up to here"},
      {"policy", "OID", "only for certificates under this policy (repeatable)"},
      {"level", "OID=NAME", "this policy means bronze, silver, gold or platinum (repeatable)"},
      {"path-length", "N", "at most so many authorities below it"},
  });
  return rows;
}

Error wrong(std::string what) { return errors::usage_invalid(Code{std::move(what)}); }

std::string plain_hex(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ':' && c != ' ' && c != '\n') out += c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
  return out;
}

// The fingerprint is typed by the person who compared it, never merely shown and confirmed.
Result<std::string> typed_fingerprint(const Arguments& arguments, const pki::Certificate& certificate) {
  if (arguments.has("sha256")) return plain_hex(arguments.value("sha256"));
  if (!Terminal::is_interactive()) return wrong("trust add needs --sha256 HEX, the fingerprint that you checked with the authority");
  std::cerr << "Authority: " << printable(certificate.subject().display()) << "\nType its SHA-256 as the authority published it: ";
  std::string line;
  std::getline(std::cin, line);
  return plain_hex(line);
}

// trust.json of the folder; made from the certificates in it when there is none yet.
Result<pki::TrustDescription> description_of(const std::string& folder) {
  const std::string path = folder + "/trust.json";
  if (fs::exists(path)) {
    MOHR_TRY(const Bytes text, read_file(path, 16 << 20));
    return pki::parse_trust_description(text, path);
  }
  pki::TrustDescription description;
  if (!pki::is_trust_folder(folder)) return description;
  pki::Trust trust;
  MOHR_CHECK(trust.load(folder));
  for (const pki::Anchor& anchor : trust.anchors()) {
    pki::TrustDescription::Row& row = description.anchors.emplace_back();
    row.file = fs::path(anchor.source).filename().string();
    row.sha256 = hex(anchor.certificate.fingerprint().view());
  }
  return description;
}

Result<void> write_description(const pki::TrustDescription& description, const std::string& folder) {
  MOHR_TRY(NewFile file, NewFile::create(folder + "/trust.json", true));
  MOHR_CHECK(file.write(as_bytes(json::write(pki::trust_description_json(description), 2) + "\n")));
  return file.commit();
}

Result<void> read_window(const Arguments& arguments, pki::Anchor& anchor) {
  for (const auto& [name, time] : {std::pair{"from", &anchor.from}, std::pair{"until", &anchor.until}}) {
    if (!arguments.has(name)) continue;
    const auto read = from_iso8601(arguments.value(name));
    if (!read) return wrong(std::string("--") + name + " " + arguments.value(name) + " (a time looks like 2026-11-25T09:30:00Z)");
    *time = *read;
  }
  return {};
}

Result<Bytes> policy_from(const std::string& dotted) {
  auto contents = asn1::contents_from_dotted(dotted);
  if (!contents) return wrong(dotted + " is no object identifier");
  return *std::move(contents);
}

// What the options say of an authority.
Result<pki::Anchor> anchor_from(const Arguments& arguments) {
  pki::Anchor anchor;
  const std::string domain = arguments.value("domain", "internal");
  const auto known_domain = pki::anchor_domain(domain, "--domain");
  if (!known_domain) return wrong("--domain " + domain + " (national and internal are known)");
  anchor.domain = *known_domain;
  if (arguments.has("purpose")) {
    const std::vector<std::string> words = arguments.values("purpose");
    const auto purposes = pki::anchor_purposes(words, "--purpose");
    if (!purposes) return wrong("--purpose " + words.back() + " (sign, time-stamp, status are known)");
    anchor.purposes = *purposes;
  }
  MOHR_CHECK(read_window(arguments, anchor));
  for (const std::string& policy : arguments.values("policy")) {
    if (!anchor.constraints.policies) anchor.constraints.policies.emplace();
    MOHR_TRY(Bytes contents, policy_from(policy));
    anchor.constraints.policies->push_back(std::move(contents));
  }
  if (arguments.has("path-length")) {
    const std::string text = arguments.value("path-length");
    std::int64_t length = -1;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), length);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || length < 0) return wrong("--path-length " + text);
    anchor.constraints.path_length = length;
  }
  return anchor;
}

Result<void> add_levels(const Arguments& arguments, pki::LevelTable& levels) {
  for (const std::string& text : arguments.values("level")) {
    const std::size_t equals = text.find('=');
    const auto level = equals == std::string::npos ? std::nullopt : pki::level_from(text.substr(equals + 1));
    if (!level) return wrong("--level " + text + " (OID=silver; bronze, silver, gold, platinum are known)");
    MOHR_TRY(Bytes policy, policy_from(text.substr(0, equals)));
    levels.insert_or_assign(std::move(policy), *level);
  }
  return {};
}

Result<std::string> add(const Arguments& arguments, const std::string& folder) {
  if (arguments.files().size() != 2) return wrong("mohr trust add FILE --sha256 HEX");
  const std::string& path = arguments.files()[1];
  MOHR_TRY(const Bytes file, read_file(path, 1 << 20));
  MOHR_TRY(const std::vector<pki::CertificatePtr> certificates, pki::parse_certificates(file));
  if (certificates.size() != 1) return wrong(path + " holds more than one certificate");
  const pki::Certificate& certificate = *certificates.front();
  if (!certificate.is_ca() && !certificate.is_self_issued())
    return errors::trust_invalid(Code{path}, Code{"it is no certificate of an authority"});
  MOHR_TRY(pki::Anchor anchor, anchor_from(arguments));
  anchor.demonstration = pki::is_demonstration(certificate.subject());
  if (anchor.demonstration && anchor.domain == pki::Domain::national) return wrong("--domain national (a demonstration is never national)");
  MOHR_TRY(const std::string typed, typed_fingerprint(arguments, certificate));
  const std::string fingerprint = hex(certificate.fingerprint().view());
  if (typed != fingerprint) return errors::fingerprint_differs(Code{path});
  MOHR_TRY(pki::TrustDescription description, description_of(folder));
  MOHR_CHECK(add_levels(arguments, description.levels));
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) return errors::file_not_writable(Code{folder}, Code{problem.message()});
  std::erase_if(description.anchors, [&](const pki::TrustDescription::Row& row) { return row.sha256 == fingerprint; });
  description.anchors.push_back({fingerprint + ".pem", fingerprint, std::move(anchor)});
  std::string target = folder + "/" + fingerprint + ".pem";
  MOHR_TRY(NewFile out, NewFile::create(target, true));
  MOHR_CHECK(out.write(as_bytes(pki::pem(certificate))));
  MOHR_CHECK(out.commit());
  MOHR_CHECK(write_description(description, folder));  // last: only what stands in it is trusted
  return target;
}

Result<std::string> remove(const Arguments& arguments, const std::string& folder) {
  if (arguments.files().size() != 2) return wrong("mohr trust remove SHA256 (as mohr trust list shows it)");
  const std::string wanted = plain_hex(arguments.files()[1]);
  if (wanted.size() != 64 || !from_hex(wanted)) return wrong("mohr trust remove SHA256: 64 hexadecimal digits");
  MOHR_TRY(pki::TrustDescription description, description_of(folder));
  const auto row = std::find_if(description.anchors.begin(), description.anchors.end(),
                                [&](const pki::TrustDescription::Row& one) { return one.sha256 == wanted; });
  std::string target = folder + "/" + (row == description.anchors.end() ? wanted + ".pem" : row->file);
  if (row == description.anchors.end()) return errors::file_not_found(Code{target});
  description.anchors.erase(row);
  MOHR_CHECK(write_description(description, folder));
  std::error_code ignored;
  fs::remove(target, ignored);
  return target;
}

json::Value facts_of(const pki::Anchor& anchor, const pki::Certificate& certificate) {
  json::Value row;
  row.add("subject", anchor.certificate.subject().display())
      .add("sha256", hex(anchor.certificate.fingerprint().view()))
      .add("file", anchor.source)
      .add("not_after", iso8601(certificate.not_after()))
      .add("domain", pki::domain_id(anchor.domain))
      .add("demonstration", anchor.demonstration)
      .add("revocation", anchor.revocation_required ? "required" : "not-required");
  json::Array purposes;
  for (const auto& [allowed, word] : {std::pair{anchor.purposes.sign, "sign"}, std::pair{anchor.purposes.timestamp, "time-stamp"},
                                      std::pair{anchor.purposes.status, "status"}})
    if (allowed) purposes.emplace_back(word);
  row.add("purposes", std::move(purposes));
  if (anchor.from.seconds != INT64_MIN) row.add("from", iso8601(anchor.from));
  if (anchor.until.seconds != INT64_MAX) row.add("until", iso8601(anchor.until));
  return row;
}

void print(const pki::Anchor& anchor, const pki::Certificate& certificate, const Terminal& terminal) {
  const Language language = terminal.language();
  std::string text = isolate(anchor.certificate.subject().display()) + "  " + display(certificate.not_after(), language) + "\n  ";
  text += verify::domain_word(anchor.domain, language);
  if (anchor.demonstration) text += "\n  " + std::string(verify::phrase(verify::Label::demonstration, language));
  terminal.out(text + "\n  " + hex(anchor.certificate.fingerprint().view()) + "\n  " + anchor.source + "\n");
}

Result<void> list(const Arguments& arguments, const Terminal& terminal) {
  json::Array rows;
  MOHR_TRY(const pki::Trust machine, pki::machine_trust());
  for (const std::string& folder : {user_trust_folder(), pki::machine_trust_folder()}) {
    if (!pki::is_trust_folder(folder) || (machine.is_locked() && folder == user_trust_folder())) continue;
    pki::Trust trust;
    MOHR_CHECK(trust.load(folder));
    for (const pki::Anchor& anchor : trust.anchors()) {
      auto certificate = anchor.certificate.whole();
      if (!certificate) return std::move(certificate).error().at(anchor.source);
      rows.push_back(facts_of(anchor, **certificate));
      if (!arguments.has("json")) print(anchor, **certificate, terminal);
    }
  }
  if (machine.is_locked() && !arguments.has("json"))
    terminal.out(terminal.language() == Language::fa ? "مدیر سامانه این فهرست را ثابت کرده است.\n"
                                                     : "The administrator fixed this list.\n");
  if (arguments.has("json")) {
    json::Value all;
    all.add("version", 1).add("locked", machine.is_locked()).add("anchors", std::move(rows));
    terminal.out(json::write(all, 2) + "\n");
  } else if (rows.empty()) {
    terminal.out(terminal.language() == Language::fa ? "هیچ مرکز مورد اعتمادی نیست.\n" : "No authority is trusted here.\n");
  }
  return {};
}

Result<void> act(const Arguments& arguments, const Terminal& terminal) {
  const std::string word = arguments.files().empty() ? "" : arguments.files().front();
  if (word == "list" && arguments.files().size() == 1) return list(arguments, terminal);
  if (word != "add" && word != "remove") return misspelt(word, {"add", "list", "remove"}, "mohr trust add|list|remove");
  MOHR_TRY(const pki::Trust machine, pki::machine_trust());
  if (word == "add" && machine.is_locked() && !arguments.has("machine")) return errors::trust_locked(Code{"mohr trust add"});
  const std::string folder = arguments.has("machine") ? pki::machine_trust_folder() : user_trust_folder();
  MOHR_TRY(const std::string target, word == "add" ? add(arguments, folder) : remove(arguments, folder));
  terminal.out(target + "\n");
  return {};
}

int run(const Arguments& arguments, const Terminal& terminal) {
  const auto done = act(arguments, terminal);
  return done ? static_cast<int>(kAccept) : terminal.fail(done.error());
}

}  // namespace

const Command kTrust = {"trust",
                        "Say which authorities are trusted here",
                        "mohr trust add FILE --sha256 HEX [OPTION]... | list | remove SHA256",
                        "  mohr trust add root.pem --sha256 AA7FF637... --domain national --level 2.16.364.101.1.1.2=silver\n"
                        "  mohr trust add agency-ca.pem --sha256 1B2C... --purpose sign --until 2028-03-20T00:00:00Z\n"
                        "  mohr trust list\n",
                        &options,
                        &run};

}  // namespace mohr::cli
