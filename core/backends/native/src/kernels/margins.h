#pragma once
// Losses of outputs that each stand for a yes or no, or for a score:
//
//   binary cross-entropy   J = sum_k softplus(y_k) - t_k y_k                               dJ/dy_k = sigmoid(y_k) - t_k
//   hinge, multi-class     J = sum_c t_c sum_(j != c) max(0, margin + y_j - y_c)
//   hinge, one-vs-rest     J = sum_k t_k max(0, margin - y_k) + (1 - t_k) max(0, margin + y_k)

#include "../simd/functions.h"
#include "softmax.h"

namespace convolab {
namespace CONVOLAB_PATH {

/// losses [16]; dy, as y, may be null.
static void binaryCrossEntropy(const Loss& loss, const float* y, const Targets& targets, float* losses, float* dy) {
  for (int part = 0; part < kLanes; part += kWidth) {
    const Integers present = laneNumbers(part) < loss.images;
    Vector value = zero();
    for (int k = 0; k < loss.classes; k++) {
      const ptrdiff_t at = ptrdiff_t{k} * kLanes + part;
      const Vector logit = load(y + at);
      const Vector t = targetAt(targets, k, part);
      value += fma(-t, logit, softplus(logit));
      if (dy != nullptr) store(dy + at, present ? (sigmoid(logit) - t) * loss.scale : zero());
    }
    store(losses + part, present ? value : zero());
  }
}

/// Adds weight max(0, excess), and returns the slope: weight where the excess is positive.
static inline Vector addExcess(Vector weight, Vector excess, Vector& value) {
  const Vector slope = excess > 0.0f ? weight : zero();
  value = fma(slope, excess > 0.0f ? excess : zero(), value);
  return slope;
}

static void oneVersusRest(const Loss& loss, const float* y, const Targets& targets, float* losses, float* dy) {
  for (int part = 0; part < kLanes; part += kWidth) {
    const Integers present = laneNumbers(part) < loss.images;
    Vector value = zero();
    for (int k = 0; k < loss.classes; k++) {
      const ptrdiff_t at = ptrdiff_t{k} * kLanes + part;
      const Vector t = targetAt(targets, k, part);
      const Vector down = addExcess(t, loss.margin - load(y + at), value);
      const Vector up = addExcess(1.0f - t, loss.margin + load(y + at), value);
      if (dy != nullptr) store(dy + at, present ? (up - down) * loss.scale : zero());
    }
    store(losses + part, present ? value : zero());
  }
}

/// An image at a time: which classes count as right differs from one to the next.
static void multiClass(const Loss& loss, const float* y, const Targets& targets, float* losses, float* dy) {
  for (int k = 0; dy != nullptr && k < loss.classes * kLanes; k++) dy[k] = 0;
  for (int lane = 0; lane < kLanes; lane++) {
    float value = 0;
    for (int c = 0; lane < loss.images && c < loss.classes; c++) {
      const float label = targets.labels[lane] == c ? 1.0f : 0.0f;
      const float t = targets.values == nullptr ? label : targets.values[c * kLanes + lane];
      if (t == 0.0f) continue;
      for (int j = 0; j < loss.classes; j++) {
        const float excess = loss.margin + y[j * kLanes + lane] - y[c * kLanes + lane];
        if (j == c || !(excess > 0.0f)) continue;
        value += t * excess;
        if (dy == nullptr) continue;
        dy[j * kLanes + lane] += t * loss.scale;
        dy[c * kLanes + lane] -= t * loss.scale;
      }
    }
    losses[lane] = value;
  }
}

/// losses [16]; dy, as y, may be null.
static void hinge(const Loss& loss, const float* y, const Targets& targets, float* losses, float* dy) {
  if (loss.oneVersusRest) {
    oneVersusRest(loss, y, targets, losses, dy);
  } else {
    multiClass(loss, y, targets, losses, dy);
  }
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
