#pragma once
// Convolution (24)-(27), computed as cross-correlation over slices of 16 images:
//
//   y[m][r][q]     = b[m] + sum_c,i,j  w[m][c][i][j] x[c][r s + i][q s + j]
//   dx             = the same over dy, padded and dilated with zeros, with w flipped: the full convolution of (27)
//   dw[m][c][i][j] = sum_images,r,q  dy[m][r][q] x[c][r s + i][q s + j]

#include "activation.h"
#include "shapes.h"

namespace convolab {
namespace CONVOLAB_PATH {

// Forward blocking: M maps x C columns of accumulators stay in registers over all channels and taps. A weight is
// broadcast once and meets C columns, a column is loaded once and meets M maps. The weights of a block lie as
// [c][i][j][map], so that they are read front to back.

static inline int mapsOfBlock(int maps) {
  constexpr int sizes[] = {12, 8, 6, 4, 3, 2, 1};
  for (const int size : sizes) {
    if (size <= maps && size <= kAccumulators / 2) return size;
  }
  return 1;
}

constexpr int columnsOfBlock(int maps) { return kAccumulators / maps < 6 ? kAccumulators / maps : 6; }

/// Weights [maps, channels, kh, kw] into blocks of maps, each [c][i][j][map]. `connected` [maps, channels] holds 0
/// where a connection of (44) is absent, which then adds nothing whatever its weights are; null means all are present.
static void packWeights(const Correlation& shape, const float* weights, const uint8_t* connected, float* packed) {
  const int taps = shape.taps();
  for (int map = 0; map < shape.maps;) {
    const int block = mapsOfBlock(shape.maps - map);
    for (int channel = 0; channel < shape.channels; channel++) {
      for (int tap = 0; tap < taps; tap++) {
        for (int m = 0; m < block; m++) {
          const ptrdiff_t pair = ptrdiff_t{map + m} * shape.channels + channel;
          *packed++ = connected == nullptr || connected[pair] ? weights[pair * taps + tap] : 0.0f;
        }
      }
    }
    map += block;
  }
}

/// The same for the input gradient: `shape` is that of the gradient's correlation, whose maps are the layer's input
/// channels; weights are [channels, maps, kh, kw], to be turned by 180 degrees, and `connected` [channels, maps].
static void packFlippedWeights(const Correlation& shape, const float* weights, const uint8_t* connected,
                               float* packed) {
  const int taps = shape.taps();
  for (int map = 0; map < shape.maps;) {
    const int block = mapsOfBlock(shape.maps - map);
    for (int channel = 0; channel < shape.channels; channel++) {
      for (int tap = taps - 1; tap >= 0; tap--) {
        for (int m = 0; m < block; m++) {
          const ptrdiff_t pair = ptrdiff_t{channel} * shape.maps + map + m;
          *packed++ = connected == nullptr || connected[pair] ? weights[pair * taps + tap] : 0.0f;
        }
      }
    }
    map += block;
  }
}

template <int M, int C>
static void correlateBlock(const Correlation& shape, RowRange rows, const float* x, const float* weights,
                           const float* bias, float* y) {
  Vector sums[M][C];
#pragma GCC unroll 16
  for (int m = 0; m < M; m++) {
#pragma GCC unroll 16
    for (int c = 0; c < C; c++) sums[m][c] = bias == nullptr ? zero() : broadcast(bias[m]);
  }
  const ptrdiff_t pitch = ptrdiff_t{shape.width} * kLanes;
  const ptrdiff_t step = ptrdiff_t{shape.strideX} * kLanes;
  for (int channel = 0; channel < shape.channels; channel++) {
    for (int i = rows.first; i < rows.last; i++) {
      const float* column = x + i * pitch;
      const float* tap = weights + i * shape.kernelWidth * M;
      for (int j = 0; j < shape.kernelWidth; j++, column += kLanes, tap += M) {
        Vector columns[C];
#pragma GCC unroll 16
        for (int c = 0; c < C; c++) columns[c] = load(column + c * step);
#pragma GCC unroll 16
        for (int m = 0; m < M; m++) {
          const Vector weight = broadcast(tap[m]);
#pragma GCC unroll 16
          for (int c = 0; c < C; c++) sums[m][c] = fma(weight, columns[c], sums[m][c]);
        }
      }
    }
    x += shape.height * pitch;
    weights += shape.taps() * M;
  }
  const ptrdiff_t plane = ptrdiff_t{shape.outPlane()} * kLanes;
#pragma GCC unroll 16
  for (int m = 0; m < M; m++) {
#pragma GCC unroll 16
    for (int c = 0; c < C; c++) store(y + m * plane + c * kLanes, sums[m][c]);
  }
}

/// `count` columns of M maps, at most C.
template <int M, int C>
static inline void correlateColumns(int count, const Correlation& shape, RowRange rows, const float* x,
                                    const float* weights, const float* bias, float* y) {
  if (count == C) {
    for (int part = 0; part < kLanes; part += kWidth) {
      correlateBlock<M, C>(shape, rows, x + part, weights, bias, y + part);
    }
  } else if constexpr (C > 1) {
    correlateColumns<M, C - 1>(count, shape, rows, x, weights, bias, y);
  }
}

/// One row of M maps, its columns in blocks of nearly equal size.
template <int M>
static void correlateRow(const Correlation& shape, int row, const float* x, const float* weights, const float* bias,
                         float* y) {
  constexpr int C = columnsOfBlock(M);
  const RowRange rows = kernelRowsAt(shape, row);
  x += (ptrdiff_t{row} * shape.strideY - shape.padTop) * shape.width * kLanes;
  y += ptrdiff_t{row} * shape.outWidth * kLanes;
  int blocks = (shape.outWidth + C - 1) / C;
  for (int column = 0; column < shape.outWidth; blocks--) {
    const int count = (shape.outWidth - column + blocks - 1) / blocks;
    correlateColumns<M, C>(count, shape, rows, x + ptrdiff_t{column} * shape.strideX * kLanes, weights, bias,
                           y + ptrdiff_t{column} * kLanes);
    column += count;
  }
}

static void correlateRowOf(int maps, const Correlation& shape, int row, const float* x, const float* weights,
                           const float* bias, float* y) {
  switch (maps) {
    case 12: return correlateRow<12>(shape, row, x, weights, bias, y);
    case 8: return correlateRow<8>(shape, row, x, weights, bias, y);
    case 6: return correlateRow<6>(shape, row, x, weights, bias, y);
    case 4: return correlateRow<4>(shape, row, x, weights, bias, y);
    case 3: return correlateRow<3>(shape, row, x, weights, bias, y);
    case 2: return correlateRow<2>(shape, row, x, weights, bias, y);
    default: return correlateRow<1>(shape, row, x, weights, bias, y);
  }
}

/// x [channels][height][width][16], packed weights, y [maps][outHeight][outWidth][16]; `bias` may be null. The
/// activation is applied to each row while it is still in cache.
static void correlate(const Correlation& shape, const float* x, const float* packed, const float* bias,
                      Activation activation, float* y) {
  const int each = shape.channels * shape.taps();
  for (int row = 0; row < shape.outHeight; row++) {
    for (int map = 0; map < shape.maps;) {
      const int block = mapsOfBlock(shape.maps - map);
      correlateRowOf(block, shape, row, x, packed + ptrdiff_t{map} * each, bias == nullptr ? nullptr : bias + map,
                     y + ptrdiff_t{map} * shape.outPlane() * kLanes);
      for (int m = map; m < map + block; m++) {
        float* done = y + (ptrdiff_t{m} * shape.outPlane() + ptrdiff_t{row} * shape.outWidth) * kLanes;
        activate(activation, shape.outWidth, done, done);
      }
      map += block;
    }
  }
}

// Weight gradient blocking: M maps x J taps of one kernel row stay in registers over all pixels of the slice: M + J
// loads for M J products. Lanes are added once at the end, by the fixed tree.

template <int M, int J>
static void weightBlock(const Correlation& shape, int i, const float* x, const float* dy, float* dw) {
  alignas(64) float lanes[M][J][kLanes];
  const ptrdiff_t plane = ptrdiff_t{shape.outPlane()} * kLanes;
  const ptrdiff_t step = ptrdiff_t{shape.strideX} * kLanes;
  for (int part = 0; part < kLanes; part += kWidth) {
    Vector sums[M][J] = {};
    for (int row = 0; row < shape.outHeight; row++) {
      const int source = row * shape.strideY + i - shape.padTop;
      if (source < 0 || source >= shape.height) continue;
      const float* column = x + ptrdiff_t{source} * shape.width * kLanes + part;
      const float* gradient = dy + ptrdiff_t{row} * shape.outWidth * kLanes + part;
      for (int q = 0; q < shape.outWidth; q++, column += step, gradient += kLanes) {
        Vector columns[J];
#pragma GCC unroll 16
        for (int j = 0; j < J; j++) columns[j] = load(column + j * kLanes);
#pragma GCC unroll 16
        for (int m = 0; m < M; m++) {
          const Vector g = load(gradient + m * plane);
#pragma GCC unroll 16
          for (int j = 0; j < J; j++) sums[m][j] = fma(g, columns[j], sums[m][j]);
        }
      }
    }
#pragma GCC unroll 16
    for (int m = 0; m < M; m++) {
#pragma GCC unroll 16
      for (int j = 0; j < J; j++) store(&lanes[m][j][part], sums[m][j]);
    }
  }
  for (int m = 0; m < M; m++) {
    for (int j = 0; j < J; j++) dw[m * shape.channels * shape.taps() + j] = sumLanes(lanes[m][j]);
  }
}

/// One kernel row of M maps against one channel, J taps at a time.
template <int M>
static void weightRow(const Correlation& shape, int i, const float* x, const float* dy, float* dw) {
  constexpr int most = kAccumulators / M < 5 ? kAccumulators / M : 5;
  for (int j = 0; j < shape.kernelWidth;) {
    const int left = shape.kernelWidth - j;
    const float* column = x + ptrdiff_t{j} * kLanes;
    const int count = left < most ? left : most;
    if constexpr (most >= 5) {
      if (count == 5) weightBlock<M, 5>(shape, i, column, dy, dw + j);
    }
    if constexpr (most >= 4) {
      if (count == 4) weightBlock<M, 4>(shape, i, column, dy, dw + j);
    }
    if (count == 3) weightBlock<M, 3>(shape, i, column, dy, dw + j);
    if (count == 2) weightBlock<M, 2>(shape, i, column, dy, dw + j);
    if (count == 1) weightBlock<M, 1>(shape, i, column, dy, dw + j);
    j += count;
  }
}

/// dw [maps, channels, kh, kw] of one slice, from x as `correlate` reads it and dy [maps][outHeight][outWidth][16].
static void correlateGradients(const Correlation& shape, const float* x, const float* dy, const uint8_t* connected,
                               float* dw) {
  for (int map = 0; map < shape.maps;) {
    const int left = shape.maps - map;
    const int block = left >= 4 ? 4 : left >= 2 ? 2 : 1;
    const float* gradient = dy + ptrdiff_t{map} * shape.outPlane() * kLanes;
    for (int channel = 0; channel < shape.channels; channel++) {
      const float* plane = x + ptrdiff_t{channel} * shape.plane() * kLanes;
      for (int i = 0; i < shape.kernelHeight; i++) {
        float* row = dw + (ptrdiff_t{map} * shape.channels + channel) * shape.taps() + i * shape.kernelWidth;
        if (block == 4) weightRow<4>(shape, i, plane, gradient, row);
        if (block == 2) weightRow<2>(shape, i, plane, gradient, row);
        if (block == 1) weightRow<1>(shape, i, plane, gradient, row);
      }
    }
    map += block;
  }
  if (connected == nullptr) return;
  for (int pair = 0; pair < shape.maps * shape.channels; pair++) {
    if (connected[pair]) continue;
    for (int tap = 0; tap < shape.taps(); tap++) dw[ptrdiff_t{pair} * shape.taps() + tap] = 0;
  }
}

/// db[m] = sum_images,r,q  dy[m][r][q]; also the gradient of a pooling layer's bias (21).
static void sumPixels(const float* dy, int maps, int pixels, float* db) {
  for (int map = 0; map < maps; map++) {
    alignas(64) float lanes[kLanes];
    for (int part = 0; part < kLanes; part += kWidth) {
      Vector sum = zero();
      for (int pixel = 0; pixel < pixels; pixel++) {
        sum += load(dy + (ptrdiff_t{map} * pixels + pixel) * kLanes + part);
      }
      store(lanes + part, sum);
    }
    db[map] = sumLanes(lanes);
  }
}

/// Copies maps into wider rows of zeros (padding, and dilation for strides).
static void spread(const Spread& shape, const float* from, float* to) {
  const ptrdiff_t size = ptrdiff_t{shape.channels} * shape.newHeight * shape.newWidth * kLanes;
  for (ptrdiff_t k = 0; k < size; k += kWidth) store(to + k, zero());
  for (int channel = 0; channel < shape.channels; channel++) {
    for (int row = 0; row < shape.height && row * shape.dilationY < shape.newHeight; row++) {
      const float* source = from + (ptrdiff_t{channel} * shape.height + row) * shape.width * kLanes;
      float* target = to + (ptrdiff_t{channel} * shape.newHeight + row * shape.dilationY) * shape.newWidth * kLanes;
      for (int column = 0; column < shape.width; column++) {
        const int place = shape.left + column * shape.dilationX;
        if (place < 0 || place >= shape.newWidth) continue;
        for (int part = 0; part < kLanes; part += kWidth) {
          store(target + ptrdiff_t{place} * kLanes + part, load(source + ptrdiff_t{column} * kLanes + part));
        }
      }
    }
  }
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
