#pragma once
// How a step changes parameters: core/kernels/optimizers/<name>.ts, as PyTorch defines them. Clipping comes before, on the
// gradients themselves.

#include "../simd/vector.h"
#include "shapes.h"

namespace convolab {
namespace CONVOLAB_PATH {

static inline Vector squareRoot(Vector x) {
  Vector root;
  for (int lane = 0; lane < kWidth; lane++) root[lane] = __builtin_sqrtf(x[lane]);
  return root;
}

/// Runs f on whole vectors of the arrays (the weight and what is kept of it) and the gradient, and on each element of
/// the rest as a vector of its own.
template <int arrays, typename F>
static inline void eachElement(int64_t count, float* const (&places)[arrays], const float* gradient, F f) {
  Vector values[arrays];
  int64_t at = 0;
  for (; at + kWidth <= count; at += kWidth) {
    for (int k = 0; k < arrays; k++) values[k] = load(places[k] + at);
    f(values, load(gradient + at));
    for (int k = 0; k < arrays; k++) store(places[k] + at, values[k]);
  }
  for (; at < count; at++) {
    for (int k = 0; k < arrays; k++) values[k] = broadcast(places[k][at]);
    f(values, broadcast(gradient[at]));
    for (int k = 0; k < arrays; k++) places[k][at] = values[k][0];
  }
}

/// v = mu v + (g + lambda w); w = w - eta v, or with Nesterov's w = w - eta ((g + lambda w) + mu v).
static void stepSgd(const SgdStep& step, int64_t count, const float* gradient, float* weight, float* const* states) {
  const Vector momentum = broadcast(step.momentum), decay = broadcast(step.weightDecay), rate = broadcast(-step.rate);
  float* const places[] = {weight, states[0]};
  if (step.nesterov) {
    eachElement(count, places, gradient, [=](Vector* of, Vector g) {
      const Vector slope = fma(decay, of[0], g);
      of[1] = fma(momentum, of[1], slope);
      of[0] = fma(rate, fma(momentum, of[1], slope), of[0]);
    });
  } else {
    eachElement(count, places, gradient, [=](Vector* of, Vector g) {
      of[1] = fma(decay, of[0], fma(momentum, of[1], g));
      of[0] = fma(rate, of[1], of[0]);
    });
  }
}

/// m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, w = kept w - rate m / (root sqrt(v) + epsilon).
static void stepAdam(const AdamStep& step, int64_t count, const float* gradient, float* weight, float* const* states) {
  const Vector beta1 = broadcast(step.beta1), rest1 = broadcast(step.rest1);
  const Vector beta2 = broadcast(step.beta2), rest2 = broadcast(step.rest2);
  const Vector decay = broadcast(step.weightDecay), kept = broadcast(step.kept);
  const Vector rate = broadcast(-step.rate), root = broadcast(step.root), epsilon = broadcast(step.epsilon);
  float* const places[] = {weight, states[0], states[1]};
  eachElement(count, places, gradient, [=](Vector* of, Vector g) {
    const Vector slope = fma(decay, of[0], g);
    of[1] = fma(beta1, of[1], rest1 * slope);
    of[2] = fma(beta2, of[2], rest2 * slope * slope);
    of[0] = fma(rate, of[1] / fma(squareRoot(of[2]), root, epsilon), kept * of[0]);
  });
}

/// s = a s + (1 - a) g^2; u = mu u + g / (sqrt(s) + epsilon); w = w - eta u.
static void stepRmsprop(const RmspropStep& step, int64_t count, const float* gradient, float* weight,
                        float* const* states) {
  const Vector share = broadcast(step.share), rest = broadcast(step.rest), epsilon = broadcast(step.epsilon);
  const Vector momentum = broadcast(step.momentum), decay = broadcast(step.weightDecay), rate = broadcast(-step.rate);
  float* const places[] = {weight, states[0], states[1]};
  eachElement(count, places, gradient, [=](Vector* of, Vector g) {
    const Vector slope = fma(decay, of[0], g);
    of[1] = fma(share, of[1], rest * slope * slope);
    of[2] = fma(momentum, of[2], slope / (squareRoot(of[1]) + epsilon));
    of[0] = fma(rate, of[2], of[0]);
  });
}

/// Sum of squares, by lanes and then by one fixed tree: the same at every width.
static float sumSquares(int64_t count, const float* values) {
  alignas(64) float lanes[kLanes] = {};
  int64_t at = 0;
  for (; at + kLanes <= count; at += kLanes) {
    for (int part = 0; part < kLanes; part += kWidth) {
      const Vector value = load(values + at + part);
      store(lanes + part, fma(value, value, load(lanes + part)));
    }
  }
  for (; at < count; at++) {
    const Vector value = broadcast(values[at]);
    lanes[at % kLanes] = fma(value, value, broadcast(lanes[at % kLanes]))[0];
  }
  return sumLanes(lanes);
}

static void multiplyBy(float factor, int64_t count, float* values) {
  for (int64_t at = 0; at < count; at++) values[at] *= factor;
}

static void limitTo(float bound, int64_t count, float* values) {
  for (int64_t at = 0; at < count; at++) {
    values[at] = values[at] > bound ? bound : values[at] < -bound ? -bound : values[at];
  }
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
