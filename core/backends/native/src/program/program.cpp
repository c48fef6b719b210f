#include "program.h"

#include <algorithm>
#include <cmath>

namespace convolab {

namespace {

/// Elements of a parameter that a thread updates at a time; a multiple of the widest vector.
constexpr int64_t kChunk = 4096;

int64_t roundUp(int64_t count) { return (count + kLanes - 1) / kLanes * kLanes; }

}  // namespace

Program::Program(Plan plan, const Kernels& kernels, const ProgramOptions& options)
    : plan_(std::move(plan)),
      options_(options),
      kernels_(kernels),
      mostSlices_((options.batchSize + kLanes - 1) / kLanes),
      optimizer_(makeOptimizer(options.optimizer)),
      team_(options.threads) {
  check(plan_);
  allocate();
  bind(kernels);
  planTasks();
}

void Program::allocate() {
  int64_t place = 0;
  for (const PlanParameter& parameter : plan_.parameters) {
    places_.push_back(place);
    // A vector's worth of guard follows every parameter.
    place += roundUp(elementsOf(parameter.shape)) + kLanes;
  }
  parameters_ = Buffer(place, "the parameters");
  gradients_ = Buffer(place, "the gradients");
  std::vector<Buffer*> buffers = {&parameters_, &gradients_};
  for (int k = 0; k < optimizer_->states(); k++) {
    states_[k] = Buffer(place, "what the optimizer keeps");
    buffers.push_back(&states_[k]);
  }
  if (options_.average > 0) {
    averages_ = Buffer(place, "the average of the weights");
    buffers.push_back(&averages_);
  }
  std::vector<std::pair<int64_t, int64_t>> ranges;
  for (size_t k = 0; k < places_.size(); k++) ranges.emplace_back(places_[k], places_[k] + size(static_cast<int>(k)));
  for (Buffer* buffer : buffers) buffer->guardBetween(ranges);
  const int64_t images = int64_t{mostSlices_} * kLanes;
  losses_ = Buffer(images, "the losses");
  labels_.resize(static_cast<size_t>(images));
  predictions_.resize(static_cast<size_t>(images));
}

void Program::bind(const Kernels& kernels) {
  Binder binder(plan_, kernels, {parameters_.data(), gradients_.data(), places_, mostSlices_});
  for (const PlanCall& call : plan_.calls) {
    binder.begin(call);
    operations_.push_back(makeOperation(binder));
  }
  sliceSums_ = binder.sliceSums();
  sliceGradientSize_ = binder.sliceGradients();
  sliceGradients_ = Buffer(sliceGradientSize_ * mostSlices_, "the gradients of slices");
  stages_ = planStages(plan_, operations_);
  arenaOfSlice_ = options_.threads > mostSlices_ || readsMuch() || meets();
  for (int k = 0; k < (arenaOfSlice_ ? mostSlices_ : options_.threads); k++) {
    arenas_.emplace_back(plan_.arenaSize * kLanes, "the values of a slice");
  }
  for (int thread = 0; thread < options_.threads; thread++) {
    scratch_.emplace_back(binder.scratch(), "padded values");
    stopwatches_.emplace_back(options_.profile ? operations_.size() + kParts : 0);
  }
}

void Program::planTasks() {
  for (size_t k = 0; k < plan_.parameters.size(); k++) {
    const int64_t elements = size(static_cast<int>(k));
    for (int64_t begin = 0; begin < elements; begin += kChunk) {
      chunks_.push_back({static_cast<int>(k), begin, std::min(kChunk, elements - begin)});
    }
  }
  squares_.resize(chunks_.size());
  for (const Binder::SliceSum& sum : sliceSums_) {
    for (int64_t begin = 0; begin < sum.count; begin += kChunk) {
      sumTasks_.push_back({&sum, begin, std::min(kChunk, sum.count - begin)});
    }
  }
  for (size_t call = 0; call < operations_.size(); call++) {
    for (int task = 0; task < operations_[call]->batchTasks(); task++) {
      batchTasks_.push_back({static_cast<int>(call), task});
    }
  }
}

int64_t Program::memoryBytes() const {
  int64_t bytes = 0;
  for (const Buffer* buffer : {&parameters_, &gradients_, &averages_, &states_[0], &states_[1], &sliceGradients_,
                               &losses_, &targets_}) {
    bytes += buffer->bytes();
  }
  for (const Buffer& buffer : arenas_) bytes += buffer.bytes();
  for (const Buffer& buffer : scratch_) bytes += buffer.bytes();
  for (const auto& operation : operations_) bytes += operation->memoryBytes();
  return bytes;
}

int64_t Program::size(int parameter) const {
  return elementsOf(plan_.parameters[static_cast<size_t>(parameter)].shape);
}

float* Program::at(Storage storage, int parameter) {
  Buffer* const buffers[] = {&parameters_, &gradients_, &averages_, &states_[0], &states_[1]};
  float* data = buffers[static_cast<size_t>(storage)]->data();
  return data == nullptr ? nullptr : data + places_[static_cast<size_t>(parameter)];
}

Tally Program::train(const Source& source, const uint32_t* order, int64_t count, int batchSize, const float* rates,
                     const Moment& moment, double lossSum) {
  Tally tally;
  tally.lossSum = lossSum;
  const auto batchAt = [&](int64_t start) {
    Batch batch;
    batch.images = static_cast<int>(std::min<int64_t>(batchSize, count - start));
    batch.source = &source;
    batch.order = order + start;
    batch.moment = moment;
    batch.moment.step += static_cast<uint32_t>(start / batchSize);
    return batch;
  };
  finite_ = true;
  team_.run([&](int thread) {
    int step = 0;
    for (int64_t start = 0; start < count; start += batchSize, step++) {
      const Batch batch = batchAt(start);
      prepare(thread);
      runCalls(thread, batch, static_cast<int>(operations_.size()) - 1);
      sumGradients(thread, batch);
      // Nobody changes it between the last meeting and the next.
      if (!finite_) return;
      if (thread == 0) {
        addTo(tally, batch);
        tally.steps++;
      }
      descend(thread, {rates[step], int64_t{batch.moment.step} + 1}, batch.images);
    }
  });
  if (!finite_) tally.nonFinite = {tally.steps, findNonFinite(batchAt(int64_t{tally.steps} * batchSize))};
  return tally;
}

int64_t Program::outputSize() const {
  require(plan_.loss >= 0, "A plan without a loss cannot be evaluated");
  const Operand& output = plan_.calls[static_cast<size_t>(plan_.loss)].inputs[0];
  return elementsOf(plan_.values[static_cast<size_t>(output.index)].shape);
}

Tally Program::evaluate(const Source& source, const uint32_t* indices, int64_t count, int32_t* predictions,
                        float* outputs) {
  const int64_t size = outputSize();
  Tally tally;
  team_.run([&](int thread) {
    std::vector<Tap> taps(1, {plan_.calls[static_cast<size_t>(plan_.loss)].inputs[0].index, plan_.loss, nullptr});
    prepare(thread);
    for (int64_t start = 0; start < count; start += options_.batchSize) {
      Batch batch;
      batch.images = static_cast<int>(std::min<int64_t>(options_.batchSize, count - start));
      batch.source = &source;
      batch.order = indices + start;
      if (outputs != nullptr) {
        taps[0].data = outputs + start * size;
        batch.taps = &taps;
      }
      runCalls(thread, batch, plan_.loss);
      if (thread == 0) {
        addTo(tally, batch);
        std::copy_n(predictions_.begin(), batch.images, predictions + start);
      }
      team_.meet();
    }
  });
  return tally;
}

void Program::requireTarget(const TargetFeed& target) const {
  const int64_t classes = outputSize();
  require(target.labels != nullptr || (target.values != nullptr && target.classes == classes),
          "The loss needs labels, or " + std::to_string(classes) + " targets for each sample");
}

void Program::execute(int count, const std::vector<Feed>& feeds, const TargetFeed& target, const std::vector<Tap>& taps,
                      float* losses, const Moment& moment) {
  Batch batch;
  batch.moment = moment;
  batch.images = count;
  batch.feeds = &feeds;
  batch.taps = &taps;
  batch.target = target;
  if (target.values != nullptr && targets_.size() < int64_t{mostSlices_} * kLanes * target.classes) {
    targets_ = Buffer(int64_t{mostSlices_} * kLanes * target.classes, "the targets");
  }
  team_.run([&](int thread) {
    prepare(thread);
    runCalls(thread, batch, static_cast<int>(operations_.size()) - 1);
    sumGradients(thread, batch);
  });
  if (losses != nullptr) std::copy_n(losses_.data(), count, losses);
}

void Program::update(const UpdateMoment& moment, int samples) {
  team_.run([&](int thread) { descend(thread, moment, samples); });
}

std::vector<int64_t> Program::takeProfile() {
  std::vector<int64_t> sums(operations_.size() + kParts);
  for (Stopwatch& stopwatch : stopwatches_) stopwatch.takeInto(sums);
  return sums;
}

void Program::guardArenas() {
  std::vector<std::pair<int64_t, int64_t>> ranges;
  for (const PlanValue& value : plan_.values) {
    ranges.emplace_back(value.offset * kLanes, (value.offset + elementsOf(value.shape)) * kLanes);
  }
  for (Buffer& arena : arenas_) arena.guardBetween(ranges);
}

bool Program::intact() const {
  const auto whole = [](const Buffer& buffer) { return buffer.data() == nullptr || buffer.intact(); };
  return whole(parameters_) && whole(gradients_) && whole(averages_) && whole(states_[0]) && whole(states_[1]) &&
         whole(sliceGradients_) && whole(losses_) && whole(targets_) && std::all_of(arenas_.begin(), arenas_.end(), whole) &&
         std::all_of(scratch_.begin(), scratch_.end(), whole) &&
         std::all_of(operations_.begin(), operations_.end(), [](const auto& operation) { return operation->intact(); });
}

void Program::prepare(int thread) {
  Stopwatch& stopwatch = stopwatches_[static_cast<size_t>(thread)];
  stopwatch.start();
  team_.share(static_cast<int>(operations_.size()), [&](int k) {
    operations_[static_cast<size_t>(k)]->prepare();
    stopwatch.lap(rowOf(Part::pack));
  });
}

bool Program::readsMuch() const {
  return std::any_of(operations_.begin(), operations_.end(),
                     [](const auto& operation) { return operation->readsMuch(); });
}

bool Program::meets() const {
  return std::any_of(operations_.begin(), operations_.end(),
                     [](const auto& operation) { return operation->meets(true); });
}

void Program::runCalls(int thread, const Batch& batch, int lastCall) {
  if (arenaOfSlice_ && options_.threads > batch.slices()) return runCutUp(thread, batch, lastCall);
  size_t first = 0;
  size_t stage = 0;
  for (; stage < stages_.size() && stages_[stage].first <= lastCall; stage++) {
    const Operation& operation = *operations_[static_cast<size_t>(stages_[stage].first)];
    if (operation.meets(batch.moment.training)) {
      runSliceBySlice(thread, batch, first, stage + 1);
      settle(thread, batch, stages_[stage].first);
      first = stage + 1;
    }
    if (!operation.readsMuch()) continue;
    // Even if it is none, since the first part brings in the batch.
    if (first < stage || stage == 0) runSliceBySlice(thread, batch, first, stage);
    runAcrossSlices(thread, batch, stages_[stage].first);
    first = stage + 1;
  }
  if (first < stage) runSliceBySlice(thread, batch, first, stage);
}

void Program::runSliceBySlice(int thread, const Batch& batch, size_t firstStage, size_t lastStage) {
  Stopwatch& stopwatch = stopwatches_[static_cast<size_t>(thread)];
  stopwatch.start();
  team_.share(batch.slices(), [&](int index) {
    const Slice slice = sliceOf(thread, batch, index);
    if (firstStage == 0) fill(batch, slice);
    stopwatch.lap(rowOf(Part::gather));
    for (size_t k = firstStage; k < lastStage; k++) {
      runStage(stages_[k], operations_, slice, [&](int call) { stopwatch.lap(call); });
      if (batch.taps != nullptr) copyTaps(batch, slice, stages_[k].first, stages_[k].last);
    }
  });
}

void Program::runAcrossSlices(int thread, const Batch& batch, int call) {
  Stopwatch& stopwatch = stopwatches_[static_cast<size_t>(thread)];
  stopwatch.start();
  Operation& operation = *operations_[static_cast<size_t>(call)];
  team_.share(operation.parts(), [&](int part) {
    for (int index = 0; index < batch.slices(); index++) {
      operation.runParts(sliceOf(thread, batch, index), {part, part + 1});
    }
    stopwatch.lap(call);
  });
  if (batch.taps != nullptr) {
    team_.share(batch.slices(), [&](int index) { copyTaps(batch, sliceOf(thread, batch, index), call, call); });
  }
}

void Program::settle(int thread, const Batch& batch, int call) {
  if (thread == 0) operations_[static_cast<size_t>(call)]->settle(batch.slices(), batch.images);
  team_.meet();
}

void Program::runCutUp(int thread, const Batch& batch, int lastCall) {
  Stopwatch& stopwatch = stopwatches_[static_cast<size_t>(thread)];
  stopwatch.start();
  team_.share(batch.slices(), [&](int index) {
    fill(batch, sliceOf(thread, batch, index));
    stopwatch.lap(rowOf(Part::gather));
  });
  const int wanted = (options_.threads + batch.slices() - 1) / batch.slices();
  for (int call = 0; call <= lastCall; call++) {
    Operation& operation = *operations_[static_cast<size_t>(call)];
    const int parts = operation.parts();
    const int pieces = std::min(wanted, parts);
    stopwatch.start();
    team_.share(batch.slices() * pieces, [&](int task) {
      const int piece = task % pieces;
      const Slice slice = sliceOf(thread, batch, task / pieces);
      if (pieces == 1) {
        operation.run(slice);
      } else {
        operation.runParts(slice, {parts * piece / pieces, parts * (piece + 1) / pieces});
      }
      stopwatch.lap(call);
    });
    if (batch.taps != nullptr) {
      team_.share(batch.slices(), [&](int index) { copyTaps(batch, sliceOf(thread, batch, index), call, call); });
    }
    if (operation.meets(batch.moment.training)) settle(thread, batch, call);
  }
}

Slice Program::sliceOf(int thread, const Batch& batch, int index) {
  const int64_t first = int64_t{index} * kLanes;
  Slice slice;
  slice.index = index;
  slice.images = static_cast<int>(std::min<int64_t>(kLanes, batch.images - first));
  slice.arena = arenas_[static_cast<size_t>(arenaOfSlice_ ? index : thread)].data();
  slice.scratch = scratch_[static_cast<size_t>(thread)].data();
  slice.gradients = sliceGradients_.data() + index * sliceGradientSize_;
  slice.targets.labels = labels_.data() + first;
  if (batch.target.values != nullptr) slice.targets.values = targets_.data() + first * batch.target.classes;
  slice.moment = batch.moment;
  slice.batchImages = batch.images;
  slice.lossScale = 1.0f / static_cast<float>(batch.images);
  slice.losses = losses_.data() + first;
  slice.predictions = predictions_.data() + first;
  return slice;
}

void Program::sumGradients(int thread, const Batch& batch) {
  const int sums = static_cast<int>(sumTasks_.size());
  const int products = static_cast<int>(batchTasks_.size());
  const auto sumSlices = [&](const SumTask& task) {
    float* total = at(Storage::gradients, task.sum->parameter) + task.begin;
    const float* first = sliceGradients_.data() + task.sum->place + task.begin;
    std::copy_n(first, task.count, total);
    for (int slice = 1; slice < batch.slices(); slice++) {
      kernels_.accumulate(task.count, first + slice * sliceGradientSize_, total);
    }
    return kernels_.allFinite(task.count, total);
  };
  Stopwatch& stopwatch = stopwatches_[static_cast<size_t>(thread)];
  stopwatch.start();
  // The last task looks at the losses.
  team_.share(products + sums + 1, [&](int k) {
    bool finite = true;
    if (k < products) {
      const BatchTask& task = batchTasks_[static_cast<size_t>(k)];
      finite = operations_[static_cast<size_t>(task.call)]->runBatchTask(task.index, batch.slices());
      stopwatch.lap(task.call);
    } else if (k < products + sums) {
      finite = sumSlices(sumTasks_[static_cast<size_t>(k - products)]);
      stopwatch.lap(rowOf(Part::sumGradients));
    } else if (plan_.loss >= 0) {
      finite = kernels_.allFinite(batch.images, losses_.data());
    }
    if (!finite) finite_ = false;
  });
}

void Program::descend(int thread, const UpdateMoment& moment, int samples) {
  Stopwatch& stopwatch = stopwatches_[static_cast<size_t>(thread)];
  stopwatch.start();
  const float factor = clipFactor();
  team_.share(static_cast<int>(chunks_.size()), [&](int k) {
    descendChunk(chunks_[static_cast<size_t>(k)], moment, factor, samples);
    stopwatch.lap(rowOf(Part::update));
  });
}

float Program::clipFactor() {
  if (options_.clip != ProgramOptions::Clip::norm) return 1;
  team_.share(static_cast<int>(chunks_.size()), [&](int k) {
    const Chunk& chunk = chunks_[static_cast<size_t>(k)];
    const bool descends = plan_.parameters[static_cast<size_t>(chunk.parameter)].update == Update::descent;
    const float* gradients = at(Storage::gradients, chunk.parameter) + chunk.begin;
    squares_[static_cast<size_t>(k)] =
        descends ? static_cast<double>(kernels_.sumSquares(chunk.count, gradients)) : 0;
  });
  // In the order of the chunks, by every thread for itself: the same sum whoever made the parts.
  double sum = 0;
  for (const double square : squares_) sum += square;
  return static_cast<float>(std::min(1.0, static_cast<double>(options_.bound) / (std::sqrt(sum) + 1e-6)));
}

void Program::descendChunk(const Chunk& chunk, const UpdateMoment& moment, float factor, int samples) {
  const PlanParameter& parameter = plan_.parameters[static_cast<size_t>(chunk.parameter)];
  const auto place = [&](Storage storage) {
    float* data = at(storage, chunk.parameter);
    return data == nullptr ? nullptr : data + chunk.begin;
  };
  float* values = place(Storage::parameters);
  float* gradients = place(Storage::gradients);
  if (parameter.update == Update::average) {
    const double n = static_cast<double>(parameter.observations) * samples;
    // Bessel's correction of a variance.
    const double bessel = n > 1 ? n / (n - 1) : 1;
    kernels_.approach(parameter.share, static_cast<float>(bessel), chunk.count, gradients, values);
  }
  if (parameter.update != Update::descent) return;
  if (factor < 1) kernels_.multiplyBy(factor, chunk.count, gradients);
  if (options_.clip == ProgramOptions::Clip::value) kernels_.limitTo(options_.bound, chunk.count, gradients);
  float* const states[] = {place(Storage::state0), place(Storage::state1)};
  optimizer_->step(kernels_, moment, parameter.decays, chunk.count, gradients, values, states);
  if (options_.average == 0) return;
  // Less is kept at the start, to leave the initial weights behind.
  const auto t = static_cast<double>(moment.step);
  const double kept = std::min(options_.average, (1 + t) / (10 + t));
  kernels_.approach(static_cast<float>(1 - kept), 1, chunk.count, values, place(Storage::averages));
}

void Program::addTo(Tally& tally, const Batch& batch) const {
  for (int image = 0; image < batch.images; image++) {
    const auto k = static_cast<size_t>(image);
    tally.lossSum += static_cast<double>(losses_.data()[image]);
    tally.correct += predictions_[k] == labels_[k];
  }
  tally.samples += batch.images;
}

std::string Program::findNonFinite(const Batch& batch) {
  int first = static_cast<int>(operations_.size());
  for (int index = 0; index < batch.slices(); index++) {
    const Slice slice = sliceOf(0, batch, index);
    fill(batch, slice);
    for (int call = 0; call < first; call++) {
      operations_[static_cast<size_t>(call)]->run(slice);
      if (!outputsFinite(slice, call)) first = call;
    }
  }
  if (first < static_cast<int>(operations_.size())) return plan_.calls[static_cast<size_t>(first)].layer;
  for (size_t k = 0; k < plan_.parameters.size(); k++) {
    if (!kernels_.allFinite(size(static_cast<int>(k)), at(Storage::gradients, static_cast<int>(k)))) {
      return plan_.parameters[k].layer;
    }
  }
  return "";
}

bool Program::outputsFinite(const Slice& slice, int call) const {
  for (const Operand& operand : plan_.calls[static_cast<size_t>(call)].outputs) {
    if (operand.role == Role::losses && !kernels_.allFinite(slice.images, slice.losses)) return false;
    if (operand.role != Role::value) continue;
    const PlanValue& value = plan_.values[static_cast<size_t>(operand.index)];
    if (!kernels_.allFinite(elementsOf(value.shape) * kLanes, slice.arena + value.offset * kLanes)) return false;
  }
  return true;
}

}  // namespace convolab
