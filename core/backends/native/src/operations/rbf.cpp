#include "operations.h"
#include "per_slice.h"

namespace convolab {

std::unique_ptr<Operation> makeRbf(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace y = binder.output(0);
  const Affine shape = {x.elements(), y.elements()};
  const float* centres = binder.parameter(1, {shape.outputs, shape.inputs});
  return perSlice([=, &kernels = binder.kernels()](const Slice& slice) {
    kernels.rbfForward(shape, x.in(slice), centres, y.in(slice));
  });
}

std::unique_ptr<Operation> makeRbfInputGradient(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace dy = binder.input(1);
  const ValuePlace dx = binder.output(0);
  const Affine shape = {x.elements(), dy.elements()};
  binder.expect(dx.elements() == x.elements(), "dX differs in size from x");
  const float* centres = binder.parameter(2, {shape.outputs, shape.inputs});
  return perSlice([=, &kernels = binder.kernels()](const Slice& slice) {
    kernels.rbfInputGradient(shape, x.in(slice), dy.in(slice), centres, dx.in(slice));
  });
}

std::unique_ptr<Operation> makeRbfWeightGradient(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace dy = binder.input(1);
  const Affine shape = {x.elements(), dy.elements()};
  const float* centres = binder.parameter(2, {shape.outputs, shape.inputs});
  const int64_t place = binder.sliceGradient(0, {shape.outputs, shape.inputs});
  return perSlice([=, &kernels = binder.kernels()](const Slice& slice) {
    kernels.rbfWeightGradient(shape, x.in(slice), dy.in(slice), centres, slice.gradients + place);
  });
}

}  // namespace convolab
