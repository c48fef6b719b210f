#pragma once
// The numbers of core/data/augment/random.ts: Philox 4x32-10, whose counter is (block, place of the step, epoch, sample).

#include <array>
#include <cmath>
#include <cstdint>

namespace convolab::augment {

struct Key {
  uint32_t low, high;
};

inline std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, Key key) {
  for (int round = 0; round < 10; round++) {
    const uint64_t first = uint64_t{0xd2511f53} * counter[0];
    const uint64_t second = uint64_t{0xcd9e8d57} * counter[2];
    counter = {static_cast<uint32_t>(second >> 32) ^ counter[1] ^ key.low, static_cast<uint32_t>(second),
               static_cast<uint32_t>(first >> 32) ^ counter[3] ^ key.high, static_cast<uint32_t>(first)};
    key.low += 0x9e3779b9;
    key.high += 0xbb67ae85;
  }
  return counter;
}

class Random {
 public:
  Random(Key key, uint32_t place, uint32_t epoch, uint32_t sample)
      : key_(key), place_(place), epoch_(epoch), sample_(sample) {}

  /// Uniform in [0, 1).
  double uniform() {
    if (used_ == 4) {
      words_ = philox({block_++, place_, epoch_, sample_}, key_);
      used_ = 0;
    }
    return static_cast<double>(words_[used_++] >> 8) / (1 << 24);
  }

  /// Uniform in [-most, most).
  double around(double most) { return (2 * uniform() - 1) * most; }

  /// Standard normal (Box and Muller 1958).
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * kPi * uniform());
  }

  static constexpr double kPi = 3.14159265358979323846;

 private:
  Key key_;
  uint32_t place_, epoch_, sample_;
  uint32_t block_ = 0;
  std::array<uint32_t, 4> words_ = {};
  size_t used_ = 4;
};

}  // namespace convolab::augment
