#pragma once
// Pooling over whole maps: y = their mean, or their largest element, the first of equals.

#include "../simd/vector.h"
#include "shapes.h"

namespace convolab {
namespace CONVOLAB_PATH {

/// Calls visit(first element of the map, output element) for every vector of every map.
template <typename Visit>
static inline void eachMap(const Maps& shape, Visit visit) {
  for (int map = 0; map < shape.channels; map++) {
    for (int part = 0; part < kLanes; part += kWidth) {
      visit(ptrdiff_t{map} * shape.pixels * kLanes + part, ptrdiff_t{map} * kLanes + part);
    }
  }
}

static void meanOfMaps(const Maps& shape, const float* x, float* y) {
  const Vector share = broadcast(1.0f / static_cast<float>(shape.pixels));
  eachMap(shape, [=](ptrdiff_t map, ptrdiff_t out) {
    Vector sum = zero();
    for (int pixel = 0; pixel < shape.pixels; pixel++) sum += load(x + map + ptrdiff_t{pixel} * kLanes);
    store(y + out, sum * share);
  });
}

static void meanOfMapsGradient(const Maps& shape, const float* dy, float* dx) {
  const Vector share = broadcast(1.0f / static_cast<float>(shape.pixels));
  eachMap(shape, [=](ptrdiff_t map, ptrdiff_t out) {
    const Vector each = load(dy + out) * share;
    for (int pixel = 0; pixel < shape.pixels; pixel++) store(dx + map + ptrdiff_t{pixel} * kLanes, each);
  });
}

static void maxOfMaps(const Maps& shape, const float* x, float* y) {
  eachMap(shape, [=](ptrdiff_t map, ptrdiff_t out) {
    Vector largest = load(x + map);
    for (int pixel = 1; pixel < shape.pixels; pixel++) {
      const Vector value = load(x + map + ptrdiff_t{pixel} * kLanes);
      largest = value > largest ? value : largest;
    }
    store(y + out, largest);
  });
}

static void maxOfMapsGradient(const Maps& shape, const float* x, const float* dy, float* dx) {
  eachMap(shape, [=](ptrdiff_t map, ptrdiff_t out) {
    Vector largest = load(x + map);
    Integers place = {};
    for (int pixel = 1; pixel < shape.pixels; pixel++) {
      const Vector value = load(x + map + ptrdiff_t{pixel} * kLanes);
      place = value > largest ? Integers{} + pixel : place;
      largest = value > largest ? value : largest;
    }
    const Vector gradient = load(dy + out);
    for (int pixel = 0; pixel < shape.pixels; pixel++) {
      store(dx + map + ptrdiff_t{pixel} * kLanes, place == pixel ? gradient : zero());
    }
  });
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
