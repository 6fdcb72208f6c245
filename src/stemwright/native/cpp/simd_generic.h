// Sixteen float lanes in portable C++: plain arrays, with a fused multiply-add that gives the bits of std::fma.
//
// A baseline x86-64 has no fused multiply-add, and the library's is slow. A product of two floats is exact in
// double; a double sum of it and a float, rounded to float, differs from the fused result only where the double sum
// was itself rounded and then lies on the midpoint of two floats, or where the result is below the normal floats.
// Both are found by a bit test and left to std::fma.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace {

struct V16 {
  float r[16];
};

#define STEMWRIGHT_LANES for (int i = 0; i < 16; ++i)

inline V16 v_load(const float* p) {
  V16 a;
  std::memcpy(a.r, p, sizeof(a.r));
  return a;
}
inline void v_store(float* p, const V16& a) { std::memcpy(p, a.r, sizeof(a.r)); }
inline V16 v_set(float x) {
  V16 a;
  STEMWRIGHT_LANES a.r[i] = x;
  return a;
}
inline V16 v_load_i8(const int8_t* p) {
  V16 a;
  STEMWRIGHT_LANES a.r[i] = static_cast<float>(p[i]);
  return a;
}
inline V16 v_add(const V16& a, const V16& b) {
  V16 c;
  STEMWRIGHT_LANES c.r[i] = a.r[i] + b.r[i];
  return c;
}
inline V16 v_sub(const V16& a, const V16& b) {
  V16 c;
  STEMWRIGHT_LANES c.r[i] = a.r[i] - b.r[i];
  return c;
}
inline V16 v_mul(const V16& a, const V16& b) {
  V16 c;
  STEMWRIGHT_LANES c.r[i] = a.r[i] * b.r[i];
  return c;
}
inline V16 v_div(const V16& a, const V16& b) {
  V16 c;
  STEMWRIGHT_LANES c.r[i] = a.r[i] / b.r[i];
  return c;
}
inline V16 v_min(const V16& a, const V16& b) {
  V16 c;
  STEMWRIGHT_LANES c.r[i] = a.r[i] < b.r[i] ? a.r[i] : b.r[i];
  return c;
}
inline V16 v_max(const V16& a, const V16& b) {
  V16 c;
  STEMWRIGHT_LANES c.r[i] = a.r[i] > b.r[i] ? a.r[i] : b.r[i];
  return c;
}
#if defined(__SSE2__)
// Two lanes; `doubtful` collects lanes whose double sum may not round as the exact sum would.
inline __m128d fma_pair(__m128d a, __m128d b, __m128d c, __m128i& doubtful) {
  const __m128d sum = _mm_add_pd(_mm_mul_pd(a, b), c);
  const __m128i bits = _mm_castpd_si128(sum);
  // The low half of a lane holds the 29 bits a float cannot; compare with a midpoint. High halves never match.
  const __m128i tail = _mm_and_si128(bits, _mm_set_epi32(0, 0x1FFFFFFF, 0, 0x1FFFFFFF));
  const __m128i middle = _mm_cmpeq_epi32(tail, _mm_set_epi32(-1, 0x10000000, -1, 0x10000000));
  const __m128d size = _mm_and_pd(sum, _mm_castsi128_pd(_mm_set_epi32(0x7FFFFFFF, -1, 0x7FFFFFFF, -1)));
  const __m128d small = _mm_and_pd(_mm_cmplt_pd(size, _mm_set1_pd(1.1754943508222875e-38)),
                                   _mm_cmpneq_pd(sum, _mm_setzero_pd()));
  doubtful = _mm_or_si128(doubtful, _mm_or_si128(middle, _mm_castpd_si128(small)));
  return sum;
}
inline V16 v_fma(const V16& a, const V16& b, const V16& c) {
  V16 out;
  __m128i doubtful = _mm_setzero_si128();
  for (int i = 0; i < 16; i += 4) {
    const __m128 x = _mm_loadu_ps(a.r + i), y = _mm_loadu_ps(b.r + i), z = _mm_loadu_ps(c.r + i);
    const __m128d low = fma_pair(_mm_cvtps_pd(x), _mm_cvtps_pd(y), _mm_cvtps_pd(z), doubtful);
    const __m128d high = fma_pair(_mm_cvtps_pd(_mm_movehl_ps(x, x)), _mm_cvtps_pd(_mm_movehl_ps(y, y)),
                                  _mm_cvtps_pd(_mm_movehl_ps(z, z)), doubtful);
    _mm_storeu_ps(out.r + i, _mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high)));
  }
  if (__builtin_expect(_mm_movemask_epi8(doubtful), 0)) STEMWRIGHT_LANES out.r[i] = std::fma(a.r[i], b.r[i], c.r[i]);
  return out;
}
#else
inline V16 v_fma(const V16& a, const V16& b, const V16& c) {
  V16 out;
  STEMWRIGHT_LANES out.r[i] = std::fma(a.r[i], b.r[i], c.r[i]);
  return out;
}
#endif
// 2^n where `t` is 1.5 * 2^23 + n
inline V16 v_pow2(const V16& t) {
  V16 out;
  STEMWRIGHT_LANES {
    uint32_t bits;
    std::memcpy(&bits, &t.r[i], 4);
    bits = (bits << 23) + 0x3F800000u;
    std::memcpy(&out.r[i], &bits, 4);
  }
  return out;
}
inline void v_prefetch(const void*) {}

#undef STEMWRIGHT_LANES

constexpr int kTileRows = 4;  // rows of a batch in one pass over a panel
constexpr int kTileSums = 4;  // sums of sixteen lanes that fit in registers beside what they are made of
constexpr int kHeadTile = 4;
constexpr int kBlockTile = 1;  // blocks of sixteen slots whose scores are computed together
constexpr int kDimTile = 1;

}  // namespace
