#pragma once
// Linear algebra in double precision. No sum depends on the width of a vector, and nothing is fused, so that all paths
// agree to the last bit.

#include "../simd/vector.h"
#include "shapes.h"

namespace convolab {
namespace CONVOLAB_PATH {

typedef double Doubles __attribute__((vector_size(4 * kWidth), may_alias));
inline constexpr int kDoubles = kWidth / 2;

/// Arrays of JavaScript and of std::vector begin at multiples of 8 or 16 bytes.
static inline Doubles loadDoubles(const double* from) {
  Doubles values;
  __builtin_memcpy(&values, from, sizeof(values));
  return values;
}
static inline void storeDoubles(double* to, Doubles values) { __builtin_memcpy(to, &values, sizeof(values)); }

/// Rows and vectors of columns of a tile whose sums stay in registers.
constexpr int kTileRows = kDoubleTileRows;
constexpr int kTileVectors = kAccumulators / kTileRows;

/// C[m][n] += sum over k, in order, of A[k][m] B[k][n]. A [depth][kTileRows], B [depth][columns of a tile],
/// C [kTileRows][columns of a tile].
static void multiplyTile(int depth, const double* a, const double* b, double* c) {
  Doubles sums[kTileRows][kTileVectors];
#pragma GCC unroll 16
  for (int m = 0; m < kTileRows; m++) {
#pragma GCC unroll 16
    for (int n = 0; n < kTileVectors; n++) sums[m][n] = loadDoubles(c + (m * kTileVectors + n) * kDoubles);
  }
  for (int k = 0; k < depth; k++, a += kTileRows, b += kTileVectors * kDoubles) {
    Doubles columns[kTileVectors];
#pragma GCC unroll 16
    for (int n = 0; n < kTileVectors; n++) columns[n] = loadDoubles(b + n * kDoubles);
#pragma GCC unroll 16
    for (int m = 0; m < kTileRows; m++) {
#pragma GCC unroll 16
      for (int n = 0; n < kTileVectors; n++) sums[m][n] += a[m] * columns[n];
    }
  }
#pragma GCC unroll 16
  for (int m = 0; m < kTileRows; m++) {
#pragma GCC unroll 16
    for (int n = 0; n < kTileVectors; n++) storeDoubles(c + (m * kTileVectors + n) * kDoubles, sums[m][n]);
  }
}

/// Sum of 8 by one fixed tree.
static inline double sumEight(const double* values) {
  return ((values[0] + values[4]) + (values[2] + values[6])) + ((values[1] + values[5]) + (values[3] + values[7]));
}

/// Of a symmetric matrix, what is right of the diagonal in a row: row[j] -= vRow w[j] + wRow v[j], then p[j] += row[j] xRow.
/// Returns the sum of row[j] x[j], each eighth element for itself first.
static double updateRow(int count, double vRow, double wRow, double xRow, const double* __restrict v,
                        const double* __restrict w, const double* __restrict x, double* __restrict row,
                        double* __restrict p) {
  double sums[8] = {};
  const auto one = [&](int j, int lane) {
    const double value = row[j] - (vRow * w[j] + wRow * v[j]);
    row[j] = value;
    p[j] += value * xRow;
    sums[lane] += value * x[j];
  };
  int j = 0;
  for (; j + 8 <= count; j += 8) {
    for (int lane = 0; lane < 8; lane++) one(j + lane, lane);
  }
  for (int lane = 0; j + lane < count; lane++) one(j + lane, lane);
  return sumEight(sums);
}

/// X -= tau v (v' X) for the rows of a panel [rows][kPanelColumns].
static void reflectPanel(int rows, double tau, const double* __restrict v, double* __restrict panel) {
  double products[kPanelColumns] = {};
  for (int row = 0; row < rows; row++) {
    for (int k = 0; k < kPanelColumns; k++) products[k] += v[row] * panel[row * kPanelColumns + k];
  }
  for (int row = 0; row < rows; row++) {
    const double factor = tau * v[row];
    for (int k = 0; k < kPanelColumns; k++) panel[row * kPanelColumns + k] -= factor * products[k];
  }
}

/// Turns row `rows[k]` of a panel and the one after it by the angle of cosine and sine `turns[2 k]` and `turns[2 k + 1]`, in order.
static void rotatePanel(int64_t count, const uint32_t* rows, const double* turns, double* panel) {
  for (int64_t k = 0; k < count; k++) {
    const double cosine = turns[2 * k], sine = turns[2 * k + 1];
    double* __restrict upper = panel + int64_t{rows[k]} * kPanelColumns;
    double* __restrict lower = upper + kPanelColumns;
    for (int column = 0; column < kPanelColumns; column++) {
      const double a = upper[column], b = lower[column];
      upper[column] = cosine * a + sine * b;
      lower[column] = cosine * b - sine * a;
    }
  }
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
