// Times taken by hand, where a row is no repeated operation of Google Benchmark's.
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

namespace mohr::bench {

template <class Operation>
double us(Operation operation) {
  const auto start = std::chrono::steady_clock::now();
  operation();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace mohr::bench
