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

// Forward and input gradient hold 8 rows of accumulators, enough to hide the latency of the multiply-add; each weight
// is broadcast straight from memory. They take a range of rows, so that a large layer can be split by output.

template <int M>
static void denseRows(const Affine& shape, const float* x, const float* weights, const float* bias, float* y) {
  for (int part = 0; part < kLanes; part += kWidth) {
    Vector sums[M];
#pragma GCC unroll 16
    for (int m = 0; m < M; m++) sums[m] = bias == nullptr ? zero() : broadcast(bias[m]);
    for (int input = 0; input < shape.inputs; input++) {
      const Vector value = load(x + ptrdiff_t{input} * kLanes + part);
#pragma GCC unroll 16
      for (int m = 0; m < M; m++) {
        sums[m] = fma(broadcast(weights[ptrdiff_t{m} * shape.inputs + input]), value, sums[m]);
      }
    }
#pragma GCC unroll 16
    for (int m = 0; m < M; m++) store(y + m * kLanes + part, sums[m]);
  }
}

/// Outputs [first, last) of y = f(W x + b); `bias` may be null.
static void denseForward(const Affine& shape, int first, int last, const float* x, const float* weights,
                         const float* bias, Activation activation, float* y) {
  int row = first;
  const auto run = [&](auto rows, int count) {
    for (; row + count <= last; row += count) {
      rows(shape, x, weights + ptrdiff_t{row} * shape.inputs, bias == nullptr ? nullptr : bias + row,
           y + ptrdiff_t{row} * kLanes);
    }
  };
  run(denseRows<8>, 8);
  run(denseRows<4>, 4);
  run(denseRows<1>, 1);
  float* done = y + ptrdiff_t{first} * kLanes;
  activate(activation, last - first, done, done);
}

template <int M>
static void denseColumns(const Affine& shape, const float* dy, const float* weights, float* dx) {
  for (int part = 0; part < kLanes; part += kWidth) {
    Vector sums[M] = {};
    for (int output = 0; output < shape.outputs; output++) {
      const Vector gradient = load(dy + ptrdiff_t{output} * kLanes + part);
#pragma GCC unroll 16
      for (int m = 0; m < M; m++) {
        sums[m] = fma(broadcast(weights[ptrdiff_t{output} * shape.inputs + m]), gradient, sums[m]);
      }
    }
#pragma GCC unroll 16
    for (int m = 0; m < M; m++) store(dx + m * kLanes + part, sums[m]);
  }
}

/// Inputs [first, last) of dx = W^T dy.
static void denseInputGradient(const Affine& shape, int first, int last, const float* dy, const float* weights,
                               float* dx) {
  int column = first;
  const auto run = [&](auto columns, int count) {
    for (; column + count <= last; column += count) {
      columns(shape, dy, weights + column, dx + ptrdiff_t{column} * kLanes);
    }
  };
  run(denseColumns<8>, 8);
  run(denseColumns<4>, 4);
  run(denseColumns<1>, 1);
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

// Weight gradient blocking: with an image per row of x, 16 inputs lie side by side and the sum over images is a plain
// chain of multiply-adds, in the order of the batch, without any addition across lanes. A block is 4 outputs x 64
// inputs (wide paths) whose 16 accumulators meet 4 + 4 loads per image.

template <int M, int V>
static void denseWeightBlock(int slices, int outputs, int pitch, const float* rows, const float* dy,
                             Vector (&sums)[M][V]) {
  for (int slice = 0; slice < slices; slice++) {
    for (int lane = 0; lane < kLanes; lane++) {
      const float* row = rows + (ptrdiff_t{slice} * kLanes + lane) * pitch;
      const float* gradient = dy + ptrdiff_t{slice} * outputs * kLanes + lane;
      Vector columns[V];
#pragma GCC unroll 16
      for (int v = 0; v < V; v++) columns[v] = load(row + v * kWidth);
#pragma GCC unroll 16
      for (int m = 0; m < M; m++) {
        const Vector g = broadcast(gradient[m * kLanes]);
#pragma GCC unroll 16
        for (int v = 0; v < V; v++) sums[m][v] = fma(g, columns[v], sums[m][v]);
      }
    }
  }
}

template <int M, int V>
static void denseWeightTile(const Affine& shape, int slices, int pitch, int output, int input, const float* rows,
                            const float* dy, float* dw) {
  Vector sums[M][V] = {};
  denseWeightBlock<M, V>(slices, shape.outputs, pitch, rows + input, dy + ptrdiff_t{output} * kLanes, sums);
  for (int m = 0; m < M; m++) {
    alignas(64) float tile[V * kWidth];
    for (int v = 0; v < V; v++) store(tile + v * kWidth, sums[m][v]);
    const int left = shape.inputs - input;
    float* target = dw + ptrdiff_t{output + m} * shape.inputs + input;
    for (int k = 0; k < V * kWidth && k < left; k++) target[k] = tile[k];
  }
}

/// Rows [first, last) of dW, summed over `slices` slices: x as [slices * 16][pitch], dy as [slices][outputs][16].
static void denseWeightGradient(const Affine& shape, int slices, int first, int last, int pitch, const float* rows,
                                const float* dy, float* dw) {
  constexpr int V = kAccumulators >= 24 ? 4 : 2;
  for (int output = first; output < last;) {
    const int count = last - output >= 4 ? 4 : 1;
    for (int input = 0; input < shape.inputs;) {
      const bool wide = shape.inputs - input > kWidth * (V - 1);
      if (count == 4 && wide) denseWeightTile<4, V>(shape, slices, pitch, output, input, rows, dy, dw);
      if (count == 4 && !wide) denseWeightTile<4, 1>(shape, slices, pitch, output, input, rows, dy, dw);
      if (count == 1 && wide) denseWeightTile<1, V>(shape, slices, pitch, output, input, rows, dy, dw);
      if (count == 1 && !wide) denseWeightTile<1, 1>(shape, slices, pitch, output, input, rows, dy, dw);
      input += wide ? V * kWidth : kWidth;
    }
    output += count;
  }
}

/// db[o] over the same slices, in the same order.
static void denseBiasGradient(int outputs, int slices, int first, int last, const float* dy, float* db) {
  for (int output = first; output < last; output++) {
    float sum = 0;
    for (int slice = 0; slice < slices; slice++) sum += sumLanes(dy + (ptrdiff_t{slice} * outputs + output) * kLanes);
    db[output] = sum;
  }
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
