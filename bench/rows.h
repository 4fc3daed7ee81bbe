// The table: each row is a measurement, its reference of the same run, and the bar between them.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace mohr::bench {

struct Row {
  std::string id, what, reference;
  double bar = 0;                         // of the ratio; 0: reported only
  std::function<void()> value, base;      // one operation each
  double value_us = 0, reference_us = 0;  // filled by the run (Google Benchmark's medians), or here when `measured`
  double rss_mib = 0;                     // of the mohr program; 0: not measured
  bool measured = false;                  // the figures are there already (whole processes, threads)
  double most_us = 0;                     // a bar of its own, where no reference is the measure
};

std::vector<Row> operation_rows();                         // operations.cc: one thread, in process
std::vector<Row> large_rows(const std::string& mohr);      // large.cc: 100 MiB
std::vector<Row> process_rows(const std::string& mohr);    // processes.cc
std::vector<Row> root_rows();                              // roots.cc
std::vector<Row> timestamp_rows();                         // timestamps.cc
std::vector<Row> thread_rows();                            // threads.cc
std::vector<Row> revocation_rows();                        // revocation.cc
std::vector<Row> crl_index_rows();                         // crl_index.cc
std::vector<Row> long_term_rows(const std::string& mohr);  // long_term.cc

std::vector<Row> path_rows();        // paths.cc
std::vector<Row> worst_path_rows();  // worst_paths.cc

struct ProcessCost {
  double us = 0, rss_mib = 0;
};
// Runs a program with its output thrown away; stops the measurement when it ends with another status than `expected`.
ProcessCost run_process(const std::vector<std::string>& words, int expected);

}  // namespace mohr::bench
