#pragma once

#include <memory>
#include <vector>

#include "operation.h"
#include "plan.h"

namespace convolab {

/// Calls [first, last] that work on the same rows, and take turns on `rowsAtOnce` of them while these are in cache: a
/// convolution, its activation and the pooling behind it; the slopes of both and the weight gradient. Most stages are a
/// single call, and take all rows at once.
struct Stage {
  int first, last;
  int rows = 0;
  int rowsAtOnce = 0;

  bool alone() const { return first == last; }
};

/// Calls in the order of the plan. Joins only what gives the very same values as one call after the other.
std::vector<Stage> planStages(const Plan& plan, const std::vector<std::unique_ptr<Operation>>& operations);

/// Runs a stage on a slice, and calls lap(call) after each turn.
template <typename Lap>
void runStage(const Stage& stage, const std::vector<std::unique_ptr<Operation>>& operations, const Slice& slice,
              Lap lap) {
  if (stage.alone()) {
    operations[static_cast<size_t>(stage.first)]->run(slice);
    return lap(stage.first);
  }
  for (int row = 0; row < stage.rows; row += stage.rowsAtOnce) {
    const Range rows = {row, row + stage.rowsAtOnce < stage.rows ? row + stage.rowsAtOnce : stage.rows};
    for (int call = stage.first; call <= stage.last; call++) {
      operations[static_cast<size_t>(call)]->runRows(slice, rows);
      lap(call);
    }
  }
}

}  // namespace convolab
