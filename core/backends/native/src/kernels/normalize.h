#pragma once
// Normalisations, and what is done to whole maps with one number for each:
//
//   lrn (28)    y_i = x_i s_i^-beta,  s_i = k + alpha sum over j around i of x_j^2
//               dx_i = dy_i s_i^-beta - 2 alpha beta x_i sum over j around i of dy_j x_j s_j^(-beta - 1)
//   scaling     y = f(factor (x - centre) + bias)
//   batch norm  dx = factor (dy - mean of dy - n mean of dy n),  n = inverse (x - centre)

#include "activation.h"

namespace convolab {
namespace CONVOLAB_PATH {

/// Maps around one: [first, last).
static inline Range mapsAround(const LocalResponse& shape, int map) {
  const int first = map - shape.reach < 0 ? 0 : map - shape.reach;
  const int last = map + shape.reach + 1 < shape.channels ? map + shape.reach + 1 : shape.channels;
  return {first, last};
}

/// s of (28) for a vector of one map; x is that vector on map 0.
static inline Vector bracketAt(const LocalResponse& shape, Range maps, ptrdiff_t plane, const float* x) {
  Vector sum = zero();
  for (int map = maps.first; map < maps.last; map++) {
    const Vector value = load(x + map * plane);
    sum = fma(value, value, sum);
  }
  return fma(broadcast(shape.alpha), sum, broadcast(shape.k));
}

static inline Vector power(Vector base, float exponent) { return exp(exponent * log(base)); }

static void respondLocally(const LocalResponse& shape, Range rows, const float* x, float* y) {
  const ptrdiff_t plane = ptrdiff_t{shape.height} * shape.width * kLanes;
  const ptrdiff_t begin = ptrdiff_t{rows.first} * shape.width * kLanes;
  const ptrdiff_t end = ptrdiff_t{rows.last} * shape.width * kLanes;
  for (int map = 0; map < shape.channels; map++) {
    const Range around = mapsAround(shape, map);
    for (ptrdiff_t at = begin; at < end; at += kWidth) {
      const Vector bracket = bracketAt(shape, around, plane, x + at);
      store(y + map * plane + at, load(x + map * plane + at) * power(bracket, -shape.beta));
    }
  }
}

/// `scratch` holds two rows of every map, [2][channels][width][16]: s^-beta, and dy x s^(-beta - 1).
static void respondLocallyGradient(const LocalResponse& shape, Range rows, const float* x, const float* dy,
                                   float* scratch, float* dx) {
  const ptrdiff_t plane = ptrdiff_t{shape.height} * shape.width * kLanes;
  const ptrdiff_t line = ptrdiff_t{shape.width} * kLanes;
  float* powers = scratch;
  float* shares = scratch + shape.channels * line;
  const Vector factor = broadcast(-2.0f * shape.alpha * shape.beta);
  for (int row = rows.first; row < rows.last; row++) {
    const ptrdiff_t start = row * line;
    for (int map = 0; map < shape.channels; map++) {
      const Range around = mapsAround(shape, map);
      for (ptrdiff_t at = 0; at < line; at += kWidth) {
        const ptrdiff_t here = map * plane + start + at;
        const Vector bracket = bracketAt(shape, around, plane, x + start + at);
        const Vector raised = power(bracket, -shape.beta);
        store(powers + map * line + at, raised);
        store(shares + map * line + at, load(dy + here) * load(x + here) * (raised / bracket));
      }
    }
    for (int map = 0; map < shape.channels; map++) {
      const Range around = mapsAround(shape, map);
      for (ptrdiff_t at = 0; at < line; at += kWidth) {
        Vector sum = zero();
        for (int other = around.first; other < around.last; other++) sum += load(shares + other * line + at);
        const ptrdiff_t here = map * plane + start + at;
        const Vector direct = load(dy + here) * load(powers + map * line + at);
        store(dx + here, fma(factor * load(x + here), sum, direct));
      }
    }
  }
}

/// One map of so many pixels; x may be y.
static void scaleMap(Activation activation, int pixels, const Scaling& scaling, const float* x, float* y) {
  const Vector centre = broadcast(scaling.centre);
  const Vector factor = broadcast(scaling.factor);
  const Vector bias = broadcast(scaling.bias);
  eachVector(pixels, [=](ptrdiff_t at) { store(y + at, fma(factor, load(x + at) - centre, bias)); });
  activate(activation, pixels, y, y);
}

/// Sums over pixels, sixteen at a time first, so that long sums lose little; the total of the lanes that hold an image.
template <typename Term>
static inline float sumPresent(int pixels, int images, Term term) {
  constexpr int kRun = 16;
  alignas(64) float lanes[kLanes] = {};
  for (int part = 0; part < kLanes; part += kWidth) {
    Vector total = zero();
    for (int first = 0; first < pixels; first += kRun) {
      const int last = first + kRun < pixels ? first + kRun : pixels;
      Vector sum = zero();
      for (int pixel = first; pixel < last; pixel++) sum += term(ptrdiff_t{pixel} * kLanes + part);
      total += sum;
    }
    store(lanes + part, total);
  }
  for (int lane = images; lane < kLanes; lane++) lanes[lane] = 0;
  return sumLanes(lanes);
}

/// Mean of one map over the images of a slice, and the sum of squared distances from it.
static void momentsOfMap(int pixels, int images, const float* x, float* mean, float* squares) {
  const float count = static_cast<float>(pixels) * static_cast<float>(images);
  *mean = sumPresent(pixels, images, [=](ptrdiff_t at) { return load(x + at); }) / count;
  const Vector middle = broadcast(*mean);
  *squares = sumPresent(pixels, images, [=](ptrdiff_t at) {
    const Vector distance = load(x + at) - middle;
    return distance * distance;
  });
}

/// Sums of dy and of dy factor (x - centre) over one map of a slice.
static void productsOfMap(int pixels, int images, const Scaling& scaling, const float* x, const float* dy, float* sum,
                          float* product) {
  const Vector centre = broadcast(scaling.centre);
  const Vector factor = broadcast(scaling.factor);
  *sum = sumPresent(pixels, images, [=](ptrdiff_t at) { return load(dy + at); });
  *product = sumPresent(pixels, images,
                        [=](ptrdiff_t at) { return load(dy + at) * (factor * (load(x + at) - centre)); });
}

/// One map; lanes without an image get 0. dx may be dy.
static void normalGradientOfMap(int pixels, int images, const NormalGradient& gradient, const float* x, const float* dy,
                                float* dx) {
  const Vector centre = broadcast(gradient.centre);
  const Vector inverse = broadcast(gradient.inverse);
  const Vector factor = broadcast(gradient.factor);
  const Vector mean = broadcast(gradient.meanOfDy);
  const Vector product = broadcast(-gradient.meanOfProduct);
  for (int part = 0; part < kLanes; part += kWidth) {
    Integers present;
    for (int lane = 0; lane < kWidth; lane++) present[lane] = part + lane < images ? -1 : 0;
    for (ptrdiff_t at = part; at < ptrdiff_t{pixels} * kLanes; at += kLanes) {
      const Vector n = inverse * (load(x + at) - centre);
      const Vector value = factor * fma(n, product, load(dy + at) - mean);
      store(dx + at, present ? value : zero());
    }
  }
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
