// How a slice gets its input and targets, and how values leave it: between the frameworks' layout (an image after the
// other) and that of slices (16 images side by side).

#include <algorithm>

#include "program.h"

namespace convolab {

namespace {

/// [images][elements] to [elements][16]; lanes without an image become 0.
void toLanes(const float* from, int images, int elements, float* to) {
  for (int element = 0; element < elements; element++) {
    for (int lane = 0; lane < kLanes; lane++) {
      to[element * kLanes + lane] = lane < images ? from[int64_t{lane} * elements + element] : 0.0f;
    }
  }
}

}  // namespace

void Program::fill(const Batch& batch, const Slice& slice) {
  if (batch.source != nullptr) {
    fillSamples(batch, slice);
  } else {
    fillValues(batch, slice);
    fillTargets(batch, slice);
  }
}

void Program::fillSamples(const Batch& batch, const Slice& slice) {
  const Source& source = *batch.source;
  const uint32_t* order = batch.order + int64_t{slice.index} * kLanes;
  int32_t* labels = labels_.data() + int64_t{slice.index} * kLanes;
  uint32_t samples[kLanes];
  for (int lane = 0; lane < kLanes; lane++) {
    // A lane without an image repeats one: finite, and without effect, since its gradient is 0.
    samples[lane] = order[std::min(lane, slice.images - 1)];
    labels[lane] = source.labels[samples[lane]];
  }
  float* x = slice.arena + plan_.values[static_cast<size_t>(plan_.input)].offset * kLanes;
  const auto gather = [&](auto kernel, const auto* pixels) {
    const int64_t size = int64_t{source.shape.channels} * source.shape.height * source.shape.width;
    decltype(pixels) images[kLanes];
    for (int lane = 0; lane < kLanes; lane++) images[lane] = pixels + samples[lane] * size;
    if (source.augmentation) {
      return source.augmentation->show(samples, images, source.scale.data(), source.shift.data(), x);
    }
    kernel(source.shape, images, source.scale.data(), source.shift.data(), x);
  };
  if (source.floats != nullptr) {
    gather(kernels_.gatherFloats, source.floats);
  } else {
    gather(kernels_.gatherBytes, source.bytes);
  }
}

void Program::fillValues(const Batch& batch, const Slice& slice) {
  for (const Feed& feed : *batch.feeds) {
    const PlanValue& value = plan_.values[static_cast<size_t>(feed.value)];
    const int elements = static_cast<int>(elementsOf(value.shape));
    toLanes(feed.data + int64_t{slice.index} * kLanes * elements, slice.images, elements,
            slice.arena + value.offset * kLanes);
  }
}

void Program::fillTargets(const Batch& batch, const Slice& slice) {
  const TargetFeed& target = batch.target;
  const int64_t first = int64_t{slice.index} * kLanes;
  if (target.values != nullptr) {
    toLanes(target.values + first * target.classes, slice.images, target.classes,
            targets_.data() + first * target.classes);
  }
  for (int lane = 0; lane < kLanes; lane++) {
    const bool present = target.labels != nullptr && lane < slice.images;
    labels_[static_cast<size_t>(first + lane)] = present ? target.labels[first + lane] : 0;
  }
}

void Program::copyTaps(const Batch& batch, const Slice& slice, int firstCall, int lastCall) const {
  for (const Tap& tap : *batch.taps) {
    if (tap.after < firstCall || tap.after > lastCall) continue;
    const PlanValue& value = plan_.values[static_cast<size_t>(tap.value)];
    const int64_t elements = elementsOf(value.shape);
    const float* from = slice.arena + value.offset * kLanes;
    float* to = tap.data + int64_t{slice.index} * kLanes * elements;
    for (int lane = 0; lane < slice.images; lane++) {
      for (int64_t element = 0; element < elements; element++) *to++ = from[element * kLanes + lane];
    }
  }
}

}  // namespace convolab
