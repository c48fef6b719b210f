#pragma once
// Pooling (3): y = mean or maximum under each window. Going back, a mean shares dy out evenly under its window (23), a
// maximum hands it to the element it took (40), the first in row-major order; windows that overlap add up.

#include "../simd/vector.h"
#include "shapes.h"

namespace convolab {
namespace CONVOLAB_PATH {

struct Window {
  int top, bottom, left, right;
};

/// The part of a window that lies on the map.
static inline Window windowAt(const Pooling& shape, int row, int column) {
  const int top = row * shape.stride - shape.pad;
  const int left = column * shape.stride - shape.pad;
  return {top < 0 ? 0 : top, top + shape.size < shape.height ? top + shape.size : shape.height, left < 0 ? 0 : left,
          left + shape.size < shape.width ? left + shape.size : shape.width};
}

/// Calls visit(window, input map, output element) for every vector of every output.
template <typename Visit>
static inline void eachWindow(const Pooling& shape, Range rows, Visit visit) {
  for (int channel = 0; channel < shape.channels; channel++) {
    const ptrdiff_t map = ptrdiff_t{channel} * shape.height * shape.width * kLanes;
    for (int row = rows.first; row < rows.last; row++) {
      for (int column = 0; column < shape.outWidth; column++) {
        const Window window = windowAt(shape, row, column);
        const ptrdiff_t out = ((ptrdiff_t{channel} * shape.outHeight + row) * shape.outWidth + column) * kLanes;
        for (int part = 0; part < kLanes; part += kWidth) visit(window, map + part, out + part);
      }
    }
  }
}

/// Calls visit(element) under a window, in row-major order.
template <typename Visit>
static inline void eachUnder(const Pooling& shape, const Window& window, ptrdiff_t map, Visit visit) {
  for (int y = window.top; y < window.bottom; y++) {
    for (int x = window.left; x < window.right; x++) visit(map + (ptrdiff_t{y} * shape.width + x) * kLanes);
  }
}

static void clearMaps(const Pooling& shape, float* dx) {
  const ptrdiff_t size = ptrdiff_t{shape.channels} * shape.height * shape.width * kLanes;
  for (ptrdiff_t at = 0; at < size; at += kWidth) store(dx + at, zero());
}

// Windows that lie side by side, the usual ones, have loops of their own with the size known to the compiler: nothing
// is clipped, and every element of dX is written once.

static inline bool liesSideBySide(const Pooling& shape) { return shape.pad == 0 && shape.stride == shape.size; }

/// Calls visit(first element of the window, output element) for every vector of every output.
template <typename Visit>
static inline void eachTile(const Pooling& shape, Range rows, Visit visit) {
  for (int channel = 0; channel < shape.channels; channel++) {
    for (int row = rows.first; row < rows.last; row++) {
      ptrdiff_t at = (ptrdiff_t{channel} * shape.height + row * shape.size) * shape.width * kLanes;
      ptrdiff_t out = (ptrdiff_t{channel} * shape.outHeight + row) * shape.outWidth * kLanes;
      for (int column = 0; column < shape.outWidth; column++, at += shape.size * kLanes, out += kLanes) {
        for (int part = 0; part < kLanes; part += kWidth) visit(at + part, out + part);
      }
    }
  }
}

/// Zeros where no window lies: columns left over, and the rows left over after the last windows.
static void clearRest(const Pooling& shape, Range rows, float* dx) {
  const int covered = shape.outWidth * shape.size;
  const int last = rows.last == shape.outHeight ? shape.height : rows.last * shape.size;
  for (int channel = 0; channel < shape.channels; channel++) {
    for (int row = rows.first * shape.size; row < last; row++) {
      float* line = dx + (ptrdiff_t{channel} * shape.height + row) * shape.width * kLanes;
      const int first = row < shape.outHeight * shape.size ? covered : 0;
      for (ptrdiff_t at = first * kLanes; at < ptrdiff_t{shape.width} * kLanes; at += kWidth) store(line + at, zero());
    }
  }
}

template <int S>
static void meanPoolTiles(const Pooling& shape, Range rows, const float* x, float* y) {
  const Vector share = broadcast(1.0f / (S * S));
  const ptrdiff_t pitch = ptrdiff_t{shape.width} * kLanes;
  eachTile(shape, rows, [=](ptrdiff_t at, ptrdiff_t out) {
    Vector sum = zero();
#pragma GCC unroll 16
    for (int k = 0; k < S * S; k++) sum += load(x + at + k / S * pitch + k % S * kLanes);
    store(y + out, sum * share);
  });
}

template <int S>
static void meanPoolTilesGradient(const Pooling& shape, Range rows, const float* dy, float* dx) {
  const Vector share = broadcast(1.0f / (S * S));
  const ptrdiff_t pitch = ptrdiff_t{shape.width} * kLanes;
  eachTile(shape, rows, [=](ptrdiff_t at, ptrdiff_t out) {
    const Vector each = load(dy + out) * share;
#pragma GCC unroll 16
    for (int k = 0; k < S * S; k++) store(dx + at + k / S * pitch + k % S * kLanes, each);
  });
  clearRest(shape, rows, dx);
}

template <int S>
static void maxPoolTiles(const Pooling& shape, Range rows, const float* x, float* y) {
  const ptrdiff_t pitch = ptrdiff_t{shape.width} * kLanes;
  eachTile(shape, rows, [=](ptrdiff_t at, ptrdiff_t out) {
    Vector largest = load(x + at);
#pragma GCC unroll 16
    for (int k = 1; k < S * S; k++) {
      const Vector value = load(x + at + k / S * pitch + k % S * kLanes);
      largest = value > largest ? value : largest;
    }
    store(y + out, largest);
  });
}

template <int S>
static void maxPoolTilesGradient(const Pooling& shape, Range rows, const float* x, const float* dy, float* dx) {
  const ptrdiff_t pitch = ptrdiff_t{shape.width} * kLanes;
  eachTile(shape, rows, [=](ptrdiff_t at, ptrdiff_t out) {
    Vector largest = load(x + at);
    Integers place = {};
#pragma GCC unroll 16
    for (int k = 1; k < S * S; k++) {
      const Vector value = load(x + at + k / S * pitch + k % S * kLanes);
      place = value > largest ? Integers{} + k : place;
      largest = value > largest ? value : largest;
    }
    const Vector gradient = load(dy + out);
#pragma GCC unroll 16
    for (int k = 0; k < S * S; k++) {
      store(dx + at + k / S * pitch + k % S * kLanes, place == k ? gradient : zero());
    }
  });
  clearRest(shape, rows, dx);
}

/// Padding counts as zeros: the divisor is always size * size.
static void meanPool(const Pooling& shape, Range rows, const float* x, float* y) {
  if (liesSideBySide(shape) && shape.size == 2) return meanPoolTiles<2>(shape, rows, x, y);
  if (liesSideBySide(shape) && shape.size == 3) return meanPoolTiles<3>(shape, rows, x, y);
  const Vector share = broadcast(1.0f / static_cast<float>(shape.size * shape.size));
  eachWindow(shape, rows, [=, &shape](const Window& window, ptrdiff_t map, ptrdiff_t out) {
    Vector sum = zero();
    eachUnder(shape, window, map, [&](ptrdiff_t at) { sum += load(x + at); });
    store(y + out, sum * share);
  });
}

static void meanPoolGradient(const Pooling& shape, Range rows, const float* dy, float* dx) {
  if (liesSideBySide(shape) && shape.size == 2) return meanPoolTilesGradient<2>(shape, rows, dy, dx);
  if (liesSideBySide(shape) && shape.size == 3) return meanPoolTilesGradient<3>(shape, rows, dy, dx);
  const Vector share = broadcast(1.0f / static_cast<float>(shape.size * shape.size));
  clearMaps(shape, dx);
  eachWindow(shape, rows, [=, &shape](const Window& window, ptrdiff_t map, ptrdiff_t out) {
    const Vector each = load(dy + out) * share;
    eachUnder(shape, window, map, [&](ptrdiff_t at) { store(dx + at, load(dx + at) + each); });
  });
}

/// Padding counts as minus infinity; every window holds at least one element.
static void maxPool(const Pooling& shape, Range rows, const float* x, float* y) {
  if (liesSideBySide(shape) && shape.size == 2) return maxPoolTiles<2>(shape, rows, x, y);
  if (liesSideBySide(shape) && shape.size == 3) return maxPoolTiles<3>(shape, rows, x, y);
  eachWindow(shape, rows, [=, &shape](const Window& window, ptrdiff_t map, ptrdiff_t out) {
    Vector largest = load(x + map + (ptrdiff_t{window.top} * shape.width + window.left) * kLanes);
    eachUnder(shape, window, map, [&](ptrdiff_t at) {
      const Vector value = load(x + at);
      largest = value > largest ? value : largest;
    });
    store(y + out, largest);
  });
}

static void maxPoolGradient(const Pooling& shape, Range rows, const float* x, const float* dy, float* dx) {
  if (liesSideBySide(shape) && shape.size == 2) return maxPoolTilesGradient<2>(shape, rows, x, dy, dx);
  if (liesSideBySide(shape) && shape.size == 3) return maxPoolTilesGradient<3>(shape, rows, x, dy, dx);
  clearMaps(shape, dx);
  eachWindow(shape, rows, [=, &shape](const Window& window, ptrdiff_t map, ptrdiff_t out) {
    Vector largest = load(x + map + (ptrdiff_t{window.top} * shape.width + window.left) * kLanes);
    Integers place = {};
    Integers at = {};
    eachUnder(shape, window, map, [&](ptrdiff_t element) {
      const Vector value = load(x + element);
      place = value > largest ? at : place;
      largest = value > largest ? value : largest;
      at += 1;
    });
    const Vector gradient = load(dy + out);
    at = Integers{};
    eachUnder(shape, window, map, [&](ptrdiff_t element) {
      store(dx + element, load(dx + element) + (place == at ? gradient : zero()));
      at += 1;
    });
  });
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
