// Sixteen float lanes on AVX2 with FMA: two registers.
#pragma once
#include <immintrin.h>

#include <cstdint>

namespace {

struct V16 {
  __m256 lo, hi;
};

inline V16 v_load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
inline void v_store(float* p, V16 a) {
  _mm256_storeu_ps(p, a.lo);
  _mm256_storeu_ps(p + 8, a.hi);
}
inline V16 v_set(float x) {
  const __m256 r = _mm256_set1_ps(x);
  return {r, r};
}
inline __m256 v_widen(const int8_t* p) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
}
inline V16 v_load_i8(const int8_t* p) { return {v_widen(p), v_widen(p + 8)}; }
inline V16 v_add(V16 a, V16 b) { return {_mm256_add_ps(a.lo, b.lo), _mm256_add_ps(a.hi, b.hi)}; }
inline V16 v_sub(V16 a, V16 b) { return {_mm256_sub_ps(a.lo, b.lo), _mm256_sub_ps(a.hi, b.hi)}; }
inline V16 v_mul(V16 a, V16 b) { return {_mm256_mul_ps(a.lo, b.lo), _mm256_mul_ps(a.hi, b.hi)}; }
inline V16 v_div(V16 a, V16 b) { return {_mm256_div_ps(a.lo, b.lo), _mm256_div_ps(a.hi, b.hi)}; }
inline V16 v_min(V16 a, V16 b) { return {_mm256_min_ps(a.lo, b.lo), _mm256_min_ps(a.hi, b.hi)}; }
inline V16 v_max(V16 a, V16 b) { return {_mm256_max_ps(a.lo, b.lo), _mm256_max_ps(a.hi, b.hi)}; }
inline V16 v_fma(V16 a, V16 b, V16 c) {
  return {_mm256_fmadd_ps(a.lo, b.lo, c.lo), _mm256_fmadd_ps(a.hi, b.hi, c.hi)};
}
inline __m256 v_pow2_half(__m256 t) {
  const __m256i shifted = _mm256_slli_epi32(_mm256_castps_si256(t), 23);
  return _mm256_castsi256_ps(_mm256_add_epi32(shifted, _mm256_set1_epi32(0x3F800000)));
}
// 2^n where `t` is 1.5 * 2^23 + n
inline V16 v_pow2(V16 t) { return {v_pow2_half(t.lo), v_pow2_half(t.hi)}; }
inline void v_prefetch(const void* p) { _mm_prefetch(static_cast<const char*>(p), _MM_HINT_T0); }

constexpr int kTileRows = 6;  // rows of a batch in one pass over a panel
constexpr int kTileSums = 4;  // sums of sixteen lanes that fit in registers beside what they are made of
constexpr int kHeadTile = 4;
constexpr int kBlockTile = 1;  // blocks of sixteen slots whose scores are computed together
constexpr int kDimTile = 1;

}  // namespace
