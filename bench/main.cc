// mohr_bench: measures with Google Benchmark (random interleaving, medians of repetitions) and prints ratios against references of the same
// run.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <map>

#include "bench/rows.h"
#include "pki/core/json.h"
#include "pki/core/source.h"

namespace mohr::bench {
namespace {

constexpr double kMostResident = 24;  // MiB, for the rows over 100 MiB

// Collects the medians by name.
class Medians final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (run.run_type == Run::RT_Aggregate && run.aggregate_name == "median") us_[run.run_name.function_name] = run.GetAdjustedRealTime();
  }
  [[nodiscard]] double us(const std::string& name) const {
    const auto found = us_.find(name);
    return found == us_.end() ? 0 : found->second;
  }

 private:
  std::map<std::string, double> us_;
};

bool is_large(const Row& row) { return row.id.ends_with("100mib"); }

void measure(std::vector<Row>& rows) {
  for (const Row& row : rows) {
    if (row.measured) continue;
    for (const auto& [suffix, operation] : {std::pair{"-value", row.value}, std::pair{"-base", row.base}}) {
      auto* one = benchmark::RegisterBenchmark((row.id + suffix).c_str(), [operation = operation](benchmark::State& state) {
        for (auto _ : state) operation();  // NOLINT
      });
      one->Unit(benchmark::kMicrosecond)->UseRealTime()->Repetitions(is_large(row) ? 5 : 15)->MinTime(is_large(row) ? 0.01 : 0.03);
    }
  }
  Medians medians;
  benchmark::RunSpecifiedBenchmarks(&medians);
  for (Row& row : rows) {
    if (row.measured) continue;
    row.value_us = medians.us(row.id + "-value");
    row.reference_us = medians.us(row.id + "-base");
  }
}

double ratio(const Row& row) { return row.reference_us > 0 ? row.value_us / row.reference_us : 0; }
bool holds(const Row& row) {
  if (row.most_us > 0) return row.value_us > 0 && row.value_us <= row.most_us;
  return row.bar == 0 || (ratio(row) > 0 && ratio(row) <= row.bar && (!is_large(row) || row.rss_mib <= kMostResident));
}

void print(const std::vector<Row>& rows) {
  std::printf("%-26s %12s %12s %7s %6s %6s %8s\n", "id", "value us", "reference us", "ratio", "bar", "holds", "RSS MiB");
  for (const Row& row : rows) {
    std::printf("%-26s %12.2f %12.2f %7.2f ", row.id.c_str(), row.value_us, row.reference_us, ratio(row));
    if (row.most_us > 0) std::printf("%4.0fus %6s ", row.most_us, holds(row) ? "yes" : "NO");
    else if (row.bar > 0) std::printf("%6.2f %6s ", row.bar, holds(row) ? "yes" : "NO");
    else std::printf("%6s %6s ", "-", "-");
    if (row.rss_mib > 0) std::printf("%8.1f", row.rss_mib);
    std::printf("\n");
  }
}

json::Value as_json(const std::vector<Row>& rows) {
  json::Array list;
  for (const Row& row : rows) {
    json::Value value;
    value.add("id", row.id);
    value.add("what", row.what);
    value.add("reference", row.reference);
    value.add("value_us", row.value_us);
    value.add("reference_us", row.reference_us);
    value.add("ratio", ratio(row));
    value.add("bar", row.bar > 0 ? json::Value(row.bar) : json::Value());
    if (row.most_us > 0) value.add("bar_us", row.most_us);
    value.add("holds", holds(row));
    if (row.rss_mib > 0) value.add("rss_mib", row.rss_mib);
    list.push_back(std::move(value));
  }
  json::Value all;
  all.add("rows", std::move(list));
  return all;
}

int run(int argc, char** argv) {
  std::string mohr = "mohr", json_path, only;
  bool check = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--mohr" && i + 1 < argc) {
      mohr = argv[++i];
    } else if (word == "--json" && i + 1 < argc) {
      json_path = argv[++i];
    } else if (word == "--only" && i + 1 < argc) {
      only = argv[++i];
    } else if (word == "--check") {
      check = true;
    } else {
      std::fprintf(stderr, "usage: bench/run [--json FILE] [--check] [--only WORD]\n");
      return 64;
    }
  }
  std::vector<Row> rows = operation_rows();
  for (auto more : {large_rows(mohr), process_rows(mohr), thread_rows(), revocation_rows(), timestamp_rows(), root_rows(), crl_index_rows(),
                    path_rows(), worst_path_rows(), long_term_rows(mohr)})
    rows.insert(rows.end(), more.begin(), more.end());
  std::erase_if(rows, [&](const Row& row) { return row.id.find(only) == std::string::npos; });
  measure(rows);
  print(rows);
  if (!json_path.empty()) {
    auto file = NewFile::create(json_path, true);
    if (!file || !file->write(as_bytes(json::write(as_json(rows), 2) + "\n")) || !file->commit()) {
      std::fprintf(stderr, "bench: cannot write %s\n", json_path.c_str());
      return 5;
    }
  }
  int status = 0;
  for (const Row& row : rows) {
    if (!check || holds(row)) continue;
    if (row.most_us > 0) {
      std::fprintf(stderr, "bench: %s misses its bar: %.2f us, bar %.2f us\n", row.id.c_str(), row.value_us, row.most_us);
    } else {
      std::fprintf(stderr, "bench: %s misses its bar: ratio %.2f, bar %.2f\n", row.id.c_str(), ratio(row), row.bar);
    }
    status = 1;
  }
  return status;
}

}  // namespace
}  // namespace mohr::bench

int main(int argc, char** argv) {
  char name[] = "mohr_bench";
  char interleave[] = "--benchmark_enable_random_interleaving=true";
  char* flags[] = {name, interleave, nullptr};
  int count = 2;
  benchmark::Initialize(&count, flags);
  return mohr::bench::run(argc, argv);
}
