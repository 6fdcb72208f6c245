// Sixteen float lanes on AVX-512: one register.
#pragma once
#include <immintrin.h>

#include <cstdint>

namespace {

struct V16 {
  __m512 r;
};

inline V16 v_load(const float* p) { return {_mm512_loadu_ps(p)}; }
inline void v_store(float* p, V16 a) { _mm512_storeu_ps(p, a.r); }
inline V16 v_set(float x) { return {_mm512_set1_ps(x)}; }
inline V16 v_load_i8(const int8_t* p) {
  return {_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))))};
}
inline V16 v_add(V16 a, V16 b) { return {_mm512_add_ps(a.r, b.r)}; }
inline V16 v_sub(V16 a, V16 b) { return {_mm512_sub_ps(a.r, b.r)}; }
inline V16 v_mul(V16 a, V16 b) { return {_mm512_mul_ps(a.r, b.r)}; }
inline V16 v_div(V16 a, V16 b) { return {_mm512_div_ps(a.r, b.r)}; }
inline V16 v_min(V16 a, V16 b) { return {_mm512_min_ps(a.r, b.r)}; }
inline V16 v_max(V16 a, V16 b) { return {_mm512_max_ps(a.r, b.r)}; }
inline V16 v_fma(V16 a, V16 b, V16 c) { return {_mm512_fmadd_ps(a.r, b.r, c.r)}; }
// 2^n where `t` is 1.5 * 2^23 + n
inline V16 v_pow2(V16 t) {
  const __m512i shifted = _mm512_slli_epi32(_mm512_castps_si512(t.r), 23);
  return {_mm512_castsi512_ps(_mm512_add_epi32(shifted, _mm512_set1_epi32(0x3F800000)))};
}
inline void v_prefetch(const void* p) { _mm_prefetch(static_cast<const char*>(p), _MM_HINT_T0); }

constexpr int kTileRows = 6;  // rows of a batch in one pass over a panel
constexpr int kTileSums = 24;  // sums of sixteen lanes that fit in registers beside what they are made of
constexpr int kHeadTile = 4;
constexpr int kBlockTile = 2;  // blocks of sixteen slots whose scores are computed together
constexpr int kDimTile = 4;

}  // namespace
