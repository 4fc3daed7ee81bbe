// Whole processes: wall time and resident memory of the mohr program.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "bench/material.h"
#include "bench/rows.h"
#include "bench/timing.h"

extern char** environ;

namespace mohr::bench {

ProcessCost run_process(const std::vector<std::string>& words, int expected) {
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));  // NOLINT: posix_spawn's signature
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  const auto start = std::chrono::steady_clock::now();
  pid_t pid = 0;
  if (::posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ) != 0) stop("cannot start " + words[0]);
  int status = 0;
  rusage usage{};
  ::wait4(pid, &status, 0, &usage);
  const double us = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
  posix_spawn_file_actions_destroy(&actions);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != expected) stop(words[0] + " " + words[1] + " did not end as expected");
  return {us, static_cast<double>(usage.ru_maxrss) / 1024};
}

std::vector<Row> process_rows(const std::string& mohr) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("mohr-bench-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const Chain chain = make_chain(crypto::NewKey::p256);
  Budget budget;
  const Bytes payload = crypto::random_bytes(2048);
  const Bytes cms = must(sign::sign_bytes(payload, request_of(chain, format::Format::cades, sign::Packaging::attached), budget), "CMS");
  const auto write = [&](const char* name, ByteView octets) {
    std::string path = (folder / name).string();
    NewFile file = must(NewFile::create(path, true), name);
    if (!file.write(octets) || !file.commit()) stop("cannot write " + path);
    return path;
  };
  const std::string message = write("small.p7m", cms), root = write("root.pem", as_bytes(pki::pem(*chain.root)));
  const std::string root_crl = write("root.crl", chain.root_crl->der()), ca_crl = write("ca.crl", chain.ca_crl->der());
  const std::vector<std::string> ours = {mohr,    "verify", message, "--trust",     root,        "--crl",      root_crl,
                                         "--crl", ca_crl,   "--at",  iso8601(kNow), "--offline", "--opinions", "1"};
  const std::vector<std::string> reference = {"openssl", "version"};
  std::vector<double> values, references;
  double rss = 0;
  for (int round = 0; round < 41; ++round) {  // interleaved; medians
    references.push_back(run_process(reference, 0).us);
    const ProcessCost cost = run_process(ours, 0);
    values.push_back(cost.us);
    rss = std::max(rss, cost.rss_mib);
  }
  fs::remove_all(folder);
  Row row{
      "process_verify_small_cms", "mohr verify --offline of a 2 KiB CMS, a whole process", "openssl version, a whole process", 2.2, {}, {}};
  row.value_us = median(values);
  row.reference_us = median(references);
  row.rss_mib = rss;
  row.measured = true;
  return {row};
}

}  // namespace mohr::bench
