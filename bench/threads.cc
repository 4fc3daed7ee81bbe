// Two threads: the raw operation's own gain divided by ours.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "bench/material.h"
#include "bench/rows.h"
#include "pki/path_validator.h"

namespace mohr::bench {
namespace {

// Operations per second of `count` threads over a quarter of a second.
double rate(int count, const std::function<void()>& operation) {
  std::atomic<bool> stop_now{false};
  std::atomic<long> done{0};
  std::vector<std::thread> threads;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&] {
      long own = 0;
      for (; !stop_now; ++own) operation();
      done += own;
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(250));
  stop_now = true;
  for (std::thread& thread : threads) thread.join();
  return static_cast<double>(done) / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

Row gain_row(const std::string& id, const std::string& what, const std::function<void()>& ours, const std::function<void()>& raw) {
  std::vector<double> ratios, gains;
  for (int round = 0; round < 7; ++round) {
    const double raw_gain = rate(2, raw) / rate(1, raw);
    const double our_gain = rate(2, ours) / rate(1, ours);
    ratios.push_back(raw_gain / our_gain);
    gains.push_back(our_gain);
  }
  Row row{id, what, "the raw operation's gain divided by ours", 1.05, {}, {}};
  row.what += " (ours: " + std::to_string(median(gains)).substr(0, 4) + ")";
  row.value_us = median(ratios);
  row.reference_us = 1;
  row.measured = true;
  return row;
}

Row path_row() {
  const auto path = make_path(crypto::NewKey::p256, 3);
  pki::Trust trust;
  if (!trust.add_anchor({path.back(), false, false, "bench"})) stop("anchor");
  pki::Evidence evidence;
  evidence.add(path[1], pki::Origin::given);
  const auto ours = [&] {
    Budget budget;
    const auto found = pki::find_path(path[0], {pki::Purpose::signing, kNow}, trust, evidence, budget);
    if (!found || found->anchor == nullptr || !found->findings.empty()) stop("a path that must be good is not");
  };
  const auto raw = [&] {
    for (std::size_t i = 0; i + 1 < path.size(); ++i)
      if (pki::verify_signature(*path[i], *path[i + 1]) != crypto::SignatureCheck::good) stop("raw");
  };
  return gain_row("two_threads_path", "gain from two threads, path of 3 certificates, P-256", ours, raw);
}

}  // namespace

std::vector<Row> thread_rows() {
  const Chain chain = make_chain(crypto::NewKey::p256);
  const auto verifier = verifier_of(chain, true, true);
  const pki::Evidence crls = crls_of(chain);
  Budget budget;
  const Bytes payload = crypto::random_bytes(2048);
  const Bytes cms = must(sign::sign_bytes(payload, request_of(chain, format::Format::cades, sign::Packaging::attached), budget), "CMS");
  const MemorySource source(cms);
  const format::SignedDocument facts = must(format::read(source, nullptr, budget), "CMS");
  const format::Signature& signature = facts.signatures.front();
  const auto key = must(chain.certificate->key(), "key");
  const auto ours = [&] {
    verify::Question question;
    question.now = kNow;
    const auto verdict = verifier->verify(source, nullptr, crls, question, nullptr);
    if (!verdict || verdict->outcome != verify::Outcome::accept) stop("a message that must be accepted was not");
  };
  const auto raw = [&] {
    crypto::sha256(payload);
    if (key->verify(signature.algorithm, signature.signed_octets, signature.value) != crypto::SignatureCheck::good) stop("raw");
  };
  return {gain_row("two_threads_cms_verify", "gain from two threads, CMS P-256 warm", ours, raw), path_row()};
}

}  // namespace mohr::bench
