#pragma once
// Philox 4x32-10 (Salmon et al. 2011), a counter per lane: the words of core/kernels/philox.ts, whatever the width.

#include "vector.h"

namespace convolab {
namespace CONVOLAB_PATH {

typedef uint32_t Words __attribute__((vector_size(4 * kWidth), may_alias));

/// The high 32 bits of each product.
static inline Words multiplyHigh(Words a, uint32_t b) {
#if defined(CONVOLAB_PATH_AVX512)
  const __m512i x = reinterpret_cast<__m512i&>(a);
  const __m512i y = _mm512_set1_epi32(static_cast<int32_t>(b));
  const __m512i even = _mm512_srli_epi64(_mm512_mul_epu32(x, y), 32);
  const __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(x, 32), y);
  __m512i high = _mm512_mask_blend_epi32(0xaaaa, even, odd);
  return reinterpret_cast<Words&>(high);
#elif defined(CONVOLAB_PATH_AVX2)
  const __m256i x = reinterpret_cast<__m256i&>(a);
  const __m256i y = _mm256_set1_epi32(static_cast<int32_t>(b));
  const __m256i even = _mm256_srli_epi64(_mm256_mul_epu32(x, y), 32);
  const __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(x, 32), y);
  __m256i high = _mm256_blend_epi32(even, odd, 0xaa);
  return reinterpret_cast<Words&>(high);
#else
  Words high;
  for (int lane = 0; lane < kWidth; lane++) high[lane] = static_cast<uint32_t>((uint64_t{a[lane]} * b) >> 32);
  return high;
#endif
}

struct Block {
  Words word[4];
};

static inline Block philox(Block counter, uint32_t key0, uint32_t key1) {
  constexpr uint32_t m0 = 0xd2511f53, m1 = 0xcd9e8d57, w0 = 0x9e3779b9, w1 = 0xbb67ae85;
  auto& c = counter.word;
  for (int round = 0; round < 10; round++) {
    const Words high0 = multiplyHigh(c[0], m0);
    const Words high1 = multiplyHigh(c[2], m1);
    const Words low0 = c[0] * m0;
    const Words low1 = c[2] * m1;
    c[0] = high1 ^ c[1] ^ key0;
    c[1] = low1;
    c[2] = high0 ^ c[3] ^ key1;
    c[3] = low0;
    key0 += w0;
    key1 += w1;
  }
  return counter;
}

}  // namespace CONVOLAB_PATH
}  // namespace convolab
