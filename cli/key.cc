#include "cli/key.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "cli/terminal.h"
#include "pki/core/source.h"

namespace mohr::cli {
namespace {

constexpr std::uint64_t kKeyFileAtMost = 1 << 20;
constexpr std::size_t kPassphraseAtMost = 4096;

Error wrong(std::string what) { return errors::usage_invalid(Code{std::move(what)}); }

// The first line, without its end.
Secret first_line(Bytes octets) {
  std::size_t end = 0;
  while (end < octets.size() && octets[end] != '\n' && octets[end] != '\r') ++end;
  Secret secret(Bytes(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(end)));
  Secret wiped(std::move(octets));
  return secret;
}

Result<Secret> passphrase_from_descriptor(const std::string& text) {
  int fd = -1;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), fd);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || fd < 0) return wrong("--pass-fd " + text);
  Bytes octets;
  octets.reserve(kPassphraseAtMost);
  std::array<Byte, 512> part{};
  while (octets.size() < kPassphraseAtMost) {
    const ssize_t got = ::read(fd, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return wrong("--pass-fd " + text + " cannot be read");
    if (got == 0) break;
    append(octets, ByteView(part.data(), static_cast<std::size_t>(got)));
  }
  explicit_bzero(part.data(), part.size());
  return first_line(std::move(octets));
}

Result<Secret> passphrase_from(const Arguments& arguments) {
  const int ways = arguments.has("pass-file") + arguments.has("pass-fd") + arguments.has("pass-env");
  if (ways > 1) return wrong("more than one of --pass-file, --pass-fd, --pass-env");
  if (arguments.has("pass-file")) {
    auto octets = read_file(arguments.value("pass-file"), kPassphraseAtMost);
    if (!octets) return errors::passphrase_file_unreadable(Code{arguments.value("pass-file")}, cause(octets.error()));
    return first_line(*std::move(octets));
  }
  if (arguments.has("pass-fd")) return passphrase_from_descriptor(arguments.value("pass-fd"));
  if (arguments.has("pass-env")) {
    const char* value = std::getenv(arguments.value("pass-env").c_str());  // NOLINT(concurrency-mt-unsafe)
    if (value == nullptr) return wrong("--pass-env: the environment has no " + arguments.value("pass-env"));
    return Secret(std::string_view(value));
  }
  return ask_passphrase("Passphrase of " + arguments.value("key") + ": ");
}

}  // namespace

Result<pki::KeyFile> key_from(const Arguments& arguments) {
  if (!arguments.has("key")) return wrong("which key? give --key FILE.p12");
  crypto::protect_process();
  auto file = read_file(arguments.value("key"), kKeyFileAtMost);
  // A key that is not there is the environment's fault, not the document's.
  if (!file) return errors::key_file_unreadable(Code{arguments.value("key")}, cause(file.error()));
  const Secret wiped(*std::move(file));
  MOHR_TRY(const Secret passphrase, passphrase_from(arguments));
  return pki::open_pkcs12(wiped.view(), passphrase);
}

}  // namespace mohr::cli
