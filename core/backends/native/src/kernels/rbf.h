#pragma once
// Radial basis functions: y_i = -sum_j (x_j - w_ij)^2, so dx_j = -2 sum_i dy_i (x_j - w_ij), dw_ij = 2 dy_i (x_j - w_ij).

#include "../simd/vector.h"
#include "shapes.h"

namespace convolab {
namespace CONVOLAB_PATH {

static void rbfForward(const Affine& shape, const float* x, const float* centres, float* y) {
  for (int unit = 0; unit < shape.outputs; unit++) {
    const float* centre = centres + ptrdiff_t{unit} * shape.inputs;
    for (int part = 0; part < kLanes; part += kWidth) {
      Vector sum = zero();
      for (int input = 0; input < shape.inputs; input++) {
        const Vector distance = load(x + ptrdiff_t{input} * kLanes + part) - centre[input];
        sum = fma(distance, distance, sum);
      }
      store(y + ptrdiff_t{unit} * kLanes + part, -sum);
    }
  }
}

static void rbfInputGradient(const Affine& shape, const float* x, const float* dy, const float* centres, float* dx) {
  for (int input = 0; input < shape.inputs; input++) {
    for (int part = 0; part < kLanes; part += kWidth) {
      const Vector value = load(x + ptrdiff_t{input} * kLanes + part);
      Vector sum = zero();
      for (int unit = 0; unit < shape.outputs; unit++) {
        const Vector distance = value - centres[ptrdiff_t{unit} * shape.inputs + input];
        sum = fma(load(dy + ptrdiff_t{unit} * kLanes + part), distance, sum);
      }
      store(dx + ptrdiff_t{input} * kLanes + part, -2.0f * sum);
    }
  }
}

/// dw [outputs, inputs] of one slice.
static void rbfWeightGradient(const Affine& shape, const float* x, const float* dy, const float* centres, float* dw) {
  alignas(64) float lanes[kLanes];
  for (int unit = 0; unit < shape.outputs; unit++) {
    for (int input = 0; input < shape.inputs; input++) {
      const ptrdiff_t weight = ptrdiff_t{unit} * shape.inputs + input;
      for (int part = 0; part < kLanes; part += kWidth) {
        const Vector distance = load(x + ptrdiff_t{input} * kLanes + part) - centres[weight];
        store(lanes + part, load(dy + ptrdiff_t{unit} * kLanes + part) * distance);
      }
      dw[weight] = 2.0f * sumLanes(lanes);
    }
  }
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
