#pragma once
// What a call of a plan becomes: an operation with all checks done and all places known.

#include <memory>
#include <vector>

#include "../lanes.h"
#include "../simd/table.h"
#include "buffer.h"
#include "plan.h"

namespace convolab {

/// Which training step it is; evaluation and probes are in none.
struct Moment {
  bool training = false;
  /// What the seed makes of the generator's key for dropout (core/kernels/philox.ts).
  uint32_t key0 = 0, key1 = 0;
  uint32_t step = 0;
};

Moment trainingMoment(int64_t seed, int64_t step);

/// One slice of a batch on its way through the network.
struct Slice {
  /// Which of the batch, and how many images it holds (1 to 16).
  int index = 0;
  int images = 0;
  /// Values of the plan, [arenaSize][16].
  float* arena = nullptr;
  /// This thread's, as large as any operation asked for.
  float* scratch = nullptr;
  /// This slice's own gradients, in the places that `Binder::sliceGradient` gave out.
  float* gradients = nullptr;
  Targets targets = {};
  Moment moment;
  /// Of the whole batch.
  int batchImages = 0;
  /// 1 / number of samples of the whole batch.
  float lossScale = 1;
  /// What the loss leaves: [16] each.
  float* losses = nullptr;
  int32_t* predictions = nullptr;
};

/// One call, ready to run. Most work is done slice by slice; the gradients of large matrices are computed once for the
/// whole batch, after all slices, in tasks that any thread may take.
class Operation {
 public:
  virtual ~Operation() = default;

  /// Before the first slice after parameters have changed.
  virtual void prepare() {}
  virtual void run(const Slice& slice) = 0;

  /// Rows of maps that it can be run over from top to bottom, instead of at once; 0 where it cannot. Operations that
  /// follow each other on the same rows then take turns, while these are in cache.
  virtual int rows() const { return 0; }
  /// Whether these rows depend on no other rows of what it works on.
  virtual bool needsOnlyThoseRows() const { return true; }
  /// Ranges start on multiples of this.
  virtual int rowStep() const { return 1; }
  /// Rows that it likes to be given at a time.
  virtual int rowsAtOnce() const { return 1; }
  virtual void runRows(const Slice& /*slice*/, Range /*rows*/) {}

  /// Parts of its output that threads can compute side by side; none depends on how they are shared out.
  virtual int parts() const { return 1; }
  virtual void runParts(const Slice& slice, Range /*parts*/) { run(slice); }
  /// Whether its weights are so many that they should be read once per batch: every slice is then brought up to this
  /// operation, and each range of parts is computed for all of them.
  virtual bool readsMuch() const { return false; }

  /// Whether it has something to make of all slices together before any goes on, such as a mean over the batch. Every
  /// slice is then brought through this operation, and `settle` is called once.
  virtual bool meets(bool /*training*/) const { return false; }
  virtual void settle(int /*slices*/, int /*images*/) {}

  virtual int batchTasks() const { return 0; }
  /// Returns whether all that it wrote is finite.
  virtual bool runBatchTask(int /*task*/, int /*slices*/) { return true; }

  /// Of its own buffers.
  virtual int64_t memoryBytes() const { return 0; }
  /// Whether their guards are as they were.
  virtual bool intact() const { return true; }
};

/// A place in the arena.
struct ValuePlace {
  int64_t offset = 0;
  Shape shape;

  float* in(const Slice& slice) const { return slice.arena + offset * kLanes; }
  int elements() const { return static_cast<int>(elementsOf(shape)); }
};

/// What operations are made with: resolves the operands of a call, and refuses what does not fit.
class Binder {
 public:
  /// Memory that parameters and gradients live in; the places of parameters in it.
  struct Memory {
    float* parameters;
    float* gradients;
    std::vector<int64_t> places;
    int mostSlices;
  };

  Binder(const Plan& plan, const Kernels& kernels, Memory memory);

  void begin(const PlanCall& call) { call_ = &call; }
  const PlanCall& call() const { return *call_; }
  const Kernels& kernels() const { return kernels_; }
  int mostSlices() const { return memory_.mostSlices; }

  ValuePlace input(size_t k) const { return valueOf(call_->inputs, k); }
  ValuePlace output(size_t k) const { return valueOf(call_->outputs, k); }
  bool hasInput(size_t k) const { return has(call_->inputs, k); }
  bool hasOutput(size_t k) const { return has(call_->outputs, k); }
  const float* parameter(size_t input, const Shape& shape) const;
  /// Shape of a parameter that is an input, or whose gradient is an output.
  const Shape& parameterShape(size_t input) const;
  const Shape& gradientShape(size_t output) const;

  /// Where the gradient of the whole batch goes, for operations that write it themselves in batch tasks.
  float* batchGradient(size_t output, const Shape& shape);
  /// What a call before has put there: an input whose role is a gradient.
  const float* batchSum(size_t input, const Shape& shape) const;
  /// Where in `Slice::gradients` the gradient of one slice goes; the program adds them up in the order of slices.
  int64_t sliceGradient(size_t output, const Shape& shape);

  int number(const char* name, int least) const;
  float real(const char* name) const { return static_cast<float>(precise(name)); }
  double precise(const char* name) const;
  Activation activation() const;

  /// Makes sure that every slice has so many floats of scratch memory.
  void needScratch(int64_t floats);

  /// Throws `argument.invalid`, naming kernel and layer.
  void expect(bool holds, const std::string& what) const;
  void expectShape(const ValuePlace& value, const Shape& shape, const char* name) const;

  /// A gradient that is the sum of those of the slices.
  struct SliceSum {
    int parameter;
    /// In `Slice::gradients`.
    int64_t place;
    int64_t count;
  };
  int64_t scratch() const { return scratch_; }
  int64_t sliceGradients() const { return sliceGradients_; }
  const std::vector<SliceSum>& sliceSums() const { return sliceSums_; }

 private:
  bool has(const std::vector<Operand>& operands, size_t k) const;
  ValuePlace valueOf(const std::vector<Operand>& operands, size_t k) const;
  int gradientOf(size_t output, const Shape& shape);

  const Plan& plan_;
  const Kernels& kernels_;
  Memory memory_;
  const PlanCall* call_ = nullptr;
  int64_t scratch_ = 0;
  int64_t sliceGradients_ = 0;
  std::vector<SliceSum> sliceSums_;
  std::vector<bool> written_;
};

/// Throws `backend.unsupported` for a kernel this backend lacks.
std::unique_ptr<Operation> makeOperation(Binder& binder);

/// Every kernel that `makeOperation` knows.
std::vector<std::string> operationNames();

}  // namespace convolab
