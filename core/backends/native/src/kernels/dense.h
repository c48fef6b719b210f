#pragma once
// Dense layer on slices of 16 images:
//
//   y[o]     = f(b[o] + sum_i  w[o][i] x[i])
//   dx[i]    = sum_o  w[o][i] dy[o]
//   dw[o][i] = sum_images  dy[o] x[i]          db[o] = sum_images  dy[o]

#include "activation.h"
#include "shapes.h"

namespace convolab {
namespace CONVOLAB_PATH {

// Forward and input gradient hold as many rows of accumulators as there are registers, two parts of a slice wide where
// vectors are short; each weight is broadcast straight from memory. They take a range of rows, so that threads can
// share a layer, and a large one can be read once for the whole batch.

constexpr int kDenseParts = kWidth < kLanes ? 2 : 1;
constexpr int kDenseRows = kAccumulators / kDenseParts;

/// y[m] = b[m] + sum_k  w[m * rowPitch + k * pitch] x[k] for M rows.
template <int M>
static void denseBlock(int count, ptrdiff_t rowPitch, ptrdiff_t pitch, const float* x, const float* weights,
                       const float* bias, float* y) {
  constexpr int P = kDenseParts;
  for (int part = 0; part < kLanes; part += P * kWidth) {
    Vector sums[M][P];
#pragma GCC unroll 32
    for (int m = 0; m < M; m++) {
#pragma GCC unroll 2
      for (int p = 0; p < P; p++) sums[m][p] = bias == nullptr ? zero() : broadcast(bias[m]);
    }
    const float* weight = weights;
    for (int k = 0; k < count; k++, weight += pitch) {
      Vector values[P];
#pragma GCC unroll 2
      for (int p = 0; p < P; p++) values[p] = load(x + ptrdiff_t{k} * kLanes + part + p * kWidth);
#pragma GCC unroll 32
      for (int m = 0; m < M; m++) {
        const Vector w = broadcast(weight[m * rowPitch]);
#pragma GCC unroll 2
        for (int p = 0; p < P; p++) sums[m][p] = fma(w, values[p], sums[m][p]);
      }
    }
#pragma GCC unroll 32
    for (int m = 0; m < M; m++) {
#pragma GCC unroll 2
      for (int p = 0; p < P; p++) store(y + m * kLanes + part + p * kWidth, sums[m][p]);
    }
  }
}

/// Rows [first, last) of such a product.
static void denseRows(Range rows, int count, ptrdiff_t rowPitch, ptrdiff_t pitch, const float* x, const float* weights,
                      const float* bias, float* y) {
  int row = rows.first;
  const auto run = [&](auto block, int size) {
    for (; row + size <= rows.last; row += size) {
      block(count, rowPitch, pitch, x, weights + row * rowPitch, bias == nullptr ? nullptr : bias + row,
            y + ptrdiff_t{row} * kLanes);
    }
  };
  run(denseBlock<kDenseRows>, kDenseRows);
  run(denseBlock<kDenseRows / 2>, kDenseRows / 2);
  run(denseBlock<4>, 4);
  run(denseBlock<1>, 1);
}

/// Some outputs of y = f(W x + b); `bias` may be null.
static void denseForward(const Affine& shape, Range outputs, const float* x, const float* weights, const float* bias,
                         Activation activation, float* y) {
  denseRows(outputs, shape.inputs, shape.inputs, 1, x, weights, bias, y);
  float* done = y + ptrdiff_t{outputs.first} * kLanes;
  activate(activation, outputs.last - outputs.first, done, done);
}

/// Some inputs of dx = W^T dy.
static void denseInputGradient(const Affine& shape, Range inputs, const float* dy, const float* weights, float* dx) {
  denseRows(inputs, shape.outputs, 1, shape.inputs, dy, weights, nullptr, dx);
}

/// [count][16 images] to [16 images][pitch]: an image per row, for the weight gradient.
static void transposeLanes(const float* values, int count, int pitch, float* rows) {
  for (int element = 0; element < count; element += kLanes) {
    const int block = count - element < kLanes ? count - element : kLanes;
    for (int lane = 0; lane < kLanes; lane++) {
      for (int k = 0; k < block; k++)
        rows[ptrdiff_t{lane} * pitch + element + k] = values[(element + k) * kLanes + lane];
    }
  }
}

// Weight gradient blocking: with an image per row of x, a vector of inputs lies side by side and the sum over images is
// a plain chain of multiply-adds, in the order of the batch, without any addition across lanes. A block is M outputs x
// V vectors of inputs, whose M V accumulators meet M + V loads per image.

/// x as [slices * 16][pitch], dy as [slices][outputs][16], both from the block's first input and output on.
template <int M, int V>
static void denseWeightBlock(const Affine& shape, int slices, int pitch, int width, const float* rows, const float* dy,
                             float* dw) {
  Vector sums[M][V] = {};
  for (int image = 0; image < slices * kLanes; image++, rows += pitch) {
    const float* gradient = dy + ptrdiff_t{image / kLanes} * shape.outputs * kLanes + image % kLanes;
    Vector columns[V];
#pragma GCC unroll 16
    for (int v = 0; v < V; v++) columns[v] = load(rows + v * kWidth);
#pragma GCC unroll 16
    for (int m = 0; m < M; m++) {
      const Vector g = broadcast(gradient[m * kLanes]);
#pragma GCC unroll 16
      for (int v = 0; v < V; v++) sums[m][v] = fma(g, columns[v], sums[m][v]);
    }
  }
  for (int m = 0; m < M; m++) {
    alignas(64) float block[V * kWidth];
#pragma GCC unroll 16
    for (int v = 0; v < V; v++) store(block + v * kWidth, sums[m][v]);
    for (int k = 0; k < width; k++) dw[ptrdiff_t{m} * shape.inputs + k] = block[k];
  }
}

/// `count` vectors of inputs, at most V; `width` of their elements are inputs.
template <int M, int V>
static void denseWeightVectors(int count, const Affine& shape, int slices, int pitch, int width, const float* rows,
                               const float* dy, float* dw) {
  if (count == V) {
    denseWeightBlock<M, V>(shape, slices, pitch, width, rows, dy, dw);
  } else if constexpr (V > 1) {
    denseWeightVectors<M, V - 1>(count, shape, slices, pitch, width, rows, dy, dw);
  }
}

/// M rows of dW, their inputs in blocks of nearly equal size.
template <int M>
static void denseWeightRows(const Affine& shape, int slices, int pitch, const float* rows, const float* dy, float* dw) {
  constexpr int V = kAccumulators >= 24 ? 5 : 3;
  int vectors = (shape.inputs + kWidth - 1) / kWidth;
  int blocks = (vectors + V - 1) / V;
  for (int input = 0; vectors > 0; blocks--) {
    const int count = (vectors + blocks - 1) / blocks;
    const int width = count * kWidth < shape.inputs - input ? count * kWidth : shape.inputs - input;
    denseWeightVectors<M, V>(count, shape, slices, pitch, width, rows + input, dy, dw + input);
    vectors -= count;
    input += count * kWidth;
  }
}

/// Some rows of dW, summed over `slices` slices: x as [slices * 16][pitch], dy as [slices][outputs][16].
static void denseWeightGradient(const Affine& shape, int slices, Range outputs, int pitch, const float* rows,
                                const float* dy, float* dw) {
  int output = outputs.first;
  const auto run = [&](auto block, int size) {
    for (; output + size <= outputs.last; output += size) {
      block(shape, slices, pitch, rows, dy + ptrdiff_t{output} * kLanes, dw + ptrdiff_t{output} * shape.inputs);
    }
  };
  run(denseWeightRows<4>, 4);
  run(denseWeightRows<2>, 2);
  run(denseWeightRows<1>, 1);
}

/// db[o] over the same slices, in the same order.
static void denseBiasGradient(int outputs, int slices, Range rows, const float* dy, float* db) {
  for (int output = rows.first; output < rows.last; output++) {
    float sum = 0;
    for (int slice = 0; slice < slices; slice++) sum += sumLanes(dy + (ptrdiff_t{slice} * outputs + output) * kLanes);
    db[output] = sum;
  }
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
