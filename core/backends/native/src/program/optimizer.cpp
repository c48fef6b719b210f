#include "optimizer.h"

#include <cmath>

#include "failure.h"

namespace convolab {

namespace {

class Sgd : public Optimizer {
 public:
  explicit Sgd(const OptimizerCall& call)
      : momentum_(static_cast<float>(call.number("momentum"))),
        weightDecay_(static_cast<float>(call.number("weightDecay"))),
        nesterov_(call.number("nesterov") != 0) {}

  int states() const override { return 1; }

  void step(const Kernels& kernels, const UpdateMoment& moment, bool decays, int64_t count, const float* gradient,
            float* weight, float* const* states) const override {
    kernels.stepSgd({moment.rate, momentum_, decays ? weightDecay_ : 0, nesterov_}, count, gradient, weight, states);
  }

 private:
  const float momentum_, weightDecay_;
  const bool nesterov_;
};

class Adam : public Optimizer {
 public:
  explicit Adam(const OptimizerCall& call)
      : beta1_(call.number("beta1")),
        beta2_(call.number("beta2")),
        epsilon_(call.number("epsilon")),
        weightDecay_(call.number("weightDecay")),
        decoupled_(call.number("decoupled") != 0) {}

  int states() const override { return 2; }

  void step(const Kernels& kernels, const UpdateMoment& moment, bool decays, int64_t count, const float* gradient,
            float* weight, float* const* states) const override {
    const double decay = decays ? weightDecay_ : 0;
    const double rate = static_cast<double>(moment.rate);
    const auto t = static_cast<double>(moment.step);
    const AdamStep step = {.rate = static_cast<float>(rate / (1 - std::pow(beta1_, t))),
                           .beta1 = static_cast<float>(beta1_),
                           .rest1 = static_cast<float>(1 - beta1_),
                           .beta2 = static_cast<float>(beta2_),
                           .rest2 = static_cast<float>(1 - beta2_),
                           .epsilon = static_cast<float>(epsilon_),
                           .root = static_cast<float>(1 / std::sqrt(1 - std::pow(beta2_, t))),
                           .weightDecay = decoupled_ ? 0 : static_cast<float>(decay),
                           .kept = decoupled_ ? static_cast<float>(1 - rate * decay) : 1};
    kernels.stepAdam(step, count, gradient, weight, states);
  }

 private:
  const double beta1_, beta2_, epsilon_, weightDecay_;
  const bool decoupled_;
};

class Rmsprop : public Optimizer {
 public:
  explicit Rmsprop(const OptimizerCall& call)
      : share_(call.number("share")),
        epsilon_(static_cast<float>(call.number("epsilon"))),
        momentum_(static_cast<float>(call.number("momentum"))),
        weightDecay_(static_cast<float>(call.number("weightDecay"))) {}

  int states() const override { return 2; }

  void step(const Kernels& kernels, const UpdateMoment& moment, bool decays, int64_t count, const float* gradient,
            float* weight, float* const* states) const override {
    const RmspropStep step = {.rate = moment.rate,
                              .share = static_cast<float>(share_),
                              .rest = static_cast<float>(1 - share_),
                              .epsilon = epsilon_,
                              .momentum = momentum_,
                              .weightDecay = decays ? weightDecay_ : 0};
    kernels.stepRmsprop(step, count, gradient, weight, states);
  }

 private:
  const double share_;
  const float epsilon_, momentum_, weightDecay_;
};

}  // namespace

std::unique_ptr<Optimizer> makeOptimizer(const OptimizerCall& call) {
  if (call.type == "sgd") return std::make_unique<Sgd>(call);
  if (call.type == "adam") return std::make_unique<Adam>(call);
  if (call.type == "rmsprop") return std::make_unique<Rmsprop>(call);
  throw Failure("argument.invalid", "There is no optimizer " + call.type);
}

}  // namespace convolab
