// Local response normalisation, and gains and biases of maps.

#include "operations.h"
#include "per_slice.h"

namespace convolab {

namespace {

LocalResponse localResponseOf(const Binder& binder, const ValuePlace& x, const ValuePlace& y) {
  binder.expect(x.shape.size() == 3, "x is not a stack of maps");
  binder.expectShape(y, x.shape, "y");
  const LocalResponse shape = {.channels = x.shape[0],
                               .height = x.shape[1],
                               .width = x.shape[2],
                               .reach = binder.number("n", 1) / 2,
                               .k = binder.real("k"),
                               .alpha = binder.real("alpha"),
                               .beta = binder.real("beta")};
  binder.expect(shape.k > 0 && shape.alpha >= 0, "the bracket must be positive");
  return shape;
}

Maps mapsOf(const ValuePlace& value) {
  const int channels = value.shape.empty() ? 1 : value.shape[0];
  return {channels, value.elements() / channels};
}

}  // namespace

std::unique_ptr<Operation> makeLocalResponse(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace y = binder.output(0);
  const LocalResponse shape = localResponseOf(binder, x, y);
  return perRows(shape.height, 1, [=, &kernels = binder.kernels()](const Slice& slice, Range rows) {
    kernels.respondLocally(shape, rows, x.in(slice), y.in(slice));
  });
}

std::unique_ptr<Operation> makeLocalResponseGradient(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace dy = binder.input(1);
  const ValuePlace dx = binder.output(0);
  const LocalResponse shape = localResponseOf(binder, x, dy);
  binder.expectShape(dx, x.shape, "dX");
  binder.needScratch(int64_t{2} * shape.channels * shape.width * kLanes);
  return perRows(shape.height, 1, [=, &kernels = binder.kernels()](const Slice& slice, Range rows) {
    kernels.respondLocallyGradient(shape, rows, x.in(slice), dy.in(slice), slice.scratch, dx.in(slice));
  });
}

std::unique_ptr<Operation> makeChannelScale(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace y = binder.output(0);
  const Maps maps = mapsOf(x);
  binder.expectShape(y, x.shape, "y");
  const float* gains = binder.parameter(1, {maps.channels});
  const float* biases = binder.hasInput(2) ? binder.parameter(2, {maps.channels}) : nullptr;
  return perSlice([=, activation = binder.activation(), &kernels = binder.kernels()](const Slice& slice) {
    for (int map = 0; map < maps.channels; map++) {
      const Scaling scaling = {0, gains[map], biases == nullptr ? 0 : biases[map]};
      const int64_t at = int64_t{map} * maps.pixels * kLanes;
      kernels.scaleMap(activation, maps.pixels, scaling, x.in(slice) + at, y.in(slice) + at);
    }
  });
}

std::unique_ptr<Operation> makeChannelScaleInputGradient(Binder& binder) {
  const ValuePlace dy = binder.input(0);
  const ValuePlace dx = binder.output(0);
  const Maps maps = mapsOf(dy);
  binder.expectShape(dx, dy.shape, "dX");
  const float* gains = binder.parameter(1, {maps.channels});
  return perSlice([=, &kernels = binder.kernels()](const Slice& slice) {
    for (int map = 0; map < maps.channels; map++) {
      const int64_t at = int64_t{map} * maps.pixels * kLanes;
      kernels.scaleMap(Activation::linear, maps.pixels, {0, gains[map], 0}, dy.in(slice) + at, dx.in(slice) + at);
    }
  });
}

std::unique_ptr<Operation> makeChannelScaleWeightGradient(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace dy = binder.input(1);
  const Maps maps = mapsOf(x);
  binder.expectShape(dy, x.shape, "dY");
  const int64_t gains = binder.sliceGradient(0, {maps.channels});
  const int64_t biases = binder.hasOutput(1) ? binder.sliceGradient(1, {maps.channels}) : -1;
  return perSlice([=, &kernels = binder.kernels()](const Slice& slice) {
    for (int map = 0; map < maps.channels; map++) {
      const int64_t at = int64_t{map} * maps.pixels * kLanes;
      float sum = 0;
      kernels.productsOfMap(maps.pixels, slice.images, {0, 1, 0}, x.in(slice) + at, dy.in(slice) + at, &sum,
                            slice.gradients + gains + map);
      if (biases >= 0) slice.gradients[biases + map] = sum;
    }
  });
}

}  // namespace convolab
