#include "peak.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "buffer.h"
#include "team.h"

namespace convolab {

namespace {

constexpr int kDepth = 128;
constexpr int kCallsPerRound = 2000;
constexpr int kRounds = 100;

double bestOfRounds(const Kernels& kernels) {
  Buffer a(16 * kDepth, "a panel"), b(32 * kDepth, "a panel"), c(16 * 32, "a panel");
  double best = 0;
  for (int round = 0; round < kRounds; round++) {
    const auto start = std::chrono::steady_clock::now();
    int64_t operations = 0;
    for (int call = 0; call < kCallsPerRound; call++) {
      operations += kernels.multiplyPanels(kDepth, a.data(), b.data(), c.data());
    }
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    best = std::max(best, static_cast<double>(operations) / time.count());
  }
  return best;
}

}  // namespace

double measurePeak(const Kernels& kernels, int threads) {
  std::vector<double> best(static_cast<size_t>(threads));
  Team team(threads);
  team.run([&](int thread) { best[static_cast<size_t>(thread)] = bestOfRounds(kernels); });
  double sum = 0;
  for (const double each : best) sum += each;
  return sum;
}

}  // namespace convolab
