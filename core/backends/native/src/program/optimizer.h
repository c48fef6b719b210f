#pragma once
// How a program changes its parameters after a step: core/kernels/optimizers.

#include <memory>
#include <string>
#include <unordered_map>

#include "../simd/table.h"

namespace convolab {

/// An optimizer as it comes from JavaScript; a flag is 0 or 1.
struct OptimizerCall {
  std::string type = "sgd";
  std::unordered_map<std::string, double> numbers;

  double number(const char* name) const {
    const auto found = numbers.find(name);
    return found == numbers.end() ? 0 : found->second;
  }
};

/// What of a step changes from one to the next.
struct UpdateMoment {
  float rate = 0;
  /// Steps made since the start of the run, this one included.
  int64_t step = 1;
};

class Optimizer {
 public:
  /// Arrays, as large as a parameter, that any optimizer may keep of it.
  static constexpr int kMostStates = 2;

  virtual ~Optimizer() = default;
  /// How many it keeps.
  virtual int states() const = 0;
  /// One parameter, or a part of it.
  virtual void step(const Kernels& kernels, const UpdateMoment& moment, bool decays, int64_t count,
                    const float* gradient, float* weight, float* const* states) const = 0;
};

/// Throws `argument.invalid` for a type that is not known.
std::unique_ptr<Optimizer> makeOptimizer(const OptimizerCall& call);

}  // namespace convolab
