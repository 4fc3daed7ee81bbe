// 100 MiB: one pass of SHA-256 over the same warm file is the reference; memory is that of the mohr program.
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "bench/material.h"
#include "bench/rows.h"

namespace mohr::bench {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMebibyte = 1 << 20, kMebibytes = 100;

std::string write_file(const fs::path& path, const std::function<void(NewFile&)>& fill) {
  NewFile file = must(NewFile::create(path.string(), true), "large file");
  fill(file);
  if (!file.commit()) stop("cannot write " + path.string());
  return path.string();
}

void put(NewFile& file, ByteView octets) {
  if (!file.write(octets)) stop("the disk is full");
}

// A PDF of 10,000 streams with a classic cross-reference table.
void fill_pdf(NewFile& file) {
  constexpr std::size_t kObjects = 10'000, kStream = kMebibyte * kMebibytes / kObjects;
  std::vector<std::size_t> offsets;
  std::size_t at = 0;
  const auto text = [&](const std::string& words) {
    put(file, as_bytes(words));
    at += words.size();
  };
  text("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
  const auto object = [&](const std::string& body) {
    offsets.push_back(at);
    text(std::to_string(offsets.size()) + " 0 obj\n" + body + "\nendobj\n");
  };
  object("<< /Type /Catalog /Pages 2 0 R >>");
  object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
  object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>");
  const Bytes noise = crypto::random_bytes(kStream);
  const std::string body = "<< /Length " + std::to_string(kStream) + " >>\nstream\n" + std::string(as_text(noise)) + "\nendstream";
  for (std::size_t i = 0; i < kObjects; ++i) object(body);
  const std::size_t xref = at;
  text("xref\n0 " + std::to_string(offsets.size() + 1) + "\n0000000000 65535 f \n");
  for (const std::size_t offset : offsets) {
    std::array<char, 32> line{};
    std::snprintf(line.data(), line.size(), "%010zu 00000 n \n", offset);
    text(line.data());
  }
  text("trailer\n<< /Size " + std::to_string(offsets.size() + 1) + " /Root 1 0 R >>\nstartxref\n" + std::to_string(xref) + "\n%%EOF\n");
}

struct Large {
  fs::path folder;
  std::string mohr, content, signature, pdf, root, root_crl, ca_crl;
  Chain chain = make_chain(crypto::NewKey::p256);
  std::unique_ptr<verify::Verifier> verifier;
  pki::Evidence crls;
  ~Large() { fs::remove_all(folder); }
};

void hash_file(const std::string& path) {
  const auto source = must(FileSource::open(path), "file");
  Budget budget;
  must(crypto::digest_source(*source, crypto::DigestAlgorithm::sha256, budget), "digest");
}

void verify_file(const Large& large, const std::string& path, const std::string& content_path) {
  const auto document = must(FileSource::open(path), "file");
  std::unique_ptr<FileSource> content;
  if (!content_path.empty()) content = must(FileSource::open(content_path), "file");
  verify::Question question;
  question.now = kNow + kMinute;
  const auto verdict = large.verifier->verify(*document, content.get(), large.crls, question, nullptr);
  if (!verdict || verdict->outcome != verify::Outcome::accept) stop("a large file that must be accepted was not");
}

double resident(const Large& large, const std::string& path, const std::string& content) {
  std::vector<std::string> words = {
      large.mohr, "verify", path, "--trust", large.root, "--crl", large.root_crl, "--crl", large.ca_crl, "--at", iso8601(kNow + kMinute),
      "--offline"};
  if (!content.empty()) words.insert(words.end(), {"--content", content});
  return run_process(words, 0).rss_mib;
}

}  // namespace

std::vector<Row> large_rows(const std::string& mohr) {
  auto large = std::make_shared<Large>();
  large->mohr = mohr;
  large->folder = fs::temp_directory_path() / ("mohr-bench-large-" + std::to_string(::getpid()));
  fs::create_directories(large->folder);
  const auto at = [&](const char* name) { return large->folder / name; };
  large->content = write_file(at("content.bin"), [](NewFile& file) {
    const Bytes noise = crypto::random_bytes(kMebibyte);
    for (std::size_t i = 0; i < kMebibytes; ++i) put(file, noise);
  });
  const std::string plain_pdf = write_file(at("plain.pdf"), fill_pdf);
  large->root = write_file(at("root.pem"), [&](NewFile& file) { put(file, as_bytes(pki::pem(*large->chain.root))); });
  large->root_crl = write_file(at("root.crl"), [&](NewFile& file) { put(file, large->chain.root_crl->der()); });
  large->ca_crl = write_file(at("ca.crl"), [&](NewFile& file) { put(file, large->chain.ca_crl->der()); });
  large->verifier = verifier_of(large->chain, true, true);
  large->crls = crls_of(large->chain);
  Budget budget;
  const auto sign = [&](const std::string& path, format::Format format, const char* name) {
    const auto source = must(FileSource::open(path), name);
    std::string out = at(name).string();
    if (const auto done = sign::sign_file(*source, request_of(large->chain, format, sign::Packaging::by_format), out, true, budget); !done)
      stop(std::string(name) + ": " + render(done.error(), Language::en));
    return out;
  };
  large->signature = sign(large->content, format::Format::cades, "content.p7s");
  large->pdf = sign(plain_pdf, format::Format::pades, "signed.pdf");
  std::vector<Row> rows;
  rows.push_back({"cms_detached_100mib", "detached CMS over 100 MiB", "one SHA-256 pass over the same warm file", 1.2,
                  [large] { verify_file(*large, large->signature, large->content); }, [large] { hash_file(large->content); }});
  rows.back().rss_mib = resident(*large, large->signature, large->content);
  rows.push_back({"pdf_100mib", "signed PDF of 100 MiB, 10,000 objects", "one SHA-256 pass over the same warm file", 1.2,
                  [large] { verify_file(*large, large->pdf, {}); }, [large] { hash_file(large->pdf); }});
  rows.back().rss_mib = resident(*large, large->pdf, {});
  return rows;
}

}  // namespace mohr::bench
