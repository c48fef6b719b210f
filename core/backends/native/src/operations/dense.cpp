// Dense layers. Forward and input gradient run slice by slice, or, where the weights would not stay in the second
// cache, a range of rows for all slices of the batch. The weight gradient only files its operands while the slices
// pass, and is computed once for the whole batch, in tasks of a few rows: a matrix of gradients per slice would cost
// more memory traffic than the sums are worth.

#include <algorithm>
#include <cstring>

#include "operations.h"
#include "per_slice.h"

namespace convolab {

namespace {

/// Rows of the weight gradient in one task.
constexpr int kTaskRows = 8;

/// The weight gradient reads blocks of so many inputs.
constexpr int kPitchMultiple = 64;

class DenseWeightGradient final : public Operation {
 public:
  DenseWeightGradient(Binder& binder, const ValuePlace& x, const ValuePlace& dy)
      : kernels_(binder.kernels()),
        shape_{x.elements(), dy.elements()},
        x_(x),
        dy_(dy),
        dw_(binder.batchGradient(0, {shape_.outputs, shape_.inputs})),
        db_(binder.hasOutput(1) ? binder.batchGradient(1, {shape_.outputs}) : nullptr),
        pitch_((shape_.inputs + kPitchMultiple - 1) / kPitchMultiple * kPitchMultiple),
        rows_(int64_t{binder.mostSlices()} * kLanes * pitch_, "the inputs of layer " + binder.call().layer),
        gradients_(int64_t{binder.mostSlices()} * kLanes * shape_.outputs,
                   "the output gradients of layer " + binder.call().layer) {}

  void run(const Slice& slice) override {
    const int64_t block = int64_t{shape_.outputs} * kLanes;
    kernels_.transposeLanes(x_.in(slice), shape_.inputs, pitch_, rows_.data() + int64_t{slice.index} * kLanes * pitch_);
    std::memcpy(gradients_.data() + slice.index * block, dy_.in(slice), static_cast<size_t>(block) * sizeof(float));
  }

  int batchTasks() const override { return (shape_.outputs + kTaskRows - 1) / kTaskRows; }

  bool runBatchTask(int task, int slices) override {
    const int first = task * kTaskRows;
    const int last = std::min(first + kTaskRows, shape_.outputs);
    kernels_.denseWeightGradient(shape_, slices, {first, last}, pitch_, rows_.data(), gradients_.data(), dw_);
    bool finite = kernels_.allFinite(int64_t{last - first} * shape_.inputs, dw_ + int64_t{first} * shape_.inputs);
    if (db_ != nullptr) {
      kernels_.denseBiasGradient(shape_.outputs, slices, {first, last}, gradients_.data(), db_);
      finite = kernels_.allFinite(last - first, db_ + first) && finite;
    }
    return finite;
  }

  int64_t memoryBytes() const override { return rows_.bytes() + gradients_.bytes(); }
  bool intact() const override { return rows_.intact() && gradients_.intact(); }

 private:
  const Kernels& kernels_;
  const Affine shape_;
  const ValuePlace x_, dy_;
  float* const dw_;
  float* const db_;
  const int pitch_;
  /// x with an image per row, [slices * 16][pitch]; dY as it is, [slices][outputs][16].
  Buffer rows_, gradients_;
};

/// Forward or input gradient: a function of a slice and a range of rows of its result.
template <typename Run>
class Product final : public Operation {
 public:
  Product(const Affine& shape, int rows, Run run)
      : weightBytes_(int64_t{shape.inputs} * shape.outputs * static_cast<int64_t>(sizeof(float))),
        rows_(rows),
        run_(std::move(run)) {}

  void run(const Slice& slice) override { run_(slice, {0, rows_}); }
  int parts() const override { return (rows_ + kPartRows - 1) / kPartRows; }
  void runParts(const Slice& slice, Range parts) override {
    run_(slice, {parts.first * kPartRows, std::min(parts.last * kPartRows, rows_)});
  }
  bool readsMuch() const override { return weightBytes_ > kSecondCache; }

 private:
  /// A multiple of the rows that the kernels take together, and of a cache line of weights.
  static constexpr int kPartRows = 48;
  static constexpr int64_t kSecondCache = 1 << 20;
  const int64_t weightBytes_;
  const int rows_;
  Run run_;
};

}  // namespace

std::unique_ptr<Operation> makeDenseForward(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace y = binder.output(0);
  const Affine shape = {x.elements(), y.elements()};
  const float* weights = binder.parameter(1, {shape.outputs, shape.inputs});
  const float* bias = binder.hasInput(2) ? binder.parameter(2, {shape.outputs}) : nullptr;
  const auto run = [=, activation = binder.activation(), &kernels = binder.kernels()](const Slice& slice, Range rows) {
    kernels.denseForward(shape, rows, x.in(slice), weights, bias, activation, y.in(slice));
  };
  return std::make_unique<Product<decltype(run)>>(shape, shape.outputs, run);
}

std::unique_ptr<Operation> makeDenseInputGradient(Binder& binder) {
  const ValuePlace dy = binder.input(0);
  const ValuePlace dx = binder.output(0);
  const Affine shape = {dx.elements(), dy.elements()};
  const float* weights = binder.parameter(1, {shape.outputs, shape.inputs});
  const auto run = [=, &kernels = binder.kernels()](const Slice& slice, Range rows) {
    kernels.denseInputGradient(shape, rows, dy.in(slice), weights, dx.in(slice));
  };
  return std::make_unique<Product<decltype(run)>>(shape, shape.inputs, run);
}

std::unique_ptr<Operation> makeDenseWeightGradient(Binder& binder) {
  return std::make_unique<DenseWeightGradient>(binder, binder.input(0), binder.input(1));
}

}  // namespace convolab
