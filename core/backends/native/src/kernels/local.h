#pragma once
// Locally connected layers: the sums of a convolution, each region of outputs with weights of its own
// [region][map][channel][kernel row][kernel column].

#include "activation.h"
#include "conv.h"

namespace convolab {
namespace CONVOLAB_PATH {

/// Vectors of a slice.
inline constexpr int kParts = kLanes / kWidth;

/// One output pixel: its region, and the taps that lie on the input.
struct LocalPixel {
  int region;
  TapRange rows, columns;
  /// Of tap (0, 0), which may lie before the input, on the first channel.
  ptrdiff_t place;
};

static inline LocalPixel localPixelAt(const LocalWindows& local, int row, int column) {
  const Correlation& shape = local.shape;
  const int top = row * shape.strideY - shape.padTop;
  const int left = column * shape.strideX - shape.padLeft;
  return {row / local.regionHeight * local.regionColumns + column / local.regionWidth,
          tapsAt(top, shape.kernelHeight, shape.height), tapsAt(left, shape.kernelWidth, shape.width),
          (ptrdiff_t{top} * shape.width + left) * kLanes};
}

/// Calls visit(offset in x or dx, offset in a kernel) for every tap of a pixel that lies on the input.
template <typename Visit>
static inline void eachTap(const Correlation& shape, const LocalPixel& pixel, Range channels, Visit visit) {
  for (int channel = channels.first; channel < channels.last; channel++) {
    for (int i = pixel.rows.first; i < pixel.rows.last; i++) {
      for (int j = pixel.columns.first; j < pixel.columns.last; j++) {
        visit(pixel.place + (ptrdiff_t{channel} * shape.plane() + i * shape.width + j) * kLanes,
              (ptrdiff_t{channel} * shape.kernelHeight + i) * shape.kernelWidth + j);
      }
    }
  }
}

/// M maps of one pixel, whose sums stay in registers.
template <int M>
static inline void localBlock(const Correlation& shape, const LocalPixel& pixel, const float* x, const float* weights,
                              const float* bias, float* y) {
  const ptrdiff_t kernel = ptrdiff_t{shape.channels} * shape.taps();
  Vector sums[M][kParts];
  for (int m = 0; m < M; m++) {
    for (int part = 0; part < kParts; part++) sums[m][part] = bias == nullptr ? zero() : broadcast(bias[m]);
  }
  eachTap(shape, pixel, {0, shape.channels}, [&](ptrdiff_t at, ptrdiff_t tap) {
#pragma GCC unroll 4
    for (int m = 0; m < M; m++) {
      const Vector weight = broadcast(weights[m * kernel + tap]);
#pragma GCC unroll 4
      for (int part = 0; part < kParts; part++) {
        sums[m][part] = fma(weight, load(x + at + part * kWidth), sums[m][part]);
      }
    }
  });
  for (int m = 0; m < M; m++) {
    for (int part = 0; part < kParts; part++) {
      store(y + ptrdiff_t{m} * shape.outPlane() * kLanes + part * kWidth, sums[m][part]);
    }
  }
}

/// Rows of y [maps][outHeight][outWidth][16]; `bias` [region][map] may be null.
static void localForward(const LocalWindows& local, Range rows, const float* x, const float* weights, const float* bias,
                         Activation activation, float* y) {
  const Correlation& shape = local.shape;
  const ptrdiff_t kernel = ptrdiff_t{shape.channels} * shape.taps();
  for (int row = rows.first; row < rows.last; row++) {
    for (int column = 0; column < shape.outWidth; column++) {
      const LocalPixel pixel = localPixelAt(local, row, column);
      for (int map = 0; map < shape.maps;) {
        const ptrdiff_t place = ptrdiff_t{pixel.region} * shape.maps + map;
        const float* from = weights + place * kernel;
        const float* first = bias == nullptr ? nullptr : bias + place;
        float* to = y + (ptrdiff_t{map} * shape.outPlane() + row * shape.outWidth + column) * kLanes;
        const int block = shape.maps - map >= 4 ? 4 : 1;
        if (block == 4) {
          localBlock<4>(shape, pixel, x, from, first, to);
        } else {
          localBlock<1>(shape, pixel, x, from, first, to);
        }
        map += block;
      }
    }
    for (int map = 0; map < shape.maps; map++) {
      float* done = y + (ptrdiff_t{map} * shape.outPlane() + row * shape.outWidth) * kLanes;
      activate(activation, shape.outWidth, done, done);
    }
  }
}

/// Some channels of dx, along the weights of each output's region.
static void localInputGradient(const LocalWindows& local, Range channels, const float* dy, const float* weights,
                               float* dx) {
  const Correlation& shape = local.shape;
  const ptrdiff_t kernel = ptrdiff_t{shape.channels} * shape.taps();
  const ptrdiff_t plane = ptrdiff_t{shape.outPlane()} * kLanes;
  const ptrdiff_t begin = ptrdiff_t{channels.first} * shape.plane() * kLanes;
  const ptrdiff_t end = ptrdiff_t{channels.last} * shape.plane() * kLanes;
  for (ptrdiff_t at = begin; at < end; at += kWidth) store(dx + at, zero());
  for (int row = 0; row < shape.outHeight; row++) {
    for (int column = 0; column < shape.outWidth; column++) {
      const LocalPixel pixel = localPixelAt(local, row, column);
      const float* from = weights + ptrdiff_t{pixel.region} * shape.maps * kernel;
      const float* gradient = dy + (ptrdiff_t{row} * shape.outWidth + column) * kLanes;
      eachTap(shape, pixel, channels, [&](ptrdiff_t at, ptrdiff_t tap) {
        for (int part = 0; part < kLanes; part += kWidth) {
          Vector sum = load(dx + at + part);
          for (int map = 0; map < shape.maps; map++) {
            sum = fma(broadcast(from[map * kernel + tap]), load(gradient + map * plane + part), sum);
          }
          store(dx + at + part, sum);
        }
      });
    }
  }
}

/// Calls visit(row, column) for the outputs of a region.
template <typename Visit>
static inline void eachOutputOf(const LocalWindows& local, int region, Visit visit) {
  const int top = region / local.regionColumns * local.regionHeight;
  const int left = region % local.regionColumns * local.regionWidth;
  const int bottom = top + local.regionHeight < local.shape.outHeight ? top + local.regionHeight : local.shape.outHeight;
  const int right = left + local.regionWidth < local.shape.outWidth ? left + local.regionWidth : local.shape.outWidth;
  for (int row = top; row < bottom; row++) {
    for (int column = left; column < right; column++) visit(row, column);
  }
}

/// dw [region][map][channel][i][j] and db [region][map] (may be null) of some maps, of one slice.
static void localWeightGradient(const LocalWindows& local, Range maps, const float* x, const float* dy, float* dw,
                                float* db) {
  const Correlation& shape = local.shape;
  const ptrdiff_t kernel = ptrdiff_t{shape.channels} * shape.taps();
  alignas(64) float lanes[kLanes];
  const auto total = [&](const Vector* sums) {
    for (int part = 0; part < kParts; part++) store(lanes + part * kWidth, sums[part]);
    return sumLanes(lanes);
  };
  for (int region = 0; region < local.regions(); region++) {
    for (int map = maps.first; map < maps.last; map++) {
      const float* gradient = dy + ptrdiff_t{map} * shape.outPlane() * kLanes;
      const auto at = [&](int row, int column) { return gradient + (ptrdiff_t{row} * shape.outWidth + column) * kLanes; };
      const ptrdiff_t place = ptrdiff_t{region} * shape.maps + map;
      float* to = dw + place * kernel;
      for (int channel = 0; channel < shape.channels; channel++) {
        for (int i = 0; i < shape.kernelHeight; i++) {
          for (int j = 0; j < shape.kernelWidth; j++) {
            Vector sums[kParts] = {};
            eachOutputOf(local, region, [&](int row, int column) {
              const int y = row * shape.strideY - shape.padTop + i;
              const int z = column * shape.strideX - shape.padLeft + j;
              if (y < 0 || y >= shape.height || z < 0 || z >= shape.width) return;
              const float* value = x + (ptrdiff_t{channel} * shape.plane() + y * shape.width + z) * kLanes;
              for (int part = 0; part < kParts; part++) {
                sums[part] = fma(load(at(row, column) + part * kWidth), load(value + part * kWidth), sums[part]);
              }
            });
            *to++ = total(sums);
          }
        }
      }
      if (db == nullptr) continue;
      Vector sums[kParts] = {};
      eachOutputOf(local, region, [&](int row, int column) {
        for (int part = 0; part < kParts; part++) sums[part] += load(at(row, column) + part * kWidth);
      });
      db[place] = total(sums);
    }
  }
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
