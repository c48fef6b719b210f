#include "operations.h"
#include "per_slice.h"

namespace convolab {

namespace {

/// Checks x, y and weight against each other and the attributes.
LocalWindows localOf(const Binder& binder, const ValuePlace& x, const ValuePlace& y, const Shape& weight) {
  binder.expect(x.shape.size() == 3 && y.shape.size() == 3 && weight.size() == 6, "x, y and weight have wrong ranks");
  const int stride = binder.number("stride", 1);
  const int pad = binder.number("pad", 0);
  LocalWindows local = {};
  local.regionHeight = binder.number("regionHeight", 1);
  local.regionWidth = binder.number("regionWidth", 1);
  local.regionRows = (y.shape[1] + local.regionHeight - 1) / local.regionHeight;
  local.regionColumns = (y.shape[2] + local.regionWidth - 1) / local.regionWidth;
  local.shape = {.channels = x.shape[0],
                 .height = x.shape[1],
                 .width = x.shape[2],
                 .maps = y.shape[0],
                 .kernelHeight = weight[4],
                 .kernelWidth = weight[5],
                 .strideY = stride,
                 .strideX = stride,
                 .padTop = pad,
                 .padLeft = pad,
                 .outHeight = y.shape[1],
                 .outWidth = y.shape[2]};
  const Shape expected = {local.regionRows, local.regionColumns, y.shape[0], x.shape[0], weight[4], weight[5]};
  binder.expect(weight == expected, "weight is " + format(weight) + ", expected " + format(expected));
  const int extraHeight = x.shape[1] + 2 * pad - weight[4];
  const int extraWidth = x.shape[2] + 2 * pad - weight[5];
  binder.expect(extraHeight >= 0 && extraWidth >= 0, "the kernel is larger than its padded input");
  binder.expectShape(y, {y.shape[0], extraHeight / stride + 1, extraWidth / stride + 1}, "y");
  return local;
}

Shape biasShape(const LocalWindows& local) { return {local.regionRows, local.regionColumns, local.shape.maps}; }

}  // namespace

std::unique_ptr<Operation> makeLocalForward(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace y = binder.output(0);
  const Shape& weight = binder.parameterShape(1);
  const LocalWindows local = localOf(binder, x, y, weight);
  const float* weights = binder.parameter(1, weight);
  const float* bias = binder.hasInput(2) ? binder.parameter(2, biasShape(local)) : nullptr;
  return perParts(local.shape.outHeight, [=, activation = binder.activation(),
                                          &kernels = binder.kernels()](const Slice& slice, Range rows) {
    kernels.localForward(local, rows, x.in(slice), weights, bias, activation, y.in(slice));
  });
}

std::unique_ptr<Operation> makeLocalInputGradient(Binder& binder) {
  const ValuePlace dy = binder.input(0);
  const ValuePlace dx = binder.output(0);
  const Shape& weight = binder.parameterShape(1);
  const LocalWindows local = localOf(binder, dx, dy, weight);
  const float* weights = binder.parameter(1, weight);
  return perParts(local.shape.channels, [=, &kernels = binder.kernels()](const Slice& slice, Range channels) {
    kernels.localInputGradient(local, channels, dy.in(slice), weights, dx.in(slice));
  });
}

std::unique_ptr<Operation> makeLocalWeightGradient(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace dy = binder.input(1);
  const Shape& weight = binder.gradientShape(0);
  const LocalWindows local = localOf(binder, x, dy, weight);
  const int64_t dw = binder.sliceGradient(0, weight);
  const int64_t db = binder.hasOutput(1) ? binder.sliceGradient(1, biasShape(local)) : -1;
  return perParts(local.shape.maps, [=, &kernels = binder.kernels()](const Slice& slice, Range maps) {
    kernels.localWeightGradient(local, maps, x.in(slice), dy.in(slice), slice.gradients + dw,
                                db < 0 ? nullptr : slice.gradients + db);
  });
}

}  // namespace convolab
