// Dense layers. Forward and input gradient run slice by slice. The weight gradient only files its operands while the
// slices pass, and is computed once for the whole batch, in tasks of a few rows: a matrix of gradients per slice would
// cost more memory traffic than the sums are worth.

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
    kernels_.denseWeightGradient(shape_, slices, first, last, pitch_, rows_.data(), gradients_.data(), dw_);
    bool finite = kernels_.allFinite(int64_t{last - first} * shape_.inputs, dw_ + int64_t{first} * shape_.inputs);
    if (db_ != nullptr) {
      kernels_.denseBiasGradient(shape_.outputs, slices, first, last, gradients_.data(), db_);
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

}  // namespace

std::unique_ptr<Operation> makeDenseForward(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace y = binder.output(0);
  const Affine shape = {x.elements(), y.elements()};
  const float* weights = binder.parameter(1, {shape.outputs, shape.inputs});
  const float* bias = binder.hasInput(2) ? binder.parameter(2, {shape.outputs}) : nullptr;
  return perSlice([=, activation = binder.activation(), &kernels = binder.kernels()](const Slice& slice) {
    kernels.denseForward(shape, 0, shape.outputs, x.in(slice), weights, bias, activation, y.in(slice));
  });
}

std::unique_ptr<Operation> makeDenseInputGradient(Binder& binder) {
  const ValuePlace dy = binder.input(0);
  const ValuePlace dx = binder.output(0);
  const Affine shape = {dx.elements(), dy.elements()};
  const float* weights = binder.parameter(1, {shape.outputs, shape.inputs});
  return perSlice([=, &kernels = binder.kernels()](const Slice& slice) {
    kernels.denseInputGradient(shape, 0, shape.inputs, dy.in(slice), weights, dx.in(slice));
  });
}

std::unique_ptr<Operation> makeDenseWeightGradient(Binder& binder) {
  return std::make_unique<DenseWeightGradient>(binder, binder.input(0), binder.input(1));
}

}  // namespace convolab
