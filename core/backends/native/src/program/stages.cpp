#include "stages.h"

#include <algorithm>

namespace convolab {

namespace {

using Operations = std::vector<std::unique_ptr<Operation>>;

/// Ids of the values among some operands.
std::vector<int> valuesOf(const std::vector<Operand>& operands) {
  std::vector<int> ids;
  for (const Operand& operand : operands) {
    if (operand.role == Role::value) ids.push_back(operand.index);
  }
  return ids;
}

class Joiner {
 public:
  Joiner(const Plan& plan, const Operations& operations) : plan_(plan), operations_(operations) {}

  /// Whether this call can take turns with the calls [first, call) before it.
  bool joins(int first, int call) const {
    const Operation& operation = operationAt(call);
    const int rows = operation.rows();
    return rows > 0 && rows == operationAt(call - 1).rows() && operation.needsOnlyThoseRows() && call != plan_.loss &&
           call - 1 != plan_.loss && readsRowsOf(call - 1, call, rows) && spares(first, call);
  }

 private:
  const Operation& operationAt(int call) const { return *operations_[static_cast<size_t>(call)]; }
  const PlanCall& callAt(int call) const { return plan_.calls[static_cast<size_t>(call)]; }
  const PlanValue& valueAt(int value) const { return plan_.values[static_cast<size_t>(value)]; }

  /// Whether `call` reads maps of so many rows that `before` writes.
  bool readsRowsOf(int before, int call, int rows) const {
    for (const int written : valuesOf(callAt(before).outputs)) {
      const Shape& shape = valueAt(written).shape;
      const std::vector<int> read = valuesOf(callAt(call).inputs);
      const bool reads = std::find(read.begin(), read.end(), written) != read.end();
      if (reads && shape.size() == 3 && shape[1] == rows) return true;
    }
    return false;
  }

  /// Whether what `call` writes lies apart from all that the calls before it still read or write further down. Over its
  /// own input it may write: these rows have been read.
  bool spares(int first, int call) const {
    for (const int output : valuesOf(callAt(call).outputs)) {
      for (int before = first; before < call; before++) {
        for (const int value : valuesOf(callAt(before).inputs)) {
          if (overlap(output, value)) return false;
        }
        for (const int value : valuesOf(callAt(before).outputs)) {
          if (overlap(output, value) && !(before == call - 1 && sameSpace(output, value))) return false;
        }
      }
    }
    return true;
  }

  bool overlap(int a, int b) const {
    const PlanValue& one = valueAt(a);
    const PlanValue& other = valueAt(b);
    return one.offset < other.offset + elementsOf(other.shape) && other.offset < one.offset + elementsOf(one.shape);
  }

  bool sameSpace(int a, int b) const {
    return valueAt(a).offset == valueAt(b).offset && valueAt(a).shape == valueAt(b).shape;
  }

  const Plan& plan_;
  const Operations& operations_;
};

}  // namespace

std::vector<Stage> planStages(const Plan& plan, const Operations& operations) {
  const Joiner joiner(plan, operations);
  std::vector<Stage> stages;
  for (int call = 0; call < static_cast<int>(operations.size()); call++) {
    if (stages.empty() || !joiner.joins(stages.back().first, call)) {
      stages.push_back({call, call});
      continue;
    }
    Stage& stage = stages.back();
    stage.last = call;
    stage.rows = operations[static_cast<size_t>(call)]->rows();
    int step = 1;
    for (int k = stage.first; k <= call; k++) {
      const Operation& operation = *operations[static_cast<size_t>(k)];
      step = std::max(step, operation.rowStep());
      stage.rowsAtOnce = std::max(stage.rowsAtOnce, operation.rowsAtOnce());
    }
    stage.rowsAtOnce = (stage.rowsAtOnce + step - 1) / step * step;
  }
  return stages;
}

}  // namespace convolab
