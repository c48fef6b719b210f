#include "operations.h"
#include "per_slice.h"

namespace convolab {

namespace {

Maps globalPoolOf(const Binder& binder, const ValuePlace& x, const ValuePlace& y) {
  binder.expect(x.shape.size() == 3, "x is not a stack of maps");
  binder.expectShape(y, {x.shape[0], 1, 1}, "y");
  return {x.shape[0], x.shape[1] * x.shape[2]};
}

/// In the order of core/kernels/global-pool.ts: max, mean.
bool takesMean(const Binder& binder) { return binder.number("mode", 0) == 1; }

}  // namespace

std::unique_ptr<Operation> makeGlobalPool(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace y = binder.output(0);
  const Maps shape = globalPoolOf(binder, x, y);
  const auto pool = takesMean(binder) ? binder.kernels().meanOfMaps : binder.kernels().maxOfMaps;
  return perSlice([=](const Slice& slice) { pool(shape, x.in(slice), y.in(slice)); });
}

std::unique_ptr<Operation> makeGlobalPoolGradient(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace dy = binder.input(1);
  const ValuePlace dx = binder.output(0);
  const Maps shape = globalPoolOf(binder, x, dy);
  binder.expectShape(dx, x.shape, "dX");
  return perSlice([=, mean = takesMean(binder), &kernels = binder.kernels()](const Slice& slice) {
    if (mean) {
      kernels.meanOfMapsGradient(shape, dy.in(slice), dx.in(slice));
    } else {
      kernels.maxOfMapsGradient(shape, x.in(slice), dy.in(slice), dx.in(slice));
    }
  });
}

}  // namespace convolab
