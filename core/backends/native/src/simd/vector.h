#pragma once
// The vector type every kernel is written in. One source serves all SIMD paths: this header is compiled once per path
// (see binding.gyp), and only the fused multiply-add and the register count differ between them.

#include <cstddef>
#include <cstdint>

#include "../lanes.h"

#if defined(CONVOLAB_PATH_AVX512) || defined(CONVOLAB_PATH_AVX2)
#include <immintrin.h>
#elif defined(CONVOLAB_PATH_NEON)
#include <arm_neon.h>
#endif

namespace convolab {
namespace CONVOLAB_PATH {

#if defined(CONVOLAB_PATH_AVX512)
inline constexpr int kWidth = 16;
#elif defined(CONVOLAB_PATH_AVX2)
inline constexpr int kWidth = 8;
#else
inline constexpr int kWidth = 4;
#endif

/// Vector registers that a block of accumulators may hold; the rest is for operands.
#if defined(CONVOLAB_PATH_AVX512) || defined(CONVOLAB_PATH_NEON)
inline constexpr int kAccumulators = 24;
#else
inline constexpr int kAccumulators = 12;
#endif

typedef float Vector __attribute__((vector_size(4 * kWidth), may_alias));
typedef int32_t Integers __attribute__((vector_size(4 * kWidth), may_alias));

static inline Vector load(const float* from) { return *reinterpret_cast<const Vector*>(from); }

/// From an address that need not be aligned.
static inline Vector loadAnywhere(const float* from) {
  Vector value;
  __builtin_memcpy(&value, from, sizeof(value));
  return value;
}

static inline void store(float* to, Vector value) { *reinterpret_cast<Vector*>(to) = value; }

static inline Vector broadcast(float value) {
#if defined(CONVOLAB_PATH_AVX512)
  return _mm512_set1_ps(value);
#elif defined(CONVOLAB_PATH_AVX2)
  return _mm256_set1_ps(value);
#elif defined(CONVOLAB_PATH_NEON)
  return vdupq_n_f32(value);
#else
  return Vector{value, value, value, value};
#endif
}

/// a * b + c, rounded once on every path that has the instruction. Those paths therefore agree to the last bit.
static inline Vector fma(Vector a, Vector b, Vector c) {
#if defined(CONVOLAB_PATH_AVX512)
  return _mm512_fmadd_ps(a, b, c);
#elif defined(CONVOLAB_PATH_AVX2)
  return _mm256_fmadd_ps(a, b, c);
#elif defined(CONVOLAB_PATH_NEON)
  return vfmaq_f32(c, a, b);
#else
  return a * b + c;
#endif
}

/// a > b ? a : b; b where either is NaN.
static inline Vector larger(Vector a, Vector b) {
#if defined(CONVOLAB_PATH_AVX512)
  return _mm512_max_ps(a, b);
#elif defined(CONVOLAB_PATH_AVX2)
  return _mm256_max_ps(a, b);
#else
  return a > b ? a : b;
#endif
}

/// a < b ? a : b; b where either is NaN.
static inline Vector smaller(Vector a, Vector b) {
#if defined(CONVOLAB_PATH_AVX512)
  return _mm512_min_ps(a, b);
#elif defined(CONVOLAB_PATH_AVX2)
  return _mm256_min_ps(a, b);
#else
  return a < b ? a : b;
#endif
}

static inline Integers bits(Vector value) { return reinterpret_cast<Integers&>(value); }

static inline Vector fromBits(Integers value) { return reinterpret_cast<Vector&>(value); }

static inline Vector zero() { return Vector{}; }

/// |x|, also of NaN.
static inline Vector magnitude(Vector x) { return fromBits(bits(x) & 0x7fffffff); }

/// Sum of the 16 lanes of a slice by one fixed tree (8, 4, 2, 1 apart), so that every width rounds alike.
static inline float sumLanes(const float* lanes) {
  float eight[8], four[4];
  for (int lane = 0; lane < 8; lane++) eight[lane] = lanes[lane] + lanes[lane + 8];
  for (int lane = 0; lane < 4; lane++) four[lane] = eight[lane] + eight[lane + 4];
  return (four[0] + four[2]) + (four[1] + four[3]);
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
