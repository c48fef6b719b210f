#pragma once
// What one sample goes through in one epoch (core/data/augment/view.ts), in float64 and operation by operation as there.

#include <array>
#include <vector>

#include "../kernels/shapes.h"

namespace convolab::augment {

/// Most channels that a change of colour works on.
inline constexpr int kMostChannels = 3;

/// Rows: source x, source y; columns: what u, v and 1 count.
using Affine = std::array<double, 6>;

/// x and y of a place or a way, reckoned with together.
typedef double Pair __attribute__((vector_size(16)));

/// Displacements on a grid that a cubic B-spline is laid through, [rows][columns].
struct Field {
  bool present = false;
  int rows = 0, columns = 0;
  double spacing = 1;
  std::vector<Pair> points;
};

/// stored' = matrix stored + offset.
struct Colour {
  bool present = false;
  std::array<double, kMostChannels * kMostChannels> matrix;
  std::array<double, kMostChannels> offset;
};

/// Rows and columns of what the model sees, [first, last).
struct Rectangle {
  int top, left, bottom, right;
};

struct View {
  Affine affine;
  Field field;
  Colour colour;
  std::vector<Rectangle> holes;

  /// Back to the image as it is; room that was made is kept.
  void clear() {
    affine = {1, 0, 0, 0, 1, 0};
    field.present = false;
    colour.present = false;
    holes.clear();
  }

  /// Applies another map before those there are: what the image goes through next.
  void mapBy(const Affine& inverse) {
    const auto [a, b, x, c, d, y] = affine;
    const auto [p, q, r, s, t, u] = inverse;
    affine = {a * p + b * s, a * q + b * t, a * r + b * u + x, c * p + d * s, c * q + d * t, c * r + d * u + y};
  }

  /// Changes the colours that there are by another matrix [channels][channels] and offset.
  void recolour(int channels, const double* matrix, const double* offset);
};

}  // namespace convolab::augment
