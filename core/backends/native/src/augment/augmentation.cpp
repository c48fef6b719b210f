#include "augmentation.h"

#include <algorithm>

#include "../program/failure.h"

namespace convolab::augment {

Augmentation::Augmentation(const std::vector<StepCall>& calls, Key key, uint32_t epoch, const Gathering& shape)
    : shape_(shape), key_(key), epoch_(epoch) {
  for (const StepCall& call : calls) {
    const Kind& kind = kindNamed(call.type);
    Step step = {&kind, {}};
    for (const char* name : kind.numbers) {
      const auto found = call.numbers.find(name);
      step.numbers.push_back(found == call.numbers.end() ? 0 : found->second);
    }
    steps_.push_back(step);
  }
  // Whether there is a field, and how wide its meshes are, is the same for every sample.
  View& view = desk().view;
  draw(0, view);
  require(!view.colour.present || shape.channels <= kMostChannels, "Colours are changed of one or three channels");
  if (!view.field.present) return;
  rows_ = reaches(shape.newHeight, view.field.spacing);
  columns_ = reaches(shape.newWidth, view.field.spacing);
}

Augmentation::Desk& Augmentation::desk() {
  thread_local Desk mine;
  return mine;
}

void Augmentation::draw(uint32_t sample, View& view) const {
  view.clear();
  for (size_t place = 0; place < steps_.size(); place++) {
    Random random(key_, static_cast<uint32_t>(place), epoch_, sample);
    steps_[place].kind->draw(steps_[place].numbers.data(), random, view, shape_);
  }
}

std::vector<Augmentation::Reach> Augmentation::reaches(int pixels, double spacing) {
  std::vector<Reach> all;
  for (int pixel = 0; pixel < pixels; pixel++) {
    const double place = pixel / spacing;
    const double first = std::floor(place);
    const double f = place - first;
    const double g = 1 - f;
    all.push_back({static_cast<int>(first),
                   {(g * g * g) / 6, ((3 * f - 6) * f * f + 4) / 6, (((3 - 3 * f) * f + 3) * f + 1) / 6,
                    (f * f * f) / 6}});
  }
  return all;
}

namespace {

/// Towards minus infinity, for what fits an integer; a call of the library would cost more than all the rest.
inline int floorOf(double value) {
  const int whole = static_cast<int>(value);
  return whole - (value < whole);
}

/// Bilinear weights of the four pixels around a place, the first of which is at `first` of an image with its ring.
struct Corners {
  ptrdiff_t first;
  double across, down;

  Corners(Pair from, int height, int width, int ring) {
    const int left = floorOf(from[0]);
    const int top = floorOf(from[1]);
    across = from[0] - left;
    down = from[1] - top;
    const int column = std::clamp(left, -ring, width) + ring;
    const int row = std::clamp(top, -ring, height) + ring;
    first = ptrdiff_t{row} * (width + 2 * ring) + column;
  }

  double value(const double* map, int pitch) const {
    const double* pixel = map + first;
    const double above = pixel[0] + across * (pixel[1] - pixel[0]);
    const double below = pixel[pitch] + across * (pixel[pitch + 1] - pixel[pitch]);
    return above + down * (below - above);
  }
};

}  // namespace

void Augmentation::findPlaces(int row, Desk& desk) const {
  const auto [a, b, x, c, d, y] = desk.view.affine;
  const Field& field = desk.view.field;
  const double middleX = (shape_.width - 1) / 2.0;
  const double middleY = (shape_.height - 1) / 2.0;
  const double v = row - shape_.top - middleY;
  const Pair slope = {a, c}, ofRow = {b * v, d * v}, offset = {x, y}, middle = {middleX, middleY};
  for (int column = 0; column < shape_.newWidth; column++) {
    desk.places[static_cast<size_t>(column)] = slope * (column - shape_.left - middleX) + ofRow + offset + middle;
  }
  if (!field.present) return;
  const auto weigh = [](const Reach& reach, const Pair* points, ptrdiff_t stride) {
    Pair sum = {0, 0};
    for (int i = 0; i < 4; i++) sum += reach.weights[i] * points[i * stride];
    return sum;
  };
  const Reach& down = rows_[static_cast<size_t>(row)];
  const Pair* grid = field.points.data() + ptrdiff_t{down.first} * field.columns;
  for (int k = 0; k < field.columns; k++) desk.line[static_cast<size_t>(k)] = weigh(down, grid + k, field.columns);
  for (int column = 0; column < shape_.newWidth; column++) {
    const Reach& across = columns_[static_cast<size_t>(column)];
    desk.places[static_cast<size_t>(column)] += weigh(across, desk.line.data() + across.first, 1);
  }
}

template <typename Pixel>
void Augmentation::readImage(const Pixel* pixels, std::vector<double>& image) const {
  const int pitch = shape_.width + 2 * kRing;
  for (int channel = 0; channel < shape_.channels; channel++) {
    for (int row = 0; row < shape_.height; row++, pixels += shape_.width) {
      const ptrdiff_t line = ptrdiff_t{channel} * (shape_.height + 2 * kRing) + row + kRing;
      std::copy_n(pixels, shape_.width, image.data() + line * pitch + kRing);
    }
  }
}

void Augmentation::readRow(const Desk& desk, const float* scale, const float* shift, float* x) const {
  const Colour& colour = desk.view.colour;
  const int pitch = shape_.width + 2 * kRing;
  const ptrdiff_t plane = ptrdiff_t{shape_.height + 2 * kRing} * pitch;
  const ptrdiff_t newPlane = ptrdiff_t{shape_.newHeight} * shape_.newWidth * kLanes;
  const auto normalized = [&](double stored, int channel) {
    return static_cast<float>(stored * static_cast<double>(scale[channel]) + static_cast<double>(shift[channel]));
  };
  for (int column = 0; column < shape_.newWidth; column++, x += kLanes) {
    const Corners corners(desk.places[static_cast<size_t>(column)], shape_.height, shape_.width, kRing);
    const auto stored = [&](int channel) { return corners.value(desk.image.data() + channel * plane, pitch); };
    if (!colour.present) {
      for (int channel = 0; channel < shape_.channels; channel++) {
        x[channel * newPlane] = normalized(stored(channel), channel);
      }
      continue;
    }
    double before[kMostChannels];
    for (int channel = 0; channel < shape_.channels; channel++) before[channel] = stored(channel);
    for (int channel = 0; channel < shape_.channels; channel++) {
      double value = colour.offset[static_cast<size_t>(channel)];
      for (int k = 0; k < shape_.channels; k++) {
        value += colour.matrix[static_cast<size_t>(channel * shape_.channels + k)] * before[k];
      }
      x[channel * newPlane] = normalized(value, channel);
    }
  }
}

void Augmentation::blank(const Rectangle& hole, float* x) const {
  for (int channel = 0; channel < shape_.channels; channel++) {
    for (int row = std::max(0, hole.top); row < std::min(shape_.newHeight, hole.bottom); row++) {
      for (int column = std::max(0, hole.left); column < std::min(shape_.newWidth, hole.right); column++) {
        x[((ptrdiff_t{channel} * shape_.newHeight + row) * shape_.newWidth + column) * kLanes] = 0;
      }
    }
  }
}

template <typename Pixel>
void Augmentation::show(const uint32_t* samples, const Pixel* const* images, const float* scale, const float* shift,
                        float* x) const {
  Desk& desk = Augmentation::desk();
  const auto ringed = [](int extent) { return static_cast<size_t>(extent + 2 * kRing); };
  desk.image.assign(static_cast<size_t>(shape_.channels) * ringed(shape_.height) * ringed(shape_.width), 0);
  desk.places.resize(static_cast<size_t>(shape_.newWidth));
  for (int lane = 0; lane < kLanes; lane++) {
    draw(samples[lane], desk.view);
    desk.line.resize(static_cast<size_t>(desk.view.field.columns));
    readImage(images[lane], desk.image);
    for (int row = 0; row < shape_.newHeight; row++) {
      findPlaces(row, desk);
      readRow(desk, scale, shift, x + ptrdiff_t{row} * shape_.newWidth * kLanes + lane);
    }
    for (const Rectangle& hole : desk.view.holes) blank(hole, x + lane);
  }
}

template void Augmentation::show(const uint32_t*, const uint8_t* const*, const float*, const float*, float*) const;
template void Augmentation::show(const uint32_t*, const float* const*, const float*, const float*, float*) const;

}  // namespace convolab::augment
