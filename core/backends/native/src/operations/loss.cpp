#include "operations.h"
#include "per_slice.h"

namespace convolab {

namespace {

using LossKernel = void (*)(const Loss&, const float* y, const Targets&, float* losses, float* dy);

/// `options` holds what the loss has of its own.
std::unique_ptr<Operation> makeLoss(Binder& binder, LossKernel kernel, const Loss& options = {}) {
  const ValuePlace y = binder.input(0);
  const bool withGradient = binder.hasOutput(1);
  const ValuePlace dy = withGradient ? binder.output(1) : ValuePlace{};
  binder.expect(!withGradient || dy.elements() == y.elements(), "dY differs in size from y");
  return perSlice([=, &kernels = binder.kernels()](const Slice& slice) {
    Loss loss = options;
    loss.classes = y.elements();
    loss.images = slice.images;
    loss.scale = slice.lossScale;
    // Before the gradient, which may take the place of the outputs.
    kernels.largestIndex(y.elements(), y.in(slice), slice.predictions);
    kernel(loss, y.in(slice), slice.targets, slice.losses, withGradient ? dy.in(slice) : nullptr);
  });
}

}  // namespace

std::unique_ptr<Operation> makeSoftmaxCrossEntropy(Binder& binder) {
  Loss options = {};
  options.smoothing = binder.real("smoothing");
  return makeLoss(binder, binder.kernels().softmaxCrossEntropy, options);
}

std::unique_ptr<Operation> makeMeanSquaredError(Binder& binder) {
  return makeLoss(binder, binder.kernels().meanSquaredError);
}

std::unique_ptr<Operation> makeBinaryCrossEntropy(Binder& binder) {
  return makeLoss(binder, binder.kernels().binaryCrossEntropy);
}

std::unique_ptr<Operation> makeHinge(Binder& binder) {
  Loss options = {};
  options.margin = binder.real("margin");
  // In the order of core/kernels/hinge.ts: multi-class, one-vs-rest.
  options.oneVersusRest = binder.number("rule", 0) == 1;
  return makeLoss(binder, binder.kernels().hinge, options);
}

std::unique_ptr<Operation> makeSoftmax(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace y = binder.output(0);
  binder.expect(x.elements() == y.elements(), "x and y differ in size");
  return perSlice([=, &kernels = binder.kernels()](const Slice& slice) {
    kernels.softmax(x.elements(), x.in(slice), y.in(slice));
  });
}

std::unique_ptr<Operation> makeSoftmaxGradient(Binder& binder) {
  const ValuePlace y = binder.input(0);
  const ValuePlace dy = binder.input(1);
  const ValuePlace dx = binder.output(0);
  binder.expect(dy.elements() == y.elements() && dx.elements() == y.elements(), "y, dY and dX differ in size");
  return perSlice([=, &kernels = binder.kernels()](const Slice& slice) {
    kernels.softmaxGradient(y.elements(), y.in(slice), dy.in(slice), dx.in(slice));
  });
}

}  // namespace convolab
