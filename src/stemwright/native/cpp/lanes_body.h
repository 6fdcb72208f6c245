// What kernels need of sixteen lanes beyond a simd_*.h file: sums, largest values, exp. The rules of kernels_body.h hold.
#pragma once
#include "kernels.h"

namespace {

using stemwright::kLanes;

inline float tree_sum(V16 v) {
  float part[kLanes];
  v_store(part, v);
  for (int width = kLanes / 2; width > 0; width /= 2)
    for (int i = 0; i < width; ++i) part[i] = part[i] + part[i + width];
  return part[0];
}

inline float tree_max(V16 v) {
  float part[kLanes];
  v_store(part, v);
  for (int i = 1; i < kLanes; ++i) part[0] = part[i] > part[0] ? part[i] : part[0];
  return part[0];
}

// exp(x): x = n ln 2 + r with |r| <= ln(2) / 2, a polynomial of degree 6 in r, times 2^n. Clamped to [-87, 88].
inline V16 v_exp(V16 x) {
  x = v_min(v_max(x, v_set(-87.0f)), v_set(88.0f));
  const V16 magic = v_set(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
  const V16 t = v_fma(x, v_set(1.44269504f), magic);
  const V16 n = v_sub(t, magic);
  V16 r = v_fma(n, v_set(-0.693359375f), x);
  r = v_fma(n, v_set(2.12194440e-4f), r);
  V16 p = v_set(1.9875691500e-4f);
  p = v_fma(p, r, v_set(1.3981999507e-3f));
  p = v_fma(p, r, v_set(8.3334519073e-3f));
  p = v_fma(p, r, v_set(4.1665795894e-2f));
  p = v_fma(p, r, v_set(1.6666665459e-1f));
  p = v_fma(p, r, v_set(5.0000001201e-1f));
  p = v_fma(v_mul(r, r), p, v_add(r, v_set(1.0f)));
  return v_mul(p, v_pow2(t));
}

inline V16 load_element(const int8_t* p) { return v_load_i8(p); }
inline V16 load_element(const float* p) { return v_load(p); }

}  // namespace
