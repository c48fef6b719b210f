#pragma once
// Softmax over the elements of each image, and the losses:
//
//   softmax        y_i = exp(x_i) / sum_j exp(x_j)       dx_i = y_i (dy_i - sum_j dy_j y_j)
//   cross-entropy  J = -sum_k t_k log softmax(y)_k       dJ/dy_k = softmax(y)_k sum(t) - t_k, with smoothed t
//   mse (4)        J = 1/2 sum_k (t_k - y_k)^2           dJ/dy_k = y_k - t_k
//
// Losses are those of each image; their gradients are already those of the mean over the batch.

#include "../simd/math.h"
#include "shapes.h"

namespace convolab {
namespace CONVOLAB_PATH {

static inline Vector largestOf(int count, const float* x) {
  Vector largest = load(x);
  for (int k = 1; k < count; k++) {
    const Vector value = load(x + ptrdiff_t{k} * kLanes);
    largest = value > largest ? value : largest;
  }
  return largest;
}

/// sum of exp(x - largest)
static inline Vector sumOfExp(int count, const float* x, Vector largest) {
  Vector sum = zero();
  for (int k = 0; k < count; k++) sum += exp(load(x + ptrdiff_t{k} * kLanes) - largest);
  return sum;
}

static void softmax(int count, const float* x, float* y) {
  for (int part = 0; part < kLanes; part += kWidth) {
    const Vector largest = largestOf(count, x + part);
    const Vector sum = sumOfExp(count, x + part, largest);
    for (int k = 0; k < count; k++) {
      const ptrdiff_t at = ptrdiff_t{k} * kLanes + part;
      store(y + at, exp(load(x + at) - largest) / sum);
    }
  }
}

static void softmaxGradient(int count, const float* y, const float* dy, float* dx) {
  for (int part = 0; part < kLanes; part += kWidth) {
    Vector mean = zero();
    for (int k = 0; k < count; k++) {
      const ptrdiff_t at = ptrdiff_t{k} * kLanes + part;
      mean = fma(load(dy + at), load(y + at), mean);
    }
    for (int k = 0; k < count; k++) {
      const ptrdiff_t at = ptrdiff_t{k} * kLanes + part;
      store(dx + at, load(y + at) * (load(dy + at) - mean));
    }
  }
}

/// 0, 1, 2, ... from `first`.
static inline Integers laneNumbers(int first) {
  Integers lanes;
  for (int lane = 0; lane < kWidth; lane++) lanes[lane] = first + lane;
  return lanes;
}

/// Target k of the lanes from `part` on.
static inline Vector targetAt(const Targets& targets, int k, int part) {
  if (targets.values != nullptr) return load(targets.values + ptrdiff_t{k} * kLanes + part);
  Integers labels;
  __builtin_memcpy(&labels, targets.labels + part, sizeof(labels));
  return labels == k ? broadcast(1.0f) : zero();
}

/// losses [16]; dy, as y, may be null.
static void softmaxCrossEntropy(const Loss& loss, const float* y, const Targets& targets, float* losses, float* dy) {
  for (int part = 0; part < kLanes; part += kWidth) {
    const Integers present = laneNumbers(part) < loss.images;
    const Vector largest = largestOf(loss.classes, y + part);
    const Vector sum = sumOfExp(loss.classes, y + part, largest);
    Vector logarithm;
    for (int lane = 0; lane < kWidth; lane++) logarithm[lane] = __builtin_logf(sum[lane]);
    Vector total = zero();
    Vector value = zero();
    const float kept = 1.0f - loss.smoothing;
    const float spread = loss.smoothing / static_cast<float>(loss.classes);
    for (int k = 0; k < loss.classes; k++) {
      const Vector t = kept * targetAt(targets, k, part) + spread;
      const Vector surprise = logarithm - (load(y + ptrdiff_t{k} * kLanes + part) - largest);
      total += t;
      value += t != 0.0f ? t * surprise : zero();
    }
    store(losses + part, present ? value : zero());
    if (dy == nullptr) continue;
    for (int k = 0; k < loss.classes; k++) {
      const ptrdiff_t at = ptrdiff_t{k} * kLanes + part;
      const Vector p = exp(load(y + at) - largest) / sum;
      const Vector t = kept * targetAt(targets, k, part) + spread;
      const Vector gradient = (p * total - t) * loss.scale;
      store(dy + at, present ? gradient : zero());
    }
  }
}

/// losses [16]; dy, as y, may be null.
static void meanSquaredError(const Loss& loss, const float* y, const Targets& targets, float* losses, float* dy) {
  for (int part = 0; part < kLanes; part += kWidth) {
    const Integers present = laneNumbers(part) < loss.images;
    Vector value = zero();
    for (int k = 0; k < loss.classes; k++) {
      const ptrdiff_t at = ptrdiff_t{k} * kLanes + part;
      const Vector difference = load(y + at) - targetAt(targets, k, part);
      value = fma(0.5f * difference, difference, value);
      if (dy != nullptr) store(dy + at, present ? difference * loss.scale : zero());
    }
    store(losses + part, present ? value : zero());
  }
}

/// Index of the largest element of each of the 16 images, the first of equal ones.
static void largestIndex(int count, const float* y, int32_t* indices) {
  for (int part = 0; part < kLanes; part += kWidth) {
    Vector largest = load(y + part);
    Integers index = {};
    for (int k = 1; k < count; k++) {
      const Vector value = load(y + ptrdiff_t{k} * kLanes + part);
      index = value > largest ? Integers{} + k : index;
      largest = value > largest ? value : largest;
    }
    __builtin_memcpy(indices + part, &index, sizeof(index));
  }
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
