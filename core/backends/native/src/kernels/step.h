#pragma once
// What surrounds the network in a training step: gathering a batch from the samples of a data set, adding up the
// gradients of the slices, and the update (7), (8) with momentum as PyTorch defines it:
//
//   x = stored * scale[c] + shift[c]      v = mu v + g + lambda w,  w = w - eta v

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

/// Runs f on whole vectors of three arrays, and on each element of the rest as a vector of its own.
template <typename F>
static inline void eachParameter(int64_t count, float* a, float* b, const float* c, F f) {
  int64_t at = 0;
  for (; at + kWidth <= count; at += kWidth) {
    Vector first = load(a + at), second = load(b + at);
    f(first, second, load(c + at));
    store(a + at, first);
    store(b + at, second);
  }
  for (; at < count; at++) {
    Vector first = broadcast(a[at]), second = broadcast(b[at]);
    f(first, second, broadcast(c[at]));
    a[at] = first[0];
    b[at] = second[0];
  }
}

static void descend(const Descent& descent, int64_t count, const float* gradient, float* weight, float* velocity) {
  const Vector momentum = broadcast(descent.momentum);
  const Vector decay = broadcast(descent.weightDecay);
  const Vector rate = broadcast(-descent.rate);
  eachParameter(count, weight, velocity, gradient, [=](Vector& w, Vector& v, Vector g) {
    v = fma(decay, w, fma(momentum, v, g));
    w = fma(rate, v, w);
  });
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
