#include "steps.h"

#include <algorithm>
#include <cmath>

#include "../program/failure.h"

namespace convolab::augment {

namespace {

void shift(const double* n, Random& random, View& view, const Gathering&) {
  const double right = random.around(n[0]);
  const double down = random.around(n[1]);
  view.mapBy({1, 0, -right, 0, 1, -down});
}

void rotate(const double* n, Random& random, View& view, const Gathering&) {
  const double angle = random.around(n[0] * Random::kPi / 180);
  const double cosine = std::cos(angle);
  const double sine = std::sin(angle);
  view.mapBy({cosine, sine, 0, -sine, cosine, 0});
}

void scale(const double* n, Random& random, View& view, const Gathering&) {
  const double from = n[0], to = n[1];
  const double wide = from + (to - from) * random.uniform();
  const double high = n[2] != 0 ? from + (to - from) * random.uniform() : wide;
  view.mapBy({1 / wide, 0, 0, 0, 1 / high, 0});
}

void shear(const double* n, Random& random, View& view, const Gathering&) {
  view.mapBy({1, -random.around(n[0]), 0, 0, 1, 0});
}

void flip(const double* n, Random& random, View& view, const Gathering&) {
  const double across = random.uniform() < n[0] ? -1 : 1;
  const double down = random.uniform() < n[1] ? -1 : 1;
  view.mapBy({across, 0, 0, 0, down, 0});
}

void crop(const double* n, Random& random, View& view, const Gathering& shape) {
  const double padding = n[0];
  const auto place = [&](int image, int window) {
    const double room = std::max(0.0, image + 2 * padding - window);
    return padding - std::floor(random.uniform() * (room + 1));
  };
  const double down = place(shape.height, shape.newHeight) - shape.top;
  const double right = place(shape.width, shape.newWidth) - shape.left;
  view.mapBy({1, 0, -right, 0, 1, -down});
}

void elastic(const double* n, Random& random, View& view, const Gathering& shape) {
  Field& field = view.field;
  field.present = true;
  field.spacing = n[1] * std::sqrt(3.0);
  field.rows = static_cast<int>(std::floor((shape.newHeight - 1) / field.spacing)) + 4;
  field.columns = static_cast<int>(std::floor((shape.newWidth - 1) / field.spacing)) + 4;
  const double most = (n[0] * std::sqrt(3.0)) / (151.0 / 315.0);
  const auto [a, b, x, c, d, y] = view.affine;
  field.points.resize(static_cast<size_t>(field.rows) * static_cast<size_t>(field.columns));
  for (Pair& point : field.points) {
    const double right = random.around(most);
    const double down = random.around(most);
    point = Pair{a * right + b * down, c * right + d * down};
  }
}

/// grey + factor (colour - grey)
void saturate(double factor, View& view) {
  static constexpr double kLuma[] = {0.213, 0.715, 0.072};
  static constexpr double kNone[] = {0, 0, 0};
  const double rest = 1 - factor;
  double matrix[9];
  for (int row = 0; row < 3; row++) {
    for (int column = 0; column < 3; column++) {
      matrix[row * 3 + column] = rest * kLuma[column] + (row == column ? factor : 0);
    }
  }
  view.recolour(3, matrix, kNone);
}

/// The turn about the axis of greys that keeps the grey of a colour.
void turn(double angle, View& view) {
  static constexpr double kNone[] = {0, 0, 0};
  const double c = std::cos(angle), s = std::sin(angle);
  const double matrix[] = {0.213 + c * 0.787 - s * 0.213, 0.715 - c * 0.715 - s * 0.715, 0.072 - c * 0.072 + s * 0.928,
                           0.213 - c * 0.213 + s * 0.143, 0.715 + c * 0.285 + s * 0.14,  0.072 - c * 0.072 - s * 0.283,
                           0.213 - c * 0.213 - s * 0.787, 0.715 - c * 0.715 + s * 0.715, 0.072 + c * 0.928 + s * 0.072};
  view.recolour(3, matrix, kNone);
}

void colour(const double* n, Random& random, View& view, const Gathering& shape) {
  const double bright = 1 + random.around(n[0]);
  const double distance = 1 + random.around(n[1]);
  const double factor = bright * distance;
  double offset[3];
  for (int channel = 0; channel < shape.channels; channel++) offset[channel] = bright * (1 - distance) * n[4 + channel];
  if (shape.channels == 1) return view.recolour(1, &factor, offset);
  const double matrix[] = {factor, 0, 0, 0, factor, 0, 0, 0, factor};
  view.recolour(3, matrix, offset);
  saturate(1 + random.around(n[2]), view);
  turn(random.around(n[3] * Random::kPi / 180), view);
}

void lighting(const double* n, Random& random, View& view, const Gathering&) {
  static constexpr double kSame[] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  double offset[3] = {0, 0, 0};
  for (int axis = 0; axis < 3; axis++) {
    const double amount = n[0] * random.normal();
    for (int channel = 0; channel < 3; channel++) offset[channel] += amount * n[1 + axis * 3 + channel];
  }
  view.recolour(3, kSame, offset);
}

void cutout(const double* n, Random& random, View& view, const Gathering& shape) {
  const int size = static_cast<int>(n[0]);
  const int top = static_cast<int>(std::floor(random.uniform() * shape.newHeight)) - size / 2;
  const int left = static_cast<int>(std::floor(random.uniform() * shape.newWidth)) - size / 2;
  view.holes.push_back({top, left, top + size, left + size});
}

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"shift", {"x", "y"}, shift},
      {"rotate", {"degrees"}, rotate},
      {"scale", {"from", "to", "stretch"}, scale},
      {"shear", {"amount"}, shear},
      {"flip", {"horizontal", "vertical"}, flip},
      {"crop", {"padding"}, crop},
      {"elastic", {"amplitude", "smoothness"}, elastic},
      {"colour", {"brightness", "contrast", "saturation", "hue", "mean0", "mean1", "mean2"}, colour},
      {"lighting",
       {"deviation", "axis00", "axis01", "axis02", "axis10", "axis11", "axis12", "axis20", "axis21", "axis22"},
       lighting},
      {"cutout", {"size"}, cutout},
  };
  return all;
}

}  // namespace

void View::recolour(int channels, const double* matrix, const double* offset) {
  const auto at = [&](int row, int column) { return static_cast<size_t>(row * channels + column); };
  if (!colour.present) {
    colour.present = true;
    for (int row = 0; row < channels; row++) {
      for (int column = 0; column < channels; column++) colour.matrix[at(row, column)] = row == column ? 1 : 0;
      colour.offset[static_cast<size_t>(row)] = 0;
    }
  }
  const Colour before = colour;
  for (int row = 0; row < channels; row++) {
    for (int column = 0; column < channels; column++) {
      double sum = 0;
      for (int k = 0; k < channels; k++) sum += matrix[row * channels + k] * before.matrix[at(k, column)];
      colour.matrix[at(row, column)] = sum;
    }
    double sum = offset[row];
    for (int k = 0; k < channels; k++) sum += matrix[row * channels + k] * before.offset[static_cast<size_t>(k)];
    colour.offset[static_cast<size_t>(row)] = sum;
  }
}

const Kind& kindNamed(const std::string& type) {
  for (const Kind& kind : kinds()) {
    if (type == kind.type) return kind;
  }
  throw Failure("backend.unsupported", "The CPU backend has no augmentation " + type);
}

}  // namespace convolab::augment
