#pragma once
// Activations (2) and their slopes in terms of y = f(u), so that u need not be kept:
//
//   sigmoid'  = y (1 - y)      tanh' = 1 - y^2      relu' = [y > 0]      leaky relu' = [y > 0] + 0.01 [y <= 0]
//   elu' = [y > 0] + (y + 1) [y <= 0]      softplus' = 1 - exp(-y)      (A tanh(S u))' = S (A - y^2 / A)
//
// GELU falls before it rises, so that its slope is told in terms of u.

#include "../simd/functions.h"
#include "shapes.h"

namespace convolab {
namespace CONVOLAB_PATH {

template <typename F>
static inline void eachVector(int elements, F f) {
  for (ptrdiff_t at = 0; at < ptrdiff_t{elements} * kLanes; at += kWidth) f(at);
}

inline constexpr float kLeak = 0.01f;
/// LeCun's A and S (1998).
inline constexpr float kAmplitude = 1.7159f;
inline constexpr float kSteepness = 2.0f / 3.0f;

/// y = f(x) for so many elements of a slice; x may be y.
static void activate(Activation activation, int elements, const float* x, float* y) {
  switch (activation) {
    case Activation::linear:
      if (x != y) eachVector(elements, [=](ptrdiff_t at) { store(y + at, load(x + at)); });
      return;
    case Activation::sigmoid: return eachVector(elements, [=](ptrdiff_t at) { store(y + at, sigmoid(load(x + at))); });
    case Activation::tanh: return eachVector(elements, [=](ptrdiff_t at) { store(y + at, tanh(load(x + at))); });
    case Activation::relu:
      return eachVector(elements, [=](ptrdiff_t at) {
        const Vector u = load(x + at);
        store(y + at, u < 0.0f ? zero() : u);
      });
    case Activation::leakyRelu:
      return eachVector(elements, [=](ptrdiff_t at) {
        const Vector u = load(x + at);
        store(y + at, u < 0.0f ? kLeak * u : u);
      });
    case Activation::elu:
      return eachVector(elements, [=](ptrdiff_t at) {
        const Vector u = load(x + at);
        store(y + at, u < 0.0f ? expMinusOne(u < 0.0f ? u : zero()) : u);
      });
    case Activation::gelu:
      return eachVector(elements, [=](ptrdiff_t at) {
        const Vector u = load(x + at);
        store(y + at, u * normalShare(u));
      });
    case Activation::softplus: return eachVector(elements, [=](ptrdiff_t at) { store(y + at, softplus(load(x + at))); });
    case Activation::scaledTanh:
      return eachVector(elements, [=](ptrdiff_t at) { store(y + at, kAmplitude * tanh(kSteepness * load(x + at))); });
  }
}

/// y = exp(x): no activation, but what they are made of, to be tested by itself.
static void exponential(int elements, const float* x, float* y) {
  eachVector(elements, [=](ptrdiff_t at) { store(y + at, exp(load(x + at))); });
}

/// (14), (17): dx = dy f'(u); dx may be dy.
static void activationGradient(Activation activation, int elements, const float* y, const float* dy, float* dx) {
  switch (activation) {
    case Activation::linear:
      if (dx != dy) eachVector(elements, [=](ptrdiff_t at) { store(dx + at, load(dy + at)); });
      return;
    case Activation::sigmoid:
      return eachVector(elements, [=](ptrdiff_t at) {
        const Vector value = load(y + at);
        store(dx + at, load(dy + at) * (value * (1.0f - value)));
      });
    case Activation::tanh:
      return eachVector(elements, [=](ptrdiff_t at) {
        const Vector value = load(y + at);
        store(dx + at, load(dy + at) * fma(-value, value, broadcast(1.0f)));
      });
    case Activation::relu:
      return eachVector(elements, [=](ptrdiff_t at) { store(dx + at, load(y + at) > 0.0f ? load(dy + at) : zero()); });
    case Activation::leakyRelu:
      return eachVector(elements, [=](ptrdiff_t at) {
        const Vector gradient = load(dy + at);
        store(dx + at, load(y + at) > 0.0f ? gradient : kLeak * gradient);
      });
    case Activation::elu:
      return eachVector(elements, [=](ptrdiff_t at) {
        const Vector value = load(y + at);
        const Vector gradient = load(dy + at);
        store(dx + at, value > 0.0f ? gradient : gradient * (value + 1.0f));
      });
    case Activation::gelu:
      return eachVector(elements, [=](ptrdiff_t at) {
        const Vector u = load(y + at);
        store(dx + at, load(dy + at) * fma(u, normalDensity(u), normalShare(u)));
      });
    case Activation::softplus:
      return eachVector(elements, [=](ptrdiff_t at) {
        const Vector value = load(y + at);
        store(dx + at, load(dy + at) * -expMinusOne(-value));
      });
    case Activation::scaledTanh:
      return eachVector(elements, [=](ptrdiff_t at) {
        const Vector value = load(y + at);
        const Vector slope = fma(value * (-kSteepness / kAmplitude), value, broadcast(kSteepness * kAmplitude));
        store(dx + at, load(dy + at) * slope);
      });
  }
}

/// (3): y = f(x + b), one bias for each map.
static void addChannelBias(Activation activation, int channels, int pixels, const float* x, const float* bias,
                           float* y) {
  for (int channel = 0; channel < channels; channel++) {
    const Vector b = broadcast(bias[channel]);
    const ptrdiff_t map = ptrdiff_t{channel} * pixels * kLanes;
    eachVector(pixels, [=](ptrdiff_t at) { store(y + map + at, load(x + map + at) + b); });
    activate(activation, pixels, y + map, y + map);
  }
}

/// y = a + b; y may be a.
static void addValues(int elements, const float* a, const float* b, float* y) {
  eachVector(elements, [=](ptrdiff_t at) { store(y + at, load(a + at) + load(b + at)); });
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
