#pragma once
// What surrounds the network in a training step: gathering a batch from the samples of a data set, x = stored * scale[c] +
// shift[c], and adding up the gradients of the slices. The update is in update.h.

#include "../simd/vector.h"
#include "shapes.h"

namespace convolab {
namespace CONVOLAB_PATH {

/// 16 images, each [channels][height][width] bytes or floats, to x [channels][newHeight][newWidth][16]. What lies around
/// an image is 0, normalised like any other.
template <typename Pixel>
static void gather(const Gathering& shape, const Pixel* const* images, const float* scale, const float* shift,
                   float* x) {
  for (int channel = 0; channel < shape.channels; channel++) {
    const Vector s = broadcast(scale[channel]);
    const Vector t = broadcast(shift[channel]);
    for (int row = 0; row < shape.newHeight; row++) {
      const int y = row - shape.top;
      const bool outside = y < 0 || y >= shape.height;
      const ptrdiff_t line = (ptrdiff_t{channel} * shape.height + y) * shape.width;
      for (int column = 0; column < shape.newWidth; column++, x += kLanes) {
        const int place = shape.mirror ? shape.width - 1 - (column - shape.left) : column - shape.left;
        if (outside || place < 0 || place >= shape.width) {
          for (int part = 0; part < kLanes; part += kWidth) store(x + part, t);
          continue;
        }
        alignas(64) float pixels[kLanes];
        for (int lane = 0; lane < kLanes; lane++) pixels[lane] = images[lane][line + place];
        for (int part = 0; part < kLanes; part += kWidth) store(x + part, fma(load(pixels + part), s, t));
      }
    }
  }
}

/// A running average: value += share (factor observed - value).
static void approach(float share, float factor, int64_t count, const float* observed, float* value) {
  for (int64_t at = 0; at < count; at++) value[at] += share * (factor * observed[at] - value[at]);
}

/// sum += more, element by element.
static void accumulate(int64_t count, const float* more, float* sum) {
  int64_t at = 0;
  for (; at + kWidth <= count; at += kWidth) store(sum + at, load(sum + at) + load(more + at));
  for (; at < count; at++) sum[at] += more[at];
}

/// Whether no element is infinite or NaN: only those times 0 are not 0. `values` need not be aligned.
static bool allFinite(int64_t count, const float* values) {
  Vector sum = zero();
  int64_t at = 0;
  for (; at + kWidth <= count; at += kWidth) sum += loadAnywhere(values + at) * 0.0f;
  float rest = 0;
  for (; at < count; at++) rest += values[at] * 0.0f;
  for (int lane = 0; lane < kWidth; lane++) rest += sum[lane];
  return rest == 0.0f;
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
