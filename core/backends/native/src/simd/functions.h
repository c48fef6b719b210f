#pragma once
// Functions that activations, normalisations and losses are made of, beside those of math.h.

#include "math.h"

namespace convolab {
namespace CONVOLAB_PATH {

/// exp(x) - 1 for x < 80, without cancellation near zero.
static inline Vector expMinusOne(Vector x) {
  const Reduced reduced = reduceByLn2(larger(broadcast(-80.0f), x));
  const Vector scale = powerOfTwo(reduced.whole);
  const Vector result = fma(scale, expMinusOneNearZero(reduced.r), scale - 1.0f);
  return x == x ? result : x;
}

/// log(1 + f) from s = f / (2 + f), as 2 (s + s^3 / 3 + s^5 / 5 + ...); |s| <= 1/3.
static inline Vector logFromRatio(Vector s) {
  const Vector z = s * s;
  Vector p = broadcast(1.0f / 15);
  constexpr float terms[] = {1.0f / 13, 1.0f / 11, 1.0f / 9, 1.0f / 7, 1.0f / 5, 1.0f / 3};
  for (const float term : terms) p = fma(p, z, broadcast(term));
  return 2.0f * fma(s * z, p, s);
}

/// log(1 + t) for t in [0, 1].
static inline Vector logOnePlus(Vector t) { return logFromRatio(t / (t + 2.0f)); }

/// log(x) for finite x above the denormals: x = 2^n m with m in [sqrt(1/2), sqrt(2)), log 2 in two parts.
static inline Vector log(Vector x) {
  const Integers n = (bits(x) - 0x3f3504f3) >> 23;
  const Vector f = fromBits(bits(x) - (n << 23)) - 1.0f;
  const Vector exponent = __builtin_convertvector(n, Vector);
  const Vector rest = fma(exponent, broadcast(-2.12194440e-4f), logFromRatio(f / (f + 2.0f)));
  return fma(exponent, broadcast(0.693359375f), rest);
}

/// log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)), which cannot overflow.
static inline Vector softplus(Vector x) {
  const Vector e = expBelowOverflow(-magnitude(x));
  return (x < 0.0f ? zero() : x) + logOnePlus(e);
}

/// Share of a standard normal below x, to about 1e-7 (Abramowitz and Stegun 7.1.26 for the tail).
static inline Vector normalShare(Vector x) {
  const Vector z = magnitude(x) * 0.70710678f;
  const Vector t = 1.0f / fma(z, broadcast(0.3275911f), broadcast(1.0f));
  Vector p = broadcast(1.061405429f);
  constexpr float terms[] = {-1.453152027f, 1.421413741f, -0.284496736f, 0.254829592f};
  for (const float term : terms) p = fma(p, t, broadcast(term));
  const Vector tail = 0.5f * (p * t) * expBelowOverflow(-z * z);
  return x < 0.0f ? tail : 1.0f - tail;
}

/// Density of a standard normal at x.
static inline Vector normalDensity(Vector x) { return 0.39894228f * expBelowOverflow(-0.5f * x * x); }

}  // namespace CONVOLAB_PATH
}  // namespace convolab
