// Sixteen float lanes on 64-bit Arm: four registers.
#pragma once
#include <arm_neon.h>

#include <cstdint>

namespace {

struct V16 {
  float32x4_t a, b, c, d;
};

inline V16 v_load(const float* p) { return {vld1q_f32(p), vld1q_f32(p + 4), vld1q_f32(p + 8), vld1q_f32(p + 12)}; }
inline void v_store(float* p, V16 x) {
  vst1q_f32(p, x.a);
  vst1q_f32(p + 4, x.b);
  vst1q_f32(p + 8, x.c);
  vst1q_f32(p + 12, x.d);
}
inline V16 v_set(float x) {
  const float32x4_t r = vdupq_n_f32(x);
  return {r, r, r, r};
}
inline V16 v_load_i8(const int8_t* p) {
  const int8x16_t bytes = vld1q_s8(p);
  const int16x8_t low = vmovl_s8(vget_low_s8(bytes));
  const int16x8_t high = vmovl_s8(vget_high_s8(bytes));
  return {vcvtq_f32_s32(vmovl_s16(vget_low_s16(low))), vcvtq_f32_s32(vmovl_s16(vget_high_s16(low))),
          vcvtq_f32_s32(vmovl_s16(vget_low_s16(high))), vcvtq_f32_s32(vmovl_s16(vget_high_s16(high)))};
}
#define STEMWRIGHT_EACH(name, op)                                                      \
  inline V16 name(V16 x, V16 y) {                                                      \
    return {op(x.a, y.a), op(x.b, y.b), op(x.c, y.c), op(x.d, y.d)};                   \
  }
STEMWRIGHT_EACH(v_add, vaddq_f32)
STEMWRIGHT_EACH(v_sub, vsubq_f32)
STEMWRIGHT_EACH(v_mul, vmulq_f32)
STEMWRIGHT_EACH(v_div, vdivq_f32)
// Not vminq and vmaxq: those hand a NaN on, where x86 and the portable code take the second operand.
inline float32x4_t v_less(float32x4_t x, float32x4_t y) { return vbslq_f32(vcltq_f32(x, y), x, y); }
inline float32x4_t v_more(float32x4_t x, float32x4_t y) { return vbslq_f32(vcgtq_f32(x, y), x, y); }
STEMWRIGHT_EACH(v_min, v_less)
STEMWRIGHT_EACH(v_max, v_more)
#undef STEMWRIGHT_EACH
inline V16 v_fma(V16 x, V16 y, V16 z) {
  return {vfmaq_f32(z.a, x.a, y.a), vfmaq_f32(z.b, x.b, y.b), vfmaq_f32(z.c, x.c, y.c), vfmaq_f32(z.d, x.d, y.d)};
}
inline float32x4_t v_pow2_part(float32x4_t t) {
  const int32x4_t shifted = vshlq_n_s32(vreinterpretq_s32_f32(t), 23);
  return vreinterpretq_f32_s32(vaddq_s32(shifted, vdupq_n_s32(0x3F800000)));
}
// 2^n where `t` is 1.5 * 2^23 + n
inline V16 v_pow2(V16 t) { return {v_pow2_part(t.a), v_pow2_part(t.b), v_pow2_part(t.c), v_pow2_part(t.d)}; }
inline void v_prefetch(const void* p) { __builtin_prefetch(p); }

constexpr int kTileRows = 5;  // rows of a batch in one pass over a panel
constexpr int kTileSums = 4;  // sums of sixteen lanes that fit in registers beside what they are made of
constexpr int kHeadTile = 4;
constexpr int kBlockTile = 1;  // blocks of sixteen slots whose scores are computed together
constexpr int kDimTile = 1;

}  // namespace
