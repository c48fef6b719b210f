#include "read_plan.h"

namespace convolab {

namespace {

constexpr int64_t kLargest = 1 << 30;

Role roleNamed(const std::string& name) {
  if (name == "value") return Role::value;
  if (name == "parameter") return Role::parameter;
  if (name == "gradient") return Role::gradient;
  if (name == "target") return Role::target;
  if (name == "losses") return Role::losses;
  throw Failure("argument.invalid", "There is no role " + name);
}

std::vector<Operand> readOperands(const js::Value& operands) {
  std::vector<Operand> result;
  for (const js::Value& operand : operands.items()) {
    if (operand.absent()) {
      result.push_back({});
    } else {
      result.push_back(
          {roleNamed(operand.get("role").text()), static_cast<int>(operand.get("index").integer(0, kLargest))});
    }
  }
  return result;
}

PlanCall readCall(const js::Value& from) {
  PlanCall call;
  call.kernel = from.get("kernel").text();
  call.layer = from.get("layer").text();
  call.inputs = readOperands(from.get("inputs"));
  call.outputs = readOperands(from.get("outputs"));
  for (const js::Value& number : from.get("numbers").items()) {
    const std::vector<js::Value> pair = number.items();
    require(pair.size() == 2, "A number of " + call.kernel + " is not a name and a value");
    call.numbers[pair[0].text()] = pair[1].number();
  }
  const js::Value connections = from.get("connections");
  if (!connections.absent()) {
    const auto bytes = connections.bytes();
    call.connections.assign(bytes.data, bytes.data + bytes.size);
  }
  const js::Value parts = from.get("parts");
  if (!parts.absent()) call.parts = parts.integers(1, kLargest);
  return call;
}

augment::Augmentation readAugmentation(const js::Value& from, const Gathering& shape) {
  constexpr int64_t kWord = std::numeric_limits<uint32_t>::max();
  const auto word = [&](const char* name) { return static_cast<uint32_t>(from.get(name).integer(0, kWord)); };
  std::vector<augment::StepCall> calls;
  for (const js::Value& step : from.get("steps").items()) {
    augment::StepCall& call = calls.emplace_back();
    call.type = step.get("type").text();
    for (const js::Value& number : step.get("numbers").items()) {
      call.numbers[number.get("name").text()] = number.get("value").number();
    }
  }
  return {calls, {word("keyLow"), word("keyHigh")}, word("epoch"), shape};
}

}  // namespace

Plan readPlan(const js::Value& from) {
  Plan plan;
  for (const js::Value& value : from.get("values").items()) {
    plan.values.push_back(
        {value.get("name").text(), value.get("shape").integers(1, kLargest), value.get("offset").integer(0, kLargest)});
  }
  for (const js::Value& parameter : from.get("parameters").items()) {
    plan.parameters.push_back({.name = parameter.get("name").text(),
                               .layer = parameter.get("layer").text(),
                               .shape = parameter.get("shape").integers(1, kLargest),
                               .update = updateNamed(parameter.get("update").text()),
                               .decays = parameter.get("decays").flag(),
                               .share = static_cast<float>(parameter.get("share").number()),
                               .observations = static_cast<int>(parameter.get("observations").integer(0, kLargest))});
  }
  for (const js::Value& call : from.get("calls").items()) plan.calls.push_back(readCall(call));
  plan.loss = static_cast<int>(from.get("loss").integer(-1, kLargest));
  plan.input = static_cast<int>(from.get("input").integer(0, kLargest));
  plan.arenaSize = from.get("arenaSize").integer(0, kLargest);
  check(plan);
  return plan;
}

Source readSource(const js::Value& from, const Plan& plan) {
  const std::vector<int> shape = from.get("shape").integers(1, kLargest);
  const Shape& input = plan.values[static_cast<size_t>(plan.input)].shape;
  require(shape.size() == 3 && input.size() == 3 && shape[0] == input[0],
          "Samples are " + format(shape) + ", which the model's input " + format(input) + " cannot hold");
  Source source;
  source.shape = {.channels = shape[0],
                  .height = shape[1],
                  .width = shape[2],
                  .newHeight = input[1],
                  .newWidth = input[2],
                  .top = static_cast<int>(from.get("padTop").integer(-kLargest, kLargest)),
                  .left = static_cast<int>(from.get("padLeft").integer(-kLargest, kLargest)),
                  .mirror = from.get("mirror").flag()};
  // Views that are moved show only a part of the image, but along each axis some of it.
  const auto fits = [](int place, int size, int room) { return place + size > 0 && place < room; };
  require(fits(source.shape.top, shape[1], input[1]) && fits(source.shape.left, shape[2], input[2]),
          "Samples of " + format(shape) + " lie outside the model's input " + format(input));
  const auto labels = from.get("labels").int32s();
  source.labels = labels.data;
  source.count = labels.size;
  const js::Value images = from.get("images");
  int64_t size = 0;
  if (images.holdsFloats()) {
    source.floats = images.floats().data;
    size = images.floats().size;
  } else {
    source.bytes = images.bytes().data;
    size = images.bytes().size;
  }
  require(size == labels.size * elementsOf(shape), "The images do not match their shape and labels");
  const auto scale = from.get("scale").floats();
  const auto shift = from.get("shift").floats();
  require(scale.size == shape[0] && shift.size == shape[0], "scale and shift need one number per channel");
  source.scale.assign(scale.data, scale.data + scale.size);
  source.shift.assign(shift.data, shift.data + shift.size);
  const js::Value augmentation = from.get("augmentation");
  if (!augmentation.absent()) source.augmentation = readAugmentation(augmentation, source.shape);
  return source;
}

js::Value::Span<const uint32_t> readIndices(const js::Value& from, int64_t count) {
  const auto indices = from.uint32s();
  for (int64_t k = 0; k < indices.size; k++) {
    require(indices.data[k] < count,
            "Sample " + std::to_string(indices.data[k]) + " is beyond the " + std::to_string(count) + " there are");
  }
  return indices;
}

const Kernels& kernelsNamed(const std::string& name) {
  const Kernels* kernels = name.empty() ? &bestKernels() : findKernels(name.c_str());
  if (kernels == nullptr)
    throw Failure("device.unavailable", "This processor or build cannot run the SIMD path " + name);
  return *kernels;
}

}  // namespace convolab
