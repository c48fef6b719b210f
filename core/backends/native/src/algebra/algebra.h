#pragma once
// Linear algebra in double precision, for what is computed of a data set once: shared out over threads, and the same to the
// last bit whatever their number and the SIMD path. Matrices are row-major.

#include <cstdint>

namespace convolab {

struct Kernels;

/// Who computes: any number of threads, with the kernels of any path.
struct Workers {
  const Kernels& kernels;
  int threads;
};

/// C [rows, columns] += A' B, with A [depth, rows] and B [depth, columns]; the sums go through the depth in order.
struct Product {
  int rows, columns, depth;
  /// Leaves out what lies below the diagonal of a square C.
  bool upper;
};
void addProduct(const Product&, const double* a, const double* b, double* c, const Workers&);

/// Of the symmetric matrix A [size, size], known by its upper triangle, the part from row and column `from`:
/// A -= v w' + w v', then p = A x. All vectors [size]; their elements before `from` are not looked at.
struct RankTwoUpdate {
  int size, from;
  const double *v, *w, *x;
};
void updateAndMultiply(const RankTwoUpdate&, double* a, double* p, const Workers&);

/// A matrix [size, size] in panels of some columns: [panels][size][kPanelColumns], the last one filled up.
int64_t panelElements(int size);

/// X = H X for the reflectors H = I - tau v v' of `from` to `to` in order; v of reflector k is A[k][k + 1 ...].
void reflect(int size, int from, int to, const double* a, const double* taus, double* panels, const Workers&);

/// See `rotatePanel`.
void rotate(int size, int64_t count, const uint32_t* rows, const double* turns, double* panels, const Workers&);

}  // namespace convolab
