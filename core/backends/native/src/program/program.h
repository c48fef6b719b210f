#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "../augment/augmentation.h"
#include "buffer.h"
#include "operation.h"
#include "optimizer.h"
#include "plan.h"
#include "stages.h"
#include "stopwatch.h"
#include "team.h"

namespace convolab {

struct ProgramOptions {
  int threads = 1;
  /// Largest batch of a step.
  int batchSize = 1;
  OptimizerCall optimizer;
  /// What gradients are brought down to: all together by their norm, or each element.
  enum class Clip { none, norm, value } clip = Clip::none;
  float bound = 0;
  /// Share of itself that a running average of the weights keeps at each step; none is kept at 0.
  double average = 0;
  /// Whether to note where the time goes.
  bool profile = false;
};

/// Samples, and how they become the values of the network's input. Borrowed for the length of a call.
struct Source {
  /// One of the two.
  const uint8_t* bytes = nullptr;
  const float* floats = nullptr;
  const int32_t* labels = nullptr;
  int64_t count = 0;
  Gathering shape = {};
  std::vector<float> scale, shift;
  /// Of training.
  std::optional<augment::Augmentation> augmentation;
};

/// Values [count, elements] of one batch, in the frameworks' layout.
struct Feed {
  int value = 0;
  const float* data = nullptr;
};

/// A value to be copied out as [count, elements], right after a call, since its place may be used again.
struct Tap {
  int value = 0;
  int after = 0;
  float* data = nullptr;
};

/// What the loss compares with: labels [count], or values [count, classes].
struct TargetFeed {
  const int32_t* labels = nullptr;
  const float* values = nullptr;
  int classes = 0;
};

struct NonFinite {
  int step = -1;
  std::string layer;
};

struct Tally {
  int steps = 0;
  int64_t samples = 0;
  double lossSum = 0;
  int64_t correct = 0;
  NonFinite nonFinite;
};

/// What there is of each parameter; the states are the optimizer's.
enum class Storage { parameters, gradients, averages, state0, state1 };

/// A plan ready to run: operations, memory and threads. One call at a time.
///
/// A step: weights are packed, slices of 16 images go forward and backward, each on one thread; gradients are added up
/// in the order of slices; all parameters are updated, unless something was not finite. Each of these parts is shared
/// out in tasks whose results do not depend on which thread takes them.
class Program {
 public:
  /// Parts of a step that belong to no call of the plan: rows of the profile behind those of the calls.
  enum class Part { gather, pack, sumGradients, update };
  static constexpr int kParts = 4;

  /// Throws `argument.invalid`, `backend.unsupported`, `memory.exhausted`.
  Program(Plan plan, const Kernels& kernels, const ProgramOptions& options);

  const Plan& plan() const { return plan_; }
  const ProgramOptions& options() const { return options_; }
  int64_t memoryBytes() const;
  /// Elements of a parameter, and its values (or gradients, ...); null where none are kept.
  int64_t size(int parameter) const;
  float* at(Storage storage, int parameter);

  /// Runs consecutive steps of `batchSize` samples (the last may have fewer), one learning rate each, from a moment on;
  /// losses are added to `lossSum`.
  Tally train(const Source& source, const uint32_t* order, int64_t count, int batchSize, const float* rates,
              const Moment& moment, double lossSum);

  /// Forward only; `predictions` [count]; `outputs` [count][outputs of the last layer], or null.
  Tally evaluate(const Source& source, const uint32_t* indices, int64_t count, int32_t* predictions, float* outputs);

  /// Elements of the last layer's output.
  int64_t outputSize() const;

  /// Throws `argument.invalid` where targets do not fit the loss.
  void requireTarget(const TargetFeed& target) const;

  /// All calls of the plan once, on at most `batchSize` samples, without update. `losses` [count] may be null.
  void execute(int count, const std::vector<Feed>& feeds, const TargetFeed& target, const std::vector<Tap>& taps,
               float* losses, const Moment& moment);

  /// One update from the gradients as they are, those of so many samples.
  void update(const UpdateMoment& moment, int samples);

  /// Nanoseconds of all threads since this was last asked, for each call of the plan and then each `Part` of a step.
  /// All zeros unless the options ask for it.
  std::vector<int64_t> takeProfile();

  /// From now on, everything in the arenas that belongs to no value is watched too.
  void guardArenas();
  /// Whether no operation ever wrote beyond the end of its operands.
  bool intact() const;

 private:
  /// One batch: how a slice gets its input and targets, and what becomes of values on the way.
  struct Batch {
    int images = 0;
    const Source* source = nullptr;
    const uint32_t* order = nullptr;
    const std::vector<Feed>* feeds = nullptr;
    const std::vector<Tap>* taps = nullptr;
    TargetFeed target;
    Moment moment;

    int slices() const { return (images + kLanes - 1) / kLanes; }
  };
  /// So many elements of a parameter.
  struct Chunk {
    int parameter;
    int64_t begin, count;
  };
  struct SumTask {
    const Binder::SliceSum* sum;
    int64_t begin, count;
  };
  struct BatchTask {
    int call;
    int index;
  };

  void allocate();
  void bind(const Kernels& kernels);
  void planTasks();
  bool readsMuch() const;
  bool meets() const;

  // Each thread of the team goes through these together.
  void prepare(int thread);
  void runCalls(int thread, const Batch& batch, int lastCall);
  void runSliceBySlice(int thread, const Batch& batch, size_t firstStage, size_t lastStage);
  void runAcrossSlices(int thread, const Batch& batch, int call);
  void runCutUp(int thread, const Batch& batch, int lastCall);
  void settle(int thread, const Batch& batch, int call);
  void sumGradients(int thread, const Batch& batch);
  void descend(int thread, const UpdateMoment& moment, int samples);
  void descendChunk(const Chunk& chunk, const UpdateMoment& moment, float factor, int samples);
  /// Factor that brings all gradients together down to the bound; 1 where they are not clipped by their norm.
  float clipFactor();

  int rowOf(Part part) const { return static_cast<int>(operations_.size()) + static_cast<int>(part); }

  Slice sliceOf(int thread, const Batch& batch, int index);
  void fill(const Batch& batch, const Slice& slice);
  void fillSamples(const Batch& batch, const Slice& slice);
  void fillValues(const Batch& batch, const Slice& slice);
  void fillTargets(const Batch& batch, const Slice& slice);
  void copyTaps(const Batch& batch, const Slice& slice, int firstCall, int lastCall) const;

  /// Adds the batch's losses, in order, and its right answers.
  void addTo(Tally& tally, const Batch& batch) const;
  /// Runs the batch once more, call by call, to find the layer where the first number that is not finite arises.
  std::string findNonFinite(const Batch& batch);
  bool outputsFinite(const Slice& slice, int call) const;

  const Plan plan_;
  const ProgramOptions options_;
  const Kernels& kernels_;
  int mostSlices_;
  std::vector<int64_t> places_;
  const std::unique_ptr<Optimizer> optimizer_;
  Buffer parameters_, gradients_, averages_;
  Buffer states_[Optimizer::kMostStates];
  /// Of each chunk, the sum of its gradients' squares.
  std::vector<double> squares_;
  std::vector<std::unique_ptr<Operation>> operations_;
  std::vector<Stage> stages_;
  std::vector<Binder::SliceSum> sliceSums_;
  int64_t sliceGradientSize_ = 0;
  Buffer sliceGradients_;
  /// For each thread, or, where several threads may meet in one slice, for each slice.
  std::vector<Buffer> arenas_;
  bool arenaOfSlice_ = false;
  /// For each thread.
  std::vector<Buffer> scratch_;
  /// Per image of the batch.
  Buffer losses_, targets_;
  std::vector<int32_t> labels_, predictions_;
  std::vector<Chunk> chunks_;
  std::vector<SumTask> sumTasks_;
  std::vector<BatchTask> batchTasks_;
  std::vector<Stopwatch> stopwatches_;
  std::atomic<bool> finite_{true};
  Team team_;
};

}  // namespace convolab
