#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace convolab {

/// One thread's time in nanoseconds, by row of a profile. Without rows it measures nothing and costs next to nothing.
class Stopwatch {
 public:
  explicit Stopwatch(size_t rows) : rows_(rows) {}

  void start() {
    if (!rows_.empty()) last_ = Clock::now();
  }

  /// The time since the start, or since the lap before this one, went into this row.
  void lap(int row) {
    if (rows_.empty()) return;
    const Clock::time_point now = Clock::now();
    rows_[static_cast<size_t>(row)] += std::chrono::duration_cast<std::chrono::nanoseconds>(now - last_).count();
    last_ = now;
  }

  /// Adds what was measured to `sums`, and forgets it.
  void takeInto(std::vector<int64_t>& sums) {
    for (size_t row = 0; row < rows_.size(); row++) {
      sums[row] += rows_[row];
      rows_[row] = 0;
    }
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::vector<int64_t> rows_;
  Clock::time_point last_;
};

}  // namespace convolab
