// The three passes of a convolution as correlations of one kind. Padding is skipped; only the zeros that a stride
// leaves in the output gradient, and the weight gradient's padding columns, are written out into scratch memory.

#include <algorithm>
#include <optional>

#include "operations.h"

namespace convolab {

namespace {

/// A convolution as the plan means it.
struct Convolution {
  int channels, height, width;
  int filters, kernelHeight, kernelWidth;
  int stride, pad, groups;
  int outHeight, outWidth;

  int groupChannels() const { return channels / groups; }
  int groupFilters() const { return filters / groups; }
  int64_t groupWeights() const { return int64_t{groupFilters()} * groupChannels() * kernelHeight * kernelWidth; }
  Shape weightShape() const { return {filters, groupChannels(), kernelHeight, kernelWidth}; }
};

/// Checks x, y and weight against each other and the attributes.
Convolution convolutionOf(const Binder& binder, const ValuePlace& x, const ValuePlace& y, const Shape& weight) {
  binder.expect(x.shape.size() == 3 && y.shape.size() == 3 && weight.size() == 4, "x, y and weight have wrong ranks");
  Convolution conv = {};
  conv.channels = x.shape[0];
  conv.height = x.shape[1];
  conv.width = x.shape[2];
  conv.filters = y.shape[0];
  conv.outHeight = y.shape[1];
  conv.outWidth = y.shape[2];
  conv.kernelHeight = weight[2];
  conv.kernelWidth = weight[3];
  conv.stride = binder.number("stride", 1);
  conv.pad = binder.number("pad", 0);
  conv.groups = binder.number("groups", 1);
  binder.expect(conv.channels % conv.groups == 0 && conv.filters % conv.groups == 0,
                "groups do not divide channels and filters");
  binder.expect(weight == conv.weightShape(),
                "weight is " + format(weight) + ", expected " + format(conv.weightShape()));
  const int extraHeight = conv.height + 2 * conv.pad - conv.kernelHeight;
  const int extraWidth = conv.width + 2 * conv.pad - conv.kernelWidth;
  binder.expect(extraHeight >= 0 && extraWidth >= 0, "the kernel is larger than its padded input");
  const Shape expected = {conv.filters, extraHeight / conv.stride + 1, extraWidth / conv.stride + 1};
  binder.expectShape(y, expected, "y");
  const int64_t padded = int64_t{conv.channels} * conv.height * (conv.width + 2 * int64_t{conv.pad});
  const int64_t spread = int64_t{conv.filters} * (extraHeight / conv.stride * int64_t{conv.stride} + 1) *
                         (conv.width + conv.kernelWidth - 1);
  binder.expect(std::max(padded, spread) <= kMostElements, "too large once padded");
  const auto& table = binder.call().connections;
  binder.expect(table.empty() || (conv.groups == 1 && table.size() == size_t(conv.filters) * size_t(conv.channels)),
                "the connection table does not fit");
  return conv;
}

/// One group of the forward pass.
Correlation forwardCorrelation(const Convolution& conv) {
  return {.channels = conv.groupChannels(),
          .height = conv.height,
          .width = conv.width,
          .maps = conv.groupFilters(),
          .kernelHeight = conv.kernelHeight,
          .kernelWidth = conv.kernelWidth,
          .strideY = conv.stride,
          .strideX = conv.stride,
          .padTop = conv.pad,
          .padLeft = conv.pad,
          .outHeight = conv.outHeight,
          .outWidth = conv.outWidth};
}

/// One group of the input gradient: the full correlation of the spread output gradient with turned weights (27).
Correlation gradientCorrelation(const Convolution& conv) {
  return {.channels = conv.groupFilters(),
          .height = (conv.outHeight - 1) * conv.stride + 1,
          .width = (conv.outWidth - 1) * conv.stride + 1,
          .maps = conv.groupChannels(),
          .kernelHeight = conv.kernelHeight,
          .kernelWidth = conv.kernelWidth,
          .strideY = 1,
          .strideX = 1,
          .padTop = conv.kernelHeight - 1 - conv.pad,
          .padLeft = conv.kernelWidth - 1 - conv.pad,
          .outHeight = conv.height,
          .outWidth = conv.width};
}

/// The zeros between the pixels of an output gradient whose layer has a stride.
Spread strideSpread(const Convolution& conv) {
  return {.channels = conv.filters,
          .height = conv.outHeight,
          .width = conv.outWidth,
          .newHeight = (conv.outHeight - 1) * conv.stride + 1,
          .newWidth = (conv.outWidth - 1) * conv.stride + 1,
          .dilationY = conv.stride,
          .dilationX = conv.stride,
          .left = 0};
}

/// The padding columns that the weight gradient wants in memory.
Spread paddingSpread(const Convolution& conv) {
  return {.channels = conv.channels,
          .height = conv.height,
          .width = conv.width,
          .newHeight = conv.height,
          .newWidth = conv.width + 2 * conv.pad,
          .dilationY = 1,
          .dilationX = 1,
          .left = conv.pad};
}

int64_t floatsOf(const Spread& spread) {
  return int64_t{spread.channels} * spread.newHeight * spread.newWidth * kLanes;
}

/// A correlation of values with weights, group by group: the forward pass and the input gradient.
class Correlate final : public Operation {
 public:
  struct Parts {
    ValuePlace from, to;
    Correlation shape;
    /// Set where `from` must be spread out first.
    std::optional<Spread> spread;
    int groups;
    int64_t groupWeights;
    const float* weights;
    const float* bias;
    Activation activation;
    bool flipped;
    std::vector<uint8_t> connections;
  };

  Correlate(Binder& binder, Parts parts)
      : kernels_(binder.kernels()),
        parts_(std::move(parts)),
        packed_(parts_.groups * parts_.groupWeights, "the weights of layer " + binder.call().layer) {
    if (parts_.spread) binder.needScratch(floatsOf(*parts_.spread));
  }

  void prepare() override {
    const uint8_t* connections = parts_.connections.empty() ? nullptr : parts_.connections.data();
    const auto pack = parts_.flipped ? kernels_.packFlippedWeights : kernels_.packWeights;
    for (int group = 0; group < parts_.groups; group++) {
      const int64_t place = group * parts_.groupWeights;
      pack(parts_.shape, parts_.weights + place, connections, packed_.data() + place);
    }
  }

  void run(const Slice& slice) override { runRows(slice, {0, parts_.shape.outHeight}); }
  int rows() const override { return parts_.spread ? 0 : parts_.shape.outHeight; }
  bool needsOnlyThoseRows() const override { return false; }
  int parts() const override { return parts_.spread ? 1 : parts_.shape.outHeight; }
  void runParts(const Slice& slice, Range parts) override {
    runRows(slice, parts_.spread ? Range{0, parts_.shape.outHeight} : parts);
  }

  void runRows(const Slice& slice, Range rows) override {
    const Correlation& shape = parts_.shape;
    const float* from = parts_.from.in(slice);
    if (parts_.spread) {
      kernels_.spread(*parts_.spread, from, slice.scratch);
      from = slice.scratch;
    }
    const int64_t fromGroup = int64_t{shape.channels} * shape.plane() * kLanes;
    const int64_t toGroup = int64_t{shape.maps} * shape.outPlane() * kLanes;
    for (int group = 0; group < parts_.groups; group++) {
      kernels_.correlate(shape, rows, from + group * fromGroup, packed_.data() + group * parts_.groupWeights,
                         parts_.bias == nullptr ? nullptr : parts_.bias + group * shape.maps, parts_.activation,
                         parts_.to.in(slice) + group * toGroup);
    }
  }

  int64_t memoryBytes() const override { return packed_.bytes(); }
  bool intact() const override { return packed_.intact(); }

 private:
  const Kernels& kernels_;
  const Parts parts_;
  Buffer packed_;
};

/// dWeight and dBias of a slice.
class WeightGradient final : public Operation {
 public:
  WeightGradient(Binder& binder, const Convolution& conv)
      : kernels_(binder.kernels()),
        conv_(conv),
        shape_(paddedCorrelation(conv)),
        x_(binder.input(0)),
        dy_(binder.input(1)),
        weight_(binder.sliceGradient(0, conv.weightShape())),
        bias_(binder.hasOutput(1) ? binder.sliceGradient(1, {conv.filters}) : -1),
        connections_(binder.call().connections) {
    binder.needScratch(std::min(mapsAtOnce(), shape_.maps) * floatsOfMap() + floatsOfPadding());
  }

  void run(const Slice& slice) override {
    const float* x = padded(slice);
    for (int group = 0; group < conv_.groups; group++) runMaps(slice, group, {0, shape_.maps}, x);
  }

  // Row by row only where the sums of all maps are kept at once.
  int rows() const override { return rowWise() ? conv_.outHeight : 0; }
  int rowsAtOnce() const override {
    const int64_t bytesOfRow = int64_t{shape_.maps} * shape_.outWidth * kLanes * static_cast<int64_t>(sizeof(float));
    return static_cast<int>(std::max<int64_t>(1, kRowBytes / bytesOfRow));
  }
  void runRows(const Slice& slice, Range rows) override {
    const Range maps = {0, shape_.maps};
    kernels_.addGradients(shape_, maps, rows, x_.in(slice), dy_.in(slice), slice.scratch, bias_ >= 0);
    if (rows.last == conv_.outHeight) finish(slice, 0, maps);
  }

  int parts() const override { return conv_.groups * blocks(); }
  void runParts(const Slice& slice, Range parts) override {
    const float* x = padded(slice);
    for (int part = parts.first; part < parts.last; part++) {
      const int map = part % blocks() * kBlock;
      runMaps(slice, part / blocks(), {map, std::min(map + kBlock, shape_.maps)}, x);
    }
  }

 private:
  /// Maps that the kernel takes together, at most.
  static constexpr int kBlock = 8;
  /// What the sums of the maps taken at once may need: they should stay in the second cache.
  static constexpr int64_t kSumBytes = 256 << 10;
  /// What the rows of dY taken at once may need, likewise.
  static constexpr int64_t kRowBytes = 256 << 10;

  static Correlation paddedCorrelation(const Convolution& conv) {
    Correlation shape = forwardCorrelation(conv);
    shape.width += 2 * conv.pad;
    shape.padLeft = 0;
    return shape;
  }

  int blocks() const { return (shape_.maps + kBlock - 1) / kBlock; }
  int64_t floatsOfMap() const { return (int64_t{shape_.channels} * shape_.taps() + 1) * kLanes; }
  int64_t floatsOfPadding() const { return conv_.pad > 0 ? floatsOf(paddingSpread(conv_)) : 0; }
  int mapsAtOnce() const {
    const int64_t fitting = kSumBytes / static_cast<int64_t>(sizeof(float)) / floatsOfMap();
    return fitting >= shape_.maps ? shape_.maps : std::max(kBlock, static_cast<int>(fitting) / kBlock * kBlock);
  }
  bool rowWise() const { return conv_.groups == 1 && conv_.pad == 0 && mapsAtOnce() >= shape_.maps; }

  /// x with its padding columns, at the front of the scratch memory where there are any.
  const float* padded(const Slice& slice) const {
    if (conv_.pad == 0) return x_.in(slice);
    kernels_.spread(paddingSpread(conv_), x_.in(slice), slice.scratch);
    return slice.scratch;
  }

  void runMaps(const Slice& slice, int group, Range maps, const float* x) const {
    float* sums = slice.scratch + floatsOfPadding();
    x += int64_t{group} * shape_.channels * shape_.plane() * kLanes;
    const float* dy = dy_.in(slice) + int64_t{group} * shape_.maps * shape_.outPlane() * kLanes;
    for (int map = maps.first; map < maps.last; map += mapsAtOnce()) {
      const Range now = {map, std::min(map + mapsAtOnce(), maps.last)};
      kernels_.addGradients(shape_, now, {0, conv_.outHeight}, x, dy, sums, bias_ >= 0);
      finish(slice, group, now);
    }
  }

  void finish(const Slice& slice, int group, Range maps) const {
    float* dw = slice.gradients + weight_ + group * conv_.groupWeights();
    float* db = bias_ < 0 ? nullptr : slice.gradients + bias_ + int64_t{group} * shape_.maps;
    const uint8_t* connections = connections_.empty() ? nullptr : connections_.data();
    kernels_.finishGradients(shape_, maps, slice.scratch + floatsOfPadding(), connections, dw, db);
  }

  const Kernels& kernels_;
  const Convolution conv_;
  const Correlation shape_;
  const ValuePlace x_, dy_;
  const int64_t weight_, bias_;
  const std::vector<uint8_t> connections_;
};

}  // namespace

std::unique_ptr<Operation> makeConvForward(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace y = binder.output(0);
  const Convolution conv = convolutionOf(binder, x, y, binder.parameterShape(1));
  return std::make_unique<Correlate>(
      binder, Correlate::Parts{.from = x,
                               .to = y,
                               .shape = forwardCorrelation(conv),
                               .spread = std::nullopt,
                               .groups = conv.groups,
                               .groupWeights = conv.groupWeights(),
                               .weights = binder.parameter(1, conv.weightShape()),
                               .bias = binder.hasInput(2) ? binder.parameter(2, {conv.filters}) : nullptr,
                               .activation = binder.activation(),
                               .flipped = false,
                               .connections = binder.call().connections});
}

std::unique_ptr<Operation> makeConvInputGradient(Binder& binder) {
  const ValuePlace dy = binder.input(0);
  const ValuePlace dx = binder.output(0);
  const Convolution conv = convolutionOf(binder, dx, dy, binder.parameterShape(1));
  std::optional<Spread> spread;
  if (conv.stride > 1) spread = strideSpread(conv);
  return std::make_unique<Correlate>(binder, Correlate::Parts{.from = dy,
                                                              .to = dx,
                                                              .shape = gradientCorrelation(conv),
                                                              .spread = spread,
                                                              .groups = conv.groups,
                                                              .groupWeights = conv.groupWeights(),
                                                              .weights = binder.parameter(1, conv.weightShape()),
                                                              .bias = nullptr,
                                                              .activation = Activation::linear,
                                                              .flipped = true,
                                                              .connections = binder.call().connections});
}

std::unique_ptr<Operation> makeConvWeightGradient(Binder& binder) {
  const Convolution conv = convolutionOf(binder, binder.input(0), binder.input(1), binder.gradientShape(0));
  return std::make_unique<WeightGradient>(binder, conv);
}

}  // namespace convolab
