// Sixteen float lanes in portable C++: plain arrays, with a fused multiply-add that gives the bits of std::fma.
//
// A baseline x86-64 has no fused multiply-add, and the library's is slow. A product of two floats is exact in
// double; a double sum of it and a float, rounded to float, differs from the fused result only where the double sum
// was itself rounded and then lies on the midpoint of two floats, or where the result is below the normal floats.
// Where a bit test does not exclude that, the double sum is rounded to odd instead, which a second rounding cannot
// spoil (S. Boldo, G. Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
#pragma once
#include <cstdint>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#else
#include <cmath>
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
// Two doubles that were the exact sum of `p` and `c`, rounded to `sum`: now rounded to odd.
inline __m128d round_to_odd(__m128d p, __m128d c, __m128d sum) {
  const __m128d part = _mm_sub_pd(sum, p);
  const __m128d error = _mm_add_pd(_mm_sub_pd(p, _mm_sub_pd(sum, part)), _mm_sub_pd(c, part));  // Knuth's TwoSum
  const __m128d zero = _mm_setzero_pd();
  const __m128d inexact = _mm_or_pd(_mm_cmplt_pd(error, zero), _mm_cmpgt_pd(error, zero));  // not where it is NaN
  // An even sum moves by one unit to where the exact one lies: away from zero where the signs agree.
  const __m128i bits = _mm_castpd_si128(sum);
  const __m128i even = _mm_andnot_si128(bits, _mm_set_epi32(0, 1, 0, 1));
  const __m128i one = _mm_and_si128(even, _mm_castpd_si128(inexact));
  const __m128i apart = _mm_srli_epi64(_mm_castpd_si128(_mm_xor_pd(sum, error)), 63);
  const __m128i back = _mm_slli_epi64(_mm_and_si128(one, apart), 1);
  return _mm_castsi128_pd(_mm_sub_epi64(_mm_add_epi64(bits, one), back));
}
struct Quad {  // four lanes in double
  __m128d low, high;
};
inline Quad widen(__m128 x) { return {_mm_cvtps_pd(x), _mm_cvtps_pd(_mm_movehl_ps(x, x))}; }
inline __m128 narrow(Quad x) { return _mm_movelh_ps(_mm_cvtpd_ps(x.low), _mm_cvtpd_ps(x.high)); }
inline __m128 fma_exact(__m128 x, __m128 y, __m128 z) {
  const Quad a = widen(x), b = widen(y), c = widen(z);
  const Quad p = {_mm_mul_pd(a.low, b.low), _mm_mul_pd(a.high, b.high)};
  return narrow({round_to_odd(p.low, c.low, _mm_add_pd(p.low, c.low)),
                 round_to_odd(p.high, c.high, _mm_add_pd(p.high, c.high))});
}
inline __m128 fma_quad(__m128 x, __m128 y, __m128 z) {
  const Quad a = widen(x), b = widen(y), c = widen(z);
  const Quad sum = {_mm_add_pd(_mm_mul_pd(a.low, b.low), c.low), _mm_add_pd(_mm_mul_pd(a.high, b.high), c.high)};
  const __m128 result = narrow(sum);
  // The low halves hold the 29 bits that a float cannot.
  const __m128i tail = _mm_castps_si128(_mm_shuffle_ps(_mm_castpd_ps(sum.low), _mm_castpd_ps(sum.high), 0x88));
  const __m128i middle = _mm_cmpeq_epi32(_mm_slli_epi32(tail, 3), _mm_set1_epi32(INT32_MIN));
  // 0 < |result| <= the least normal float, as one signed comparison; a sum that rounds to zero is always exact.
  const __m128i size = _mm_slli_epi32(_mm_castps_si128(result), 1);
  const __m128i small = _mm_cmplt_epi32(_mm_add_epi32(size, _mm_set1_epi32(INT32_MAX)),
                                        _mm_set1_epi32(INT32_MIN + 0x01000000));
  if (__builtin_expect(_mm_movemask_epi8(_mm_or_si128(middle, small)), 0)) return fma_exact(x, y, z);
  return result;
}
inline V16 v_fma(const V16& a, const V16& b, const V16& c) {
  V16 out;
  for (int i = 0; i < 16; i += 4)
    _mm_storeu_ps(out.r + i, fma_quad(_mm_loadu_ps(a.r + i), _mm_loadu_ps(b.r + i), _mm_loadu_ps(c.r + i)));
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
