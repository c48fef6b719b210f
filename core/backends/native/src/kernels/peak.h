#pragma once
// The multiply-adds of a matrix product at their best, against which the other kernels are measured:
//
//   C[m][n] += sum_k  A[k][m] B[k][n]

#include "../simd/vector.h"

namespace convolab {
namespace CONVOLAB_PATH {

// Blocking: half as many rows as accumulators, two vectors of columns. Both panels are read front to back, in the
// order in which they are used, and fit the first cache.

constexpr int kPeakRows = kAccumulators / 2;

/// A [depth][kPeakRows], B [depth][2 vectors], C [kPeakRows][2 vectors]. Returns the floating-point operations done.
static int64_t multiplyPanels(int depth, const float* a, const float* b, float* c) {
  Vector sums[kPeakRows][2];
#pragma GCC unroll 16
  for (int m = 0; m < kPeakRows; m++) {
#pragma GCC unroll 16
    for (int n = 0; n < 2; n++) sums[m][n] = load(c + (2 * m + n) * kWidth);
  }
  for (int k = 0; k < depth; k++, a += kPeakRows, b += 2 * kWidth) {
    const Vector columns[2] = {load(b), load(b + kWidth)};
#pragma GCC unroll 16
    for (int m = 0; m < kPeakRows; m++) {
      const Vector value = broadcast(a[m]);
#pragma GCC unroll 16
      for (int n = 0; n < 2; n++) sums[m][n] = fma(value, columns[n], sums[m][n]);
    }
  }
#pragma GCC unroll 16
  for (int m = 0; m < kPeakRows; m++) {
#pragma GCC unroll 16
    for (int n = 0; n < 2; n++) store(c + (2 * m + n) * kWidth, sums[m][n]);
  }
  return int64_t{2} * depth * kPeakRows * 2 * kWidth;
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
