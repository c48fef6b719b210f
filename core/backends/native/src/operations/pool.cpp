#include "operations.h"
#include "per_slice.h"

namespace convolab {

namespace {

/// Checks the maps x and what pooling yields of them.
Pooling poolingOf(const Binder& binder, const ValuePlace& x, const ValuePlace& y) {
  binder.expect(x.shape.size() == 3, "x is not a stack of maps");
  Pooling pooling = {};
  pooling.channels = x.shape[0];
  pooling.height = x.shape[1];
  pooling.width = x.shape[2];
  pooling.size = binder.number("size", 1);
  pooling.stride = binder.number("stride", 1);
  pooling.pad = binder.number("pad", 0);
  binder.expect(pooling.pad < pooling.size, "the padding must be below the size");
  const int extraHeight = pooling.height + 2 * pooling.pad - pooling.size;
  const int extraWidth = pooling.width + 2 * pooling.pad - pooling.size;
  binder.expect(extraHeight >= 0 && extraWidth >= 0, "the window is larger than its padded input");
  pooling.outHeight = extraHeight / pooling.stride + 1;
  pooling.outWidth = extraWidth / pooling.stride + 1;
  binder.expectShape(y, {pooling.channels, pooling.outHeight, pooling.outWidth}, "y");
  return pooling;
}

/// Windows that lie side by side go row by row; the others share elements, and go at once.
template <typename Run>
std::unique_ptr<Operation> perWindowRows(const Pooling& shape, Run run) {
  if (shape.pad == 0 && shape.stride == shape.size) return perRows(shape.height, shape.size, run);
  return perSlice([=](const Slice& slice) { run(slice, Range{0, shape.outHeight}); });
}

}  // namespace

std::unique_ptr<Operation> makeMeanPool(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace y = binder.output(0);
  const Pooling shape = poolingOf(binder, x, y);
  return perWindowRows(shape, [=, &kernels = binder.kernels()](const Slice& slice, Range rows) {
    kernels.meanPool(shape, rows, x.in(slice), y.in(slice));
  });
}

std::unique_ptr<Operation> makeMeanPoolGradient(Binder& binder) {
  const ValuePlace dy = binder.input(0);
  const ValuePlace dx = binder.output(0);
  const Pooling shape = poolingOf(binder, dx, dy);
  return perWindowRows(shape, [=, &kernels = binder.kernels()](const Slice& slice, Range rows) {
    kernels.meanPoolGradient(shape, rows, dy.in(slice), dx.in(slice));
  });
}

std::unique_ptr<Operation> makeMaxPool(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace y = binder.output(0);
  const Pooling shape = poolingOf(binder, x, y);
  return perWindowRows(shape, [=, &kernels = binder.kernels()](const Slice& slice, Range rows) {
    kernels.maxPool(shape, rows, x.in(slice), y.in(slice));
  });
}

std::unique_ptr<Operation> makeMaxPoolGradient(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace dy = binder.input(1);
  const ValuePlace dx = binder.output(0);
  binder.expectShape(dx, x.shape, "dX");
  const Pooling shape = poolingOf(binder, x, dy);
  return perWindowRows(shape, [=, &kernels = binder.kernels()](const Slice& slice, Range rows) {
    kernels.maxPoolGradient(shape, rows, x.in(slice), dy.in(slice), dx.in(slice));
  });
}

}  // namespace convolab
