// mohr trust: the authorities that this user (or this machine) trusts. No anchor ships with mohr.
#include <filesystem>
#include <iostream>

#include "cli/command.h"
#include "cli/setting.h"
#include "pki/core/json.h"
#include "pki/core/source.h"
#include "pki/core/text.h"

namespace mohr::cli {
namespace {

namespace fs = std::filesystem;

const std::vector<OptionRow>& options() {
  static const std::vector<OptionRow> rows = with_usual_options({
      {"sha256", "HEX", "the fingerprint that you checked with the authority"},
      {"machine", nullptr, "for all users of this machine"},
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

Result<std::string> add(const Arguments& arguments, const std::string& folder) {
  if (arguments.files().size() != 2) return wrong("mohr trust add FILE --sha256 HEX");
  const std::string& path = arguments.files()[1];
  MOHR_TRY(const Bytes file, read_file(path, 1 << 20));
  MOHR_TRY(const std::vector<pki::CertificatePtr> certificates, pki::parse_certificates(file));
  if (certificates.size() != 1) return wrong(path + " holds more than one certificate");
  const pki::Certificate& certificate = *certificates.front();
  MOHR_TRY(const std::string typed, typed_fingerprint(arguments, certificate));
  const std::string fingerprint = hex(certificate.fingerprint().view());
  if (typed != fingerprint) return errors::trust_digest_differs(Code{path});
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) return errors::file_not_writable(Code{folder}, Code{problem.message()});
  const std::string target = folder + "/" + fingerprint + ".pem";
  MOHR_TRY(NewFile out, NewFile::create(target, true));
  MOHR_CHECK(out.write(as_bytes(pki::pem(certificate))));
  MOHR_CHECK(out.commit());
  return target;
}

Result<std::string> remove(const Arguments& arguments, const std::string& folder) {
  if (arguments.files().size() != 2) return wrong("mohr trust remove SHA256 (as mohr trust list shows it)");
  const std::string wanted = plain_hex(arguments.files()[1]);
  if (wanted.size() != 64 || !from_hex(wanted)) return wrong("mohr trust remove SHA256: 64 hexadecimal digits");
  const std::string target = folder + "/" + wanted + ".pem";
  std::error_code problem;
  if (!fs::remove(target, problem)) return errors::file_not_found(Code{target});
  return target;
}

Result<void> list(const Arguments& arguments, const Terminal& terminal) {
  json::Array rows;
  for (const std::string& folder : {user_trust_folder(), machine_trust_folder()}) {
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored) || fs::is_empty(folder, ignored)) continue;
    pki::Trust trust;
    MOHR_CHECK(trust.load(folder));
    for (const pki::Anchor& anchor : trust.anchors()) {
      const std::string fingerprint = hex(anchor.certificate->fingerprint().view());
      json::Value row;
      row.add("subject", anchor.certificate->subject().display())
          .add("sha256", fingerprint)
          .add("file", anchor.source)
          .add("not_after", iso8601(anchor.certificate->not_after()));
      rows.push_back(std::move(row));
      if (!arguments.has("json"))
        terminal.out(isolate(anchor.certificate->subject().display()) + "  " +
                     display(anchor.certificate->not_after(), terminal.language()) + "\n  " + fingerprint + "\n  " + anchor.source + "\n");
    }
  }
  if (arguments.has("json")) {
    json::Value all;
    all.add("version", 1).add("anchors", std::move(rows));
    terminal.out(json::write(all, 2) + "\n");
  } else if (rows.empty()) {
    terminal.out(terminal.language() == Language::fa ? "هیچ مرکز مورد اعتمادی نیست.\n" : "No authority is trusted here.\n");
  }
  return {};
}

Result<void> act(const Arguments& arguments, const Terminal& terminal) {
  const std::string word = arguments.files().empty() ? "" : arguments.files().front();
  if (word == "list") return list(arguments, terminal);
  const std::string folder = arguments.has("machine") ? machine_trust_folder() : user_trust_folder();
  if (word != "add" && word != "remove") return wrong("mohr trust add|list|remove");
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
                        "mohr trust add FILE --sha256 HEX | list | remove SHA256",
                        "  mohr trust add root.pem --sha256 AA7FF637...\n"
                        "  mohr trust list\n",
                        &options,
                        &run};

}  // namespace mohr::cli
