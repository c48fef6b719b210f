#pragma once
// A plan (core/graph/plan.ts) as it comes from JavaScript.

#include <cstdint>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "failure.h"

namespace convolab {

using Shape = std::vector<int>;

/// Most elements of anything, per sample: offsets within a slice of 16 must fit what kernels count with.
inline constexpr int64_t kMostElements = std::numeric_limits<int>::max() / 64;
/// Of a parameter, which all samples share.
inline constexpr int64_t kMostWeights = std::numeric_limits<int>::max();

/// "6x28x28"
std::string format(const Shape& shape);
int64_t elementsOf(const Shape& shape);

struct PlanValue {
  std::string name;
  Shape shape;
  /// In elements per sample.
  int64_t offset = 0;
};

/// How a step changes a parameter: down its gradient, towards what the batch showed, or not at all.
enum class Update { descent, average, fixed };

struct PlanParameter {
  std::string name;
  std::string layer;
  Shape shape;
  Update update = Update::descent;
  /// Of a descent.
  bool decays = false;
  /// Of an average: the newest batch's weight; numbers per sample of which it is a variance, or 0.
  float share = 0;
  int observations = 0;
};

/// Throws `argument.invalid`.
Update updateNamed(const std::string& name);

enum class Role { none, value, parameter, gradient, target, losses };

struct Operand {
  Role role = Role::none;
  int index = 0;
};

struct PlanCall {
  std::string kernel;
  std::string layer;
  std::vector<Operand> inputs;
  std::vector<Operand> outputs;
  /// Those the kernel has; a choice by its place among its names.
  std::unordered_map<std::string, double> numbers;
  /// [filters, channels], 1 where connected; empty without a table (44).
  std::vector<uint8_t> connections;
  /// Elements of each part of a concatenation, those included whose gradient is not wanted.
  std::vector<int> parts;
};

struct Plan {
  std::vector<PlanValue> values;
  std::vector<PlanParameter> parameters;
  /// Forward calls, the loss (if any), backward calls.
  std::vector<PlanCall> calls;
  /// Place of the loss in `calls`, or -1.
  int loss = -1;
  /// Value that a batch of samples is read into.
  int input = 0;
  int64_t arenaSize = 0;
};

/// Throws `argument.invalid` where a value does not lie in the arena or an operand does not exist.
void check(const Plan& plan);

}  // namespace convolab
