#include <cmath>
#include <cstring>

#include "operations.h"
#include "per_slice.h"

namespace convolab {

std::unique_ptr<Operation> makeDropout(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace y = binder.output(0);
  binder.expect(x.elements() == y.elements(), "x and y differ in size");
  const double rate = binder.precise("rate");
  binder.expect(rate >= 0 && rate < 1, "rate is out of range");
  Mask mask = {};
  mask.layer = static_cast<uint32_t>(binder.number("layer", 0));
  mask.threshold = static_cast<uint32_t>(std::ceil(std::ldexp(rate, 24)));
  mask.scale = static_cast<float>(1 / (1 - rate));
  return perSlice([=, &kernels = binder.kernels()](const Slice& slice) {
    if (!slice.moment.training) {
      const size_t bytes = static_cast<size_t>(x.elements()) * kLanes * sizeof(float);
      if (x.in(slice) != y.in(slice)) std::memcpy(y.in(slice), x.in(slice), bytes);
      return;
    }
    Mask now = mask;
    now.key0 = slice.moment.key0;
    now.key1 = slice.moment.key1;
    now.step = slice.moment.step;
    now.firstImage = static_cast<uint32_t>(slice.index) * kLanes;
    kernels.applyMask(now, x.elements(), x.in(slice), y.in(slice));
  });
}

}  // namespace convolab
