// Activations, biases of maps, and the joining and adding of values.

#include <cstring>

#include "operations.h"
#include "per_slice.h"

namespace convolab {

namespace {

void copyElements(const float* from, int elements, float* to) {
  std::memmove(to, from, static_cast<size_t>(elements) * kLanes * sizeof(float));
}

/// A value as rows of maps; a vector is one map, an element to a row.
struct Rows {
  int maps, rows, width;
};

Rows rowsOf(const ValuePlace& value) {
  if (value.shape.size() == 3) return {value.shape[0], value.shape[1], value.shape[2]};
  return {1, value.elements(), 1};
}

}  // namespace

std::unique_ptr<Operation> makeActivation(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace y = binder.output(0);
  binder.expect(x.elements() == y.elements(), "x and y differ in size");
  return perSlice([=, activation = binder.activation(), &kernels = binder.kernels()](const Slice& slice) {
    kernels.activate(activation, x.elements(), x.in(slice), y.in(slice));
  });
}

std::unique_ptr<Operation> makeActivationGradient(Binder& binder) {
  const ValuePlace y = binder.input(0);
  const ValuePlace dy = binder.input(1);
  const ValuePlace dx = binder.output(0);
  binder.expect(dy.elements() == y.elements() && dx.elements() == y.elements(), "y, dY and dX differ in size");
  const Rows all = rowsOf(y);
  return perRows(
      all.rows, 1, [=, activation = binder.activation(), &kernels = binder.kernels()](const Slice& slice, Range range) {
        for (int m = 0; m < all.maps; m++) {
          const int64_t at = (int64_t{m} * all.rows + range.first) * all.width * kLanes;
          const int elements = (range.last - range.first) * all.width;
          kernels.activationGradient(activation, elements, y.in(slice) + at, dy.in(slice) + at, dx.in(slice) + at);
        }
      });
}

std::unique_ptr<Operation> makeChannelBias(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace y = binder.output(0);
  binder.expectShape(y, x.shape, "y");
  const int channels = x.shape.empty() ? 1 : x.shape[0];
  const float* bias = binder.parameter(1, {channels});
  return perSlice([=, activation = binder.activation(), &kernels = binder.kernels()](const Slice& slice) {
    kernels.addChannelBias(activation, channels, x.elements() / channels, x.in(slice), bias, y.in(slice));
  });
}

std::unique_ptr<Operation> makeChannelBiasGradient(Binder& binder) {
  const ValuePlace dy = binder.input(0);
  const int channels = dy.shape.empty() ? 1 : dy.shape[0];
  const int64_t place = binder.sliceGradient(0, {channels});
  return perSlice([=, &kernels = binder.kernels()](const Slice& slice) {
    kernels.sumPixels(dy.in(slice), channels, dy.elements() / channels, slice.gradients + place);
  });
}

std::unique_ptr<Operation> makeAdd(Binder& binder) {
  const ValuePlace y = binder.output(0);
  std::vector<ValuePlace> inputs;
  for (size_t k = 0; k < binder.call().inputs.size(); k++) {
    inputs.push_back(binder.input(k));
    binder.expect(inputs.back().elements() == y.elements(), "inputs differ in size");
  }
  binder.expect(!inputs.empty(), "nothing to add");
  return perSlice([=, &kernels = binder.kernels()](const Slice& slice) {
    if (inputs.size() == 1) copyElements(inputs[0].in(slice), y.elements(), y.in(slice));
    const float* sum = inputs[0].in(slice);
    for (size_t k = 1; k < inputs.size(); k++) {
      kernels.addValues(y.elements(), sum, inputs[k].in(slice), y.in(slice));
      sum = y.in(slice);
    }
  });
}

std::unique_ptr<Operation> makeConcat(Binder& binder) {
  const ValuePlace y = binder.output(0);
  std::vector<ValuePlace> inputs;
  int elements = 0;
  for (size_t k = 0; k < binder.call().inputs.size(); k++) {
    inputs.push_back(binder.input(k));
    elements += inputs.back().elements();
  }
  binder.expect(elements == y.elements(), "the inputs do not add up to y");
  return perSlice([=](const Slice& slice) {
    float* to = y.in(slice);
    for (const ValuePlace& x : inputs) {
      copyElements(x.in(slice), x.elements(), to);
      to += int64_t{x.elements()} * kLanes;
    }
  });
}

std::unique_ptr<Operation> makeConcatGradient(Binder& binder) {
  struct Part {
    int start;
    ValuePlace dx;
  };
  const ValuePlace dy = binder.input(0);
  const std::vector<int>& sizes = binder.call().parts;
  std::vector<Part> parts;
  int start = 0;
  for (size_t k = 0; k < sizes.size(); k++) {
    binder.expect(sizes[k] > 0 && sizes[k] <= dy.elements() - start, "the parts do not add up to dY");
    if (binder.hasOutput(k)) {
      parts.push_back({start, binder.output(k)});
      binder.expect(parts.back().dx.elements() == sizes[k], "a part differs in size from its gradient");
    }
    start += sizes[k];
  }
  binder.expect(start == dy.elements(), "the parts do not add up to dY");
  return perSlice([=](const Slice& slice) {
    for (const Part& part : parts) {
      copyElements(dy.in(slice) + int64_t{part.start} * kLanes, part.dx.elements(), part.dx.in(slice));
    }
  });
}

std::unique_ptr<Operation> makeExponential(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace y = binder.output(0);
  binder.expect(x.elements() == y.elements(), "x and y differ in size");
  return perSlice([=, &kernels = binder.kernels()](const Slice& slice) {
    kernels.exponential(x.elements(), x.in(slice), y.in(slice));
  });
}

std::unique_ptr<Operation> makeOverrun(Binder& binder) {
  const ValuePlace y = binder.output(0);
  return perSlice([=](const Slice& slice) { y.in(slice)[int64_t{y.elements()} * kLanes] = 0; });
}

}  // namespace convolab
