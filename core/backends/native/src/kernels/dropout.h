#pragma once
// Dropout: y = x m / (1 - rate). Element e of image n takes word e mod 4 of the block for the counter
// (e div 4, n, step, layer), as in core/kernels/dropout.ts.

#include "../simd/random.h"
#include "shapes.h"

namespace convolab {
namespace CONVOLAB_PATH {

/// Elements of a slice; y may be x.
static void applyMask(const Mask& mask, int elements, const float* x, float* y) {
  const Vector scale = Vector{} + mask.scale;
  for (int part = 0; part < kLanes; part += kWidth) {
    Words images;
    for (int lane = 0; lane < kWidth; lane++) images[lane] = mask.firstImage + static_cast<uint32_t>(part + lane);
    for (int first = 0; first < elements; first += 4) {
      const uint32_t place = static_cast<uint32_t>(first) / 4;
      const Block block = philox({{Words{} + place, images, Words{} + mask.step, Words{} + mask.layer}}, mask.key0,
                                 mask.key1);
      for (int k = 0; k < 4 && first + k < elements; k++) {
        const ptrdiff_t at = ptrdiff_t{first + k} * kLanes + part;
        const auto kept = (block.word[k] >> 8) >= mask.threshold;
        store(y + at, kept ? load(x + at) * scale : zero());
      }
    }
  }
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
