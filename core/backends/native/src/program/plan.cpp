#include "plan.h"

#include <limits>

namespace convolab {

namespace {

void checkShape(const Shape& shape, const std::string& name, int64_t most) {
  int64_t elements = 1;
  for (const int extent : shape) {
    require(extent > 0, name + " has an extent of " + std::to_string(extent));
    elements *= extent;
    require(elements <= most, name + " (" + format(shape) + ") has too many elements");
  }
}

void checkOperand(const Plan& plan, const PlanCall& call, const Operand& operand) {
  size_t count = std::numeric_limits<size_t>::max();
  if (operand.role == Role::value) count = plan.values.size();
  if (operand.role == Role::parameter || operand.role == Role::gradient) count = plan.parameters.size();
  require(operand.index >= 0 && static_cast<size_t>(operand.index) < count,
          call.kernel + " of layer " + call.layer + " has an operand that the plan does not hold");
}

}  // namespace

std::string format(const Shape& shape) {
  std::string text;
  for (const int extent : shape) text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text.empty() ? "scalar" : text;
}

Update updateNamed(const std::string& name) {
  if (name == "descent") return Update::descent;
  if (name == "average") return Update::average;
  if (name == "fixed") return Update::fixed;
  throw Failure("argument.invalid", "There is no update " + name);
}

int64_t elementsOf(const Shape& shape) {
  int64_t elements = 1;
  for (const int extent : shape) elements *= extent;
  return elements;
}

void check(const Plan& plan) {
  require(plan.arenaSize >= 0 && plan.arenaSize <= kMostElements, "The plan's arena has an impossible size");
  for (const PlanValue& value : plan.values) {
    checkShape(value.shape, value.name, kMostElements);
    require(value.offset >= 0 && value.offset + elementsOf(value.shape) <= plan.arenaSize,
            value.name + " does not lie in the arena");
  }
  for (const PlanParameter& parameter : plan.parameters) checkShape(parameter.shape, parameter.name, kMostWeights);
  for (const PlanCall& call : plan.calls) {
    for (const Operand& operand : call.inputs) checkOperand(plan, call, operand);
    for (const Operand& operand : call.outputs) checkOperand(plan, call, operand);
  }
  require(plan.input >= 0 && static_cast<size_t>(plan.input) < plan.values.size(),
          "The plan's input is not among its values");
  require(plan.loss >= -1 && plan.loss < static_cast<int>(plan.calls.size()), "The plan's loss is not among its calls");
}

}  // namespace convolab
