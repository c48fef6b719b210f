#pragma once
// exp, sigmoid and tanh to about 2 units in the last place over the whole float range, with the right limits for
// infinities, NaN and denormals.

#include "vector.h"

namespace convolab {
namespace CONVOLAB_PATH {

/// x = n ln 2 + r with |r| <= ln(2) / 2, ln 2 split in two so that n ln 2 is subtracted without rounding
/// (Cody and Waite 1980). Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits.
struct Reduced {
  Vector r;
  Integers n;
};

static inline Reduced reduceByLn2(Vector x) {
  const Vector shifter = broadcast(12582912.0f);
  const Vector shifted = fma(x, broadcast(1.44269504f), shifter);
  const Vector n = shifted - shifter;
  Vector r = fma(n, broadcast(-0.693359375f), x);
  r = fma(n, broadcast(2.12194440e-4f), r);
  return {r, bits(shifted) - bits(shifter)};
}

/// exp(r) - 1 for |r| <= ln(2) / 2 by Taylor's series to r^7; the next term is below 1/8 of a unit in the last place.
static inline Vector expMinusOneNearZero(Vector r) {
  Vector p = broadcast(1.0f / 5040);
  p = fma(p, r, broadcast(1.0f / 720));
  p = fma(p, r, broadcast(1.0f / 120));
  p = fma(p, r, broadcast(1.0f / 24));
  p = fma(p, r, broadcast(1.0f / 6));
  p = fma(p, r, broadcast(0.5f));
  return fma(r * r, p, r);
}

/// 2^n for n in [-126, 127].
static inline Vector powerOfTwo(Integers n) { return fromBits((n + 127) << 23); }

static inline Vector exp(Vector x) {
  // Beyond these the result is infinite, or zero, in any case. NaN fails both comparisons and passes through.
  x = x > 89.0f ? broadcast(89.0f) : x;
  x = x < -104.0f ? broadcast(-104.0f) : x;
  const Reduced reduced = reduceByLn2(x);
  const Vector e = expMinusOneNearZero(reduced.r) + 1.0f;
  // In two steps, since 2^n alone may be out of range where the product is a denormal or just below infinity.
  const Integers half = reduced.n >> 1;
  return e * powerOfTwo(half) * powerOfTwo(reduced.n - half);
}

/// n - q d, rounded once on every path.
static inline Vector residual(Vector n, Vector q, Vector d) {
#if defined(CONVOLAB_PATH_BASELINE)
  typedef double Doubles __attribute__((vector_size(8 * kWidth)));
  const Doubles exact =
      __builtin_convertvector(n, Doubles) - __builtin_convertvector(q, Doubles) * __builtin_convertvector(d, Doubles);
  return __builtin_convertvector(exact, Vector);
#else
  return fma(-q, d, n);
#endif
}

/// n / (a + b) without the rounding of a + b, where |a| >= |b|: what the sum lost (Dekker 1971) and what the quotient
/// leaves over go into one step of Newton's.
static inline Vector divideBySum(Vector n, Vector a, Vector b) {
  const Vector d = a + b;
  const Vector lost = (a - d) + b;
  const Vector inverse = 1.0f / d;
  const Vector q = n * inverse;
  return fma(residual(n, q, d) - q * lost, inverse, q);
}

/// 1 / (1 + exp(-x)); from exp(-|x|), which cannot overflow.
static inline Vector sigmoid(Vector x) {
  const Vector one = broadcast(1.0f);
  const Vector e = exp(fromBits(bits(x) | static_cast<int32_t>(0x80000000)));
  return divideBySum(x < 0.0f ? e : one, one, e);
}

/// tanh |x| = (exp(2|x|) - 1) / (exp(2|x|) + 1), the numerator without cancellation near zero.
static inline Vector tanh(Vector x) {
  const Vector two = broadcast(2.0f);
  Vector twice = 2.0f * magnitude(x);
  twice = twice > 20.0f ? broadcast(20.0f) : twice;
  const Reduced reduced = reduceByLn2(twice);
  const Vector scale = powerOfTwo(reduced.n);
  const Vector n = fma(scale, expMinusOneNearZero(reduced.r), scale - 1.0f);
  const Vector result = divideBySum(n, n < two ? two : n, n < two ? n : two);
  const Integers sign = bits(x) & static_cast<int32_t>(0x80000000);
  return fromBits(bits(result) | sign);
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
