#include "operation.h"

#include <algorithm>
#include <cmath>

#include "../operations/operations.h"

namespace convolab {

namespace {

using Make = std::unique_ptr<Operation> (*)(Binder&);

const std::unordered_map<std::string, Make>& makers() {
  static const std::unordered_map<std::string, Make> table = {
      {"conv2d.forward", makeConvForward},
      {"conv2d.backward-input", makeConvInputGradient},
      {"conv2d.backward-weight", makeConvWeightGradient},
      {"local.forward", makeLocalForward},
      {"local.backward-input", makeLocalInputGradient},
      {"local.backward-weight", makeLocalWeightGradient},
      {"dense.forward", makeDenseForward},
      {"dense.backward-input", makeDenseInputGradient},
      {"dense.backward-weight", makeDenseWeightGradient},
      {"max-pool.forward", makeMaxPool},
      {"max-pool.backward", makeMaxPoolGradient},
      {"mean-pool.forward", makeMeanPool},
      {"mean-pool.backward", makeMeanPoolGradient},
      {"channel-bias.forward", makeChannelBias},
      {"channel-bias.backward", makeChannelBiasGradient},
      {"activation.forward", makeActivation},
      {"activation.backward", makeActivationGradient},
      {"global-pool.forward", makeGlobalPool},
      {"global-pool.backward", makeGlobalPoolGradient},
      {"channel-scale.forward", makeChannelScale},
      {"channel-scale.backward-input", makeChannelScaleInputGradient},
      {"channel-scale.backward-weight", makeChannelScaleWeightGradient},
      {"lrn.forward", makeLocalResponse},
      {"lrn.backward", makeLocalResponseGradient},
      {"batch-norm.statistics", makeBatchStatistics},
      {"batch-norm.normalize", makeBatchNormalize},
      {"batch-norm.backward-weight", makeBatchNormWeightGradient},
      {"batch-norm.backward-input", makeBatchNormInputGradient},
      {"rbf.forward", makeRbf},
      {"rbf.backward-input", makeRbfInputGradient},
      {"rbf.backward-weight", makeRbfWeightGradient},
      {"dropout.forward", makeDropout},
      {"dropout.backward", makeDropout},
      {"softmax.forward", makeSoftmax},
      {"softmax.backward", makeSoftmaxGradient},
      {"concat.forward", makeConcat},
      {"concat.backward", makeConcatGradient},
      {"add.forward", makeAdd},
      {"softmax-cross-entropy", makeSoftmaxCrossEntropy},
      {"mse", makeMeanSquaredError},
      {"binary-cross-entropy", makeBinaryCrossEntropy},
      {"hinge", makeHinge},
      {"test.overrun", makeOverrun},
      {"test.exp", makeExponential},
  };
  return table;
}

}  // namespace

Moment trainingMoment(int64_t seed, int64_t step) {
  constexpr uint32_t kDropoutStream = 5;
  const auto bits = static_cast<uint64_t>(seed);
  return {.training = true,
          .key0 = static_cast<uint32_t>(bits),
          .key1 = static_cast<uint32_t>(bits >> 32) ^ (kDropoutStream << 24),
          .step = static_cast<uint32_t>(step)};
}

std::unique_ptr<Operation> makeOperation(Binder& binder) {
  const auto found = makers().find(binder.call().kernel);
  if (found == makers().end()) {
    throw Failure("backend.unsupported", "The CPU backend has no kernel " + binder.call().kernel + ", which layer " +
                                             binder.call().layer + " needs");
  }
  return found->second(binder);
}

std::vector<std::string> operationNames() {
  std::vector<std::string> names;
  for (const auto& [name, make] : makers()) {
    if (name.rfind("test.", 0) != 0) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Binder::Binder(const Plan& plan, const Kernels& kernels, Memory memory)
    : plan_(plan), kernels_(kernels), memory_(std::move(memory)), written_(plan.parameters.size()) {}

void Binder::expect(bool holds, const std::string& what) const {
  require(holds, call_->kernel + " of layer " + call_->layer + ": " + what);
}

void Binder::expectShape(const ValuePlace& value, const Shape& shape, const char* name) const {
  expect(value.shape == shape, std::string(name) + " is " + format(value.shape) + ", expected " + format(shape));
}

bool Binder::has(const std::vector<Operand>& operands, size_t k) const {
  return k < operands.size() && operands[k].role != Role::none;
}

ValuePlace Binder::valueOf(const std::vector<Operand>& operands, size_t k) const {
  expect(has(operands, k) && operands[k].role == Role::value, "operand " + std::to_string(k) + " is not a value");
  const PlanValue& value = plan_.values[static_cast<size_t>(operands[k].index)];
  return {value.offset, value.shape};
}

const Shape& Binder::parameterShape(size_t input) const {
  expect(has(call_->inputs, input) && call_->inputs[input].role == Role::parameter,
         "input " + std::to_string(input) + " is not a parameter");
  return plan_.parameters[static_cast<size_t>(call_->inputs[input].index)].shape;
}

const float* Binder::parameter(size_t input, const Shape& shape) const {
  const Shape& actual = parameterShape(input);
  expect(actual == shape, "parameter is " + format(actual) + ", expected " + format(shape));
  return memory_.parameters + memory_.places[static_cast<size_t>(call_->inputs[input].index)];
}

const Shape& Binder::gradientShape(size_t output) const {
  expect(has(call_->outputs, output) && call_->outputs[output].role == Role::gradient,
         "output " + std::to_string(output) + " is not a gradient");
  return plan_.parameters[static_cast<size_t>(call_->outputs[output].index)].shape;
}

int Binder::gradientOf(size_t output, const Shape& shape) {
  const Shape& actual = gradientShape(output);
  const int index = call_->outputs[output].index;
  expect(actual == shape, "gradient is " + format(actual) + ", expected " + format(shape));
  expect(!written_[static_cast<size_t>(index)], "a second call writes the same gradient");
  written_[static_cast<size_t>(index)] = true;
  return index;
}

float* Binder::batchGradient(size_t output, const Shape& shape) {
  return memory_.gradients + memory_.places[static_cast<size_t>(gradientOf(output, shape))];
}

const float* Binder::batchSum(size_t input, const Shape& shape) const {
  expect(has(call_->inputs, input) && call_->inputs[input].role == Role::gradient,
         "input " + std::to_string(input) + " is not a gradient");
  const auto index = static_cast<size_t>(call_->inputs[input].index);
  const Shape& actual = plan_.parameters[index].shape;
  expect(actual == shape, "gradient is " + format(actual) + ", expected " + format(shape));
  return memory_.gradients + memory_.places[index];
}

int64_t Binder::sliceGradient(size_t output, const Shape& shape) {
  const int index = gradientOf(output, shape);
  const int64_t count = elementsOf(shape);
  const int64_t place = sliceGradients_;
  sliceSums_.push_back({index, place, count});
  sliceGradients_ += (count + 15) / 16 * 16;
  return place;
}

int Binder::number(const char* name, int least) const {
  const auto found = call_->numbers.find(name);
  expect(found != call_->numbers.end(), std::string(name) + " is missing");
  expect(found->second >= least && found->second <= 1 << 20, std::string(name) + " is out of range");
  expect(found->second == std::floor(found->second), std::string(name) + " is not a whole number");
  return static_cast<int>(found->second);
}

double Binder::precise(const char* name) const {
  const auto found = call_->numbers.find(name);
  expect(found != call_->numbers.end(), std::string(name) + " is missing");
  expect(std::isfinite(found->second), std::string(name) + " is not a finite number");
  return found->second;
}

Activation Binder::activation() const {
  const int index = number("activation", 0);
  expect(index <= static_cast<int>(Activation::scaledTanh), "unknown activation");
  return static_cast<Activation>(index);
}

void Binder::needScratch(int64_t floats) { scratch_ = std::max(scratch_, floats); }

}  // namespace convolab
