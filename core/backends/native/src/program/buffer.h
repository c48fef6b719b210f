#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace convolab {

/// Zeroed floats, aligned for vectors, between two guards of a known bit pattern that no kernel may touch. The pattern
/// is a NaN: what is read beyond the end shows in the results too.
class Buffer {
 public:
  Buffer() = default;
  /// Throws `memory.exhausted`, naming `what`.
  Buffer(int64_t count, const std::string& what);

  float* data() { return data_; }
  const float* data() const { return data_; }
  int64_t size() const { return count_; }
  int64_t bytes() const;

  /// Fills everything with the guards' pattern, but for these [begin, end) ranges.
  void guardBetween(std::vector<std::pair<int64_t, int64_t>> ranges);
  /// Whether the guards, and what `guardBetween` filled, are as they were.
  bool intact() const;

 private:
  struct Release {
    void operator()(void* memory) const;
  };
  bool holdsGuard(int64_t begin, int64_t end) const;
  void fillGuard(int64_t begin, int64_t end);

  std::unique_ptr<void, Release> memory_;
  float* data_ = nullptr;
  int64_t count_ = 0;
  std::vector<std::pair<int64_t, int64_t>> gaps_;
};

}  // namespace convolab
