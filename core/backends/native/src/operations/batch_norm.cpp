// Batch normalisation. Means and sums are over the whole batch, so slices meet at them: each leaves its own part, and
// the parts are put together in the order of slices, whichever thread took which.

#include <algorithm>
#include <cmath>

#include "operations.h"
#include "per_slice.h"

namespace convolab {

namespace {

struct Channels {
  int count, pixels;

  int64_t place(int channel) const { return int64_t{channel} * pixels * kLanes; }
};

Channels channelsOf(const ValuePlace& value) {
  const int count = value.shape.empty() ? 1 : value.shape[0];
  return {count, value.elements() / count};
}

/// Two numbers for each channel of each slice.
class Parts {
 public:
  Parts(const Binder& binder, int channels)
      : channels_(channels),
        parts_(int64_t{binder.mostSlices()} * channels * 2, "the statistics of layer " + binder.call().layer) {}

  float* at(int slice, int channel) { return parts_.data() + (int64_t{slice} * channels_ + channel) * 2; }
  const Buffer& buffer() const { return parts_; }

 private:
  const int channels_;
  Buffer parts_;
};

/// What both kinds of sums over the batch have in common.
class BatchSums : public Operation {
 public:
  BatchSums(Binder& binder, const Channels& channels)
      : kernels_(binder.kernels()),
        channels_(channels),
        parts_(binder, channels.count),
        first_(binder.batchGradient(0, {channels.count})),
        second_(binder.batchGradient(1, {channels.count})) {}

  void run(const Slice& slice) override { runParts(slice, {0, parts()}); }
  int parts() const override { return channels_.count; }

  int batchTasks() const override { return 1; }
  bool runBatchTask(int, int) override {
    return kernels_.allFinite(channels_.count, first_) && kernels_.allFinite(channels_.count, second_);
  }

  int64_t memoryBytes() const override { return parts_.buffer().bytes(); }
  bool intact() const override { return parts_.buffer().intact(); }

 protected:
  const Kernels& kernels_;
  const Channels channels_;
  /// Of each slice and channel.
  Parts parts_;
  float* const first_;
  float* const second_;
};

/// Mean and variance of the batch in training; the running ones else.
class Statistics final : public BatchSums {
 public:
  explicit Statistics(Binder& binder)
      : BatchSums(binder, channelsOf(binder.input(0))),
        x_(binder.input(0)),
        runningMean_(binder.parameter(1, {channels_.count})),
        runningVariance_(binder.parameter(2, {channels_.count})) {}

  void prepare() override {
    std::copy_n(runningMean_, channels_.count, first_);
    std::copy_n(runningVariance_, channels_.count, second_);
  }

  void runParts(const Slice& slice, Range channels) override {
    if (!slice.moment.training) return;
    for (int channel = channels.first; channel < channels.last; channel++) {
      float* part = parts_.at(slice.index, channel);
      kernels_.momentsOfMap(channels_.pixels, slice.images, x_.in(slice) + channels_.place(channel), part, part + 1);
    }
  }

  bool meets(bool training) const override { return training; }

  /// Means and squared distances of two sets make those of both (Chan, Golub and LeVeque 1979).
  void settle(int slices, int images) override {
    for (int channel = 0; channel < channels_.count; channel++) {
      double count = 0, mean = 0, squares = 0;
      for (int slice = 0; slice < slices; slice++) {
        const float* part = parts_.at(slice, channel);
        const double more = static_cast<double>(channels_.pixels) * std::min(kLanes, images - slice * kLanes);
        const double distance = part[0] - mean;
        mean += distance * more / (count + more);
        squares += part[1] + distance * distance * count * more / (count + more);
        count += more;
      }
      first_[channel] = static_cast<float>(mean);
      second_[channel] = static_cast<float>(squares / count);
    }
  }

 private:
  const ValuePlace x_;
  const float* const runningMean_;
  const float* const runningVariance_;
};

float inverseDeviation(float variance, float epsilon) { return 1.0f / std::sqrt(variance + epsilon); }

/// Gradients of gain and bias: sums that the input gradient needs in full.
class WeightGradient final : public BatchSums {
 public:
  explicit WeightGradient(Binder& binder)
      : BatchSums(binder, channelsOf(binder.input(0))),
        x_(binder.input(0)),
        dy_(binder.input(1)),
        mean_(binder.batchSum(2, {channels_.count})),
        variance_(binder.batchSum(3, {channels_.count})),
        epsilon_(binder.real("epsilon")) {
    binder.expectShape(dy_, x_.shape, "dY");
  }

  void runParts(const Slice& slice, Range channels) override {
    for (int channel = channels.first; channel < channels.last; channel++) {
      float* part = parts_.at(slice.index, channel);
      const Scaling normal = {mean_[channel], inverseDeviation(variance_[channel], epsilon_), 0};
      const int64_t at = channels_.place(channel);
      kernels_.productsOfMap(channels_.pixels, slice.images, normal, x_.in(slice) + at, dy_.in(slice) + at, part + 1,
                             part);
    }
  }

  bool meets(bool) const override { return true; }

  void settle(int slices, int) override {
    for (int channel = 0; channel < channels_.count; channel++) {
      float gain = 0, bias = 0;
      for (int slice = 0; slice < slices; slice++) {
        gain += parts_.at(slice, channel)[0];
        bias += parts_.at(slice, channel)[1];
      }
      first_[channel] = gain;
      second_[channel] = bias;
    }
  }

 private:
  const ValuePlace x_, dy_;
  const float* const mean_;
  const float* const variance_;
  const float epsilon_;
};

/// A function of one channel of a slice.
template <typename Run>
std::unique_ptr<Operation> perChannel(const Channels& channels, Run run) {
  return perParts(channels.count, [=](const Slice& slice, Range range) {
    for (int channel = range.first; channel < range.last; channel++) run(slice, channel, channels.place(channel));
  });
}

}  // namespace

std::unique_ptr<Operation> makeBatchStatistics(Binder& binder) { return std::make_unique<Statistics>(binder); }

std::unique_ptr<Operation> makeBatchNormalize(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace y = binder.output(0);
  const Channels channels = channelsOf(x);
  binder.expectShape(y, x.shape, "y");
  const float* mean = binder.batchSum(1, {channels.count});
  const float* variance = binder.batchSum(2, {channels.count});
  const float* gain = binder.parameter(3, {channels.count});
  const float* bias = binder.parameter(4, {channels.count});
  return perChannel(channels, [=, epsilon = binder.real("epsilon"), activation = binder.activation(),
                               &kernels = binder.kernels()](const Slice& slice, int channel, int64_t at) {
    const float factor = gain[channel] * inverseDeviation(variance[channel], epsilon);
    kernels.scaleMap(activation, channels.pixels, {mean[channel], factor, bias[channel]}, x.in(slice) + at,
                     y.in(slice) + at);
  });
}

std::unique_ptr<Operation> makeBatchNormWeightGradient(Binder& binder) {
  return std::make_unique<WeightGradient>(binder);
}

std::unique_ptr<Operation> makeBatchNormInputGradient(Binder& binder) {
  const ValuePlace x = binder.input(0);
  const ValuePlace dy = binder.input(1);
  const ValuePlace dx = binder.output(0);
  const Channels channels = channelsOf(x);
  binder.expectShape(dy, x.shape, "dY");
  binder.expectShape(dx, x.shape, "dX");
  const float* mean = binder.batchSum(2, {channels.count});
  const float* variance = binder.batchSum(3, {channels.count});
  const float* gain = binder.parameter(4, {channels.count});
  const float* gainSum = binder.batchSum(5, {channels.count});
  const float* biasSum = binder.batchSum(6, {channels.count});
  return perChannel(channels, [=, epsilon = binder.real("epsilon"),
                               &kernels = binder.kernels()](const Slice& slice, int channel, int64_t at) {
    const float inverse = inverseDeviation(variance[channel], epsilon);
    const float count = static_cast<float>(channels.pixels) * static_cast<float>(slice.batchImages);
    // Outside training the statistics are constants.
    const float share = slice.moment.training ? 1.0f / count : 0.0f;
    const NormalGradient gradient = {.centre = mean[channel],
                                     .inverse = inverse,
                                     .factor = gain[channel] * inverse,
                                     .meanOfDy = biasSum[channel] * share,
                                     .meanOfProduct = gainSum[channel] * share};
    kernels.normalGradientOfMap(channels.pixels, slice.images, gradient, x.in(slice) + at, dy.in(slice) + at,
                                dx.in(slice) + at);
  });
}

}  // namespace convolab
