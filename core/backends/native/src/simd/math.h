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
  Vector n;
  Integers whole;
};

static inline Reduced reduceByLn2(Vector x) {
  const Vector shifter = broadcast(12582912.0f);
  const Vector shifted = fma(x, broadcast(1.44269504f), shifter);
  const Vector n = shifted - shifter;
  Vector r = fma(n, broadcast(-0.693359375f), x);
  r = fma(n, broadcast(2.12194440e-4f), r);
  return {r, n, bits(shifted) - bits(shifter)};
}

/// exp(r) - 1 for |r| <= ln(2) / 2: r plus r^2 times a polynomial whose relative error in exp is at most 1/38 of a unit
/// in the last place, the least that a degree of 4 allows. In Estrin's order, for a short chain of operations.
static inline Vector expMinusOneNearZero(Vector r) {
  const Vector square = r * r;
  const Vector low = fma(broadcast(0.1666652f), r, broadcast(0.49999994f));
  const Vector high = fma(broadcast(0.008368781f), r, broadcast(0.041668393f));
  const Vector p = fma(fma(broadcast(0.0013814466f), square, high), square, low);
  return fma(square, p, r);
}

/// 2^n for n in [-126, 127].
static inline Vector powerOfTwo(Integers n) { return fromBits((n + 127) << 23); }

/// e 2^n, rounded once, for e near 1 and any n between -250 and 250.
static inline Vector scaleBy(Vector e, const Reduced& power) {
#if defined(CONVOLAB_PATH_AVX512)
  return _mm512_scalef_ps(e, power.n);
#else
  // In two steps, since 2^n alone may be out of range where the product is a denormal or just below infinity.
  const Integers half = power.whole >> 1;
  return e * powerOfTwo(half) * powerOfTwo(power.whole - half);
#endif
}

/// exp(x) for x <= 89, beyond which it is infinite. NaN passes through.
static inline Vector expBelowOverflow(Vector x) {
  const Reduced power = reduceByLn2(larger(broadcast(-104.0f), x));
  return scaleBy(expMinusOneNearZero(power.r) + 1.0f, power);
}

static inline Vector exp(Vector x) { return expBelowOverflow(smaller(broadcast(89.0f), x)); }

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
  const Vector e = expBelowOverflow(fromBits(bits(x) | static_cast<int32_t>(0x80000000)));
  return divideBySum(x < 0.0f ? e : one, one, e);
}

/// tanh |x| = (exp(2|x|) - 1) / (exp(2|x|) + 1), the numerator without cancellation near zero.
static inline Vector tanh(Vector x) {
  const Vector two = broadcast(2.0f);
  const Reduced reduced = reduceByLn2(smaller(broadcast(20.0f), 2.0f * magnitude(x)));
  const Vector scale = powerOfTwo(reduced.whole);
  const Vector n = fma(scale, expMinusOneNearZero(reduced.r), scale - 1.0f);
  const Vector result = divideBySum(n, larger(two, n), smaller(two, n));
  const Integers sign = bits(x) & static_cast<int32_t>(0x80000000);
  return fromBits(bits(result) | sign);
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
