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

}  // namespace

std::unique_ptr<Operation> makeMeanPool(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace y = binder.output(0);
  return perSlice([=, shape = poolingOf(binder, x, y), &kernels = binder.kernels()](const Slice& slice) {
    kernels.meanPool(shape, x.in(slice), y.in(slice));
  });
}

std::unique_ptr<Operation> makeMeanPoolGradient(Binder& binder) {
  const ValuePlace dy = binder.input(0);
  const ValuePlace dx = binder.output(0);
  return perSlice([=, shape = poolingOf(binder, dx, dy), &kernels = binder.kernels()](const Slice& slice) {
    kernels.meanPoolGradient(shape, dy.in(slice), dx.in(slice));
  });
}

std::unique_ptr<Operation> makeMaxPool(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace y = binder.output(0);
  return perSlice([=, shape = poolingOf(binder, x, y), &kernels = binder.kernels()](const Slice& slice) {
    kernels.maxPool(shape, x.in(slice), y.in(slice));
  });
}

std::unique_ptr<Operation> makeMaxPoolGradient(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace dy = binder.input(1);
  const ValuePlace dx = binder.output(0);
  binder.expectShape(dx, x.shape, "dX");
  return perSlice([=, shape = poolingOf(binder, x, dy), &kernels = binder.kernels()](const Slice& slice) {
    kernels.maxPoolGradient(shape, x.in(slice), dy.in(slice), dx.in(slice));
  });
}

}  // namespace convolab
