// Runs one program of the CPU backend outside Node, so that a SIMD path of another processor can be tested under an
// emulator: reads a plan, parameters and one action from standard input, and writes what came of it to standard output.
// Both are little-endian and as addon.ts beside this file writes and reads them: numbers of 32 bits, a few of 64, and
// lists of them behind their length.

#include <cstdio>
#include <iostream>

#include "../../../core/backends/native/src/program/program.h"

namespace {

using namespace convolab;

void readBytes(void* to, size_t count) {
  if (!std::cin.read(static_cast<char*>(to), static_cast<std::streamsize>(count))) {
    throw Failure("argument.invalid", "The request ends too early");
  }
}

int readInt() {
  int32_t value = 0;
  readBytes(&value, sizeof(value));
  return value;
}

double readDouble() {
  double value = 0;
  readBytes(&value, sizeof(value));
  return value;
}

template <typename T>
std::vector<T> readList() {
  std::vector<T> values(static_cast<size_t>(readInt()));
  readBytes(values.data(), values.size() * sizeof(T));
  return values;
}

std::string readText() {
  const auto bytes = readList<char>();
  return {bytes.begin(), bytes.end()};
}

template <typename T>
void writeList(const T* values, int64_t count) {
  const auto length = static_cast<int32_t>(count);
  std::cout.write(reinterpret_cast<const char*>(&length), sizeof(length));
  std::cout.write(reinterpret_cast<const char*>(values), static_cast<std::streamsize>(count * int64_t{sizeof(T)}));
}

std::vector<Operand> readOperands() {
  std::vector<Operand> operands(static_cast<size_t>(readInt()));
  for (Operand& operand : operands) operand = {static_cast<Role>(readInt()), readInt()};
  return operands;
}

PlanCall readCall() {
  PlanCall call;
  call.kernel = readText();
  call.layer = readText();
  call.inputs = readOperands();
  call.outputs = readOperands();
  for (int count = readInt(); count > 0; count--) {
    const std::string name = readText();
    call.numbers[name] = readDouble();
  }
  call.connections = readList<uint8_t>();
  call.parts = readList<int>();
  return call;
}

Plan readPlan() {
  Plan plan;
  for (int count = readInt(); count > 0; count--) {
    PlanValue value;
    value.name = readText();
    value.shape = readList<int>();
    value.offset = readInt();
    plan.values.push_back(value);
  }
  for (int count = readInt(); count > 0; count--) {
    PlanParameter parameter;
    parameter.name = parameter.layer = readText();
    parameter.shape = readList<int>();
    parameter.update = updateNamed(readText());
    parameter.decays = readInt() != 0;
    parameter.share = static_cast<float>(readDouble());
    parameter.observations = readInt();
    plan.parameters.push_back(parameter);
  }
  for (int count = readInt(); count > 0; count--) plan.calls.push_back(readCall());
  plan.loss = readInt();
  plan.input = readInt();
  plan.arenaSize = readInt();
  return plan;
}

void execute(Program& program) {
  const int count = readInt();
  std::vector<std::vector<float>> arrays;
  std::vector<Feed> feeds(static_cast<size_t>(readInt()));
  for (Feed& feed : feeds) {
    feed.value = readInt();
    feed.data = arrays.emplace_back(readList<float>()).data();
  }
  const auto labels = readList<int32_t>();
  const auto targets = readList<float>();
  TargetFeed target;
  if (!labels.empty()) target.labels = labels.data();
  if (!targets.empty()) target.values = targets.data();
  target.classes = static_cast<int>(targets.size()) / count;
  std::vector<std::vector<float>> results;
  std::vector<Tap> taps(static_cast<size_t>(readInt()));
  for (Tap& tap : taps) {
    tap.value = readInt();
    tap.after = readInt();
    const Shape& shape = program.plan().values[static_cast<size_t>(tap.value)].shape;
    tap.data = results.emplace_back(static_cast<size_t>(elementsOf(shape) * count)).data();
  }
  Moment moment;
  if (readInt() > 0) {
    moment = trainingMoment(static_cast<int64_t>(readDouble()), 0);
    moment.step = static_cast<uint32_t>(readInt());
  }
  std::vector<float> losses(static_cast<size_t>(count));
  program.execute(count, feeds, target, taps, losses.data(), moment);
  writeList(losses.data(), count);
  for (const auto& result : results) writeList(result.data(), static_cast<int64_t>(result.size()));
}

void run() {
  const Kernels* kernels = findKernels(readText().c_str());
  require(kernels != nullptr, "This SIMD path does not run here");
  ProgramOptions options;
  options.batchSize = readInt();
  options.optimizer.type = readText();
  for (int count = readInt(); count > 0; count--) {
    const std::string name = readText();
    options.optimizer.numbers[name] = static_cast<double>(readList<float>()[0]);
  }
  Program program(readPlan(), *kernels, options);
  program.guardArenas();
  for (int count = readInt(); count > 0; count--) {
    const auto storage = static_cast<Storage>(readInt());
    const int parameter = readInt();
    const auto values = readList<float>();
    std::copy(values.begin(), values.end(), program.at(storage, parameter));
  }
  const auto rate = readList<float>();
  if (rate.empty()) {
    execute(program);
  } else {
    const int step = readInt();
    program.update({rate[0], step}, readInt());
  }
  for (const Storage storage :
       {Storage::parameters, Storage::gradients, Storage::averages, Storage::state0, Storage::state1}) {
    for (int k = 0; k < static_cast<int>(program.plan().parameters.size()); k++) {
      const float* values = program.at(storage, k);
      writeList(values, values == nullptr ? 0 : program.size(k));
    }
  }
  const uint8_t intact = program.intact();
  writeList(&intact, 1);
}

}  // namespace

int main(int count, char**) {
  if (count > 1) {
    for (const std::string& name : operationNames()) std::cout << name << "\n";
    return 0;
  }
  try {
    run();
  } catch (const Failure& failure) {
    std::cerr << failure.code() << " " << failure.what();
    return 1;
  }
  return 0;
}
