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

/// Kernel taps [first, last) of a row or column of the kernel.
struct TapRange {
  int first, last;
};

/// Taps that meet an input of so many rows (or columns) when the kernel's first lies on `start`, which may be negative.
static inline TapRange tapsAt(int start, int kernel, int extent) {
  const int first = start < 0 ? (-start < kernel ? -start : kernel) : 0;
  const int last = start + kernel > extent ? extent - start : kernel;
  return {first, last > first ? last : first};
}

/// Output columns all of whose taps lie on the input.
static inline Range innerColumnsOf(const Correlation& shape) {
  const int room = shape.width + shape.padLeft - shape.kernelWidth;
  const int fitting = room < 0 ? 0 : room / shape.strideX + 1;
  const int last = fitting < shape.outWidth ? fitting : shape.outWidth;
  const int first = shape.padLeft <= 0 ? 0 : (shape.padLeft + shape.strideX - 1) / shape.strideX;
  return {first < last ? first : last, last};
}

/// M maps x C columns at x, the place of tap (0, 0), which may lie before the input; only the given taps are read. A
/// single column is taken two parts at a time where vectors are short, so that as many sums are under way.
template <int M, int C>
static void correlateBlock(const Correlation& shape, TapRange rows, TapRange taps, const float* x, const float* weights,
                           const float* bias, float* y) {
  constexpr int P = C == 1 && kWidth < kLanes && 2 * M <= kAccumulators ? 2 : 1;
  const ptrdiff_t pitch = ptrdiff_t{shape.width} * kLanes;
  const ptrdiff_t step = ptrdiff_t{shape.strideX} * kLanes;
  const ptrdiff_t plane = ptrdiff_t{shape.outPlane()} * kLanes;
  for (int part = 0; part < kLanes; part += P * kWidth) {
    Vector sums[M][C * P];
#pragma GCC unroll 16
    for (int m = 0; m < M; m++) {
#pragma GCC unroll 16
      for (int v = 0; v < C * P; v++) sums[m][v] = bias == nullptr ? zero() : broadcast(bias[m]);
    }
    const float* map = x + part;
    const float* tapsOfMap = weights;
    for (int channel = 0; channel < shape.channels; channel++) {
      for (int i = rows.first; i < rows.last; i++) {
        const float* column = map + i * pitch + taps.first * kLanes;
        const float* tap = tapsOfMap + (i * shape.kernelWidth + taps.first) * M;
        for (int j = taps.first; j < taps.last; j++, column += kLanes, tap += M) {
          Vector columns[C * P];
#pragma GCC unroll 16
          for (int v = 0; v < C * P; v++) columns[v] = load(column + v / P * step + v % P * kWidth);
#pragma GCC unroll 16
          for (int m = 0; m < M; m++) {
            const Vector weight = broadcast(tap[m]);
#pragma GCC unroll 16
            for (int v = 0; v < C * P; v++) sums[m][v] = fma(weight, columns[v], sums[m][v]);
          }
        }
      }
      map += shape.height * pitch;
      tapsOfMap += shape.taps() * M;
    }
#pragma GCC unroll 16
    for (int m = 0; m < M; m++) {
#pragma GCC unroll 16
      for (int v = 0; v < C * P; v++) store(y + m * plane + v / P * kLanes + part + v % P * kWidth, sums[m][v]);
    }
  }
}

/// `count` columns of M maps, at most C.
template <int M, int C>
static inline void correlateColumns(int count, const Correlation& shape, TapRange rows, TapRange taps, const float* x,
                                    const float* weights, const float* bias, float* y) {
  if (count == C) {
    correlateBlock<M, C>(shape, rows, taps, x, weights, bias, y);
  } else if constexpr (C > 1) {
    correlateColumns<M, C - 1>(count, shape, rows, taps, x, weights, bias, y);
  }
}

/// One row of M maps. Columns near the border, some of whose taps fall into the padding, go one by one and skip those;
/// the others go in blocks of nearly equal size.
template <int M>
static void correlateRow(const Correlation& shape, int row, const float* x, const float* weights, const float* bias,
                         float* y) {
  constexpr int C = columnsOfBlock(M);
  const int top = row * shape.strideY - shape.padTop;
  const TapRange rows = tapsAt(top, shape.kernelHeight, shape.height);
  const Range inner = innerColumnsOf(shape);
  x += (ptrdiff_t{top} * shape.width - shape.padLeft) * kLanes;
  y += ptrdiff_t{row} * shape.outWidth * kLanes;
  const auto columns = [&](int column, int count, TapRange taps) {
    correlateColumns<M, C>(count, shape, rows, taps, x + ptrdiff_t{column} * shape.strideX * kLanes, weights, bias,
                           y + ptrdiff_t{column} * kLanes);
  };
  const auto border = [&](int first, int last) {
    for (int column = first; column < last; column++) {
      columns(column, 1, tapsAt(column * shape.strideX - shape.padLeft, shape.kernelWidth, shape.width));
    }
  };
  border(0, inner.first);
  int blocks = (inner.last - inner.first + C - 1) / C;
  for (int column = inner.first; column < inner.last; blocks--) {
    const int count = (inner.last - column + blocks - 1) / blocks;
    columns(column, count, {0, shape.kernelWidth});
    column += count;
  }
  border(inner.last, shape.outWidth);
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

/// Rows of y [maps][outHeight][outWidth][16], from x [channels][height][width][16] and packed weights; `bias` may be
/// null. The activation is applied to each row while it is still in cache.
static void correlate(const Correlation& shape, Range rows, const float* x, const float* packed, const float* bias,
                      Activation activation, float* y) {
  const int each = shape.channels * shape.taps();
  for (int row = rows.first; row < rows.last; row++) {
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

// Weight gradient blocking: M maps x J taps of one kernel row stay in registers over the rows of a tile, M + J loads
// for M J products; between tiles they wait in memory. A tile has as many rows as let M maps of dY stay in cache for
// all channels and kernel rows: the first cache where J is small. Lanes are added once, at the end, by the fixed tree.

/// What rows of dY, and x beside them, may take of the first and of the second cache.
constexpr int kFirstCacheBytes = 32 << 10;
constexpr int kSecondCacheBytes = 256 << 10;

/// Maps of dY taken together: more where a kernel row is short, if a row of them fits the first cache.
static inline int gradientMapsOfBlock(const Correlation& shape, int maps) {
  const int bytesOfRow = 8 * shape.outWidth * kLanes * static_cast<int>(sizeof(float));
  if (kAccumulators >= 24 && shape.kernelWidth <= 3 && maps >= 8 && bytesOfRow <= kFirstCacheBytes) return 8;
  return maps >= 4 ? 4 : maps >= 2 ? 2 : 1;
}

static inline int rowsOfTile(const Correlation& shape) {
  const int bytes = shape.kernelWidth > 3 ? kSecondCacheBytes : kFirstCacheBytes;
  const int maps = gradientMapsOfBlock(shape, shape.maps);
  const int bytesOfRow = maps * shape.outWidth * kLanes * static_cast<int>(sizeof(float));
  return bytesOfRow < bytes ? bytes / bytesOfRow : 1;
}

/// Sums that start from zero in the first tile.
static inline Vector sumSoFar(Range tile, const float* lanes) { return tile.first == 0 ? zero() : load(lanes); }

/// lanes [M][channels][kh][kw][16], from one tap on.
template <int M, int J>
static void weightBlock(const Correlation& shape, Range tile, int i, const float* x, const float* dy, float* lanes) {
  const ptrdiff_t plane = ptrdiff_t{shape.outPlane()} * kLanes;
  const ptrdiff_t step = ptrdiff_t{shape.strideX} * kLanes;
  const ptrdiff_t each = ptrdiff_t{shape.channels} * shape.taps() * kLanes;
  for (int part = 0; part < kLanes; part += kWidth) {
    Vector sums[M][J];
#pragma GCC unroll 16
    for (int m = 0; m < M; m++) {
#pragma GCC unroll 16
      for (int j = 0; j < J; j++) sums[m][j] = sumSoFar(tile, lanes + m * each + j * kLanes + part);
    }
    for (int row = tile.first; row < tile.last; row++) {
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
      for (int j = 0; j < J; j++) store(lanes + m * each + j * kLanes + part, sums[m][j]);
    }
  }
}

/// One kernel row of M maps against one channel, J taps at a time.
template <int M>
static void weightRow(const Correlation& shape, Range tile, int i, const float* x, const float* dy, float* lanes) {
  constexpr int most = kAccumulators / M < 5 ? kAccumulators / M : 5;
  for (int j = 0; j < shape.kernelWidth;) {
    const int left = shape.kernelWidth - j;
    const int count = left < most ? left : most;
    const float* column = x + ptrdiff_t{j} * kLanes;
    float* sums = lanes + ptrdiff_t{j} * kLanes;
    if constexpr (most >= 5) {
      if (count == 5) weightBlock<M, 5>(shape, tile, i, column, dy, sums);
    }
    if constexpr (most >= 4) {
      if (count == 4) weightBlock<M, 4>(shape, tile, i, column, dy, sums);
    }
    if (count == 3) weightBlock<M, 3>(shape, tile, i, column, dy, sums);
    if (count == 2) weightBlock<M, 2>(shape, tile, i, column, dy, sums);
    if (count == 1) weightBlock<M, 1>(shape, tile, i, column, dy, sums);
    j += count;
  }
}

/// A tile of M maps: lanes [M][channels][kh][kw][16].
template <int M>
static void weightTile(const Correlation& shape, Range tile, const float* x, const float* dy, float* lanes) {
  for (int channel = 0; channel < shape.channels; channel++) {
    for (int i = 0; i < shape.kernelHeight; i++) {
      weightRow<M>(shape, tile, i, x, dy, lanes);
      lanes += ptrdiff_t{shape.kernelWidth} * kLanes;
    }
    x += ptrdiff_t{shape.plane()} * kLanes;
  }
}

/// Sums of maps of dY over a tile: lanes [maps][16].
static void biasTile(const Correlation& shape, Range tile, int maps, const float* dy, float* lanes) {
  const ptrdiff_t begin = ptrdiff_t{tile.first} * shape.outWidth * kLanes;
  const ptrdiff_t end = ptrdiff_t{tile.last} * shape.outWidth * kLanes;
  for (int m = 0; m < maps; m++, dy += ptrdiff_t{shape.outPlane()} * kLanes, lanes += kLanes) {
    for (int part = 0; part < kLanes; part += kWidth) {
      Vector sum = sumSoFar(tile, lanes + part);
      for (ptrdiff_t at = begin; at < end; at += kLanes) sum += load(dy + at + part);
      store(lanes + part, sum);
    }
  }
}

/// Adds some rows to the sums of some maps' gradients, lanes apart, from x, whose padding columns are in memory, and dy
/// [maps][outHeight][outWidth][16]. `lanes` has 16 floats for each of those maps' weights and biases; the first row
/// starts them.
static void addGradients(const Correlation& shape, Range maps, Range rows, const float* x, const float* dy,
                         float* lanes, bool withBias) {
  const int count = maps.last - maps.first;
  const int each = shape.channels * shape.taps();
  float* biasLanes = lanes + ptrdiff_t{count} * each * kLanes;
  const int step = rowsOfTile(shape);
  dy += ptrdiff_t{maps.first} * shape.outPlane() * kLanes;
  for (int first = rows.first; first < rows.last; first += step) {
    const Range tile = {first, first + step < rows.last ? first + step : rows.last};
    for (int map = 0; map < count;) {
      const int block = gradientMapsOfBlock(shape, count - map);
      const float* gradient = dy + ptrdiff_t{map} * shape.outPlane() * kLanes;
      float* sums = lanes + ptrdiff_t{map} * each * kLanes;
      if constexpr (kAccumulators >= 24) {
        if (block == 8) weightTile<8>(shape, tile, x, gradient, sums);
      }
      if (block == 4) weightTile<4>(shape, tile, x, gradient, sums);
      if (block == 2) weightTile<2>(shape, tile, x, gradient, sums);
      if (block == 1) weightTile<1>(shape, tile, x, gradient, sums);
      if (withBias) biasTile(shape, tile, block, gradient, biasLanes + ptrdiff_t{map} * kLanes);
      map += block;
    }
  }
}

/// What the sums come to: those maps of dw [maps, channels, kh, kw] and db [maps] (or null).
static void finishGradients(const Correlation& shape, Range maps, const float* lanes, const uint8_t* connected,
                            float* dw, float* db) {
  for (int pair = maps.first * shape.channels; pair < maps.last * shape.channels; pair++) {
    const bool present = connected == nullptr || connected[pair];
    for (int tap = 0; tap < shape.taps(); tap++, lanes += kLanes) {
      dw[ptrdiff_t{pair} * shape.taps() + tap] = present ? sumLanes(lanes) : 0.0f;
    }
  }
  for (int map = maps.first; db != nullptr && map < maps.last; map++, lanes += kLanes) db[map] = sumLanes(lanes);
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
